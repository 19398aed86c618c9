import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { manualClock, silentLog, WorkerTimeout } from '@outrider/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTelemetry } from './open.ts';
import { telemetryContract } from './telemetry.contract.ts';
import type { SignalRow } from './telemetry.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'outrider-telemetry-'));
const removeFolder = (folder: string) => rmSync(folder, { recursive: true, force: true });

telemetryContract('sqlite', { keepsRows: true }, () => {
  const folder = newFolder();
  return {
    open: () => openTelemetry(`sqlite:${join(folder, 'telemetry.db')}`, { log: silentLog }),
    clean: async () => removeFolder(folder),
  };
});

describe('the series in SQLite', () => {
  let folder: string;
  let url: string;
  beforeEach(() => {
    folder = newFolder();
    url = `sqlite:${join(folder, 'telemetry.db')}`;
  });
  afterEach(() => removeFolder(folder));

  const row: SignalRow = {
    vehicleId: 'car-1',
    observedAtMs: 1_000,
    recordId: 'r',
    receivedAtMs: 1_001,
    values: { 'Vehicle.Speed': 50 },
  };
  const query = { vehicleId: 'car-1', paths: [], fromMs: 0, toMs: 2_000, limit: 10 };

  it('gives up a query at its deadline, waiting ones too, writes on, and answers the next', async () => {
    const realClock = manualClock(0);
    const store = await openTelemetry(url, { log: silentLog, realClock, queryDeadlineMs: 5_000 });
    await store.writeSignals([row]);
    // None can be answered before its thread has started, which takes longer than this turn.
    const asked = [1, 2, 3].map(() => store.readSignals(query).catch((error: unknown) => error));
    realClock.advanceTo(4_999);
    realClock.advanceTo(5_000);
    for (const outcome of await Promise.all(asked)) expect(outcome).toBeInstanceOf(WorkerTimeout);
    await store.writeSignals([{ ...row, recordId: 's' }]);
    expect((await store.readSignals(query)).rows).toHaveLength(2);
    await store.close();
  });

  it('writes nothing of a commit that fails, and numbers new cars and paths rightly after it', async () => {
    const store = await openTelemetry(url, { log: silentLog });
    await store.writeSignals([row]);
    const db = new DatabaseSync(join(folder, 'telemetry.db'));
    db.exec(`CREATE TRIGGER broken_disk BEFORE INSERT ON signals WHEN new.record_id = 'bad'
             BEGIN SELECT RAISE(ABORT, 'disk broken'); END`);
    const fresh = { ...row, vehicleId: 'car-2', values: { 'Vehicle.TraveledDistance': 7 } };
    const outcomes = await Promise.allSettled([
      store.writeSignals([fresh]),
      store.writeSignals([{ ...fresh, recordId: 'bad' }]),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    db.exec('DROP TRIGGER broken_disk');
    db.close();
    await store.writeSignals([{ ...row, vehicleId: 'car-3', values: { 'Vehicle.Private.Other': 1 } }, fresh]);
    expect((await store.readSignals({ ...query, vehicleId: 'car-2' })).rows).toEqual([fresh]);
    expect((await store.readSignals(query)).rows).toEqual([row]);
    await store.close();
  });

  it('numbers a car that another process has just written first', async () => {
    const [one, other] = [
      await openTelemetry(url, { log: silentLog }),
      await openTelemetry(url, { log: silentLog }),
    ];
    await one.writeSignals([row]);
    await other.writeSignals([
      { ...row, recordId: 's', values: { 'Vehicle.Speed': 60, 'Vehicle.IsMoving': true } },
    ]);
    await one.writeSignals([{ ...row, recordId: 't', values: { 'Vehicle.IsMoving': false } }]);
    expect((await one.readSignals(query)).rows.map(({ values }) => values)).toEqual([
      { 'Vehicle.Speed': 50 },
      { 'Vehicle.Speed': 60, 'Vehicle.IsMoving': true },
      { 'Vehicle.IsMoving': false },
    ]);
    await one.close();
    await other.close();
  });

  it('answers many questions at once, each with its own answer', async () => {
    const store = await openTelemetry(url, { log: silentLog });
    const ids = Array.from({ length: 40 }, (_, index) => `car-${index}`);
    await store.writeSignals(ids.map((vehicleId) => ({ ...row, vehicleId })));
    const pages = await Promise.all(ids.map((vehicleId) => store.readSignals({ ...query, vehicleId })));
    expect(pages.map(({ rows }) => rows[0]?.vehicleId)).toEqual(ids);
    await store.close();
  });

  it('fails open questions when it is closed', async () => {
    const store = await openTelemetry(url, { log: silentLog });
    const asked = store.readSignals(query);
    const refused = expect(asked).rejects.toThrow('closed');
    await store.close();
    await store.close();
    await refused;
  });

  it('names what is supported when the scheme is unknown', async () => {
    await expect(openTelemetry('mysql://user:secret@host', { log: silentLog })).rejects.toThrow(
      /^(?!.*secret).*sqlite:<path of a file>, memory: or influxdb:/,
    );
  });
});
