import { EnergyInputError } from './check.ts';
import { FEATURE_COUNT } from './features.ts';
import type { Posterior } from './posterior.ts';

/** Cars that have shown less than this say more about the prior than about themselves. */
const LEAST_TRIPS = 10;
/** No parameter of one car is known so well that this car alone should speak for the model. */
const LEAST_VARIANCE_RATIO = 1e-3;

/**
 * The prior of a model, from the cars of that model already learned: the means of each parameter weighted by 1/C,
 * and as variance what the cars differ by beside how well each is known, the prior counting as one more car. So
 * what no car has shown – the heating, in a fleet's first summer – stays as open as it was. The order of the cars
 * does not matter, but all have to come at once: what is returned is a prior, not a car to merge again. Fewer than
 * two learned cars leave the prior as it is.
 */
export function mergeFleet(prior: Posterior, fleet: readonly Posterior[]): Posterior {
  const foreign = fleet.find((car) => car.modelId !== prior.modelId);
  if (foreign) throw new EnergyInputError(`a ${foreign.modelId} says nothing about a ${prior.modelId}`);
  const learned = fleet.filter((car) => car.trips >= LEAST_TRIPS);
  if (learned.length < 2) return prior;
  const theta = new Array<number>(FEATURE_COUNT).fill(0);
  const sdRatio = new Array<number>(FEATURE_COUNT).fill(1);
  for (let k = 0; k < FEATURE_COUNT; k++) {
    const before = prior.covariance[k * FEATURE_COUNT + k] ?? 0;
    const known = learned.map((car) => ({
      mean: car.theta[k] ?? 0,
      variance: Math.max(car.covariance[k * FEATURE_COUNT + k] ?? before, LEAST_VARIANCE_RATIO * before),
    }));
    const cars = [{ mean: prior.theta[k] ?? 0, variance: before }, ...known];
    const weight = cars.reduce((sum, { variance }) => sum + 1 / variance, 0);
    const merged = cars.reduce((sum, { mean, variance }) => sum + mean / variance, 0) / weight;
    // What a car has forgotten it knows no less of than the data sheet does.
    const variances = known.map(({ mean, variance }) => Math.min(variance, before) + (mean - merged) ** 2);
    const spread = variances.reduce((sum, one) => sum + one, before) / cars.length;
    theta[k] = merged;
    sdRatio[k] = Math.sqrt(Math.min(1, spread / before));
  }
  const covariance = prior.covariance.map((value, at) => {
    const i = Math.floor(at / FEATURE_COUNT);
    return value * ((sdRatio[i] ?? 1) * (sdRatio[at - i * FEATURE_COUNT] ?? 1));
  });
  return { ...prior, theta, covariance };
}
