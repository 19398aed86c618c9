import { z } from 'zod';
import { batteryEnergy, kwhPerPoint, usableBetweenKwh } from './battery.ts';
import { clamp } from './check.ts';
import { conformalScale, conformalScoresSchema, noScores, withScore } from './conformal.ts';
import type { DrivenTrip } from './driven-trip.ts';
import { FEATURE_COUNT, GRAVITY_MPS2 } from './features.ts';
import { noiseVarianceKwh2 } from './noise.ts';
import { type Posterior, posteriorSchema, varianceForm } from './posterior.ts';
import { priorFor, START_SD_RATIO } from './prior.ts';
import { learnSoh, newSoh, type StateOfHealth, sohSchema } from './state-of-health.ts';
import type { VehicleModel } from './vehicle-model.ts';

/** Grows when what is stored means something else; a state of another version is learned anew. */
export const LEARNED_VERSION = 1;

/** All that was learned of one car: plain JSON, part of the vehicle's state. */
export const learnedSchema = z.object({
  version: z.literal(LEARNED_VERSION),
  posterior: posteriorSchema,
  soh: sohSchema,
  scores: conformalScoresSchema,
});
export type Learned = z.infer<typeof learnedSchema>;

/** A car that nobody has watched yet; also what a reset goes back to. */
export const noLearning = (model: VehicleModel): Learned => ({
  version: LEARNED_VERSION,
  posterior: priorFor(model),
  soh: newSoh,
  scores: noScores,
});

/** A stored state, if it can still be used for this model; else undefined: the caller starts anew. */
export function restoreLearned(stored: unknown, modelId: string): Learned | undefined {
  const parsed = learnedSchema.safeParse(stored);
  return parsed.success && parsed.data.posterior.modelId === modelId ? parsed.data : undefined;
}

export type RejectReason =
  | 'charged'
  | 'towed'
  | 'gap'
  | 'too-short'
  | 'charge-barely-moved'
  | 'not-a-number'
  | 'meter-against-charge';

export interface LearnedTrip {
  readonly learned: Learned;
  readonly outcome: 'learned' | RejectReason;
}

/** Longer than this without a word, and nobody knows which road was driven. */
const LONGEST_GAP_S = 120;
/** The first kilometres are manoeuvring and electronics waking up. */
const SHORTEST_M = 2000;
/** A label from so few steps of the displayed charge says less than the prior. */
const FEWEST_SOC_STEPS = 3;
/** The meter and the charge contradict each other beyond this and what rounding explains: one of them is wrong. */
const METER_AGAINST_CHARGE = 0.1;
/** What a used car may have lost before anybody watched it: so much less on the meter is no contradiction yet. */
const MOST_WORN_RATIO = 0.3;
/** Current and voltage sensors of cars, relative. */
const METER_SD_RATIO = 0.01;
/** Net climb of a trip whose heights nobody knows; judgement: most roads end where they began. */
const UNKNOWN_CLIMB_SD_M = 30;

/** Weight of what lies further back: every trip counts 3 % less for each one after it. */
const FORGETTING = 0.97;
/** What trips excite only together with something else is forgotten too: to four times the prior's variance at most. */
const MOST_VARIANCE_RATIO = 4;
/** Learned parameters stay physical: within so many prior sd, and never negative. */
const PROJECTION_SD = 4;
const CLIP_SD = 3;
/** Tails of the single trip: Student-t, so that one odd trip counts as one. */
const ROBUST_DEGREES_OF_FREEDOM = 4;
const NOISE_WEIGHT = { first: 5, most: 20 } as const;
/** Judgement: no driver repeats a trip to better than 2 %, however well the last ones were forecast. */
const LEAST_NOISE_SCALE = 0.3;
const MOST_SCORE2 = 4;

/**
 * Learns from one finished trip, or says why it cannot be used. The energy metered at the terminals is the label,
 * else what the charge fell by; usable energy is learned from both.
 */
export function learnTrip(model: VehicleModel, learned: Learned, trip: DrivenTrip): LearnedTrip {
  const reason = reasonToReject(model, learned, trip);
  if (reason !== undefined) return { learned, outcome: reason };
  const label = labelOf(model, learned.soh, trip);
  const { posterior, score } = learnEnergy(model, learned.posterior, Float64Array.from(trip.features), label);
  const soh = learnSoh(learned.soh, model, trip);
  // Finite figures can still be too large to multiply, and one NaN in the state would never leave it again.
  const state = [...posterior.theta, ...posterior.covariance, posterior.noiseScale, soh.ratio, soh.sdRatio];
  if (![...state, score].every(Number.isFinite)) return { learned, outcome: 'not-a-number' };
  const scores = withScore(learned.scores, score);
  return { learned: { version: LEARNED_VERSION, posterior, soh, scores }, outcome: 'learned' };
}

