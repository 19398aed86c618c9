import { isDeepStrictEqual } from 'node:util';
import { SIGNAL } from '@outrider/domain';
import { createMetrics, manualClock, silentLog, WorkerTimeout } from '@outrider/runtime';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { all, signalRow } from './contract/harness.ts';
import { createDatabase, dropDatabase, urlOf } from './contract/influx-server.ts';
import { readInfluxUrl } from './influx-address.ts';
import { openTelemetry } from './open.ts';
import { telemetryContract } from './telemetry.contract.ts';

let databases = 0;
telemetryContract('influxdb', { keepsRows: true }, () => {
  const database = `contract_${databases++}`;
  let isThere = false;
  return {
    async open() {
      if (!isThere) await createDatabase(database);
      isThere = true;
      return openTelemetry(urlOf(database), { log: silentLog, queryDeadlineMs: 30_000 });
    },
    clean: () => dropDatabase(database),
  };
});

describe('an InfluxDB', () => {
  const database = 'more';
  const databaseOf = (parameters = {}, metrics = createMetrics()) =>
    openTelemetry(urlOf(database, parameters), { log: silentLog, metrics, queryDeadlineMs: 30_000 });
  beforeAll(() => createDatabase(database));

  it('gives back rows as they were, whatever their names and texts are, compressed or not', async () => {
    const names = fc.string({ unit: 'grapheme', maxLength: 8 });
    const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), names);
    const made = fc.sample(
      fc.record({
        vehicleId: names,
        values: fc.dictionary(names, value, { maxKeys: 4, noNullPrototype: true }),
      }),
      { numRuns: 300, seed: 1 },
    );
    const rows = made.map((one, index) => ({ ...signalRow(index), ...one, recordId: `${index} "\n\\,= '` }));
    for (const gzip of ['on', 'off']) {
      const store = await databaseOf({ gzip });
      await store.writeSignals(rows);
      for (const row of rows) {
        const { rows: read } = await store.readSignals({ ...all, vehicleId: row.vehicleId });
        const { values, ...plain } = read.find(({ recordId }) => recordId === row.recordId) ?? signalRow(0);
        expect({ ...plain, values }).toEqual(JSON.parse(JSON.stringify(row)));
        for (const path of Object.keys(row.values).slice(0, 1)) {
          const { rows: some } = await store.readSignals({ ...all, vehicleId: row.vehicleId, paths: [path] });
          expect(some.find(({ recordId }) => recordId === row.recordId)?.values).toEqual(
            Object.fromEntries([[path, JSON.parse(JSON.stringify(row.values[path]))]]),
          );
        }
      }
      await store.close();
    }
  });

  it('keeps rows side by side that another program’s field of another type would refuse, and counts those', async () => {
    const metrics = createMetrics();
    const store = await databaseOf({}, metrics);
    const rows = Array.from({ length: 40 }, (_, index) => ({
      ...signalRow(index, index === 17 ? { 'Vehicle.Theirs': 1 } : { [SIGNAL.soc]: index }),
      vehicleId: 'theirs',
    }));
    const { httpUrl, authorization = '' } = readInfluxUrl(urlOf(database));
    const ns = `${rows[17]?.observedAtMs}000000`;
    const response = await fetch(`${httpUrl}/write?db=${database}`, {
      ...{ method: 'POST', headers: { authorization } },
      body: `signals,vehicle=theirs Vehicle.Theirs="a text" ${ns}`,
    });
    expect(response.status).toBe(204);
    await store.writeSignals(rows);
    expect(await metrics.text()).toContain('telemetry_refused_rows_total{reason="type-conflict"} 1');
    const read = await store.readSignals({ ...all, vehicleId: 'theirs', paths: [SIGNAL.soc] });
    expect(read.rows).toEqual(rows.filter((_, index) => index !== 17));
    await store.close();
  });

  it('refuses a time that it cannot hold, and takes the others', async () => {
    const metrics = createMetrics();
    const store = await databaseOf({}, metrics);
    const far = { ...signalRow(0), vehicleId: 'far' };
    await store.writeSignals([{ ...far, observedAtMs: Number.MAX_SAFE_INTEGER }, far]);
    expect(await metrics.text()).toContain('telemetry_refused_rows_total{reason="time-out-of-range"} 1');
    expect((await store.readSignals({ ...all, vehicleId: 'far' })).rows).toEqual([far]);
    await store.close();
  });

  it('keeps more records of one millisecond apart than one answer holds, but for a pair in a million', async () => {
    const store = await databaseOf();
    const rows = Array.from({ length: 2_500 }, (_, index) => ({
      ...{ ...signalRow(0), vehicleId: 'busy', recordId: `r-${String(index).padStart(4, '0')}` },
    }));
    await store.writeSignals(rows);
    const read = await store.readSignals({ ...all, vehicleId: 'busy', limit: 3_000 });
    const known = new Map(rows.map((row) => [row.recordId, row]));
    const whole = read.rows.filter((row) => isDeepStrictEqual(row, known.get(row.recordId)));
    // Three million pairs: about three lose their signals, and three what tells of their receipt.
    expect(whole.length).toBeGreaterThan(2_480);
    await store.close();
  });

  it('gives up a query at its deadline', async () => {
    const realClock = manualClock(0);
    const store = await openTelemetry(urlOf(database), {
      log: silentLog,
      realClock,
      queryDeadlineMs: 5_000,
    });
    const asked = store.readSignals(all).catch((error: unknown) => error);
    realClock.advanceTo(5_000);
    expect(await asked).toBeInstanceOf(WorkerTimeout);
    await store.close();
  });
});
