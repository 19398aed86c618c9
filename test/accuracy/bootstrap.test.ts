import { describe, expect, test } from 'vitest';
import { gaussian } from './baselines.ts';
import { bootstrapMape, bootstrapMean, comparePaired } from './bootstrap.ts';
import type { Prediction } from './scores.ts';

/** A trip that was forecast so many percent too high. */
const miss = (trip: string, percent: number): Prediction => ({
  ...{ trip, drivenKwh: 1, meanKwh: 1 + percent / 100, distribution: gaussian(1, 0.1) },
  ...{ distanceKm: 6, drivenSocPct: 5, predictedSocPct: 5 },
});
const VALUES = Array.from({ length: 50 }, (_, i) => i);

describe('the bootstrap', () => {
  test('is as wide as the standard error says', () => {
    const { low, high } = bootstrapMean(VALUES)!;
    // sd 14.43 over √50 is 2.04; 90 % lie within 1.645 of it.
    expect(low).toBeCloseTo(24.5 - 3.36, 0);
    expect(high).toBeCloseTo(24.5 + 3.36, 0);
  });
  test('says the same each time', () => {
    expect(bootstrapMean(VALUES)).toEqual(bootstrapMean(VALUES));
  });
  test('of equal values has no width, of fewer than two there is none', () => {
    expect(bootstrapMean([3, 3, 3])).toEqual({ low: 3, high: 3 });
    expect(bootstrapMean([3])).toBeNull();
  });
  test('of MAPE takes over and under alike', () => {
    const interval = bootstrapMape([miss('A', 10), miss('B', -10)])!;
    expect(interval.low).toBeCloseTo(10, 9);
    expect(interval.high).toBeCloseTo(10, 9);
  });
});

describe('the paired difference', () => {
  test('is taken trip by trip, on the trips that both have', () => {
    const model = [miss('A', 5), miss('B', 30), miss('C', 1)];
    const constant = [miss('B', 32), miss('A', -7), miss('D', 90)];
    const found = comparePaired(model, constant)!;
    expect(found.n).toBe(2);
    expect(found.mean).toBeCloseTo(2, 9);
    expect(found.interval.high - found.interval.low).toBeLessThan(1e-9);
  });
  test('is not there without two trips in common', () => {
    expect(comparePaired([miss('A', 1)], [miss('A', 2), miss('B', 3)])).toBeNull();
  });
});
