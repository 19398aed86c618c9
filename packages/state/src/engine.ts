import type { Clock, Log } from '@outrider/runtime';
import { backoffMs, systemRandom } from '@outrider/runtime';
import { Kysely, sql } from 'kysely';
import { migrateToLatest } from './migrate.ts';
import { postgresTypes, sqliteTypes } from './migrations/dialect-types.ts';
import { migrations } from './migrations/list.ts';
import { isLostRace, MIGRATION_LIMITS, openPostgres, WORK_LIMITS } from './postgres.ts';
import { checkPostgresUrl, isInClear } from './postgres-url.ts';
import { createScrub, type Scrub } from './scrub.ts';
import { createSession, type Session } from './session.ts';
import { NodeSqliteDialect, openSqlite, type SqliteOptions } from './sqlite.ts';
import type { Tables } from './tables.ts';

/** A database with its schema, ready for queries. */
export interface Engine {
  readonly session: Session;
  readonly scrub: Scrub;
  /** Whoever has a connection or queues for one finishes first. */
  close(): Promise<void>;
}

export interface EngineDeps {
  readonly log: Log;
  readonly realClock: Clock;
}

export async function openSqliteEngine(
  path: string,
  options: SqliteOptions,
  { log, realClock }: EngineDeps,
): Promise<Engine> {
  const file = openSqlite(path, options);
  const database = new Kysely<Tables>({ dialect: new NodeSqliteDialect(file) });
  try {
    await migrateToLatest(database, migrations(sqliteTypes), log);
  } catch (error) {
    file.close();
    throw error;
  }
  return {
    session: createSession(database),
    scrub: createScrub(file, database, realClock, log),
    async close() {
      await database.connection().execute(async () => {});
      await database.destroy();
    },
  };
}

/** How long a transaction that gave way waits, at most, before it runs again. */
const GIVE_WAY = { firstMs: 10, maxMs: 500 };

/** @throws Error without the URL's password when the server is away, refuses, or holds a newer schema */
export async function openPostgresEngine(url: string, { log, realClock }: EngineDeps): Promise<Engine> {
  checkPostgresUrl(url);
  if (isInClear(url))
    log.warn(
      {},
      'the state store is reached in clear: use sslmode=verify-full outside a network of your own',
    );
  await migratePostgres(url, log);
  const { database, end } = openPostgres<Tables>(url, WORK_LIMITS, log);
  const session = createSession(database, {
    isShared: true,
    isLostRace,
    pause: (tried) => realClock.sleep(backoffMs(tried, GIVE_WAY.firstMs, GIVE_WAY.maxMs, systemRandom)),
  });
  return { session, scrub: createVacuum(database, log), close: end };
}

/** Several processes may start at once: kysely's migrator holds an advisory lock, and the others wait for it. */
async function migratePostgres(url: string, log: Log): Promise<void> {
  const { database, end } = openPostgres<unknown>(url, MIGRATION_LIMITS, log);
  try {
    await migrateToLatest(database, migrations(postgresTypes), log);
  } finally {
    await end();
  }
}

/** Frees the rows that held destroyed keys. The server overwrites that space, its log and backups when it likes. */
function createVacuum(database: Kysely<Tables>, log: Log): Scrub {
  return async () => {
    try {
      await sql`vacuum ${sql.table('subjectKeys')}, ${sql.table('quarantineKeys')}`.execute(database);
    } catch (error) {
      log.warn({ err: String(error) }, 'rows of destroyed keys are freed later, by PostgreSQL itself');
    }
  };
}
