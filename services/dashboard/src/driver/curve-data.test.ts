import { describe, expect, test } from 'vitest';
import type { Trail } from '../seen.ts';
import type { ForecastView, RoadView } from '../server/answers.ts';
import type { Reading } from '../words/format.ts';
import { chargersAhead, curveData } from './curve-data.ts';

const metric: Reading = { language: 'en', units: 'metric', timeZone: 'UTC' };
const band = (p50: number) => ({ p10: p50 - 5, p50, p90: p50 + 5 });
const stop = (stopId: string, distanceM: number, p50: number) => ({
  ...{ stopId, name: stopId, distanceM, arriveAt: '2026-01-15T10:00:00.000Z' },
  ...{ arrivalSocPct: band(p50), belowReserveProbability: 0.3 },
});

const forecast: ForecastView = {
  ...{ forecastId: 'f', vehicleId: 'v', madeAt: '2026-01-15T08:00:00.000Z', socPct: 60, reserveSocPct: 5 },
  curve: [0, 50_000, 100_000].map((distanceM) => ({ distanceM, socPct: band(60 - distanceM / 2_000) })),
  stops: [stop('lunch', 100_000, 10), stop('home', 180_000, -12)],
  deadlineM: 40_000,
  modelVersion: 'm',
  watch: { state: 'watching' },
};
const trail: Trail = {
  stopId: 'lunch',
  fromM: 120_000,
  points: [
    { toStopM: 120_000, socPct: 70 },
    { toStopM: 110_000, socPct: 65 },
  ],
};
const charger = (locationId: string, toStopM: number) => ({
  ...{ locationId, name: locationId, toStopM, detourM: 0, maxPowerKw: 150 },
  ...{ worksProbability: 0.9, statusAgeS: null },
});
const road: RoadView = {
  snapshotId: 's',
  stretches: [
    {
      stopId: 'lunch',
      distanceM: 200_000,
      chargers: [charger('passed', 100_001), charger('here', 100_000), charger('near', 30_000)],
    },
    { stopId: 'home', distanceM: 80_000, chargers: [charger('late', 10_000)] },
    { stopId: 'gone', distanceM: 5_000, chargers: [charger('elsewhere', 1_000)] },
  ],
  weather: { source: 'forecast-file', ageS: 60 },
};

describe('the battery along the road', () => {
  test('goes on from what was driven, in the person’s unit', () => {
    const data = curveData(forecast, trail, road, metric);
    expect(data?.x).toEqual([0, 10, 20, 70, 120]);
    expect(data?.driven).toEqual([70, 65, 60, null, null]);
    expect(data?.p50).toEqual([null, null, 60, 35, 10]);
    expect([data?.hereX, data?.endX, data?.deadlineX]).toEqual([20, 200, 60]);
    expect(data?.stops.map(({ x, name }) => [x, name])).toEqual([
      [120, 'lunch'],
      [200, 'home'],
    ]);
    expect(curveData(forecast, trail, road, { ...metric, units: 'imperial' })?.hereX).toBeCloseTo(12.4, 1);
  });

  test('a trail to another stop is not this one’s', () => {
    const data = curveData(forecast, { ...trail, stopId: 'home' }, undefined, metric);
    expect(data?.x).toEqual([0, 50, 100]);
    expect(data?.chargers).toEqual([]);
  });

  test('reaches as far down as the forecast does, within reason', () => {
    const lowest = (p50: number) =>
      curveData({ ...forecast, stops: [stop('lunch', 100_000, p50)] }, undefined, undefined, metric)
        ?.lowestPct;
    expect([40, 5, 4, -12, -90].map(lowest)).toEqual([0, 0, -10, -20, -30]);
  });

  test('is none without a stop ahead or a curve', () => {
    expect(curveData(undefined, trail, road, metric)).toBeUndefined();
    expect(curveData({ ...forecast, stops: [] }, trail, road, metric)).toBeUndefined();
    expect(curveData({ ...forecast, curve: [] }, trail, road, metric)).toBeUndefined();
  });
});

test('chargers ahead are those not passed, nearest first, also beyond the next stop', () => {
  const found = chargersAhead(forecast, road).map(({ aheadM, charger: { name } }) => [name, aheadM]);
  expect(found).toEqual([
    ['here', 0],
    ['near', 70_000],
    ['late', 170_000],
  ]);
  expect(chargersAhead(forecast, undefined)).toEqual([]);
});