/** What a trip took, and how well that is known. */
export interface EnergyLabel {
  readonly kwh: number;
  readonly sdKwh: number;
}

/**
 * One step of vector recursive least squares (a Kalman filter on θ) with forgetting. Safeguards: the innovation is
 * clipped at 3 sd and weighted as Student-t; only parameters that the trip excited are forgotten; θ is projected
 * to physical values. The trip noise is adapted too. `score` is the error in sd of the forecast.
 */
export function learnEnergy(
  model: VehicleModel,
  before: Posterior,
  features: Float64Array,
  label: EnergyLabel,
): { readonly posterior: Posterior; readonly score: number } {
  const forecast = tripForecast(before, features, model.usableKwh);
  const noiseKwh2 = forecast.noiseKwh2 + label.sdKwh ** 2;
  const sdKwh = Math.sqrt(forecast.parameterKwh2 + noiseKwh2);
  const errorKwh = label.kwh - forecast.meanKwh;
  const score = errorKwh / sdKwh;
  const robust = (ROBUST_DEGREES_OF_FREEDOM + 1) / (ROBUST_DEGREES_OF_FREEDOM + score ** 2);
  const clippedKwh = clamp(errorKwh, -CLIP_SD * sdKwh, CLIP_SD * sdKwh);
  const moved = moveTheta(before, features, clippedKwh, noiseKwh2 / robust);
  const noiseScale = nextNoiseScale(before, score ** 2);
  const posterior = settle({ ...moved, noiseScale, trips: before.trips + 1 }, priorFor(model));
  return { posterior, score };
}

export interface TripForecast {
  readonly meanKwh: number;
  /** Variance from the parameters, and from what one trip differs from the next. */
  readonly parameterKwh2: number;
  readonly noiseKwh2: number;
}

/** Energy of a trip with these features, all inputs known. */
export function tripForecast(posterior: Posterior, features: Float64Array, usableKwh: number): TripForecast {
  let joules = 0;
  for (let k = 0; k < FEATURE_COUNT; k++) joules += (posterior.theta[k] ?? 0) * (features[k] ?? 0);
  const meanKwh = joules / 3.6e6;
  return {
    meanKwh,
    parameterKwh2: Math.max(0, varianceForm(posterior, features)) / 3.6e6 ** 2,
    noiseKwh2: posterior.noiseScale ** 2 * noiseVarianceKwh2(meanKwh, usableKwh),
  };
}

/** What forecasts of this car are made with. */
export const forecastBasis = ({ posterior, soh, scores }: Learned) => ({
  posterior,
  sohRatio: soh.ratio,
  capacitySdRatio: soh.sdRatio,
  errorScale: conformalScale(scores),
});

function reasonToReject(model: VehicleModel, { soh }: Learned, trip: DrivenTrip): RejectReason | undefined {
  const { startSocPct, endSocPct, socStepPct, distanceM, longestGapS, meteredKwh } = trip;
  const figures = [
    startSocPct,
    endSocPct,
    socStepPct,
    distanceM,
    longestGapS,
    meteredKwh ?? 0,
    ...trip.features,
  ];
  if (trip.features.length !== FEATURE_COUNT || !figures.every(Number.isFinite)) return 'not-a-number';
  if (trip.wasCharged) return 'charged';
  if (trip.wasTowed) return 'towed';
  if (longestGapS > LONGEST_GAP_S) return 'gap';
  if (distanceM < SHORTEST_M) return 'too-short';
  if (meteredKwh === null)
    return startSocPct - endSocPct < FEWEST_SOC_STEPS * socStepPct ? 'charge-barely-moved' : undefined;
  return contradicts(model, soh, trip, meteredKwh) ? 'meter-against-charge' : undefined;
}

