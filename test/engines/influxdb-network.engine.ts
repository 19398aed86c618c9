import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMetrics, silentLog, systemClock } from '@outrider/runtime';
import { openTelemetry, type SignalRow, type TelemetryStore } from '@outrider/telemetry';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { InfluxdbServer } from '../../infra/native/influxdb.ts';
import { type CuttingProxy, openCuttingProxy } from './cutting-proxy.ts';
import { startAnother } from './influxdb-under-test.ts';

const START_MS = Date.UTC(2026, 0, 15, 8);
const ROWS = 50;
const folder = mkdtempSync(join(tmpdir(), 'outrider-influxdb-network-'));
const metrics = createMetrics();
let server: InfluxdbServer;
let proxy: CuttingProxy;
let store: TelemetryStore;

beforeAll(async () => {
  server = await startAnother(folder);
  await server.createDatabase('fleet');
  const url = new URL(server.urlOf('fleet'));
  proxy = await openCuttingProxy(Number(url.port));
  url.port = String(proxy.port);
  url.searchParams.set('timeoutS', '1');
  store = await openTelemetry(url.href, { log: silentLog, metrics, queryDeadlineMs: 2_000 });
  // The server's version is asked for once, and is not what is cut here.
  await store.writeSignals(rowsOf('first'));
});
beforeEach(() => proxy.setFate('through'));
afterAll(async () => {
  await store.close();
  await proxy.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const rowsOf = (vehicleId: string): readonly SignalRow[] =>
  Array.from({ length: ROWS }, (_, index) => ({
    ...{ vehicleId, observedAtMs: START_MS + index * 1_000, recordId: `record-${index}` },
    ...{ receivedAtMs: START_MS, values: { 'Vehicle.Speed': index } },
  }));

async function stored(vehicleId: string): Promise<readonly SignalRow[]> {
  const span = { vehicleId, paths: [], fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, limit: 1_000 };
  return (await store.readSignals(span)).rows;
}

test.for([
  ['the answer gets lost, so that the rows are there and nobody knows', { cutAfter: 'POST ' }],
  ['nothing gets through, and nothing says so', 'silent'],
] as const)('%s: the same rows go again and stand there once', async ([what, fate]) => {
  proxy.setFate(fate);
  const writing = store.writeSignals(rowsOf(what));
  await systemClock.sleep(500);
  proxy.setFate('through');
  await writing;
  expect(await stored(what)).toEqual(rowsOf(what));
  expect(await metrics.text()).not.toMatch(/^telemetry_refused_rows_total\{/m);
});

test('what is never answered fails, and is the same rows when it comes again', async () => {
  proxy.setFate({ cutAfter: 'POST ' });
  await expect(store.writeSignals(rowsOf('again'))).rejects.toThrow('cannot be reached');
  await expect(stored('again')).rejects.toThrow();
  proxy.setFate('through');
  await store.writeSignals(rowsOf('again'));
  expect(await stored('again')).toEqual(rowsOf('again'));
});
