import type { Cancel, Clock } from '@outrider/runtime';
import type { State } from '@outrider/state';
import type { TripSourceReader } from './trip-source-reader.ts';

export interface Rounds {
  readonly state: State;
  readonly realClock: Clock;
  /** 0 ≤ x < 1; spreads sources that would otherwise all be read at once. */
  readonly random: () => number;
  readonly intervalMs: number;
  readonly reader: TripSourceReader;
  /** A round as a whole failed: the store is down. */
  readonly onError: (error: unknown) => void;
}

/** Sources read at the same time. */
const LANES = 4;
const PAGE = 200;
const STEPS_PER_INTERVAL = 20;

/**
 * Reads every source once per interval, give or take a tenth; those found after a start are spread over the
 * first one. The clock's ticks start the rounds, which do not pile up.
 */
export function startRounds({ state, realClock, random, intervalMs, reader, onError }: Rounds): Stoppable {
  const dueAtMs = new Map<string, number>();
  const stopping = new AbortController();
  let round: Promise<void> | undefined;

  const readDue = async (): Promise<void> => {
    const seen = new Set<string>();
    for (let afterId = ''; !stopping.signal.aborted; ) {
      const page = await state.tripSources.list(afterId, PAGE);
      const queue = page.filter(({ sourceId }) => {
        seen.add(sourceId);
        const nowMs = realClock.nowMs();
        const dueMs = dueAtMs.get(sourceId);
        if (dueMs === undefined) dueAtMs.set(sourceId, nowMs + random() * intervalMs);
        return dueMs !== undefined && dueMs <= nowMs;
      });
      const lane = async (): Promise<void> => {
        for (let row = queue.shift(); row !== undefined && !stopping.signal.aborted; row = queue.shift()) {
          dueAtMs.set(row.sourceId, realClock.nowMs() + (0.9 + 0.2 * random()) * intervalMs);
          await reader.read(row, stopping.signal);
        }
      };
      await Promise.all(Array.from({ length: LANES }, lane));
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) break;
      afterId = last.sourceId;
    }
    if (!stopping.signal.aborted)
      for (const sourceId of dueAtMs.keys())
        if (!seen.has(sourceId)) {
          dueAtMs.delete(sourceId);
          reader.forget(sourceId);
        }
  };

  const cancel: Cancel = realClock.onTick(intervalMs / STEPS_PER_INTERVAL, () => {
    round ??= readDue()
      .catch(onError)
      .finally(() => {
        round = undefined;
      });
  });
  return {
    isIdle: () => round === undefined,
    async stop() {
      cancel();
      stopping.abort();
      await round;
    },
  };
}

export interface Stoppable {
  isIdle(): boolean;
  /** What is being read is given up. */
  stop(): Promise<void>;
}
