import { EnergyInputError } from './check.ts';
import { FEATURE_COUNT } from './features.ts';
import type { Posterior } from './posterior.ts';

/** Cars that have shown less than this say more about the prior than about themselves. */
const LEAST_TRIPS = 10;

/**
 * The prior of a model, from the cars of that model already learned: means weighted by 1/C of each parameter, and
 * variances that hold what the cars differ by beside how well each is known. Order and grouping of the cars do not
 * matter; fewer than two learned cars leave the prior as it is.
 */
export function mergeFleet(prior: Posterior, cars: readonly Posterior[]): Posterior {
  const foreign = cars.find((car) => car.modelId !== prior.modelId);
  if (foreign) throw new EnergyInputError(`a ${foreign.modelId} says nothing about a ${prior.modelId}`);
  const learned = cars.filter((car) => car.trips >= LEAST_TRIPS);
  if (learned.length < 2) return prior;
  const theta = new Array<number>(FEATURE_COUNT).fill(0);
  const sdRatio = new Array<number>(FEATURE_COUNT).fill(1);
  for (let k = 0; k < FEATURE_COUNT; k++) {
    const before = prior.covariance[k * FEATURE_COUNT + k] ?? 0;
    const known = learned.map((car) => ({
      mean: car.theta[k] ?? 0,
      weight: 1 / Math.max(car.covariance[k * FEATURE_COUNT + k] ?? before, 1e-3 * before),
    }));
    const total = known.reduce((sum, { weight }) => sum + weight, 1 / before);
    const mean =
      known.reduce((sum, one) => sum + one.weight * one.mean, (prior.theta[k] ?? 0) / before) / total;
    const spread =
      known.reduce((sum, one) => sum + one.weight * (one.mean - mean) ** 2, 0) / (total - 1 / before);
    theta[k] = mean;
    sdRatio[k] = Math.sqrt(Math.min(1, (spread + 1 / total) / before));
  }
  const covariance = prior.covariance.map((value, at) => {
    const i = Math.floor(at / FEATURE_COUNT);
    return value * (sdRatio[i] ?? 1) * (sdRatio[at - i * FEATURE_COUNT] ?? 1);
  });
  return { ...prior, theta, covariance };
}
