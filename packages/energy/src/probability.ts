import { EnergyInputError, requireFinite, requireWithin } from './check.ts';

/**
 * Degrees of freedom of the forecast error. Trip errors have heavier tails than a Gaussian: first trips of a
 * car were seen 3 to 6 sigma out, and on trucks ν of 5 to 6 cut the calibration error by 92 %.
 */
export const TAIL_DEGREES_OF_FREEDOM = 6;

/** A t variable with ν = 6 has variance 1.5; its scale for a wanted standard deviation is this times the sd. */
const SCALE_PER_SD = Math.sqrt((TAIL_DEGREES_OF_FREEDOM - 2) / TAIL_DEGREES_OF_FREEDOM);

/** CDF of Student's t with ν = 6, in closed form (Abramowitz & Stegun 26.7.4, even ν). */
export function studentT6Cdf(t: number): number {
  if (t === Number.POSITIVE_INFINITY) return 1;
  if (t === Number.NEGATIVE_INFINITY) return 0;
  requireFinite('t', t);
  const c = 6 / (6 + t * t);
  const sine = Math.sign(t) * Math.sqrt(1 - c);
  return 0.5 + 0.5 * sine * (1 + c / 2 + (3 / 8) * c * c);
}

function studentT6Density(t: number): number {
  // Γ(3.5) / (√(6π) Γ(3)) = 0.3827…
  return 0.38273277230987157 * (1 + (t * t) / 6) ** -3.5;
}

/** Inverse of {@link studentT6Cdf}, by Newton steps kept inside a shrinking bracket. */
export function studentT6Quantile(probability: number): number {
  requireWithin('probability', probability, 0, 1);
  if (probability === 0) return Number.NEGATIVE_INFINITY;
  if (probability === 1) return Number.POSITIVE_INFINITY;
  let low = -1e4;
  let high = 1e4;
  let t = 0;
  for (let step = 0; step < 200; step++) {
    const error = studentT6Cdf(t) - probability;
    if (Math.abs(error) < 1e-14) break;
    if (error > 0) high = t;
    else low = t;
    const newton = t - error / studentT6Density(t);
    t = newton > low && newton < high ? newton : (low + high) / 2;
  }
  return t;
}

/** Standard normal CDF, |error| < 1.5e-7 (Abramowitz & Stegun 7.1.26). */
export function normalCdf(z: number): number {
  if (z === Number.POSITIVE_INFINITY) return 1;
  if (z === Number.NEGATIVE_INFINITY) return 0;
  requireFinite('z', z);
  const x = Math.abs(z) / Math.SQRT2;
  const k = 1 / (1 + 0.3275911 * x);
  const tail =
    k *
    (0.254829592 + k * (-0.284496736 + k * (1.421413741 + k * (-1.453152027 + k * 1.061405429)))) *
    Math.exp(-x * x);
  return z >= 0 ? 1 - tail / 2 : tail / 2;
}

/** P(X < x) for a heavy-tailed X with this mean and standard deviation; a step when the sd is 0. */
export function probabilityBelow(x: number, mean: number, sd: number): number {
  if (!(sd > 0)) {
    requireWithin('sd', sd, 0, 0);
    return requireFinite('mean', mean) < x ? 1 : 0;
  }
  return studentT6Cdf((x - mean) / (sd * SCALE_PER_SD));
}

/** The value a heavy-tailed X with this mean and sd stays below with the given probability. */
export function quantileOf(probability: number, mean: number, sd: number): number {
  return sd > 0 ? mean + sd * SCALE_PER_SD * studentT6Quantile(probability) : mean;
}

export interface Quantiles {
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}

const T10 = -1.4397557472577693;

/** 10 %, 50 % and 90 % quantiles; constant time, for hot paths. */
export function quantilesOf(mean: number, sd: number): Quantiles {
  const half = sd * SCALE_PER_SD * -T10;
  return { p10: mean - half, p50: mean, p90: mean + half };
}

export interface Outcome {
  /** How likely this case is; the weights of one mixture add up to 1. */
  readonly weight: number;
  /** Probability of the bad event in this case. */
  readonly probability: number;
}

/** p = Σ wᵢ pᵢ: skewed events (charger down, queue, detour) enter a forecast as separate cases. */
export function mixtureProbability(outcomes: readonly Outcome[]): number {
  let total = 0;
  let sum = 0;
  for (const { weight, probability } of outcomes) {
    total += requireWithin('weight', weight, 0, 1);
    sum += weight * requireWithin('probability', probability, 0, 1);
  }
  if (Math.abs(total - 1) > 1e-6) throw new EnergyInputError(`weights must add up to 1, add up to ${total}`);
  return sum;
}
