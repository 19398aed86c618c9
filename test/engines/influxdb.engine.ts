import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMetrics, seededRandom, silentLog, systemClock } from '@outrider/runtime';
import { openTelemetry, type SignalRow, type TelemetryStore } from '@outrider/telemetry';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { InfluxdbServer } from '../../infra/native/influxdb.ts';
import { addresses, startAnother } from './influxdb-under-test.ts';

const { httpUrl, versions = 'none' } = addresses;
const START_MS = Date.UTC(2026, 0, 15, 8);
const CARS = 20;

test('the server is the one that was asked for, and answers nobody without a login', async () => {
  const { headers } = await fetch(`${httpUrl}/ping`);
  expect(headers.get('x-influxdb-version')).toMatch(new RegExp(versions));
  expect((await fetch(`${httpUrl}/query?q=SHOW+DATABASES`)).status).toBe(401);
});

describe('a server that is killed and stopped under load', () => {
  const folder = mkdtempSync(join(tmpdir(), 'outrider-influxdb-'));
  let server: InfluxdbServer;
  beforeAll(async () => {
    server = await startAnother(folder);
    await server.createDatabase('fleet');
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const row = (index: number): SignalRow => ({
    vehicleId: `car-${index % CARS}`,
    observedAtMs: START_MS + Math.floor(index / CARS) * 1_000,
    recordId: `record-${index}`,
    receivedAtMs: START_MS + index,
    values: { 'Vehicle.Speed': index % 130, 'Vehicle.TraveledDistance': index, 'Vehicle.Private.Text': 'x' },
  });

  /** As ingest does it: the same batch until it is taken, then the next. Counts how often it was not. */
  async function write(
    store: TelemetryStore,
    batches: () => boolean,
  ): Promise<{ rows: number; failed: number }> {
    const SIZE = 200;
    let [rows, failed] = [0, 0];
    while (batches()) {
      const batch = Array.from({ length: SIZE }, (_, index) => row(rows + index));
      try {
        await store.writeSignals(batch);
        rows += SIZE;
      } catch {
        failed++;
        if (inject('sabotage') === 'forget-batch') rows += SIZE;
      }
    }
    return { rows, failed };
  }

  test('has every row it acknowledged, once, and refuses none', async () => {
    const metrics = createMetrics();
    const url = new URL(server.urlOf('fleet'));
    url.searchParams.set('timeoutS', '5');
    const store = await openTelemetry(url.href, { log: silentLog, metrics, queryDeadlineMs: 30_000 });
    const random = seededRandom(1);
    let isOver = false;
    const writing = write(store, () => !isOver);
    for (let turn = 0; turn < 6; turn++) {
      await systemClock.sleep(300 + random() * 700);
      if (turn % 2 === 0) await server.kill();
      else await server.stop();
      // Longer than the store waits by itself in the last turn: the caller has to come again.
      await systemClock.sleep(turn === 5 ? 12_000 : random() * 500);
      await server.restart();
    }
    isOver = true;
    const { rows, failed } = await writing;
    let stored = 0;
    for (let car = 0; car < CARS; car++) {
      let after: string | undefined;
      do {
        const span = { vehicleId: `car-${car}`, paths: [], fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
        const page = await store.readSignals({
          ...span,
          limit: 10_000,
          ...(after !== undefined && { after }),
        });
        for (const read of page.rows) expect(read).toEqual(row(car + stepOf(read) * CARS));
        stored += page.rows.length;
        after = page.next;
      } while (after !== undefined);
    }
    console.info(
      `6 stops, 3 of them kill -9: ${rows} rows acknowledged, ${stored} stored, ${failed} calls failed`,
    );
    expect(stored).toBe(rows);
    expect(rows).toBeGreaterThan(1_000);
    expect(failed).toBeGreaterThan(0);
    expect(await metrics.text()).not.toMatch(/^telemetry_refused_rows_total\{/m);
    await store.close();
  });

  const stepOf = ({ observedAtMs }: SignalRow): number => (observedAtMs - START_MS) / 1_000;
});
