// Heap of a predictor by number of cars; run with --expose-gc. Prints one JSON line.

import { createIngest, ingestSettings } from '@outrider/ingest';
import { createPredictor, predictorSettings } from '@outrider/predictor';
import { createMetrics, readSettings, silentLog } from '@outrider/runtime';
import { openRig, piecesOf, publishPlans, rawRecords, registerCars, START_MS } from './rig.ts';

const { folder, steps, roadM } = JSON.parse(process.argv[2] ?? '') as {
  readonly folder: string;
  readonly steps: readonly number[];
  readonly roadM: number;
};
if (globalThis.gc === undefined) throw new Error('run with --expose-gc');
const collect = globalThis.gc;

const rig = await openRig(folder, true);
const { bus, state, telemetry, trust, eventClock, realClock } = rig;
const runtime = () => ({ eventClock, realClock, log: silentLog, metrics: createMetrics() });
// The series would grow in this heap as well; it is not what is measured.
const noSeries = { ...telemetry, writeSignals: async () => {}, writeForecasts: async () => {} };
const ingest = createIngest({
  ...{ bus, telemetry: noSeries, trust, runtime: runtime(), settings: readSettings(ingestSettings, {}) },
});
const predictor = createPredictor({
  ...{ bus, state, telemetry: noSeries, trust, runtime: runtime() },
  settings: readSettings(predictorSettings, {}),
});
await predictor.start();
await ingest.start();

async function untilIdle(): Promise<void> {
  for (let quiet = 0; quiet < 2; ) {
    await new Promise((resolve) => setImmediate(resolve));
    quiet = ingest.isIdle() && predictor.isIdle() ? quiet + 1 : 0;
  }
}

async function heapBytes(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}

const before = await heapBytes();
const measured: { readonly cars: number; readonly heapBytes: number }[] = [];
let registered = 0;
let nowMs = START_MS;
for (const cars of steps) {
  await registerCars(rig, registered, cars);
  if (roadM > 0) await publishPlans(rig, registered, cars, roadM);
  registered = cars;
  await untilIdle();
  for (let tick = 0; tick < 4; tick++) {
    nowMs += 5_000;
    eventClock.advanceTo(nowMs);
    for (const batch of piecesOf(await rawRecords(rig, cars, nowMs), 500)) await bus.publish(batch);
    await untilIdle();
  }
  measured.push({ cars, heapBytes: (await heapBytes()) - before });
}
process.stdout.write(`${JSON.stringify(measured)}\n`);
process.exit(0);
