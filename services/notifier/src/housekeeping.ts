import type { Parts } from './notifier-deps.ts';

/** Deletes what people said once it can change nothing any more. */
export interface Housekeeping {
  /** Time passed; returns at once. */
  poke(): void;
  isIdle(): boolean;
  /** Finishes the look under way. */
  stop(): Promise<void>;
}

/** Event time. Nothing hangs on it: what is over counts no more, whether or not it is there. */
const LOOK_EVERY_MS = 3_600_000;

export function createHousekeeping({ state, runtime, limits }: Parts): Housekeeping {
  let lookedAtMs: number | undefined;
  let looking: Promise<void> | undefined;
  let isStopped = false;
  return {
    poke() {
      const nowMs = runtime.eventClock.nowMs();
      if (isStopped || looking !== undefined) return;
      if (lookedAtMs !== undefined && nowMs - lookedAtMs < LOOK_EVERY_MS) return;
      // Also after a failure: the next hour is soon enough.
      lookedAtMs = nowMs;
      looking = state.notifications
        .forgetAnswers({
          answeredByMs: nowMs - limits.declineLastsMs,
          doubtedByMs: nowMs - limits.doubtLastsMs,
        })
        .catch((error: unknown) => {
          runtime.log.warn(
            { err: String(error) },
            'old answers could not be deleted; tried again in an hour',
          );
        })
        .finally(() => {
          looking = undefined;
        });
    },
    isIdle: () => looking === undefined,
    async stop() {
      isStopped = true;
      await looking;
    },
  };
}
