import { describe, expect, test } from 'vitest';
import { forecastRecord, START_MS } from '../api.fixture.ts';
import { forecastView, viewForecast } from './alerts.ts';

const CAR = 'veh_00000000000000000001';
const MINUTE_MS = 60_000;
const VALID_UNTIL_MS = START_MS + 10 * MINUTE_MS;
const known = forecastRecord(CAR, { validUntilMs: VALID_UNTIL_MS, deadlineM: 10_000 });
const view = (...given: Parameters<typeof viewForecast>) => forecastView.parse(viewForecast(...given));

describe('a forecast, as it is shown', () => {
  test('says how sure it is of the stop that is least sure', () => {
    const [stop] = known.stops;
    if (stop === undefined) throw new Error('no stop');
    const surer = { ...stop, stopId: 'home', name: 'Home', belowReserveProbability: 0.2 };
    expect(view({ ...known, stops: [surer, stop] }, START_MS).watch).toEqual({
      state: 'watching',
      stop: { name: 'Cabin', arrivalSocPct: { p10: -4, p50: 3, p90: 9 }, sure: expect.closeTo(0.3) },
    });
    expect(view({ ...known, stops: [] }, START_MS).watch).toEqual({ state: 'watching' });
  });

  test('is shown for two minutes beyond its time, in which its end would have come', () => {
    const last = VALID_UNTIL_MS + 2 * MINUTE_MS;
    expect(view(known, last)).toMatchObject({ stops: known.stops.map(({ name }) => ({ name })) });
    const over = view(known, last + 1);
    expect(over).toMatchObject({ unknown: 'no newer forecast came', stops: [], curve: [] });
    expect(over).not.toHaveProperty('deadlineM');
    expect(over.watch).toEqual({
      state: 'not-watching',
      why: 'no newer forecast came',
      since: new Date(VALID_UNTIL_MS).toISOString(),
      lastKnown: {
        at: new Date(START_MS).toISOString(),
        socPct: 41,
        stop: { name: 'Cabin', arrivalSocPct: { p10: -4, p50: 3, p90: 9 }, sure: expect.closeTo(0.3) },
      },
    });
  });

  test('says since when nobody knows, as the predictor told it', () => {
    const unknown = { unknown: 'the car fell silent on the road', unknownSinceMs: START_MS, stops: [] };
    const silent = forecastRecord(CAR, { ...unknown, lastKnown: { madeAtMs: START_MS, socPct: 40 } });
    expect(view(silent, START_MS + 60 * MINUTE_MS).watch).toEqual({
      state: 'not-watching',
      why: 'the car fell silent on the road',
      since: new Date(START_MS).toISOString(),
      lastKnown: { at: new Date(START_MS).toISOString(), socPct: 40 },
    });
  });

  test('of a version that gave it no end is shown as it is', () => {
    const { validUntilMs: _, ...old } = known;
    expect(view(old, START_MS + 24 * 60 * MINUTE_MS).watch.state).toBe('watching');
    expect(view({ ...old, unknown: 'why', stops: [] }, START_MS).watch).toEqual({
      state: 'not-watching',
      why: 'why',
    });
  });
});
