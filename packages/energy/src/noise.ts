/** What one trip differs from the next, all inputs known: relative part. */
const NOISE_RELATIVE = 0.06;

/**
 * Absolute part, kWh: 0.10 on an 18.8 kWh car, in proportion for others. What the heating does in its first minutes
 * is nobody's to know; on a short trip it is most of the error.
 */
function noiseAbsoluteKwh(usableKwh: number): number {
  return 0.1 * (usableKwh / 18.8);
}

/** Variance of what one trip differs from the next, kWh², before the car has shown its own (`noiseScale`). */
export function noiseVarianceKwh2(energyKwh: number, usableKwh: number): number {
  return (NOISE_RELATIVE * energyKwh) ** 2 + noiseAbsoluteKwh(usableKwh) ** 2;
}

/** How well the inputs of a forecast are known; standard deviations. */
export interface InputSigmas {
  readonly temperatureK: number;
  /** Along the route. */
  readonly windMps: number;
  /** Relative: 0.05 = the drive takes 5 % more or less time. */
  readonly speedRatio: number;
  /** Net climb of one leg. */
  readonly climbM: number;
  readonly payloadKg: number;
  /** Of what is on the roof or behind the car, Cd·A. */
  readonly dragAreaM2: number;
  /** Relative: tyres other than usual, a trailer's wheels. */
  readonly rollingRatio: number;
  /** Relative: usable energy, state of health. */
  readonly capacityRatio: number;
  /** Step of the SOC the car reports, points; its error is step/√12. */
  readonly socStepPct: number;
}

/** A weather forecast of some hours, a traffic forecast, a height model. */
export const usualSigmas: InputSigmas = {
  temperatureK: 1.5,
  windMps: 1.5,
  speedRatio: 0.05,
  climbM: 10,
  payloadKg: 60,
  dragAreaM2: 0,
  rollingRatio: 0,
  capacityRatio: 0.015,
  socStepPct: 1,
};

/**
 * Widening of the parameter errors of a car nobody has watched yet; fades out over its first five trips.
 *
 * Not 2 on everything, as is right for the first short trips of an unknown car (a 17-minute one was missed by
 * 40 %): there the cabin decides, and nobody knows its state. On a leg of an hour or more that error is diluted,
 * the prior's covariance already says how unknown the car is, and a doubled sigma would put every winter leg of
 * 150 km near "perhaps": it warns of the drive that will make it as much as of the one that will not.
 *
 * 1.35 comes from the one car measured as if never seen: 9 to 13 % mean absolute is an sd of 14 %; less the 6.5 %
 * of trip noise leaves 12 %, and the prior alone says 9 %.
 */
export const UNLEARNED_SIGMA_FACTOR = 1.35;
const LEARNED_AFTER_TRIPS = 5;

/** Factor on the parameter sd after this many trips, from `unlearned` down to 1. */
export function parameterSigmaFactor(trips: number, unlearned = UNLEARNED_SIGMA_FACTOR): number {
  const left = Math.max(0, 1 - trips / LEARNED_AFTER_TRIPS);
  return 1 + (unlearned - 1) * left;
}
