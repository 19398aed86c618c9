import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { silentLog, systemClock } from '@outrider/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { busContract } from './bus.contract.ts';
import type { Bus } from './bus.ts';
import { createLocalBus } from './local-bus.ts';
import { openBus } from './open.ts';
import { openSqliteLog } from './sqlite-log.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'outrider-bus-'));
const removeFolder = (folder: string) => rmSync(folder, { recursive: true, force: true });

busContract('sqlite', { keepsRecords: true, cleans: 'when asked', settleMs: 0 }, () => {
  const folder = newFolder();
  return {
    open: (clocks) =>
      openBus(`sqlite:${join(folder, 'bus.db')}`, { ...clocks, partitions: 8, log: silentLog }),
    clean: async () => removeFolder(folder),
  };
});

describe('the log in SQLite', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = newFolder();
    path = join(folder, 'bus.db');
  });
  afterEach(() => removeFolder(folder));

  const open = (partitions = 4) =>
    openBus(`sqlite:${path}`, { clock: systemClock, partitions, log: silentLog });

  /** Every text of a topic, by reading all of it. */
  async function readAll(bus: Bus, topic: string): Promise<string[]> {
    const texts: string[] = [];
    const reader = await bus.broadcast({
      topics: [topic],
      start: 'earliest',
      handle: async ({ records }) => {
        for (const { value } of records) texts.push(new TextDecoder().decode(value ?? undefined));
      },
    });
    await reader.caughtUp;
    return texts;
  }

  it('refuses another number of partitions and says why', async () => {
    await (await open(4)).close();
    await expect(open(8)).rejects.toThrow('Growth means a new topic version');
    await (await open(4)).close();
  });

  it('refuses a file of a newer version', async () => {
    await (await open()).close();
    const db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 99');
    db.close();
    await expect(open()).rejects.toThrow('newer version');
  });

  it('acknowledges nothing that a full disk did not take, and goes on when there is room again', async () => {
    const limited = createLocalBus({
      store: openSqliteLog(path, { partitions: 4, maxBytes: 400_000 }),
      clock: systemClock,
      realClock: systemClock,
      log: silentLog,
    });
    const acknowledged: string[] = [];
    const refused: string[] = [];
    for (let number = 0; refused.length < 20; number++) {
      const records = Array.from({ length: 5 }, (_, index) => ({
        topic: 'full.v1',
        key: `car-${index}`,
        value: new TextEncoder().encode(`${number}/${index}`.padEnd(2_000)),
      }));
      const texts = records.map(({ value }) => new TextDecoder().decode(value));
      await limited.publish(records).then(
        () => acknowledged.push(...texts),
        (error) => {
          expect(String(error)).toContain('full');
          refused.push(...texts);
        },
      );
    }
    expect((await readAll(limited, 'full.v1')).sort()).toEqual([...acknowledged].sort());
    await limited.close();

    const roomy = await open();
    const positions = await roomy.publish([{ topic: 'full.v1', key: 'car-0', value: new Uint8Array(2_000) }]);
    expect(positions).toHaveLength(1);
    expect(await readAll(roomy, 'full.v1')).toHaveLength(acknowledged.length + 1);
    await roomy.close();
  });

  it('has every record that a killed process had acknowledged, once and in order', async () => {
    for (const killAfter of [1, 400, 1_500]) {
      const child = spawn(
        process.execPath,
        [fileURLToPath(new URL('./sqlite-log.child.ts', import.meta.url)), `sqlite:${path}`],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      let printed = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
        if (printed.split('\n').length > killAfter) child.kill('SIGKILL');
      });
      await once(child, 'close');
      const acknowledged = printed.split('\n').slice(0, -1);
      const bus = await open();
      const stored = await readAll(bus, 'killed.v1');
      await bus.close();
      expect(new Set(stored).size).toBe(stored.length);
      const isStored = new Set(stored);
      expect(acknowledged.filter((number) => !isStored.has(number))).toEqual([]);
      expect(acknowledged.length).toBeGreaterThanOrEqual(killAfter);
      rmSync(path);
      for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
    }
  });
});
