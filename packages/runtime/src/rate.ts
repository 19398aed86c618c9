/** Token buckets by key: `perS` in the long run, `burst` at once. Time is an argument. */
export interface RateLimit {
  /**
   * 0 when `count` (default 1) were taken, otherwise the milliseconds until there are as many. More than a bucket
   * holds passes when it is full, and is owed: nobody waits for ever, and the long run stays `perS`.
   */
  take(key: string, nowMs: number, count?: number): number;
  /** Forgets buckets that are full again, so that memory follows who is sending now. */
  sweep(nowMs: number): void;
  readonly size: number;
}

interface Bucket {
  level: number;
  atMs: number;
}

const ROUNDING_MS = 1e-6;

export function createRateLimit(perS: number, burst: number): RateLimit {
  const buckets = new Map<string, Bucket>();
  const levelAt = (bucket: Bucket, nowMs: number) =>
    Math.min(burst, bucket.level + (Math.max(0, nowMs - bucket.atMs) * perS) / 1000);
  return {
    take(key, nowMs, count = 1) {
      let bucket = buckets.get(key);
      if (bucket === undefined) {
        bucket = { level: burst, atMs: nowMs };
        buckets.set(key, bucket);
      }
      const level = levelAt(bucket, nowMs);
      // A refusal changes nothing, so that rounding cannot add up.
      const enough = Math.min(count, burst);
      if (level < enough) return Math.max(1, Math.ceil(((enough - level) * 1000) / perS - ROUNDING_MS));
      bucket.level = level - count;
      bucket.atMs = nowMs;
      return 0;
    },
    sweep(nowMs) {
      for (const [key, bucket] of buckets) if (levelAt(bucket, nowMs) >= burst) buckets.delete(key);
    },
    get size() {
      return buckets.size;
    },
  };
}
