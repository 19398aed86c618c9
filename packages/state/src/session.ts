import { AsyncLocalStorage } from 'node:async_hooks';
import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';

/** Where queries run: the transaction that is running in this chain of calls, otherwise the database. */
export interface Session {
  db(): Kysely<Tables>;
  /**
   * All of `work` or nothing; a call inside `work` joins it. When a nested call fails the whole transaction
   * fails, even if `work` catches that error. `work` may run again after losing a race against another one.
   */
  transaction<T>(work: () => Promise<T>): Promise<T>;
  /** Runs once the data is committed: at the end of the running transaction, or at once when there is none. */
  afterCommit(task: () => Promise<void>): Promise<void>;
  /** Other processes write to the same database: whoever claims rows skips those being claimed. */
  readonly isShared: boolean;
  /**
   * A row read now may be written on the ground of what it says: it must be read with a lock. Only within a
   * transaction, and only where others write to the same database: SQLite has one writer at a time.
   */
  locksRows(): boolean;
  /**
   * Until the transaction ends no other one gets past the same name: for what stands in no row, like a count,
   * or a row that is not there yet.
   */
  enter(name: string): Promise<void>;
  /** Runs `work` while no other process does under the same name. Not a transaction. */
  alone<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export interface SessionOptions {
  readonly isShared: boolean;
  /** True for errors of a transaction that was undone for another one's sake. */
  isLostRace(error: unknown): boolean;
  /** Waits before the next try; `tried` counts from 1. */
  pause(tried: number): Promise<void>;
}

/** For the one process of an embedded database: nobody to race against. */
export const ONE_PROCESS: SessionOptions = {
  isShared: false,
  isLostRace: () => false,
  pause: async () => {},
};

/** With pauses that grow, losing so often means that something else is wrong. */
const TRIES = 8;

interface Running {
  readonly db: Kysely<Tables>;
  readonly afterCommit: (() => Promise<void>)[];
  /** False once `work` is over: what it started and did not await then runs by itself. */
  isOpen: boolean;
  nestedFailure: { readonly error: unknown } | undefined;
}

export function createSession(database: Kysely<Tables>, options: SessionOptions = ONE_PROCESS): Session {
  const { isShared } = options;
  const storage = new AsyncLocalStorage<Running>();
  const current = (): Running | undefined => {
    const running = storage.getStore();
    return running?.isOpen ? running : undefined;
  };

  const attempt = <T>(work: () => Promise<T>, afterCommit: Running['afterCommit']): Promise<T> =>
    database.transaction().execute(async (db) => {
      const running: Running = { db, afterCommit, isOpen: true, nestedFailure: undefined };
      try {
        const value = await storage.run(running, work);
        if (running.nestedFailure) throw running.nestedFailure.error;
        return value;
      } finally {
        running.isOpen = false;
      }
    });

  async function begin<T>(work: () => Promise<T>): Promise<T> {
    for (let tried = 1; ; tried += 1) {
      const afterCommit: Running['afterCommit'] = [];
      let result: T;
      try {
        result = await attempt(work, afterCommit);
      } catch (error) {
        if (tried === TRIES || !options.isLostRace(error)) throw error;
        await options.pause(tried);
        continue;
      }
      for (const task of afterCommit) await task();
      return result;
    }
  }

  async function join<T>(outer: Running, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      outer.nestedFailure ??= { error };
      throw error;
    }
  }

  return {
    isShared,
    db: () => current()?.db ?? database,
    transaction(work) {
      const outer = current();
      return outer ? join(outer, work) : begin(work);
    },
    async afterCommit(task) {
      const running = current();
      if (running) running.afterCommit.push(task);
      else await task();
    },
    locksRows: () => isShared && current() !== undefined,
    async enter(name) {
      const running = current();
      if (isShared && running)
        await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(running.db);
    },
    alone: (name, work) => (isShared ? holding(database, name, work) : work()),
  };
}

/** The lock is the connection's: it ends with the process, however that dies. */
const holding = <T>(database: Kysely<Tables>, name: string, work: () => Promise<T>): Promise<T> =>
  database.connection().execute(async (held) => {
    await sql`select pg_advisory_lock(hashtextextended(${name}, 0))`.execute(held);
    try {
      return await work();
    } finally {
      await sql`select pg_advisory_unlock(hashtextextended(${name}, 0))`.execute(held);
    }
  });
