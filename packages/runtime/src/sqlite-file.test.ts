import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inTransaction, openSqliteFile, sqlitePath } from './sqlite-file.ts';

describe('a SQLite file', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'outrider-sqlite-'));
    path = join(folder, 'new', 'file.db');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const FIRST = 'CREATE TABLE t (a INTEGER NOT NULL) STRICT';
  const SECOND = "ALTER TABLE t ADD COLUMN b TEXT NOT NULL DEFAULT 'x'";

  it('is created with its folder, in WAL with every commit on disk', () => {
    const db = openSqliteFile(path, { migrations: [FIRST] });
    expect(db.prepare('PRAGMA journal_mode').get()?.journal_mode).toBe('wal');
    expect(db.prepare('PRAGMA synchronous').get()?.synchronous).toBe(2);
    db.close();
  });

  it('is brought to the newest version once, keeping what it holds', () => {
    let db = openSqliteFile(path, { migrations: [FIRST] });
    db.exec('INSERT INTO t VALUES (1)');
    db.close();
    for (let opened = 0; opened < 2; opened++) {
      db = openSqliteFile(path, { migrations: [FIRST, SECOND] });
      expect(db.prepare('SELECT * FROM t').all()).toEqual([{ a: 1, b: 'x' }]);
      db.close();
    }
  });

  it('is refused when a newer version wrote it', () => {
    openSqliteFile(path, { migrations: [FIRST, SECOND] }).close();
    expect(() => openSqliteFile(path, { migrations: [FIRST] })).toThrow('newer version');
  });

  it('stays at its version when a step fails', () => {
    openSqliteFile(path, { migrations: [FIRST] }).close();
    expect(() => openSqliteFile(path, { migrations: [FIRST, `${SECOND}; nonsense`] })).toThrow('syntax');
    const db = openSqliteFile(path, { migrations: [FIRST, SECOND] });
    expect(db.prepare('SELECT b FROM t').all()).toEqual([]);
    db.close();
  });

  it('keeps nothing of a transaction that throws, and takes the next', () => {
    const db = openSqliteFile(path, { migrations: [FIRST] });
    const insert = db.prepare('INSERT INTO t VALUES (?)');
    expect(() =>
      inTransaction(db, () => {
        insert.run(1);
        insert.run('no number');
      }),
    ).toThrow();
    inTransaction(db, () => insert.run(2));
    expect(db.prepare('SELECT a FROM t').all()).toEqual([{ a: 2 }]);
    db.close();
  });

  it('is named by a URL', () => {
    expect(sqlitePath('sqlite:./data/bus.db')).toBe('./data/bus.db');
    expect(sqlitePath('sqlite:///var/bus.db')).toBe('/var/bus.db');
    for (const url of ['sqlite:', 'postgres://x', './data/bus.db'])
      expect(() => sqlitePath(url)).toThrow('sqlite:<path');
  });
});
