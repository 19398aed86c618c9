import type { Clock } from '@outrider/runtime';

/** Waits for `work`, but no longer than `limitMs`; work that takes longer goes on without us. */
export async function within(limitMs: number, clock: Clock, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([work, clock.sleep(limitMs, timer.signal)]);
  timer.abort();
}
