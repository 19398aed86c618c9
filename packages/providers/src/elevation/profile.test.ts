import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { heightAt, smoothProfile } from './profile.ts';

const valuesOf = (raw: readonly (number | null)[], everyM = 50) => smoothProfile(raw, everyM)?.valuesM;

describe('raw heights', () => {
  test('on an even slope stay as they are, its ends too', () => {
    const slope = Array.from({ length: 40 }, (_, i) => 100 + 2 * i);
    expect(valuesOf(slope)?.map((value) => Math.round(value * 1e6) / 1e6)).toEqual(slope);
  });

  test('that jitter climb less than they say', () => {
    const jitter = Array.from({ length: 100 }, (_, i) => 100 + (i % 2) * 6);
    const climbM = (valuesOf(jitter) ?? []).reduce(
      (sum, value, i, all) => sum + Math.max(0, value - (all[i - 1] ?? value)),
      0,
    );
    expect(climbM).toBeLessThan(0.3 * 50 * 6);
  });

  test.each([
    ['of 1,000 m are bridged', 20, true],
    ['of 1,050 m are not', 21, false],
  ])('holes %s', (_, steps, isBridged) => {
    const raw = [100, 100, ...new Array<null>(steps).fill(null), 100, 100];
    expect(valuesOf(raw) !== undefined).toBe(isBridged);
  });

  test.each([
    ['a hole between two heights is a straight line', [100, null, 106], 1, 103],
    ['a hole at the beginning is as high as what follows', [null, 106, 106], 0, 106],
    ['a hole at the end is as high as what was before', [106, 106, null], 2, 106],
    ['what no road has is a hole', [100, -32_768, 100], 1, 100],
  ] as const)('%s', (_, raw, at, expected) => {
    expect(valuesOf(raw, 300)?.[at]).toBeCloseTo(expected, 6);
  });

  test('none at all are not known', () => {
    expect(valuesOf([])).toBeUndefined();
    expect(valuesOf([null, null])).toBeUndefined();
  });

  test('are never steeper than 15 %', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -400, max: 8_000 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 30, max: 400 }),
        (raw, everyM) => {
          const values = valuesOf(raw, everyM) ?? [];
          expect(values).toHaveLength(raw.length);
          values.forEach((value, i) => {
            expect(Math.abs(value - (values[i - 1] ?? value))).toBeLessThanOrEqual(0.15 * everyM + 1e-9);
          });
        },
      ),
    );
  });
});

test.each([
  ['before the beginning', -10, 100],
  ['at a step', 50, 110],
  ['between two', 75, 115],
  ['after the end', 1_000, 120],
])('the height %s', (_, alongM, expected) => {
  expect(heightAt({ everyM: 50, valuesM: [100, 110, 120] }, alongM)).toBe(expected);
});
