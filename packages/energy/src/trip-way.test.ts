import { describe, expect, test } from 'vitest';
import { driven, sampleAt, tripOf } from './trip-meter.fixture.ts';
import type { TripSample } from './trip-meter.ts';

describe('distance', () => {
  const distanceOf = (change: (atS: number) => Partial<TripSample>, everyS = 1) =>
    tripOf(driven(change).filter((_, i) => i % everyS === 0)).distanceM;

  test.each<[string, (atS: number) => Partial<TripSample>, number, number]>([
    ['speed', () => ({}), 1, 2_000],
    ['speed, heard of every 50 s', () => ({}), 50, 2_000],
    ['an odometer in metres, whatever the speed says', (s) => ({ odometerM: 5_003 + 21 * s }), 1, 2_100],
    ['an odometer without a speed', (s) => ({ odometerM: 5_003 + 21 * s, speedMps: null }), 25, 2_100],
    ['speed, where the odometer counts kilometres', (s) => ({ odometerM: s < 50 ? 5_000 : 6_000 }), 1, 2_000],
    [
      'whole kilometres, where there is no speed',
      (s) => ({ odometerM: s < 50 ? 5_000 : 6_000, speedMps: null }),
      50,
      1_000,
    ],
    [
      'speed, where the odometer jumps',
      (s) => ({ odometerM: s < 50 ? 5_003 + 20 * s : 900_003 + 20 * s }),
      1,
      2_000,
    ],
    [
      'an odometer heard of now and then',
      (s) => ({ odometerM: s % 30 === 10 ? 5_003 + 21 * s : null }),
      1,
      2_090,
    ],
    [
      'an odometer that says the same for half a minute',
      (s) => ({ odometerM: 5_003 + 630 * Math.floor(s / 30) }),
      1,
      2_090,
    ],
    [
      'whole kilometres beside a speed that shows too little',
      (s) => ({ odometerM: 5_000 + 1000 * Math.floor((s * 20 + 300) / 1000), speedMps: 19 }),
      1,
      1_910,
    ],
    ['speed, where the odometer runs backwards', (s) => ({ odometerM: 5_003 - s }), 1, 2_000],
    ['places, where nothing else is said', () => ({ speedMps: null, movedM: 19 }), 1, 1_900],
  ])('by %s', (_name, change, everyS, expected) => {
    expect(distanceOf(change, everyS)).toBeCloseTo(expected, 6);
  });

  test('a place that jumps is no road: nobody drives faster than 70 m/s', () => {
    expect(distanceOf(() => ({ speedMps: null, movedM: 9_000 }))).toBeCloseTo(7_000, 6);
  });
});

test('speed is held for a minute of silence, and not for longer', () => {
  const gap = (s: number) => tripOf([sampleAt(0), sampleAt(s), sampleAt(s, { isDriving: false })]);
  expect(gap(60)).toMatchObject({ distanceM: 1_200, longestGapS: 60 });
  expect(gap(61)).toMatchObject({ distanceM: 1_200, longestGapS: 61 });
});
