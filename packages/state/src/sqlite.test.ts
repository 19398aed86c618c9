import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { manualClock, silentLog } from '@outrider/runtime';
import { Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { person, subjectKey, vehicle } from './contract/rows.ts';
import { stateContract } from './contract/state.contract.ts';
import { migrateToLatest } from './migrate.ts';
import { sqliteTypes } from './migrations/dialect-types.ts';
import { migrations } from './migrations/list.ts';
import { openState } from './open.ts';
import { NodeSqliteDialect } from './sqlite.ts';

const log = silentLog;

stateContract('memory', () => ({ open: () => openState('memory:', { log }), remove: async () => {} }), false);
stateContract(
  'a SQLite file',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'outrider-state-'));
    return {
      open: () => openState(`sqlite:${join(folder, 'state.db')}`, { log, synchronous: 'off' }),
      remove: async () => rmSync(folder, { recursive: true }),
    };
  },
  true,
);

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-state-'));
  file = join(folder, 'deep', 'state.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('opening', () => {
  test.each(['mongodb://user:hunter2/1@db/outrider', 'sqlite:', '', '/data/state.db', 'mongodb:x'])(
    'the URL "%s" is refused by name and without its password',
    async (url) => {
      const refusal = openState(url, { log });
      await expect(refusal).rejects.toThrow('the state URL must be sqlite:<path>, memory: or postgres:');
      await expect(refusal).rejects.not.toThrow('hunter2');
    },
  );

  test('makes the folder, and a file that only its owner may read, with WAL and synchronous FULL', async () => {
    const state = await openState(`sqlite:${file}`, { log });
    await state.people.insert(person());
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'deep'))).toContain('state.db-wal');
    await state.close();
    expect(await readdir(join(folder, 'deep'))).toEqual(['state.db']);
  });

  test('a file that is no database is refused', async () => {
    await expect(openState(`sqlite:${folder}`, { log })).rejects.toThrow();
  });
});

describe('a destroyed key', () => {
  const SECRET = Buffer.from('thirty-two bytes of a secret key');
  const secret = new Uint8Array(SECRET);

  /** Bytes of the database and its log, as a thief would read them. */
  async function isSecretOnDisk(): Promise<boolean> {
    const names = await readdir(join(folder, 'deep'));
    return names.some((name) => readFileSync(join(folder, 'deep', name)).includes(SECRET));
  }

  test.each(['alone', 'in a transaction'])('leaves no byte in file or log, destroyed %s', async (how) => {
    const state = await openState(`sqlite:${file}`, { log });
    await state.keys.insert(subjectKey({ secret }));
    expect(await isSecretOnDisk()).toBe(true);
    if (how === 'alone') await state.keys.destroy('key_a', 5);
    else await state.transaction((inside) => inside.keys.destroy('key_a', 5));
    expect(await isSecretOnDisk()).toBe(false);
    await state.close();
  });

  test('is gone as soon as a reader that still needs the old bytes lets go', async () => {
    const realClock = manualClock(0);
    const state = await openState(`sqlite:${file}`, { log, realClock });
    await state.keys.insert(subjectKey({ secret }));
    const reader = new DatabaseSync(file, { readOnly: true });
    reader.exec('begin; select * from subjectKeys');
    expect(await state.keys.destroy('key_a', 5)).toBe(true);
    expect(await isSecretOnDisk()).toBe(true);
    reader.close();
    realClock.advanceTo(1_000);
    await state.ping();
    expect(await isSecretOnDisk()).toBe(false);
    await state.close();
    realClock.advanceTo(2_000);
  });

  test('of the quarantine leaves none either', async () => {
    const state = await openState(`sqlite:${file}`, { log });
    await state.quarantineKeys.insert({ keyId: 'q', secret, fromMs: 1 });
    expect(await isSecretOnDisk()).toBe(true);
    await state.quarantineKeys.deleteBefore(2);
    expect(await isSecretOnDisk()).toBe(false);
    await state.close();
  });
});

describe('migrations', () => {
  test('are those in the folder, all of them, in the order of their numbers', async () => {
    const files = (await readdir(join(import.meta.dirname, 'migrations'))).filter((name) => /^\d/.test(name));
    const listed = Object.keys(migrations(sqliteTypes));
    expect(listed).toEqual(files.map((name) => name.replace(/\.ts$/, '')).toSorted());
    listed.forEach((name, index) => {
      expect(name.slice(0, 5)).toBe(`${String(index + 1).padStart(4, '0')}-`);
    });
  });

  test('run a second time change nothing', async () => {
    await (await openState(`sqlite:${file}`, { log })).close();
    const schema = schemaOf(file);
    await (await openState(`sqlite:${file}`, { log })).close();
    expect(schemaOf(file)).toEqual(schema);
  });

  test('of a newer version are refused, by name, and nothing is touched', async () => {
    await (await openState(`sqlite:${file}`, { log })).close();
    const database = new DatabaseSync(file);
    database.exec(`insert into kysely_migration values ('0999-from-the-future', '2099-01-01')`);
    database.close();
    await expect(openState(`sqlite:${file}`, { log })).rejects.toThrow(
      /newer Outrider: it has schema 0999-from-the-future, this version knows up to \d{4}-[\w-]+/,
    );
  });

  test('of a newer version that only expand leave this one working', async () => {
    await (await openState(`sqlite:${file}`, { log })).close();
    const database = new DatabaseSync(file);
    database.exec(`insert into kysely_migration values ('0998-expand-colours', '2099-01-01')`);
    database.exec('alter table vehicles add column colour text');
    database.exec('create table colours (colour text primary key)');
    database.close();
    const state = await openState(`sqlite:${file}`, { log });
    await state.vehicles.insert(vehicle());
    expect(await state.vehicles.find(vehicle().vehicleId)).toMatchObject(vehicle());
    await state.close();
  });

  test('of a newer version that contract after they expanded are refused', async () => {
    await (await openState(`sqlite:${file}`, { log })).close();
    const database = new DatabaseSync(file);
    database.exec(`insert into kysely_migration values ('0998-expand-colours', '2099-01-01')`);
    database.exec(`insert into kysely_migration values ('0999-contract-label', '2099-01-02')`);
    database.close();
    await expect(openState(`sqlite:${file}`, { log })).rejects.toThrow(/newer Outrider.*0999-contract-label/);
  });

  test('say from now on whether they expand or contract', () => {
    const names = Object.keys(migrations(sqliteTypes)).slice(2);
    expect(names.filter((name) => !/^\d{4}-(expand|contract)-/.test(name))).toEqual([]);
  });

  test('that fail leave nothing behind', async () => {
    const database = new DatabaseSync(':memory:');
    const db = new Kysely<object>({ dialect: new NodeSqliteDialect(database) });
    const failing = {
      '0001-half': {
        async up(inside: Kysely<unknown>) {
          await inside.schema.createTable('half').addColumn('id', 'text').execute();
          throw new Error('disk full');
        },
      },
    };
    await expect(migrateToLatest(db, failing, log)).rejects.toThrow('could not be brought up to date');
    const left = database.prepare(`select name from sqlite_schema where name = 'half'`).all();
    expect(left).toEqual([]);
    await db.destroy();
  });
});

function schemaOf(path: string): unknown {
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = database.prepare('select name, sql from sqlite_schema order by name').all();
  const executed = database.prepare('select * from kysely_migration').all();
  database.close();
  return { rows, executed };
}
