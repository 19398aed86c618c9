import { expect, test } from 'vitest';
import { vehicleModel } from './catalogue.ts';
import { ROLLING } from './features.ts';
import { buildPrefix } from './prefix.ts';
import { COLUMN_COUNT } from './segment-features.ts';
import { surfaceRollingRatio } from './surface.ts';

const vehicle = vehicleModel('generic-compact');
if (vehicle === undefined) throw new Error('the catalogue has no generic car');

/** What 10 km take of the battery for rolling, by the column of sums. */
function rollingOf(rollingRatio?: number): number {
  const segment = {
    ...{ distanceM: 10_000, speedMps: 20, climbM: 0, weather: { tempC: 20 } },
    ...(rollingRatio === undefined ? {} : { rollingRatio }),
  };
  return buildPrefix({ vehicle: vehicle as NonNullable<typeof vehicle>, segments: [segment] }).sums[
    COLUMN_COUNT + ROLLING
  ] as number;
}

test.each([
  [undefined, 1],
  ['rough', 1.1],
  ['gravel', 1.5],
  ['unpaved', 2],
] as const)('a road that is %s rolls %d times as hard', (surface, ratio) => {
  expect(surfaceRollingRatio(surface)).toBe(ratio);
  expect(rollingOf(surfaceRollingRatio(surface)) / rollingOf()).toBeCloseTo(ratio, 9);
});

test.each([0.4, 5.1, Number.NaN])('a ratio of %d is refused', (ratio) => {
  expect(() => rollingOf(ratio)).toThrow(/rollingRatio/);
});
