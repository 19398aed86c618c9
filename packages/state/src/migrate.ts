import type { Log } from '@outrider/runtime';
import { type Kysely, sql } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from 'kysely/migration';

/**
 * Brings the schema up to the newest migration; each runs in a transaction, so a failed one leaves nothing.
 * A newer version may have run migrations that only expand: then this one works on beside it, and changes nothing.
 * @throws Error when the database has run another migration that this version does not know.
 */
export async function migrateToLatest<T>(
  db: Kysely<T>,
  known: Readonly<Record<string, Migration>>,
  log: Log,
): Promise<void> {
  if ((await findNewerSchema(db, Object.keys(known))) === 'expanded') {
    log.warn({}, 'a newer Outrider has expanded the state schema; this one works beside it');
    return;
  }
  const migrator = new Migrator({ db, provider: { getMigrations: async () => known } });
  const { error, results = [] } = await migrator.migrateToLatest();
  for (const { migrationName, status } of results) {
    if (status === 'Success') log.info({ migration: migrationName }, 'state schema changed');
  }
  if (error) throw new Error('the state schema could not be brought up to date', { cause: error });
}

/** Adds tables, columns with a default or null, and indexes, and nothing that an older version would stumble on. */
const EXPANDS = /^\d{4}-expand-/;

async function findNewerSchema<T>(db: Kysely<T>, known: readonly string[]): Promise<'expanded' | undefined> {
  const executed = await executedMigrations(db);
  const unknown = executed.filter((name) => !known.includes(name));
  if (unknown.length === 0) return undefined;
  const isComplete = known.every((name) => executed.includes(name));
  if (isComplete && unknown.every((name) => EXPANDS.test(name))) return 'expanded';
  throw new Error(
    `the state database was written by a newer Outrider: it has schema ${unknown.join(', ')}, ` +
      `this version knows up to ${known.at(-1)}; start the newer version, or restore a backup made with this one`,
  );
}

async function executedMigrations<T>(db: Kysely<T>): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === DEFAULT_MIGRATION_TABLE)) return [];
  const { rows } = await sql<{
    name: string;
  }>`select name from ${sql.table(DEFAULT_MIGRATION_TABLE)}`.execute(db);
  return rows.map(({ name }) => name).toSorted();
}
