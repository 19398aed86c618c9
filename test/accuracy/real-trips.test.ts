import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, type TestContext, test } from 'vitest';
import { runBaselines } from './baselines.ts';
import { runExperiments } from './experiments/index.ts';
import { totalsOf } from './logged-trip.ts';
import { readTrips } from './read-trips.ts';
import { type Scores, scoreAll } from './scores.ts';

/** Half of the data set, for whoever keeps it beside the repository; the other half judges the model. */
const FOLDER = fileURLToPath(new URL('../../../shared/data/bmw-i3', import.meta.url));
const read = (context: TestContext) => {
  context.skip(!existsSync(FOLDER), 'no real trips in ../shared/data/bmw-i3: nothing was compared');
  return readTrips(FOLDER);
};

describe('half of the real trips', () => {
  test('are cleaned where their defects are known, and nowhere else', async (context) => {
    const { trips, dropped, problems } = await read(context);
    expect([trips.length, dropped, problems]).toEqual([30, [], []]);
    expect(trips.flatMap(({ name, cuts }) => cuts.map((cut) => ({ name, ...cut })))).toEqual([
      { name: 'TripB02', rule: 'interpolated+heater-impossible', fromS: 0, toS: 200 },
      { name: 'TripB28', rule: 'frozen', fromS: 1203, toS: 1367 },
    ]);
  });
  test('have their season by temperature', async (context) => {
    const { trips } = await read(context);
    expect(trips.map(({ season }) => season)).toEqual(
      trips.map(({ name }) => (name.startsWith('TripA') ? 'summer' : 'winter')),
    );
  });
  test('add up', async (context) => {
    const totals = (await read(context)).trips.map(totalsOf);
    expect(totals.reduce((sum, { distanceKm }) => sum + distanceKm, 0)).toBeCloseTo(466.6, 1);
    expect(totals.reduce((sum, { drivenKwh }) => sum + drivenKwh, 0)).toBeCloseTo(74.04, 2);
  });
  test('give the baselines the figures of an independent analysis', async (context) => {
    const scored = runBaselines((await read(context)).trips).map(
      ({ key, predictions }): readonly [string, Scores] => [key, scoreAll(predictions)],
    );
    const { constant, seasonConstant, lastFive, labelCold, summerConstant } = Object.fromEntries(scored);
    expect(constant?.mape).toBeCloseTo(18, 1);
    expect(seasonConstant?.mape).toBeCloseTo(10.9, 1);
    expect(labelCold?.mape).toBeCloseTo(14.9, 1);
    expect(summerConstant?.mape).toBeCloseTo(28.4, 1);
    expect(lastFive?.mape).toBeCloseTo(12, 1);
    // That analysis converts to points with what it fitted to this car: 1.38.
    expect(lastFive?.socMae).toBeCloseTo(1.31, 2);
    expect(lastFive?.crps).toBeCloseTo(0.211, 3);
    expect(lastFive?.brier).toBeCloseTo(0.095, 3);
    expect(lastFive?.recall).toBeCloseTo(0.982, 3);
    expect(lastFive?.precision).toBeCloseTo(0.75, 3);
  });
  test('are forecast within what the model has promised', async (context) => {
    const { rows } = runExperiments((await read(context)).trips);
    const { replay, planner, online, cold, winter } = Object.fromEntries(
      rows.map(({ key, predictions }) => [key, scoreAll(predictions)]),
    );
    expect(replay?.mape).toBeLessThan(4.8);
    expect(planner?.mape).toBeLessThan(7.2);
    expect(online?.mape).toBeLessThan(6);
    expect(online?.socMae).toBeLessThan(0.65);
    expect(cold?.mape).toBeLessThan(14);
    expect(winter?.mape).toBeLessThan(9);
    expect(online?.crps).toBeLessThan(0.1);
    expect(online?.brier).toBeLessThan(0.048);
    expect(online?.recall).toBeGreaterThan(0.985);
    expect(online?.precision).toBeGreaterThan(0.85);
    expect(online?.coverage[90]).toBeGreaterThanOrEqual(0.85);
    expect(online?.coverage[90]).toBeLessThanOrEqual(0.95);
  });
});
