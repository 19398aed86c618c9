// What a car and a route take in memory, and the first forecast of a process; run with --expose-gc. Prints one JSON line.

import { performance } from 'node:perf_hooks';
import { buildPrefix, forecastArrival, learnTrip, noLearning, restoreLearned } from '@outrider/energy';
import { carOf, ROAD_M, roadOf, tripsOf } from './energy-rig.ts';

const CARS = 2_000;
const ROUTES = 100;
const TRIPS = 60; // more than the scores that are kept

if (globalThis.gc === undefined) throw new Error('run with --expose-gc');
const collect = globalThis.gc;

const car = carOf();
const road = roadOf();
const fromMs = performance.now();
const prefix = buildPrefix(road);
const first = forecastArrival({ prefix, fromM: 0, toM: ROAD_M, car, state: { socPct: 90 } });
const coldMs = performance.now() - fromMs;
if (!Number.isFinite(first.probabilityBelow(5))) throw new Error('a forecast is not a number');

/** Bytes each of these takes, typed arrays outside the heap included. */
async function bytesOfOne(count: number, make: () => unknown): Promise<number> {
  const kept: unknown[] = new Array(count).fill(null);
  const before = await usedBytes();
  for (let i = 0; i < count; i++) kept[i] = make();
  const after = await usedBytes();
  if (kept.at(-1) === null) throw new Error('nothing was kept');
  return (after - before) / count;
}

async function usedBytes(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

let learned = noLearning(car.vehicle);
for (const trip of tripsOf(car, prefix, TRIPS)) learned = learnTrip(car.vehicle, learned, trip).learned;
const stored = JSON.stringify(learned);
const learnedBytes = await bytesOfOne(CARS, () => restoreLearned(JSON.parse(stored), car.vehicle.modelId));
const prefixBytes = await bytesOfOne(ROUTES, () => buildPrefix(road));
process.stdout.write(
  `${JSON.stringify({ coldMs, storedBytes: Buffer.byteLength(stored), learnedBytes, prefixBytes })}\n`,
);