function contradicts(model: VehicleModel, soh: StateOfHealth, trip: DrivenTrip, meteredKwh: number): boolean {
  const expectedKwh = usableBetweenKwh(batteryEnergy(model, soh.ratio), trip.startSocPct, trip.endSocPct);
  const isWearUnseen = soh.sdRatio >= newSoh.sdRatio && meteredKwh < expectedKwh;
  const wornKwh = isWearUnseen ? MOST_WORN_RATIO * expectedKwh : 0;
  const doubtKwh = 2 * soh.sdRatio * Math.abs(meteredKwh);
  const roundingKwh = (model.usableKwh / 100) * 2 * trip.socStepPct;
  const allowedKwh = METER_AGAINST_CHARGE * Math.abs(meteredKwh) + Math.max(doubtKwh, wornKwh) + roundingKwh;
  return Math.abs(meteredKwh - expectedKwh) > allowedKwh;
}

function labelOf(model: VehicleModel, soh: StateOfHealth, trip: DrivenTrip): EnergyLabel {
  const climbSdKwh = trip.isClimbKnown ? 0 : (model.massKg * GRAVITY_MPS2 * UNKNOWN_CLIMB_SD_M) / 3.6e6;
  if (trip.meteredKwh !== null)
    return { kwh: trip.meteredKwh, sdKwh: Math.hypot(METER_SD_RATIO * trip.meteredKwh, climbSdKwh) };
  const battery = batteryEnergy(model, soh.ratio);
  const kwh = usableBetweenKwh(battery, trip.startSocPct, trip.endSocPct);
  const roundingKwh = kwhPerPoint(battery, trip.endSocPct) * trip.socStepPct * Math.sqrt(2 / 12);
  return { kwh, sdKwh: Math.hypot(roundingKwh, soh.sdRatio * kwh, climbSdKwh) };
}

/** One Kalman step: K = Cf/(fᵀCf + R), θ + K·error, C − K(Cf)ᵀ. */
function moveTheta(
  posterior: Posterior,
  features: Float64Array,
  errorKwh: number,
  noiseKwh2: number,
): Posterior {
  const n = FEATURE_COUNT;
  const spread = new Float64Array(n); // C·f
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += (posterior.covariance[i * n + j] ?? 0) * (features[j] ?? 0);
    spread[i] = sum / 3.6e6;
  }
  let parameterKwh2 = 0;
  for (let i = 0; i < n; i++) parameterKwh2 += ((spread[i] ?? 0) * (features[i] ?? 0)) / 3.6e6;
  const total = parameterKwh2 + noiseKwh2;
  const theta = posterior.theta.map((value, i) => value + ((spread[i] ?? 0) / total) * errorKwh);
  // What the trip taught narrows C along Cf, and forgetting widens it there by 1/λ: one factor for both.
  const forgotten = parameterKwh2 > 0 ? ((1 / FORGETTING - 1) * noiseKwh2) / parameterKwh2 : 0;
  const narrowed = (1 - forgotten) / total;
  const covariance = posterior.covariance.map((value, at) => {
    const i = Math.floor(at / n);
    return value - (spread[i] ?? 0) * (spread[at - i * n] ?? 0) * narrowed;
  });
  return { ...posterior, theta, covariance };
}

function nextNoiseScale(posterior: Posterior, score2: number): number {
  const weight = Math.min(NOISE_WEIGHT.most, NOISE_WEIGHT.first + posterior.trips);
  const scale2 = (weight * posterior.noiseScale ** 2 + Math.min(score2, MOST_SCORE2)) / (weight + 1);
  return Math.max(LEAST_NOISE_SCALE, Math.sqrt(scale2));
}

/** Keeps θ and C where physics and the prior allow. */
function settle(moved: Posterior, prior: Posterior): Posterior {
  const n = FEATURE_COUNT;
  const shrink = new Float64Array(n);
  const priorVariance = (k: number) => prior.covariance[k * n + k] ?? 0;
  for (let k = 0; k < n; k++) {
    const variance = moved.covariance[k * n + k] ?? 0;
    const most = MOST_VARIANCE_RATIO * priorVariance(k);
    shrink[k] = variance > most ? Math.sqrt(most / variance) : 1;
  }
  const covariance = moved.covariance.map((value, at) => {
    const i = Math.floor(at / n);
    return value * ((shrink[i] ?? 1) * (shrink[at - i * n] ?? 1)); // in this order C stays symmetric to the bit
  });
  const theta = moved.theta.map((value, k) => {
    const mean = prior.theta[k] ?? 0;
    const reach = (PROJECTION_SD / START_SD_RATIO) * Math.sqrt(priorVariance(k));
    return clamp(value, Math.max(0, mean - reach), mean + reach);
  });
  return { ...moved, theta, covariance };
}
