import { z } from 'zod';
import { clamp } from './check.ts';
import { quantileOf } from './probability.ts';

const KEPT = 50;
const TRUSTED_FROM = 20;
/** The level at which intervals are made to hold. */
const LEVEL = 0.9;
const LEAST_SCALE = 0.5;
const MOST_SCALE = 2;

/** Standardised errors of the last trips, oldest first: (driven − forecast)/sd. */
export const conformalScoresSchema = z.array(z.number()).max(KEPT);
export type ConformalScores = readonly number[];

export const noScores: number[] = [];

export const withScore = (scores: ConformalScores, score: number): number[] =>
  [...scores, score].slice(-KEPT);

/**
 * Factor on the forecast's sd that makes its 90 % interval hold on this car's own trips: the ⌈(n+1)·0.9⌉-th
 * smallest |z| over what the Student-t promised (split conformal prediction with normalised residuals: Lei et al.
 * 2018, doi 10.1080/01621459.2017.1307116). 1 until there are 20 trips.
 */
export function conformalScale(scores: ConformalScores): number {
  if (scores.length < TRUSTED_FROM) return 1;
  const sorted = scores.map(Math.abs).toSorted((a, b) => a - b);
  const rank = Math.min(sorted.length, Math.ceil((sorted.length + 1) * LEVEL));
  const promised = quantileOf(0.5 + LEVEL / 2, 0, 1);
  return clamp((sorted[rank - 1] ?? promised) / promised, LEAST_SCALE, MOST_SCALE);
}
