export interface BreakerLimits {
  /** Failures in a row that open it. */
  readonly failures: number;
  readonly openMs: number;
  /** Each rest after a failed try is twice as long as the one before, up to this; default: no longer. */
  readonly longestOpenMs?: number;
}

/** Stops trying what is down, so that its timeouts do not hold up everything else. Real clock. */
export interface Breaker {
  /** 0 = try, and note what came of it; otherwise how long not to. */
  openForMs(nowMs: number): number;
  /** What a try showed of the other side: whether it works, not whether it liked the question. */
  note(works: boolean, nowMs: number): void;
}

/** Whoever comes while one tries waits this long for what it shows; after that the next one tries. */
const TRYING_MS = 5_000;

/** Opens after so many failures in a row. When its time is over one try passes, and the others wait for what it shows. */
export function createBreaker({ failures, openMs, longestOpenMs = openMs }: BreakerLimits): Breaker {
  let failed = 0;
  let openUntilMs = 0;
  let isTrying = false;
  return {
    openForMs(nowMs) {
      if (openUntilMs === 0) return 0;
      if (nowMs < openUntilMs) return openUntilMs - nowMs;
      isTrying = true;
      openUntilMs = nowMs + TRYING_MS;
      return 0;
    },
    note(works, nowMs) {
      // Those that were on their way when it opened say nothing new: one outage is no reason for the longest rest.
      if (!works && !isTrying && nowMs < openUntilMs) return;
      isTrying = false;
      failed = works ? 0 : failed + 1;
      const rests = failed - failures;
      if (works) openUntilMs = 0;
      else if (rests >= 0) openUntilMs = nowMs + Math.min(longestOpenMs, openMs * 2 ** rests);
    },
  };
}
