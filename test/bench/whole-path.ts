import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { OutgoingRecord } from '@outrider/bus';
import { createIngest, ingestSettings } from '@outrider/ingest';
import { createPredictor, predictorSettings } from '@outrider/predictor';
import { type App, createMetrics, readSettings, silentLog } from '@outrider/runtime';
import { openRig, piecesOf, publishPlans, type Rig, rawRecords, registerCars, START_MS } from './rig.ts';

export interface PathFigures {
  readonly records: number;
  /** Raw appends in batches of 100, nothing reading. */
  readonly appendPerS: number;
  /** One record at a time, each waiting for its own commit. */
  readonly appendSinglePerS: number;
  /** One record per call, 256 callers at once, as the gateway's sockets do. */
  readonly appendConcurrentPerS: number;
  /** From the raw publish to the stored row. */
  readonly ingestPerS: number;
  /** The same and the predictor, cars without a plan. */
  readonly unplannedPerS: number;
  /** The whole path: plans, forecasts, rules, checkpoints. */
  readonly wholePerS: number;
  readonly wholeToAppendRatio: number;
}

const BATCH = 100;
const CALLERS = 256;
const TICK_MS = 5_000;
/** Frames of so many moments are handed in before everything is waited for. */
const TICKS_AT_ONCE = 4;
/** Well within reach: a car in trouble costs more, and few are. */
const ROAD_M = 200_000;

type Stage = 'append' | 'ingest' | 'unplanned' | 'whole';

/** Records per second through the embedded path, stage by stage, each on new files in `folder`. */
export async function measurePath(options: {
  readonly folder: string;
  readonly cars: number;
  readonly ticks: number;
  readonly onlyWhole?: boolean;
}): Promise<PathFigures> {
  const { folder, cars, ticks } = options;
  const stage = (name: Stage) => withRig(folder, cars, (rig) => runStage(rig, name, cars, ticks));
  const singles = Math.min(2_000, cars * ticks);
  const whole = await stage('whole');
  const append = await stage('append');
  const [single, concurrent] = await withRig(folder, cars, (rig) => appendSingles(rig, cars, singles));
  const ingest = options.onlyWhole ? Number.NaN : await stage('ingest');
  const unplanned = options.onlyWhole ? Number.NaN : await stage('unplanned');
  return {
    records: cars * ticks,
    appendPerS: append,
    appendSinglePerS: single,
    appendConcurrentPerS: concurrent,
    ingestPerS: ingest,
    unplannedPerS: unplanned,
    wholePerS: whole,
    wholeToAppendRatio: whole / append,
  };
}

async function withRig<T>(folder: string, cars: number, work: (rig: Rig) => Promise<T>): Promise<T> {
  const own = await mkdtemp(join(folder, 'path-'));
  const rig = await openRig(own);
  try {
    await registerCars(rig, 0, cars);
    return await work(rig);
  } finally {
    await rig.close();
    await rm(own, { recursive: true, force: true });
  }
}

async function runStage(rig: Rig, stage: Stage, cars: number, ticks: number): Promise<number> {
  const apps = appsOf(rig, stage);
  if (stage === 'whole') await publishPlans(rig, 0, cars, ROAD_M);
  for (const app of apps) await app.start();
  await untilIdle(apps);
  // Sealing is the gateway's work: done before the watch starts.
  const waves: OutgoingRecord[][] = [];
  for (let tick = 0; tick < ticks; tick++)
    waves.push(await rawRecords(rig, cars, START_MS + (tick + 1) * TICK_MS));
  const fromMs = performance.now();
  for (const [tick, records] of waves.entries()) {
    rig.eventClock.advanceTo(START_MS + (tick + 1) * TICK_MS);
    for (const batch of piecesOf(records, BATCH)) await rig.bus.publish(batch);
    if (tick % TICKS_AT_ONCE === TICKS_AT_ONCE - 1) await untilIdle(apps);
  }
  await untilIdle(apps);
  const perS = (cars * ticks) / ((performance.now() - fromMs) / 1000);
  for (const app of apps) await app.stop();
  return perS;
}

function appsOf(rig: Rig, stage: Stage): readonly App[] {
  const { bus, telemetry, state, trust, eventClock, realClock } = rig;
  const runtime = () => ({ eventClock, realClock, log: silentLog, metrics: createMetrics() });
  if (stage === 'append') return [];
  const settings = readSettings(ingestSettings, {});
  const ingest = createIngest({ bus, telemetry, trust, runtime: runtime(), settings });
  if (stage === 'ingest') return [ingest];
  const predictor = createPredictor({
    ...{ bus, state, telemetry, trust, runtime: runtime() },
    settings: readSettings(predictorSettings, {}),
  });
  return [predictor, ingest];
}

async function untilIdle(apps: readonly App[]): Promise<void> {
  for (let quiet = 0; quiet < 2; ) {
    await new Promise((resolve) => setImmediate(resolve));
    quiet = apps.every((app) => app.isIdle()) ? quiet + 1 : 0;
  }
}

async function appendSingles(rig: Rig, cars: number, count: number): Promise<readonly [number, number]> {
  const records = await rawRecords(rig, cars, START_MS);
  const recordAt = (index: number): readonly OutgoingRecord[] =>
    records.slice(index % cars, (index % cars) + 1);
  let fromMs = performance.now();
  for (let index = 0; index < count; index++) await rig.bus.publish(recordAt(index));
  const single = count / ((performance.now() - fromMs) / 1000);
  fromMs = performance.now();
  let next = 0;
  const total = count * 10;
  const caller = async (): Promise<void> => {
    while (next < total) await rig.bus.publish(recordAt(next++));
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return [single, total / ((performance.now() - fromMs) / 1000)];
}
