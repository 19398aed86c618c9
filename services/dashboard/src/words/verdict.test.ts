import { describe, expect, test } from 'vitest';
import type { ForecastView, Watch } from '../server/answers.ts';
import { verdictOf } from './verdict.ts';

const AT_MS = Date.UTC(2026, 0, 15, 8);
const band = { p10: 12, p50: 19, p90: 26 };

function forecast(watch: Watch, validUntilMs?: number): ForecastView {
  return {
    forecastId: 'forecast-1',
    vehicleId: 'veh_aaaaaaaa',
    madeAt: new Date(AT_MS).toISOString(),
    socPct: 62,
    reserveSocPct: 5,
    curve: [],
    stops: [],
    modelVersion: 'test',
    watch,
    ...(validUntilMs !== undefined && { validUntil: new Date(validUntilMs).toISOString() }),
  };
}

const withRisk = (below: number) =>
  verdictOf(
    forecast({ state: 'watching', stop: { name: 'Lahr', arrivalSocPct: band, sure: 1 - below } }),
    AT_MS,
  ).kind;

describe('a forecast at a glance', () => {
  test('changes its word where people are told', () => {
    expect([0, 0.09, 0.092, 0.34, 0.36, 0.74, 0.76, 1].map(withRisk)).toEqual([
      ...['sure', 'sure', 'likely', 'likely'],
      ...['open', 'open', 'unlikely', 'unlikely'],
    ]);
  });

  test('nothing ahead is not the same as nothing known', () => {
    expect(verdictOf(forecast({ state: 'watching' }), AT_MS).kind).toBe('nothing-ahead');
    expect(verdictOf(undefined, AT_MS).kind).toBe('no-forecast');
  });

  test('who cannot judge says why, since when, and what was known', () => {
    const lastKnown = { at: '2026-01-15T07:50:00.000Z', socPct: 40 };
    const watch: Watch = {
      state: 'not-watching',
      why: 'the car is silent',
      since: '2026-01-15T07:55:00.000Z',
      lastKnown,
    };
    expect(verdictOf(forecast(watch), AT_MS)).toEqual({
      kind: 'not-watching',
      why: 'the car is silent',
      since: '2026-01-15T07:55:00.000Z',
      lastKnown,
    });
  });

  test('a forecast that nothing followed is no longer one, also where the server cannot be heard', () => {
    const watch: Watch = { state: 'watching', stop: { name: 'Lahr', arrivalSocPct: band, sure: 0.99 } };
    const kindAt = (lateMs: number) => verdictOf(forecast(watch, AT_MS), AT_MS + lateMs).kind;
    expect(kindAt(120_000)).toBe('sure');
    expect(kindAt(120_001)).toBe('not-watching');
  });
});
