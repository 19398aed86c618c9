import type { Clock, Log } from '@outrider/runtime';
import { untilSucceeds } from '@outrider/runtime';
import type { Bus } from './bus.ts';

/** A record written with the state it belongs to, waiting to reach the bus. */
export interface RelayRow {
  readonly outboxId: string;
  readonly topic: string;
  readonly key: string;
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** The part of packages/state a relay needs. */
export interface RelayOutbox<W extends string> {
  /** Runs `work` while no other process publishes this writer's rows. */
  inTurn<T>(writer: W, work: () => Promise<T>): Promise<T>;
  pending(writer: W, limit: number): Promise<readonly RelayRow[]>;
  markPublished(outboxIds: readonly string[]): Promise<void>;
}

/**
 * Publishes one writer's outbox in order. A crash between publishing and marking publishes again:
 * readers know a record by its id, so a repeat changes nothing. Relays of several processes take turns.
 */
export interface Relay {
  /** Say that rows were written; returns at once. */
  poke(): void;
  isIdle(): boolean;
  /** Publishes what is pending, then stops. */
  stop(): Promise<void>;
}

const ROWS_AT_ONCE = 500;

export function createRelay<W extends string>(deps: {
  readonly outbox: RelayOutbox<W>;
  readonly writer: W;
  readonly bus: Bus;
  readonly realClock: Clock;
  readonly log: Log;
  readonly random: () => number;
}): Relay {
  const abort = new AbortController();
  let running: Promise<void> | undefined;
  let isPoked = false;

  /** Read, published and marked in one turn: two relays of a writer never publish the same row. */
  const publishSome = async (): Promise<boolean> => {
    const rows = await deps.outbox.pending(deps.writer, ROWS_AT_ONCE);
    if (rows.length === 0) return false;
    await deps.bus.publish(rows.map(({ topic, key, value, headers }) => ({ topic, key, value, headers })));
    await deps.outbox.markPublished(rows.map((row) => row.outboxId));
    return true;
  };
  const publishPending = async (): Promise<void> => {
    while (isPoked) {
      isPoked = false;
      while (await deps.outbox.inTurn(deps.writer, publishSome));
    }
  };

  const run = (): Promise<void> =>
    untilSucceeds(
      async () => {
        isPoked = true;
        await publishPending();
      },
      {
        clock: deps.realClock,
        firstDelayMs: 100,
        maxDelayMs: 5_000,
        random: deps.random,
        signal: abort.signal,
        onError: (error) => deps.log.warn({ writer: deps.writer, err: String(error) }, 'the outbox waits'),
      },
    )
      .catch(() => undefined)
      .finally(() => {
        running = undefined;
        if (isPoked && !abort.signal.aborted) running = run();
      });

  return {
    poke() {
      isPoked = true;
      running ??= run();
    },
    isIdle: () => running === undefined && !isPoked,
    async stop() {
      abort.abort();
      await running;
    },
  };
}
