import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { SqliteAdapter, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';

export interface SqliteOptions {
  /** `full` (default) keeps what was committed through a power cut; `off` is for showing what that costs. */
  readonly synchronous: 'full' | 'off';
}

/** Statements kept compiled. Queries here have a few dozen shapes; bulk statements add some more. */
const STATEMENTS_KEPT = 200;
/** Another process (a backup) may hold the write lock for a moment. */
const BUSY_TIMEOUT_MS = 5_000;

/** Opens or creates the file (`:memory:` for none), readable by its owner alone. */
export function openSqlite(path: string, options: SqliteOptions): DatabaseSync {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: true, timeout: BUSY_TIMEOUT_MS });
  try {
    if (path !== ':memory:') chmodSync(path, 0o600);
    database.exec('pragma journal_mode = wal');
    database.exec(`pragma synchronous = ${options.synchronous}`);
    // A destroyed key must not survive in the file's free pages.
    database.exec('pragma secure_delete = on');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Moves the write-ahead log into the file and empties it, so that overwritten secrets are gone from both.
 * False while a reader (a backup) still needs the log. Not to be called inside a transaction.
 */
export function scrubSqlite(database: DatabaseSync): boolean {
  // Waiting would stop the whole process for as long as that reader reads.
  database.exec('pragma busy_timeout = 0');
  try {
    return database.prepare('pragma wal_checkpoint(truncate)').get()?.busy === 0;
  } finally {
    database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`);
  }
}

/** kysely's own dialect over node:sqlite. */
export class NodeSqliteDialect extends SqliteDialect {
  constructor(database: DatabaseSync) {
    super({ database: kyselyDatabase(database) });
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalDdlAdapter();
  }
}

/** SQLite does roll back `create table`; kysely says no because of a pragma that migrations here do not use. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** The part of better-sqlite3 that kysely's driver calls. */
function kyselyDatabase(database: DatabaseSync): SqliteDatabase {
  const compiled = new Map<string, StatementSync>();
  const compile = (sqlText: string): StatementSync => {
    const known = compiled.get(sqlText);
    if (known) return known;
    const statement = database.prepare(sqlText);
    compiled.set(sqlText, statement);
    if (compiled.size > STATEMENTS_KEPT) compiled.delete(compiled.keys().next().value ?? '');
    return statement;
  };
  return {
    close() {
      compiled.clear();
      if (database.isOpen) database.close();
    },
    prepare(sqlText) {
      // Taking the write lock at once, SQLite waits for it; taken in the middle, it fails without waiting.
      if (sqlText === 'begin') return kyselyStatement(compile('begin immediate'));
      // After a full disk SQLite has already rolled back; a second rollback would hide that error.
      if (sqlText === 'rollback' && !database.isTransaction) return NOTHING_TO_DO;
      return kyselyStatement(compile(sqlText));
    },
  };
}

const NOTHING_TO_DO: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
};

function kyselyStatement(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...sqliteValues(parameters)),
    run: (parameters) => statement.run(...sqliteValues(parameters)),
    iterate: (parameters) => statement.iterate(...sqliteValues(parameters)),
  };
}

/** kysely hands parameters on untyped; node:sqlite itself refuses what it cannot bind. */
const sqliteValues = (parameters: readonly unknown[]) => parameters as readonly SQLInputValue[];
