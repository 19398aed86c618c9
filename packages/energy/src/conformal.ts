import { z } from 'zod';
import { probabilityBelow, quantileOf } from './probability.ts';

const KEPT = 50;
const TRUSTED_FROM = 20;
/** The level at which intervals are made to hold. */
const LEVEL = 0.9;
/** A trip counts 3 % less for each one after it. */
const FORGETTING = 0.97;
/** The Student-t counts as so many trips: few of one's own say little about one's tails. */
const PRIOR_TRIPS = 20;
const LEAST_SCALE = 0.5;
const MOST_SCALE = 2;
const HALVINGS = 30;

/** Standardised errors of the last trips, oldest first: (driven − forecast)/sd. */
export const conformalScoresSchema = z.array(z.number()).max(KEPT);
export type ConformalScores = readonly number[];

export const noScores: number[] = [];

export const withScore = (scores: ConformalScores, score: number): number[] =>
  [...scores, score].slice(-KEPT);

/**
 * Factor on the forecast's sd that makes its 90 % interval hold on this car's own trips: where the distribution
 * of their normalised errors, weighted by age and mixed with the Student-t it started from, reaches 90 %, over
 * where the Student-t does (split conformal prediction: Lei et al. 2018, doi 10.1080/01621459.2017.1307116; the
 * mixture gives up its finite-sample guarantee for steadier intervals). 1 until there are 20 trips.
 */
export function conformalScale(scores: ConformalScores): number {
  if (scores.length < TRUSTED_FROM) return 1;
  const promised = quantileOf(0.5 + LEVEL / 2, 0, 1);
  let [low, high] = [LEAST_SCALE, MOST_SCALE];
  for (let i = 0; i < HALVINGS; i++) {
    const scale = (low + high) / 2;
    if (shareWithin(scores, scale * promised) < LEVEL) low = scale;
    else high = scale;
  }
  return (low + high) / 2;
}

function shareWithin(scores: ConformalScores, most: number): number {
  let weights = PRIOR_TRIPS;
  let within = PRIOR_TRIPS * (2 * probabilityBelow(most, 0, 1) - 1);
  for (const [i, score] of scores.entries()) {
    const weight = FORGETTING ** (scores.length - 1 - i);
    weights += weight;
    if (Math.abs(score) <= most) within += weight;
  }
  return within / weights;
}
