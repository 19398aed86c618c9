import { describe, expect, test } from 'vitest';
import { airFlow, type ForecastHour, type PlaceForecast, sigmaAt, weatherAt } from './place-forecast.ts';

const HOUR_MS = 3_600_000;
const NOON_MS = Date.UTC(2026, 0, 15, 12);

const hour = (offsetH: number, change: Partial<ForecastHour> = {}): ForecastHour => ({
  atMs: NOON_MS + offsetH * HOUR_MS,
  tempC: 0,
  wind: null,
  pressureHpa: null,
  wetMmPerH: null,
  ...change,
});

const at = (
  hours: readonly ForecastHour[],
  offsetH: number,
  change: Partial<PlaceForecast> = {},
  elevationM?: number,
) =>
  weatherAt(
    { issuedAtMs: NOON_MS, elevationM: null, hours, ...change },
    {
      lat: 48,
      lon: 11,
      atMs: NOON_MS + offsetH * HOUR_MS,
      ...(elevationM === undefined ? {} : { elevationM }),
    },
    'open-meteo',
    0,
  );

describe('between two hours', () => {
  test('temperature and pressure lie on the line between them', () => {
    const hours = [hour(0, { tempC: -4, pressureHpa: 990 }), hour(1, { tempC: 0, pressureHpa: 994 })];
    expect(at(hours, 0.25)).toMatchObject({ tempC: -3, pressureHpa: 991, source: 'open-meteo' });
    expect(at(hours, 0)?.tempC).toBe(-4);
    expect(at(hours, 1)?.tempC).toBe(0);
  });

  test('wind turns through north, not through south', () => {
    const hours = [hour(0, { wind: airFlow(10, 350) }), hour(1, { wind: airFlow(10, 10) })];
    const wind = at(hours, 0.5)?.wind;
    expect(Math.abs(((wind?.fromDeg ?? 180) + 180) % 360) - 180).toBeCloseTo(0, 6);
    expect(wind?.mps).toBeCloseTo(0.7 * 10 * Math.cos((10 * Math.PI) / 180), 6);
  });

  test('winds against each other are still air between', () => {
    const hours = [hour(0, { wind: airFlow(6, 0) }), hour(1, { wind: airFlow(6, 180) })];
    expect(at(hours, 0.5)?.wind?.mps).toBeCloseTo(0, 6);
  });

  test.each([0, 45, 90, 180, 270, 359])('wind from %i° comes from there again', (fromDeg) => {
    expect(at([hour(0, { wind: airFlow(5, fromDeg) })], 0)?.wind).toMatchObject({
      fromDeg: expect.closeTo(fromDeg, 6),
      mps: expect.closeTo(3.5, 9),
    });
  });

  test('rain belongs to the hour it begins in', () => {
    const hours = [hour(0, { wetMmPerH: 0.1 }), hour(1, { wetMmPerH: 0.09 }), hour(2)];
    expect([0, 0.9, 1, 1.9, 2].map((offset) => at(hours, offset)?.isWet)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('holes', () => {
  test('an hour without a value is bridged by its neighbours', () => {
    expect(at([hour(0, { tempC: 0 }), hour(1, { tempC: null }), hour(2, { tempC: 4 })], 1)?.tempC).toBe(2);
  });

  test.each([
    ['six hours apart', 6, true],
    ['further', 6.01, false],
  ])('moments %s tell of the time between: %s', (_, gapH, isTold) => {
    expect(at([hour(0), hour(gapH)], 3) !== undefined).toBe(isTold);
  });

  test.each([
    ['an hour before it begins', -1, true],
    ['earlier', -1.01, false],
    ['at its end', 1, true],
    ['past its end', 1.01, false],
  ])('%s: told is %s', (_, offsetH, isTold) => {
    expect(at([hour(0), hour(1)], offsetH) !== undefined).toBe(isTold);
  });

  test('nothing but holes is nothing', () => {
    expect(at([hour(0, { tempC: null })], 0)).toBeUndefined();
    expect(at([], 0)).toBeUndefined();
  });

  test('temperature without wind and pressure is weather all the same', () => {
    expect(at([hour(0)], 0)).toMatchObject({ wind: null, pressureHpa: null, isWet: false });
  });

  test('a wind without a direction is none, unless it is still', () => {
    expect(airFlow(3, null)).toBeNull();
    expect(airFlow(null, 90)).toBeNull();
    expect(airFlow(0, null)).toMatchObject({ eastMps: expect.closeTo(0), northMps: expect.closeTo(0) });
  });
});

test('a road a kilometre above the forecast is 6.5 K colder, in thinner air', () => {
  const hours = [hour(0, { tempC: 8.5, pressureHpa: 955 })];
  const high = at(hours, 0, { elevationM: 500 }, 1_500);
  expect(high?.tempC).toBeCloseTo(2, 9);
  // Standard atmosphere: 954.6 hPa at 500 m, 845.6 hPa at 1500 m, give or take the temperature.
  expect(high?.pressureHpa).toBeGreaterThan(843);
  expect(high?.pressureHpa).toBeLessThan(848);
  expect(at(hours, 0, { elevationM: 500 })?.tempC).toBe(8.5);
  expect(at(hours, 0, {}, 1_500)?.tempC).toBe(8.5);
});

test.each([
  ['now', 0, 0, 1, 1.5],
  ['for something past', -5, 0, 1, 1.5],
  ['six hours ahead', 6, 0, 1, 1.5],
  ['a day ahead', 24, 0, 2, 2.5],
  ['two days ahead', 48, 0, 10 / 3, 23 / 6],
  ['two weeks ahead', 336, 0, 6, 6],
  ['now, from a forecast four hours past its time', 0, 4, 2, 2.5],
])('%s it is this sure', (_, leadH, staleH, tempK, windMps) => {
  const sigma = sigmaAt(leadH * HOUR_MS, staleH * HOUR_MS);
  expect(sigma.tempK).toBeCloseTo(tempK, 9);
  expect(sigma.windMps).toBeCloseTo(windMps, 9);
});
