import type { Clock } from './clock.ts';

/** A timer holds 2^31 - 1 ms; what is later is set again on the way. */
const LONGEST_MS = 2 ** 31 - 1;

/** One timer for whatever is due next: it rings once at the moment it was set to last. */
export interface Alarm {
  /** Instant on the alarm's clock; undefined = never. */
  set(atMs: number | undefined): void;
  /** It should have rung and is about to. */
  isDue(): boolean;
}

export function createAlarm(clock: Clock, ring: () => void): Alarm {
  let armedForMs: number | undefined;
  let disarm = new AbortController();

  const arm = (atMs: number): void => {
    const { signal } = disarm;
    void clock.sleep(Math.min(atMs - clock.nowMs(), LONGEST_MS), signal).then(() => {
      if (signal.aborted) return;
      // Far ahead, or a timer that was early.
      if (clock.nowMs() < atMs) return arm(atMs);
      armedForMs = undefined;
      ring();
    });
  };

  return {
    set(atMs) {
      if (atMs === armedForMs) return;
      disarm.abort();
      disarm = new AbortController();
      armedForMs = atMs;
      if (atMs !== undefined) arm(atMs);
    },
    isDue: () => armedForMs !== undefined && armedForMs <= clock.nowMs(),
  };
}
