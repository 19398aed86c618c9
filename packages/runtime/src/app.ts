import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

/** `ready` is false while the process cannot do its work safely; `why` then says what is missing. */
export type Readiness = { readonly ready: true } | { readonly ready: false; readonly why: string };

/** One service, wired but not yet running. `main.ts` runs it alone, `standalone` runs all of them. */
export interface App {
  readonly name: string;
  start(): Promise<void>;
  /** Stops taking work, finishes what was taken, lets go of everything. Safe to call twice. */
  stop(): Promise<void>;
  readiness(): Readiness;
  /** True when everything that was handed to it has been worked off. A replay waits for this. */
  isIdle(): boolean;
}

/** What every service gets. */
export interface Runtime {
  /** Event time: frames, ages, `for`, quiet hours, expiry. */
  readonly eventClock: Clock;
  /** Real time: leases, retries, socket timeouts. */
  readonly realClock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Starts in order; when one fails, those already started are stopped again. */
export async function startAll(apps: readonly App[]): Promise<void> {
  const started: App[] = [];
  try {
    for (const app of apps) {
      await app.start();
      started.push(app);
    }
  } catch (error) {
    await stopAll(started);
    throw error;
  }
}

/** Stops in the order given (front door first), each even when one before it failed; throws all errors together. */
export async function stopAll(apps: readonly App[]): Promise<void> {
  const errors: unknown[] = [];
  for (const app of apps) {
    try {
      await app.stop();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, 'some services did not stop cleanly');
}
