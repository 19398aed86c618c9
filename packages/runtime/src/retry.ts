import type { Clock } from './clock.ts';

export interface RetryOptions {
  readonly clock: Clock;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** 0 ≤ x < 1; spreads many callers that failed together. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly onError?: (error: unknown, attempt: number) => void;
}

/** Capped exponential delay with full jitter: uniform in 0 … min(max, first·2^attempt). */
export function backoffMs(
  attempt: number,
  firstDelayMs: number,
  maxDelayMs: number,
  random: () => number,
): number {
  return Math.round(random() * Math.min(maxDelayMs, firstDelayMs * 2 ** attempt));
}

/** Tries `work` until it succeeds or `signal` aborts. @throws the last error once aborted. */
export async function untilSucceeds<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      options.onError?.(error, attempt);
      if (options.signal.aborted) throw error;
      await options.clock.sleep(
        backoffMs(attempt, options.firstDelayMs, options.maxDelayMs, options.random),
        options.signal,
      );
      if (options.signal.aborted) throw error;
    }
  }
}
