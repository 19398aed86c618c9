/**
 * Time as a dependency. Outrider runs on two clocks, both injected: event time (frames, ages, `for`,
 * quiet hours, expiry) and real time (leases, retries, socket timeouts). A replay owns the event clock.
 */
export interface Clock {
  nowMs(): number;
  /**
   * Calls `fire` about every `intervalMs` while time passes. A moved clock calls it once per move,
   * however far it jumped: work that must happen per interval looks at `nowMs()`.
   */
  onTick(intervalMs: number, fire: () => void): Cancel;
  /** Resolves after `delayMs`, or at once when `signal` aborts. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

export type Cancel = () => void;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  onTick(intervalMs, fire) {
    const timer = setInterval(fire, intervalMs);
    timer.unref();
    return () => clearInterval(timer);
  },
  sleep(delayMs, signal) {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, delayMs);
      signal?.addEventListener('abort', done, { once: true });
    });
  },
};

/** A clock that moves only when it is told to; the replay and the tests own one. */
export interface ManualClock extends Clock {
  /** Moves forward to `atMs` (never back) and calls every ticker and due sleeper once. */
  advanceTo(atMs: number): void;
}

export function manualClock(startMs: number): ManualClock {
  let nowMs = startMs;
  const tickers = new Set<() => void>();
  const sleepers = new Set<{ readonly dueMs: number; readonly wake: () => void }>();
  return {
    nowMs: () => nowMs,
    onTick(_intervalMs, fire) {
      tickers.add(fire);
      return () => tickers.delete(fire);
    },
    sleep(delayMs, signal) {
      return new Promise((resolve) => {
        if (signal?.aborted || delayMs <= 0) return resolve();
        const sleeper = {
          dueMs: nowMs + delayMs,
          wake: () => {
            sleepers.delete(sleeper);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', sleeper.wake, { once: true });
      });
    },
    advanceTo(atMs) {
      if (atMs < nowMs) throw new RangeError(`the clock stands at ${nowMs} and cannot go back to ${atMs}`);
      nowMs = atMs;
      for (const sleeper of [...sleepers]) if (sleeper.dueMs <= nowMs) sleeper.wake();
      for (const fire of [...tickers]) fire();
    },
  };
}
