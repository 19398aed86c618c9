import { describe, expect, test } from 'vitest';
import {
  fromThermometer,
  samplePoints,
  sigmaOf,
  startTimes,
  type TimedRoad,
  withWeather,
} from './build-conditions.ts';
import { roadOfLeg } from './build-stretches.ts';
import { at, HOUR_MS, MINUTE_MS, NOW_MS, stopAt, tripOf } from './world.fixture.ts';

/** 36 km at 20 m/s: half an hour. */
const road = roadOfLeg({ points: [at(0), at(36_000)], distanceM: 36_000, speedMps: 20 });
const timed = (change: Partial<TimedRoad> = {}): TimedRoad => ({
  stopId: 'there',
  road,
  startAtMs: NOW_MS,
  chargers: [],
  ...change,
});
const weather = (tempC: number) => ({
  tempC,
  sigmaK: 1,
  wind: null,
  pressureHpa: null,
  isWet: false,
  issuedAtMs: NOW_MS,
  source: 'forecast-file' as const,
});

describe('when the car starts towards each stop', () => {
  const stops = [
    stopAt('a', at(36_000), { arriveAtMs: NOW_MS + HOUR_MS, departAtMs: NOW_MS + 2 * HOUR_MS }),
    stopAt('b', at(72_000)),
    stopAt('c', at(108_000)),
  ];
  const trip = tripOf({ departAtMs: NOW_MS + 10 * MINUTE_MS, stops });
  const minutes = (times: readonly number[]) => times.map((time) => (time - NOW_MS) / MINUTE_MS);

  test('as planned: departures wait, drives follow each other', () => {
    const times = startTimes(trip, [road, road, road], 0, NOW_MS);
    expect(minutes(times)).toEqual([10, 120, expect.closeTo(150, 3)]);
  });

  test('late: never before now, and a missed departure is made up for at once', () => {
    const times = startTimes(trip, [road, road, road], 0, NOW_MS + 3 * HOUR_MS);
    expect(minutes(times)).toEqual([180, expect.closeTo(210, 3), expect.closeTo(240, 3)]);
  });

  test('on the way: the stretch being driven begins now', () => {
    expect(minutes(startTimes(trip, [road], 2, NOW_MS + 4 * HOUR_MS))).toEqual([240]);
  });

  test('a plan that is over starts nothing', () => {
    expect(startTimes(trip, [], 3, NOW_MS)).toEqual([]);
  });
});

describe('samples', () => {
  test('are every 10 km, at the time the car is there', () => {
    const points = samplePoints(timed());
    expect(points).toHaveLength(4);
    expect(points.map(({ atMs }) => Math.round((atMs - NOW_MS) / 1_000))).toEqual([0, 500, 1_000, 1_500]);
    expect(points.every(({ atMs }) => Number.isInteger(atMs))).toBe(true);
  });

  test('a piece takes the weather of the sample at or before it', () => {
    const points = samplePoints(timed());
    const segments = withWeather(
      timed(),
      points.map((_, i) => weather(i)),
    );
    expect(segments).toHaveLength(road.segments.length);
    expect([0, 19, 20, 39, 40, 60, 71].map((i) => segments[i]?.tempC)).toEqual([0, 0, 1, 1, 2, 3, 3]);
  });

  test('what the weather does not say is still air of standard pressure', () => {
    const [segment] = withWeather(
      timed(),
      samplePoints(timed()).map(() => weather(5)),
    );
    expect(segment).toMatchObject({ windMps: 0, windFromDeg: 0, pressureHpa: 1013.25, isWet: false });
  });

  test.each([
    [70, 60],
    [60, 60],
    [-70, -60],
  ])('%i °C count as %i', (tempC, counts) => {
    expect(
      withWeather(
        timed(),
        samplePoints(timed()).map(() => weather(tempC)),
      )[0]?.tempC,
    ).toBe(counts);
  });
});

describe('the thermometer', () => {
  const sigmaAt = (hours: number, ageS = 0) =>
    fromThermometer({ tempC: 4, ageS }, NOW_MS + hours * HOUR_MS, NOW_MS).sigmaK;

  test('is good for here and now, less for each hour ahead or passed, and never worse than 8 K', () => {
    expect(sigmaAt(0)).toBe(1.5);
    expect(sigmaAt(2)).toBe(3.5);
    expect(sigmaAt(1, 3_600)).toBe(3.5);
    expect(sigmaAt(100)).toBe(8);
    expect(sigmaAt(-5)).toBe(1.5);
  });

  test('without one it is a mild guess with a wide doubt', () => {
    expect(fromThermometer(undefined, NOW_MS, NOW_MS)).toMatchObject({ tempC: 10, sigmaK: 10, wind: null });
  });
});

describe('the doubt of a snapshot', () => {
  test('is the mean of the samples; without heights 15 m of climb are left open', () => {
    const sigma = sigmaOf(
      [timed()],
      [
        { ...weather(0), sigmaK: 1, wind: { mps: 3, fromDeg: 0, sigmaMps: 2 } },
        { ...weather(0), sigmaK: 3, wind: { mps: 3, fromDeg: 0, sigmaMps: 4 } },
      ],
    );
    expect(sigma).toEqual({ tempK: 2, windMps: 3, speedRatio: 0.07, climbM: 15 });
  });

  test('wind that nobody tells is doubted more', () => {
    expect(sigmaOf([timed()], [weather(0)]).windMps).toBe(3);
    expect(sigmaOf([], [])).toEqual({ tempK: 0, windMps: 3, speedRatio: 0.07, climbM: 0 });
  });

  test('the speed on a road that nobody knows is doubted more', () => {
    const guess = timed({ road: { ...road, source: 'great-circle' } });
    expect(sigmaOf([timed(), guess], []).speedRatio).toBe(0.2);
    expect(sigmaOf([timed()], []).speedRatio).toBe(0.07);
  });

  test('known heights leave no climb open', () => {
    const hilly = roadOfLeg({
      points: [
        { ...at(0), elevationM: 10 },
        { ...at(5_000), elevationM: 200 },
      ],
    });
    expect(sigmaOf([timed({ road: hilly })], [weather(0)]).climbM).toBe(0);
  });
});
