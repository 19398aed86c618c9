import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface SqliteFileOptions {
  /** Step n brings the schema from version n to n + 1. Steps are only ever appended. */
  readonly migrations: readonly string[];
  /** `off` gives up durability against power loss; it exists to prove that `full` is what keeps the promise. */
  readonly synchronous?: 'full' | 'off';
  /** Upper bound of the file; a write beyond it fails as a full disk does. */
  readonly maxBytes?: number;
  /**
   * Pages the write-ahead log may hold before they are copied into the file; SQLite's own default is 1,000.
   * More suits scattered writes: a page written in many commits is copied once.
   */
  readonly checkpointPages?: number;
}

const PAGE_BYTES = 4096;
const CACHE_KIB = 16_384;
/** A log left long by a slow reader is cut back to this size. */
const WAL_LIMIT_BYTES = 64 * 1024 * 1024;

/** `sqlite:./data/bus.db` → `./data/bus.db`. @throws when it is no such URL. */
export function sqlitePath(url: string): string {
  const path = /^sqlite:(?:\/\/)?(.+)$/.exec(url)?.[1];
  if (path === undefined) throw new Error(`${JSON.stringify(url)} is not sqlite:<path of a file>`);
  return path;
}

/**
 * Opens (or creates) a SQLite file for its only writer: WAL, every commit on disk before it returns,
 * schema brought to the newest version.
 * @throws when the file was written by a newer version of the program.
 */
export function openSqliteFile(path: string, options: SqliteFileOptions): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(path, { timeout: 5_000 });
  try {
    db.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
    db.exec('PRAGMA journal_mode = WAL');
    db.exec(`PRAGMA synchronous = ${options.synchronous === 'off' ? 'OFF' : 'FULL'}`);
    db.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
    db.exec(`PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES}`);
    if (options.checkpointPages !== undefined)
      db.exec(`PRAGMA wal_autocheckpoint = ${options.checkpointPages}`);
    if (options.maxBytes !== undefined)
      db.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(options.maxBytes / PAGE_BYTES))}`);
    migrate(db, path, options.migrations);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function migrate(db: DatabaseSync, path: string, migrations: readonly string[]): void {
  const version = Number(db.prepare('PRAGMA user_version').get()?.user_version ?? 0);
  if (version > migrations.length)
    throw new Error(
      `${path} has schema version ${version}, this program knows up to ${migrations.length}: it was written by a newer version`,
    );
  migrations.slice(version).forEach((step, index) => {
    inTransaction(db, () => {
      db.exec(step);
      db.exec(`PRAGMA user_version = ${version + index + 1}`);
    });
  });
}

/** Runs `work` in one transaction; when it or the commit fails nothing is kept and the error goes on. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk or a failed write may have ended the transaction already.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
