import type { App, Clock } from '@outrider/runtime';

/** Something had not come to rest in time. */
export class StillBusy extends Error {
  readonly busy: readonly string[];
  constructor(busy: readonly string[], waitedMs: number) {
    super(`still busy after ${Math.round(waitedMs / 1000)} s: ${busy.join(', ')}`);
    this.name = 'StillBusy';
    this.busy = busy;
  }
}

/** One turn of the event loop: sockets are read, promises settle. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Resolves when every app was idle twice in a row with a turn of the event loop between: work that is on
 * its way from one service to the next shows up in that turn.
 * @throws StillBusy after `deadlineMs` of real time, naming who is busy
 */
export async function untilIdle(
  apps: readonly Pick<App, 'name' | 'isIdle'>[],
  realClock: Clock,
  deadlineMs: number,
): Promise<void> {
  const startedMs = realClock.nowMs();
  let quietTurns = 0;
  for (;;) {
    const busy = apps.filter((app) => !app.isIdle());
    quietTurns = busy.length === 0 ? quietTurns + 1 : 0;
    if (quietTurns === 2) return;
    const waitedMs = realClock.nowMs() - startedMs;
    if (waitedMs > deadlineMs && busy.length > 0)
      throw new StillBusy(
        busy.map(({ name }) => name),
        waitedMs,
      );
    await nextTurn();
  }
}
