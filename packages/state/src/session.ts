import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** Where queries run: the transaction that is running in this chain of calls, otherwise the database. */
export interface Session {
  db(): Kysely<Tables>;
  /**
   * All of `work` or nothing. Callers queue for the one connection; a call inside `work` joins it.
   * When a nested call fails the whole transaction fails, even if `work` catches that error.
   */
  transaction<T>(work: () => Promise<T>): Promise<T>;
  /** Runs once the data is committed: at the end of the running transaction, or at once when there is none. */
  afterCommit(task: () => Promise<void>): Promise<void>;
}

interface Running {
  readonly db: Kysely<Tables>;
  readonly afterCommit: (() => Promise<void>)[];
  /** False once `work` is over: what it started and did not await then runs by itself. */
  isOpen: boolean;
  nestedFailure: { readonly error: unknown } | undefined;
}

export function createSession(database: Kysely<Tables>): Session {
  const storage = new AsyncLocalStorage<Running>();
  const current = (): Running | undefined => {
    const running = storage.getStore();
    return running?.isOpen ? running : undefined;
  };

  async function begin<T>(work: () => Promise<T>): Promise<T> {
    const afterCommit: (() => Promise<void>)[] = [];
    const result = await database.transaction().execute(async (db) => {
      const running: Running = { db, afterCommit, isOpen: true, nestedFailure: undefined };
      try {
        const value = await storage.run(running, work);
        if (running.nestedFailure) throw running.nestedFailure.error;
        return value;
      } finally {
        running.isOpen = false;
      }
    });
    for (const task of afterCommit) await task();
    return result;
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
  };
}
