import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../infra/native/postgres.ts';
import { driveFrames, runPipeline } from '../pipeline/pipeline.fixture.ts';

let folder: string;
let server: PostgresServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outrider-postgres-drive-'));
  server = await startPostgres(join(folder, 'server'));
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

test('a drive whose predictor is lost stores and warns the same on PostgreSQL as in memory', async () => {
  const steps = Array.from({ length: 50 }, (_, index) => ({ afterMs: 5_000, socPct: index < 20 ? 80 : 15 }));
  const deliveries = driveFrames(steps).map((frame) => ({ frame, arrivesAtMs: frame.observedAtMs }));
  const inMemory = await runPipeline(deliveries);
  expect(inMemory.alerts.length).toBeGreaterThan(0);
  expect(await runPipeline(deliveries, { losesPredictor: true, stateUrl: server.url })).toEqual(inMemory);
});
