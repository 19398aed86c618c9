import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InfluxdbServer } from '../../infra/native/influxdb.ts';
import { driveFrames, runPipeline } from '../pipeline/pipeline.fixture.ts';
import { startAnother } from './influxdb-under-test.ts';

let folder: string;
let server: InfluxdbServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outrider-influxdb-drive-'));
  server = await startAnother(join(folder, 'server'));
  await server.createDatabase('fleet');
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

test('a drive, every third frame of it sent twice, stores and warns the same on InfluxDB as in memory', async () => {
  const steps = Array.from({ length: 50 }, (_, index) => ({ afterMs: 5_000, socPct: index < 20 ? 80 : 15 }));
  const deliveries = driveFrames(steps).map((frame) => ({ frame, arrivesAtMs: frame.observedAtMs }));
  const inMemory = await runPipeline(deliveries);
  expect(inMemory.alerts.length).toBeGreaterThan(0);
  expect(inMemory.rows.length).toBeGreaterThan(0);
  const again = deliveries.flatMap((one, index) =>
    index % 3 === 0 ? [one, { ...one, arrivesAtMs: one.arrivesAtMs + 2_000 }] : [one],
  );
  expect(await runPipeline(again, { telemetryUrl: server.urlOf('fleet') })).toEqual(inMemory);
});
