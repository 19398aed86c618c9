import { BUCKETS_MAX } from './check-row.ts';
import type { Bucket, SeriesValue } from './telemetry.ts';

interface OpenBucket {
  startMs: number;
  count: number;
  min: number;
  max: number;
  sum: number;
  last: number;
}

/** Folds values, given in the order of their time, into aligned buckets. Values that are no numbers are left out. */
export interface BucketFold {
  add(atMs: number, value: SeriesValue | undefined): void;
  buckets(): Bucket[];
}

/** @throws RangeError (from `add`) when there are more buckets than an answer may hold. */
export function createBucketFold(stepMs: number): BucketFold {
  const folded: OpenBucket[] = [];
  return {
    add(atMs, value) {
      if (typeof value !== 'number') return;
      const startMs = Math.floor(atMs / stepMs) * stepMs;
      const open = folded.at(-1);
      if (open?.startMs === startMs) {
        open.count++;
        open.min = Math.min(open.min, value);
        open.max = Math.max(open.max, value);
        open.sum += value;
        open.last = value;
        return;
      }
      if (folded.length === BUCKETS_MAX)
        throw new RangeError(`more than ${BUCKETS_MAX} buckets: ask for a larger step or a shorter time`);
      folded.push({ startMs, count: 1, min: value, max: value, sum: value, last: value });
    },
    buckets: () => folded.map(({ sum, ...bucket }) => ({ ...bucket, mean: sum / bucket.count })),
  };
}
