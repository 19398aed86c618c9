import {
  batteryEnergy,
  energyByInput,
  energyPerClimbM,
  forecastBasis,
  type Learned,
  learnTrip,
  parameterSigmaFactor,
  probabilityBelow,
  quantileOf,
  readStretch,
  socAfterUsing,
  tripForecast,
} from '@outrider/energy';
import type { Prediction } from '../scores.ts';
import { car } from './car.ts';
import { drivenTrip, type InputErrors, type KnownTrip, routeOf, startOf } from './known-trip.ts';

/** How well a planner's inputs are known, standard deviations; all 0 where it is told what was driven. */
export interface InputSigmas {
  readonly etaRatio: number;
  readonly airK: number;
  readonly climbM: number;
}

const exactInputs: InputSigmas = { etaRatio: 0, airK: 0, climbM: 0 };

/** A trip forecast at departure. */
export function predictTrip(
  learned: Learned,
  trip: KnownTrip,
  pieceM: number | null,
  told?: { readonly errors: InputErrors; readonly sigmas: InputSigmas },
): Prediction {
  const route = routeOf(trip, pieceM, told?.errors);
  const stretch = readStretch(route, 0, route.lengthM, startOf(trip));
  const forecast = tripForecast(learned.posterior, stretch.features, car.usableKwh);
  const inputKwh2 = inputVarianceKwh2(stretch, learned, told?.sigmas ?? exactInputs);
  return predictionOf(learned, trip, forecast, inputKwh2, 0);
}

type Stretch = ReturnType<typeof readStretch>;

export function inputVarianceKwh2(stretch: Stretch, { posterior }: Learned, sigmas: InputSigmas): number {
  const [byAir = 0, , bySpeed = 0] = energyByInput(stretch, posterior.theta);
  const byClimb = energyPerClimbM(stretch, posterior.theta);
  return (byAir * sigmas.airK) ** 2 + (bySpeed * sigmas.etaRatio) ** 2 + (byClimb * sigmas.climbM) ** 2;
}

/** The forecast as scores want it; `usedKwh` is what the trip had taken already when it was made. */
export function predictionOf(
  learned: Learned,
  trip: KnownTrip,
  forecast: ReturnType<typeof tripForecast>,
  inputKwh2: number,
  usedKwh: number,
): Prediction {
  const { posterior, sohRatio, errorScale } = forecastBasis(learned);
  const known = parameterSigmaFactor(posterior.trips) ** 2 * forecast.parameterKwh2 + forecast.noiseKwh2;
  const sdKwh = Math.sqrt(errorScale ** 2 * known + inputKwh2);
  const meanKwh = usedKwh + forecast.meanKwh;
  const { startSocPct, endSocPct, km, drivenKwh, log } = trip;
  return {
    trip: log.name,
    drivenKwh,
    meanKwh,
    distribution: {
      cdf: (kwh) => probabilityBelow(kwh, meanKwh, sdKwh),
      quantile: (p) => quantileOf(p, meanKwh, sdKwh),
    },
    distanceKm: km,
    drivenSocPct: startSocPct - endSocPct,
    predictedSocPct: startSocPct - socAfterUsing(batteryEnergy(car, sohRatio), startSocPct, meanKwh),
  };
}

/** What is learned of the car from these trips, in their order. */
export const learnFrom = (
  prior: Learned,
  trips: readonly KnownTrip[],
  pieceM: number | null,
  onRejected?: (trip: KnownTrip, reason: string) => void,
): Learned =>
  trips.reduce((learned, trip) => {
    const next = learnTrip(car, learned, drivenTrip(trip, pieceM));
    if (next.outcome !== 'learned') onRejected?.(trip, next.outcome);
    return next.learned;
  }, prior);

/** Every second trip from those between, so that both halves see the whole year. */
export const predictHalves = (
  trips: readonly KnownTrip[],
  learn: (others: readonly KnownTrip[]) => Learned,
  predict: (learned: Learned, trip: KnownTrip, i: number) => Prediction,
): readonly Prediction[] => {
  const learned = [0, 1].map((half) => learn(trips.filter((_, i) => i % 2 !== half)));
  return trips.map((trip, i) => predict(learned[i % 2] as Learned, trip, i));
};

/** Each trip from all before it, as a car in use would see them. */
export function predictOnline(
  prior: Learned,
  trips: readonly KnownTrip[],
  pieceM: number | null,
): readonly Prediction[] {
  let learned = prior;
  return trips.map((trip) => {
    const prediction = predictTrip(learned, trip, pieceM);
    learned = learnTrip(car, learned, drivenTrip(trip, pieceM)).learned;
    return prediction;
  });
}
