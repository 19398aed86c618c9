import { describe, expect, test } from 'vitest';
import { conformalScale, noScores, withScore } from './conformal.ts';
import { quantileOf } from './probability.ts';

const same = (count: number, score: number) => new Array<number>(count).fill(score);
/** Errors that are distributed exactly as forecasts promise, times a factor. */
const promised = (count: number, factor = 1) =>
  Array.from({ length: count }, (_, i) => factor * quantileOf((((i * 7) % count) + 0.5) / count, 0, 1));

describe('the factor on the width of intervals', () => {
  test('is 1 until there are 20 trips', () => {
    expect(conformalScale(noScores)).toBe(1);
    expect(conformalScale(same(19, 9))).toBe(1);
    expect(conformalScale(same(20, 9))).toBeGreaterThan(1);
    expect(conformalScale(same(19, 0))).toBe(1);
    expect(conformalScale(same(20, 0))).toBeLessThan(1);
  });

  test('stays near 1 for a car whose errors are as promised', () => {
    expect(conformalScale(promised(50))).toBeGreaterThan(0.9);
    expect(conformalScale(promised(50))).toBeLessThan(1.1);
  });

  test('widens for larger errors and narrows for smaller ones, by part of the difference', () => {
    const wide = conformalScale(promised(50, 1.5));
    const narrow = conformalScale(promised(50, 0.6));
    expect(wide).toBeGreaterThan(1.15);
    expect(wide).toBeLessThan(1.5);
    expect(narrow).toBeLessThan(0.95);
    expect(narrow).toBeGreaterThan(0.6);
  });

  test('is never below a half nor above two', () => {
    expect(conformalScale(same(50, 100))).toBeCloseTo(2, 6);
    expect(conformalScale(same(50, 100))).toBeLessThanOrEqual(2);
    for (const score of [0, 0.001, 1]) expect(conformalScale(same(50, score))).toBeGreaterThanOrEqual(0.5);
  });

  test('counts late trips more than early ones', () => {
    const calm = same(40, 0.1);
    const wild = same(10, 2.5);
    expect(conformalScale([...calm, ...wild])).toBeGreaterThan(conformalScale([...wild, ...calm]));
  });

  test('does not ask in which direction a forecast was wrong', () => {
    const scores = promised(40, 1.3);
    expect(conformalScale(scores.map((score) => -score))).toBe(conformalScale(scores));
  });
});

describe('the errors of a car', () => {
  test('are kept for 50 trips, the oldest goes first', () => {
    const fifty = Array.from({ length: 50 }, (_, i) => i);
    expect(withScore(fifty.slice(1), 50)).toEqual([...fifty.slice(1), 50]);
    expect(withScore(fifty, 50)).toEqual([...fifty.slice(1), 50]);
    expect(withScore(noScores, 0.3)).toEqual([0.3]);
    expect(noScores).toEqual([]);
  });
});
