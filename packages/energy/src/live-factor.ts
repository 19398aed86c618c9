import { clamp, requireWithin } from './check.ts';
import { noiseVarianceKwh2 } from './noise.ts';

/**
 * How today's consumption compares with the forecast: one factor, believed only slowly. On 20 km trips it does not
 * help; it pays on long legs, hence nothing before 30 km.
 */
export interface LiveFactor {
  readonly drivenM: number;
  readonly drivenKwh: number;
  readonly predictedKwh: number;
  /** Multiplies the energy still to come. */
  readonly factor: number;
  /** sd of log(factor): what the driven part leaves open. */
  readonly logSd: number;
}

/** Beyond these somebody towed the car, or the charge was read anew: no forecast is made of more. */
export const LIVE_FACTOR = { least: 0.3, most: 3 } as const;
const TRUSTED_FROM_M = 30_000;
const PRIOR_LOG_SD = 0.05;

export const noLiveFactor: LiveFactor = {
  drivenM: 0,
  drivenKwh: 0,
  predictedKwh: 0,
  factor: 1,
  logSd: PRIOR_LOG_SD,
};

export interface DrivenStretch {
  readonly distanceM: number;
  readonly drivenKwh: number;
  /** What the model says now of that same stretch: with the weather and speeds it had. */
  readonly predictedKwh: number;
  readonly usableKwh: number;
}

/** Adds a driven stretch. Kalman filter of log(factor), prior N(0, 0.05²), over everything driven so far. */
export function updateLiveFactor(state: LiveFactor, stretch: DrivenStretch): LiveFactor {
  const drivenM = state.drivenM + requireWithin('distanceM', stretch.distanceM, 0, 1e6);
  const drivenKwh = state.drivenKwh + requireWithin('drivenKwh', stretch.drivenKwh, -500, 500);
  const predictedKwh = state.predictedKwh + requireWithin('predictedKwh', stretch.predictedKwh, -500, 500);
  const sums = { drivenM, drivenKwh, predictedKwh };
  if (drivenM < TRUSTED_FROM_M || drivenKwh <= 0 || predictedKwh <= 0) {
    return { ...sums, factor: 1, logSd: PRIOR_LOG_SD };
  }
  const prior = PRIOR_LOG_SD ** 2;
  const noise = noiseVarianceKwh2(predictedKwh, stretch.usableKwh) / predictedKwh ** 2;
  const gain = prior / (prior + noise);
  const logRatio = Math.log(drivenKwh / predictedKwh);
  const factor = clamp(Math.exp(gain * logRatio), LIVE_FACTOR.least, LIVE_FACTOR.most);
  return { ...sums, factor, logSd: Math.sqrt((1 - gain) * prior) };
}
