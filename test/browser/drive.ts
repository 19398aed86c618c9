import { createLog, systemClock } from '@outrider/runtime';
import { type Recording, replay, type Scenario } from '@outrider/standalone';

/** A drive that runs in this process, with the page of its driver. */
export interface Drive {
  /** Signs the driver in, once. */
  readonly pageUrl: string;
  /** The same for an operator of the fleet. */
  readonly operatorUrl: string;
  readonly origin: string;
  /** Resolves when the car has arrived, or has not; everything stays open. */
  readonly over: Promise<Recording>;
  close(): Promise<void>;
}

/** @param speedRatio so many times real time */
export async function startDrive(scenario: Scenario, speedRatio: number): Promise<Drive> {
  const page = Promise.withResolvers<{ readonly driver: string; readonly operator: string }>();
  const over = Promise.withResolvers<Recording>();
  const end = Promise.withResolvers<void>();
  const stop = new AbortController();
  const closed = replay({
    scenario,
    speedRatio,
    realClock: systemClock,
    log: createLog('error'),
    signal: stop.signal,
    onPages: page.resolve,
    linger(recording) {
      over.resolve(recording);
      return end.promise;
    },
  });
  closed.catch((error: unknown) => {
    page.reject(error);
    over.reject(error);
  });
  // Whoever closes it early does not wait for the end.
  over.promise.catch(() => undefined);
  const { driver: pageUrl, operator: operatorUrl } = await page.promise;
  return {
    pageUrl,
    operatorUrl,
    origin: new URL(pageUrl).origin,
    over: over.promise,
    async close() {
      end.resolve();
      stop.abort(new Error('the test is over'));
      await closed.catch(() => undefined);
    },
  };
}
