import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  mixtureProbability,
  normalCdf,
  probabilityBelow,
  quantileOf,
  quantilesOf,
  studentT6Cdf,
  studentT6Quantile,
} from './probability.ts';

describe('Student t with 6 degrees of freedom', () => {
  test('agrees with printed tables', () => {
    expect(studentT6Cdf(0)).toBe(0.5);
    expect(studentT6Cdf(1.439756)).toBeCloseTo(0.9, 6);
    expect(studentT6Cdf(1.94318)).toBeCloseTo(0.95, 6);
    expect(studentT6Cdf(-2.446912)).toBeCloseTo(0.025, 6);
    expect(studentT6Cdf(3.707428)).toBeCloseTo(0.995, 6);
  });

  test('quantile undoes the cdf', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }), (p) => {
        expect(studentT6Cdf(studentT6Quantile(p))).toBeCloseTo(p, 9);
      }),
    );
  });

  test('reaches its ends at infinity', () => {
    expect(studentT6Cdf(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(studentT6Cdf(Number.POSITIVE_INFINITY)).toBe(1);
    expect(studentT6Quantile(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(studentT6Quantile(1)).toBe(Number.POSITIVE_INFINITY);
  });

  test('refuses NaN and probabilities outside 0 to 1', () => {
    expect(() => studentT6Cdf(Number.NaN)).toThrow(/finite/);
    expect(() => studentT6Quantile(-0.01)).toThrow(/between/);
    expect(() => studentT6Quantile(1.01)).toThrow(/between/);
  });
});

test('the normal cdf agrees with printed tables', () => {
  expect(normalCdf(0)).toBeCloseTo(0.5, 7);
  expect(normalCdf(1.959964)).toBeCloseTo(0.975, 6);
  expect(normalCdf(-1)).toBeCloseTo(0.158655, 6);
});

test('a value with spread is below itself half of the time; without spread below is strict', () => {
  expect(probabilityBelow(5, 5, 2)).toBe(0.5);
  expect(probabilityBelow(5, 5, 0)).toBe(0);
  expect(probabilityBelow(5.001, 5, 0)).toBe(1);
  expect(() => probabilityBelow(5, 5, Number.NaN)).toThrow(/sd/);
  expect(() => probabilityBelow(5, Number.NaN, 0)).toThrow(/mean/);
});

test('the quick quantiles are those of the general function', () => {
  const quick = quantilesOf(40, 7);
  expect(quick.p10).toBeCloseTo(quantileOf(0.1, 40, 7), 9);
  expect(quick.p50).toBe(40);
  expect(quick.p90).toBeCloseTo(quantileOf(0.9, 40, 7), 9);
});

describe('a mixture', () => {
  test('weighs its cases', () => {
    const charger = [
      { weight: 0.8, probability: 0.05 },
      { weight: 0.2, probability: 0.9 },
    ];
    expect(mixtureProbability(charger)).toBeCloseTo(0.22, 12);
  });

  test('refuses weights that do not add up to 1', () => {
    expect(() => mixtureProbability([{ weight: 0.5, probability: 0.1 }])).toThrow(/add up/);
    expect(() => mixtureProbability([])).toThrow(/add up/);
    expect(() => mixtureProbability([{ weight: 1, probability: 1.2 }])).toThrow(/probability/);
  });
});
