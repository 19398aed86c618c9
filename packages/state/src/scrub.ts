import type { DatabaseSync } from 'node:sqlite';
import type { Cancel, Clock, Log } from '@outrider/runtime';
import type { Kysely } from 'kysely';
import { scrubSqlite } from './sqlite.ts';

const RETRY_MS = 1_000;

/** Removes overwritten bytes from wherever the engine still has them; to be run after a commit. */
export type Scrub = () => Promise<void>;

/** Tries at once, and every second as long as a reader holds on to the old bytes. */
export function createScrub<T>(database: DatabaseSync, kysely: Kysely<T>, realClock: Clock, log: Log): Scrub {
  let retry: Cancel | undefined;
  const attempt = async () => {
    // With the connection in hand no transaction is open.
    const isDone = await kysely.connection().execute(async () => scrubSqlite(database));
    if (isDone) {
      retry?.();
      retry = undefined;
    } else {
      retry ??= realClock.onTick(RETRY_MS, () => void attemptAgain());
    }
  };
  const attemptAgain = async () => {
    try {
      await attempt();
    } catch (error) {
      // Closing stops here too: it empties the log by itself.
      retry?.();
      if (database.isOpen)
        log.error({ error }, 'bytes of a destroyed key may still be in the write-ahead log');
    }
  };
  return attempt;
}
