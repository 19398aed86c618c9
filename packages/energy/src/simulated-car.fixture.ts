import { batteryEnergy, socAfterUsing } from './battery.ts';
import { type Learned, learnTrip, noLearning } from './calibrate.ts';
import { vehicleModel } from './catalogue.ts';
import type { DrivenTrip } from './driven-trip.ts';
import { BASE, FEATURE_COUNT, FEATURES, HEAT, ROLLING, STOP_AND_GO, WARM_UP } from './features.ts';
import { noiseVarianceKwh2 } from './noise.ts';
import { buildPrefix } from './prefix.ts';
import { priorFor } from './prior.ts';
import type { RouteSegment } from './segment-features.ts';
import { readStretch } from './stretch.ts';
import type { VehicleModel } from './vehicle-model.ts';

// A car whose true parameters are known, and its drives. For tests only.

export const modelOf = (id: string): VehicleModel => {
  const found = vehicleModel(id);
  if (!found) throw new Error(`no ${id}`);
  return found;
};
export const i3 = modelOf('bmw-i3-60ah');

/** Numbers in [0, 1), the same for the same seed: a linear congruential generator. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const normal = (random: () => number): number =>
  Array.from({ length: 12 }, random).reduce((sum, one) => sum + one, -6);

export interface SimulatedCar {
  readonly model: VehicleModel;
  readonly theta: readonly number[];
  readonly sohRatio: number;
}

/** Rolls and heats more than its data sheet says, all within two sd of the prior. */
export function simulatedCar(sohRatio = 1, sdAway = 1, model = i3): SimulatedCar {
  const prior = priorFor(model);
  const away = new Map([
    [ROLLING, 1],
    [BASE, 1.5],
    [HEAT, 1.5],
    [WARM_UP, 1],
    [STOP_AND_GO, 1],
  ]);
  const theta = prior.theta.map((mean, k) => {
    const sd = Math.sqrt(prior.covariance[k * FEATURE_COUNT + k] ?? 0);
    return mean + sdAway * (away.get(k) ?? 0) * sd;
  });
  return { model, theta, sohRatio };
}

/** Town, country and motorway, 5 to 40 km over hills. */
export function simulatedRoad(random: () => number, tempC: number): RouteSegment[] {
  const pace = 8 + 20 * random();
  const windFromDeg = 360 * random();
  const windSpeedMps = 8 * random();
  return Array.from({ length: 10 + Math.floor(70 * random()) }, () => ({
    distanceM: 500,
    speedMps: pace * (0.7 + 0.6 * random()),
    climbM: 20 * random() - 10,
    bearingDeg: 360 * random(),
    weather: { tempC, windSpeedMps, windFromDeg },
  }));
}

export function featuresOf(model: VehicleModel, segments: readonly RouteSegment[]): Float64Array {
  const prefix = buildPrefix({ vehicle: model, segments });
  const cabinTempC = segments[0]?.weather.tempC ?? 15;
  return readStretch(prefix, 0, prefix.lengthM, { cabinTempC, fromRest: true }).features;
}

export const kwhOf = (theta: readonly number[], features: ArrayLike<number>): number =>
  theta.reduce((sum, value, k) => sum + (value * (features[k] ?? 0)) / 3.6e6, 0);

export interface Drive {
  readonly tempC?: number;
  readonly isMetered?: boolean;
  readonly socStepPct?: number;
  /** Relative to the noise that forecasts expect; 0 = none. */
  readonly noise?: number;
  /** Of the energy, as if a window had stood open. */
  readonly times?: number;
}

/** One finished drive, as the trip meter would hand it over. */
export function simulateTrip(car: SimulatedCar, random: () => number, drive: Drive = {}): DrivenTrip {
  const { tempC = -8 + 34 * random(), isMetered = true, socStepPct = 1, noise = 1, times = 1 } = drive;
  const { model } = car;
  const segments = simulatedRoad(random, tempC);
  const features = featuresOf(model, segments);
  const meanKwh = kwhOf(car.theta, features);
  const noiseKwh = noise * normal(random) * Math.sqrt(noiseVarianceKwh2(meanKwh, model.usableKwh));
  const kwh = times * (meanKwh + noiseKwh);
  const startSocPct = 70 + 25 * random();
  const endSocPct = socAfterUsing(batteryEnergy(model, car.sohRatio), startSocPct, kwh);
  const shown = (socPct: number) => Math.round(socPct / socStepPct) * socStepPct;
  return {
    endedAtMs: 0,
    features: [...features],
    meteredKwh: isMetered ? kwh * (1 + 0.01 * noise * normal(random)) : null,
    startSocPct: shown(startSocPct),
    endSocPct: shown(endSocPct),
    socStepPct,
    distanceM: 500 * segments.length,
    durationS: features[BASE] ?? 0,
    meanAirTempC: tempC,
    startBatteryTempC: tempC,
    longestGapS: 5,
    wasCharged: false,
    wasTowed: false,
    isClimbKnown: true,
  };
}

/** What is known of a car after so many of its drives. */
export function learnedFrom(
  car: SimulatedCar,
  trips: number,
  random: () => number,
  drive: (i: number) => Drive = () => ({}),
  start: Learned = noLearning(car.model),
): Learned {
  let learned = start;
  for (let i = 0; i < trips; i++) {
    learned = learnTrip(car.model, learned, simulateTrip(car, random, drive(i))).learned;
  }
  return learned;
}

/** Mean absolute error of forecasts of drives not seen before, as a share of what they take. */
export function forecastError(theta: readonly number[], car: SimulatedCar, tempC?: number): number {
  const random = seeded(977);
  const drive = { noise: 0, ...(tempC === undefined ? {} : { tempC }) };
  const errors = Array.from({ length: 40 }, () => {
    const { features } = simulateTrip(car, random, drive);
    const trueKwh = kwhOf(car.theta, features);
    return Math.abs(kwhOf(theta, features) - trueKwh) / trueKwh;
  });
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

/** Variance of one parameter. */
export const varianceOf = (posterior: { readonly covariance: readonly number[] }, k: number): number =>
  posterior.covariance[k * FEATURE_COUNT + k] ?? 0;

/**
 * Least pivot of the correlation matrix's Cholesky factorisation: negative when some combination of parameters
 * has a negative variance.
 */
export function leastPivot(covariance: readonly number[]): number {
  const n = FEATURES.length;
  const at = (i: number, j: number) => covariance[i * n + j] ?? 0;
  const rows = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => at(i, j) / Math.sqrt(at(i, i) * at(j, j))),
  );
  let least = 1;
  for (let i = 0; i < n; i++) {
    const pivot = rows[i]?.[i] ?? 0;
    least = Math.min(least, pivot);
    if (!(pivot > 0)) return pivot;
    for (let r = i + 1; r < n; r++) {
      const ratio = (rows[r]?.[i] ?? 0) / pivot;
      for (let c = i; c < n; c++) rows[r]![c]! -= ratio * (rows[i]?.[c] ?? 0);
    }
  }
  return least;
}
