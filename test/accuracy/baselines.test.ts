import { describe, expect, test } from 'vitest';
import { gaussian, pointsOf, runBaselines } from './baselines.ts';
import { makeTrip } from './trip.fixture.ts';

const summer = (i: number, kwhPerKm: number, km = 10) => makeTrip({ name: `A${i}`, kwhPerKm, km });
const winter = (i: number, kwhPerKm: number) => makeTrip({ name: `B${i}`, kwhPerKm, ambientC: 0 });
const run = (trips: Parameters<typeof runBaselines>[0], key: string) =>
  runBaselines(trips).find((baseline) => baseline.key === key)!;
const kwh = (trips: Parameters<typeof runBaselines>[0], key: string): readonly number[] =>
  run(trips, key).predictions.map(({ meanKwh }) => Math.round(1e6 * meanKwh) / 1e6);

describe('a constant', () => {
  test('comes from the other half, weighted by distance', () => {
    const trips = [summer(1, 0.1), summer(2, 0.2, 30), summer(3, 0.1), summer(4, 0.4, 10)];
    expect(kwh(trips, 'constant')).toEqual([2.5, 3, 2.5, 1]);
  });
  test('per season comes from the season, and from all where the other half has none of it', () => {
    const trips = [summer(1, 0.1), summer(2, 0.12), winter(1, 0.2), winter(2, 0.24), winter(3, 0.2)];
    expect(kwh(trips, 'seasonConstant')).toEqual([1.2, 1, 2.4, 2, 2.4]);
    expect(kwh(trips.slice(0, 3), 'seasonConstant')).toEqual([1.2, 1, 1.2]);
  });
  test('of the summer is tried on the winter', () => {
    expect(kwh([summer(1, 0.1), winter(1, 0.2), summer(2, 0.12)], 'summerConstant')).toEqual([1.1]);
  });
});

describe('the label', () => {
  test('is what arrives in the battery', () => {
    expect(kwh([summer(1, 0.1)], 'label')).toEqual([1.47664]);
  });
  test('alone is known for the first ten trips', () => {
    const trips = Array.from({ length: 12 }, (_, i) => summer(i, 0.1));
    expect(run(trips, 'labelCold').predictions.map(({ trip }) => trip)).toEqual(
      trips.slice(0, 10).map(({ name }) => name),
    );
  });
});

describe('the last five trips', () => {
  const trips = Array.from({ length: 12 }, (_, i) => summer(i, 0.1 + i / 100));
  test('are known from trip 11, by the mean of what each used per kilometre', () => {
    expect(run(trips, 'lastFive').predictions.map(({ trip }) => trip)).toEqual(['A10', 'A11']);
    expect(kwh(trips, 'lastFive')).toEqual([1.7, 1.8]);
  });
  test('are as uncertain as they were before', () => {
    const misses = [5, 6, 7, 8, 9].map((i) => (0.1 + i / 100) / (0.07 + i / 100) - 1);
    const mean = misses.reduce((sum, miss) => sum + miss, 0) / 5;
    const sd = Math.sqrt(misses.reduce((sum, miss) => sum + (miss - mean) ** 2, 0) / 4);
    const { distribution } = run(trips, 'lastFive').predictions[0]!;
    expect(distribution.quantile(0.8413447)).toBeCloseTo(1.7 * (1 + sd), 4);
  });
});

describe('with too few trips', () => {
  test('each says how many it needs', () => {
    const missing = (trips: Parameters<typeof runBaselines>[0]) =>
      runBaselines(trips).flatMap(({ key, predictions, note }) =>
        predictions.length > 0 ? [] : [[key, note]],
      );
    expect(missing([summer(1, 0.1)])).toEqual([
      ['constant', 'needs 2 trips'],
      ['seasonConstant', 'needs 2 trips'],
      ['lastFive', 'needs 11 trips'],
      ['summerConstant', 'needs trips of both seasons'],
    ]);
    expect(missing([summer(1, 0.1), winter(1, 0.1)])).toEqual([['lastFive', 'needs 11 trips']]);
  });
});

describe('points of charge', () => {
  test('hold more the fuller the battery is', () => {
    // 21.6 kWh over 100 points, 6 % less each at 0 % and 6 % more at 100 %.
    expect(pointsOf(21.6, 100)).toBeCloseTo(100, 9);
    expect(pointsOf(10 * 0.216 * (0.94 + 0.0012 * 75), 80)).toBeCloseTo(10, 9);
    expect(pointsOf(2, 30)).toBeGreaterThan(pointsOf(2, 80));
  });
});

describe('a Gaussian', () => {
  test('has quantiles that its distribution function takes back', () => {
    const { cdf, quantile } = gaussian(2, 0.5);
    for (const p of [0.0001, 0.1, 0.5, 0.95]) expect(cdf(quantile(p))).toBeCloseTo(p, 6);
  });
  test('without width is a step', () => {
    const { cdf, quantile } = gaussian(2, 0);
    expect([cdf(1.99), cdf(2.01)]).toEqual([0, 1]);
    expect(quantile(0.5)).toBeCloseTo(2, 5);
  });
});
