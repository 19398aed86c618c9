import { seededRandom } from '@outrider/runtime';
import { absolutePercent, meanOf, type Prediction, quantileOf } from './scores.ts';

/** How far a mean over these trips could be from one over others like them: the middle 90 %. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface PairedDifference {
  readonly n: number;
  /** Points of absolute percentage error by which the second is worse, trip by trip. */
  readonly mean: number;
  readonly interval: Interval;
}

const RESAMPLES = 2_000;
/** Any number will do, as long as two runs use the same. */
const SEED = 155;

/** Draws trips with replacement, again and again, and looks at how their means spread. */
export function bootstrapMean(values: readonly number[]): Interval | null {
  if (values.length < 2) return null;
  const random = seededRandom(SEED);
  const means = Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[Math.floor(random() * values.length)]!;
    return sum / values.length;
  });
  return { low: quantileOf(means, 0.05)!, high: quantileOf(means, 0.95)! };
}

export const bootstrapMape = (predictions: readonly Prediction[]): Interval | null =>
  bootstrapMean(predictions.map(absolutePercent));

/** Compares two forecasts on the trips that both made. */
export function comparePaired(
  first: readonly Prediction[],
  second: readonly Prediction[],
): PairedDifference | null {
  const errors = new Map(first.map((one) => [one.trip, absolutePercent(one)]));
  const differences = second.flatMap((one) => {
    const error = errors.get(one.trip);
    return error === undefined ? [] : [absolutePercent(one) - error];
  });
  const interval = bootstrapMean(differences);
  return interval === null ? null : { n: differences.length, mean: meanOf(differences)!, interval };
}
