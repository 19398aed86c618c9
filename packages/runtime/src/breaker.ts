export interface BreakerLimits {
  /** Failures in a row that open it. */
  readonly failures: number;
  readonly openMs: number;
  /** Each rest after a failed try is twice as long as the one before, up to this; default: no longer. */
  readonly longestOpenMs?: number;
}

/** Stops trying what is down, so that its timeouts do not hold up everything else. Real clock. */
export interface Breaker {
  /** 0 = try; otherwise how long not to. */
  openForMs(nowMs: number): number;
  /** What a try showed of the other side: whether it works, not whether it liked the question. */
  note(works: boolean, nowMs: number): void;
}

/** Opens after so many failures in a row; one try passes when its time is over. */
export function createBreaker({ failures, openMs, longestOpenMs = openMs }: BreakerLimits): Breaker {
  let failed = 0;
  let openUntilMs = 0;
  return {
    openForMs: (nowMs) => Math.max(0, openUntilMs - nowMs),
    note(works, nowMs) {
      failed = works ? 0 : failed + 1;
      const rests = failed - failures;
      if (works) openUntilMs = 0;
      else if (rests >= 0) openUntilMs = nowMs + Math.min(longestOpenMs, openMs * 2 ** rests);
    },
  };
}
