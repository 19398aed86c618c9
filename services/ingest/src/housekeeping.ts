import type { Bus } from '@outrider/bus';
import type { App, Cancel, Runtime } from '@outrider/runtime';
import type { FullTrust } from '@outrider/trust';

const EVERY_MS = 3_600_000;

/** Once an hour: retention and compaction of the log, and the end of quarantine keys whose week is over. */
export function createHousekeeping(deps: {
  readonly bus: Pick<Bus, 'maintain'>;
  readonly trust: Pick<FullTrust, 'expireUnknown'>;
  readonly runtime: Runtime;
}): App {
  const { bus, trust, runtime } = deps;
  const removed = runtime.metrics.counter(
    'housekeeping_removed_records_total',
    'Records of the log that retention or compaction removed.',
  );
  let cancel: Cancel = () => undefined;
  let isStarted = false;
  let running: Promise<void> | undefined;

  async function tidy(): Promise<void> {
    try {
      removed.inc(await bus.maintain());
      await trust.expireUnknown(runtime.eventClock.nowMs());
    } catch (error) {
      runtime.log.error({ err: error }, 'housekeeping failed; it is tried again in an hour');
    } finally {
      running = undefined;
    }
  }

  return {
    name: 'housekeeping',
    async start() {
      isStarted = true;
      cancel = runtime.realClock.onTick(EVERY_MS, () => {
        running ??= tidy();
      });
    },
    async stop() {
      isStarted = false;
      cancel();
      await running;
    },
    readiness: () => (isStarted ? { ready: true } : { ready: false, why: 'not started' }),
    isIdle: () => running === undefined,
  };
}
