import { describe, expect, test } from 'vitest';
import { SecondMeans } from './second-means.ts';

const means = (
  values: readonly (readonly [number, number, number])[],
  seconds: number,
): readonly number[] => {
  const all = new SecondMeans();
  for (const [atS, forS, value] of values) all.add(atS, forS, value);
  return [...all.take(seconds, 1)];
};

describe('means over a second', () => {
  test('weigh values by how long they stood', () => {
    expect(
      means(
        [
          [0, 0.25, 4],
          [0.25, 0.75, 8],
        ],
        1,
      ),
    ).toEqual([7]);
  });
  test('split a value that goes on into the next second', () => {
    expect(means([[0.5, 1, 6]], 2)).toEqual([6, 6]);
  });
  test('lose nothing of the sum at ten values per second', () => {
    const values = Array.from({ length: 1_000 }, (_, i) => [i / 10, 0.1, Math.sin(i)] as const);
    const sum = means(values, 100).reduce((total, value) => total + value, 0);
    expect(sum).toBeCloseTo(values.reduce((total, [, , value]) => total + value, 0) / 10, 9);
  });
  test('are there when half of the second is covered', () => {
    expect(means([[0, 0.5, 3]], 1)).toEqual([3]);
  });
  test('are missing when less is covered, by nothing or by a missing value', () => {
    expect(means([[0, 0.49, 3]], 2)).toEqual([Number.NaN, Number.NaN]);
    expect(means([[0, 1, Number.NaN]], 1)).toEqual([Number.NaN]);
  });
  test('go on for hours', () => {
    expect(means([[9_000, 1, 5]], 9_001).at(-1)).toBe(5);
  });
});
