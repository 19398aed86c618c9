import type { Forecast } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { MINUTE_MS, START_MS, VEHICLE } from './notifier.fixture.ts';
import { decideLine, type Line, type LineSaid, lineExpiresMs, overdueSaid } from './trip-line.ts';

const TRIP = 'trip-1';
const UNTIL_MS = START_MS + 10 * MINUTE_MS;
const [at, end] = [START_MS + MINUTE_MS, { kind: 'end' }];

type Figures = Readonly<{ p10?: number; p50?: number; p90?: number; below?: number; name?: string }>;

const stopOf = ({ p10 = 12, p50 = 19, p90 = 26, below = 0.07, name = 'Cabin' }: Figures = {}) => ({
  ...{ stopId: 'stop-1', name, distanceM: 40_000, arriveAtMs: START_MS + 60 * MINUTE_MS },
  ...{ arrivalSocPct: { p10, p50, p90 }, belowReserveProbability: below },
});

const forecastOf = (change: Partial<Forecast> = {}, figures: Figures = {}): Forecast => ({
  ...{ forecastId: 'forecast-1', vehicleId: VEHICLE, tripId: TRIP, madeAtMs: at, socPct: 41 },
  ...{ reserveSocPct: 5, stops: [stopOf(figures)], curve: [], modelVersion: 'model-1', isUnderWay: true },
  validUntilMs: at + 10 * MINUTE_MS,
  ...change,
});

const figuresOf = (figures: Figures = {}) => {
  const { p10 = 12, p50 = 19, p90 = 26, below = 0.07, name = 'Cabin' } = figures;
  return { name, arrivalSocPct: { p10, p50, p90 }, sure: 1 - below };
};
const watching = (figures: Figures = {}): LineSaid => ({
  state: 'watching',
  known: { atMs: START_MS, socPct: 42, stop: figuresOf(figures) },
  reserveSocPct: 5,
});
const lineOf = (said: LineSaid, change: Partial<Line['row']> = {}): Line => ({
  said,
  row: {
    ...{ vehicleId: VEHICLE, tripId: TRIP, personId: 'per_driver0001', state: said.state, revision: 3 },
    ...{ startedAtMs: START_MS, changedAtMs: START_MS, madeAtMs: START_MS, expiresAtMs: UNTIL_MS },
    validUntilMs: said.state === 'watching' ? UNTIL_MS : null,
    ...change,
  },
});

const unknown = (change: Partial<Forecast> = {}) =>
  forecastOf({
    ...{ unknown: 'the charge is not known or too old', unknownSinceMs: START_MS, stops: [] },
    lastKnown: { madeAtMs: START_MS, socPct: 42, stop: stopOf() },
    ...change,
  });

const judge = (line: Line | undefined, record: Forecast, nowMs = at) => decideLine(line, record, nowMs).kind;

describe('the line about a trip', () => {
  test('begins when the car has left on a plan', () => {
    expect(decideLine(undefined, forecastOf(), at)).toEqual({
      ...{ kind: 'say', tripId: TRIP },
      said: { state: 'watching', known: { atMs: at, socPct: 41, stop: figuresOf() }, reserveSocPct: 5 },
    });
    expect(judge(undefined, forecastOf({ isUnderWay: false }))).toBe('nothing');
    const { isUnderWay: _, ...untold } = forecastOf();
    expect(judge(undefined, untold)).toBe('nothing');
    const { tripId: __, ...unplanned } = forecastOf();
    expect(judge(undefined, unplanned)).toBe('nothing');
  });

  test('begins as not watching where nothing can be judged from the start', () => {
    const { lastKnown: _, ...never } = unknown();
    expect(decideLine(undefined, never, at)).toEqual({
      ...{ kind: 'say', tripId: TRIP },
      said: { state: 'not-watching', sinceMs: START_MS },
    });
  });

  test('does not begin with a forecast of long ago', () => {
    const old = forecastOf({ madeAtMs: at - 12 * 60 * MINUTE_MS });
    expect(judge(undefined, old)).toBe('say');
    expect(judge(undefined, old, at + 1)).toBe('nothing');
  });

  for (const { change, name, says } of [
    { name: 'the same figures', change: {}, says: 'nothing' },
    { name: '4 points surer', change: { below: 0.031 }, says: 'nothing' },
    { name: '5 points less sure', change: { below: 0.12 }, says: 'say' },
    { name: 'nearly 2 points less on arrival', change: { p50: 17.1 }, says: 'nothing' },
    { name: '2 points less on arrival', change: { p50: 17 }, says: 'say' },
    { name: 'nearly 4 points more at an edge', change: { p90: 29.9 }, says: 'nothing' },
    { name: '4 points more at an edge', change: { p90: 30 }, says: 'say' },
    { name: 'another stop', change: { name: 'Lake' }, says: 'say' },
  ] as const)
    test(`with ${name}: ${says}`, () => {
      expect(judge(lineOf(watching()), forecastOf({}, change))).toBe(says);
    });

  test('is told anew with the same figures before its time is over, from its half on', () => {
    const line = lineOf(watching());
    const half = START_MS + 5 * MINUTE_MS;
    expect(judge(line, forecastOf({ madeAtMs: half - 1 }), half - 1)).toBe('nothing');
    expect(judge(line, forecastOf({ madeAtMs: half }), half)).toBe('say');
    // Nothing to add: the time is the same.
    expect(judge(line, forecastOf({ madeAtMs: half, validUntilMs: UNTIL_MS }), half)).toBe('nothing');
    expect(judge(line, forecastOf({ validUntilMs: UNTIL_MS - 1 }))).toBe('say');
  });

  test('says that nobody watches, once, and that somebody watches again', () => {
    const silent = decideLine(lineOf(watching()), unknown(), at);
    expect(silent).toEqual({
      ...{ kind: 'say', tripId: TRIP },
      said: {
        ...{ state: 'not-watching', sinceMs: START_MS },
        lastKnown: { atMs: START_MS, socPct: 42, stop: figuresOf() },
      },
    });
    if (silent.kind !== 'say') throw new Error('nothing is said');
    const line = lineOf(silent.said);
    expect(judge(line, unknown({ madeAtMs: at + 1 }))).toBe('nothing');
    expect(judge(line, unknown({ unknownSinceMs: START_MS + MINUTE_MS - 1 }))).toBe('nothing');
    expect(judge(line, unknown({ unknownSinceMs: START_MS + MINUTE_MS }))).toBe('say');
    expect(judge(line, forecastOf())).toBe('say');
  });

  test('a forecast whose time is over is said as not watching', () => {
    const line = lineOf(watching());
    const late = forecastOf({ validUntilMs: START_MS + 2 * MINUTE_MS });
    const lastMs = START_MS + 4 * MINUTE_MS;
    expect(decideLine(line, late, lastMs)).toMatchObject({ said: { state: 'watching' } });
    expect(decideLine(line, late, lastMs + 1)).toMatchObject({
      said: { state: 'not-watching', sinceMs: START_MS + 2 * MINUTE_MS },
    });
  });

  test('ends where no stop is ahead, not where nobody can tell', () => {
    const line = lineOf(watching());
    expect(decideLine(line, forecastOf({ isUnderWay: false }), at)).toEqual(end);
    expect(decideLine(line, unknown({ isUnderWay: false }), at)).toEqual(end);
    const { isUnderWay: _, tripId: __, ...noRoad } = unknown();
    expect(decideLine(line, noRoad, at)).toMatchObject({ kind: 'say', said: { state: 'not-watching' } });
    const { tripId: ___, ...unplanned } = forecastOf({ isUnderWay: false });
    expect(decideLine(line, unplanned, at)).toEqual(end);
    const over = lineOf({ state: 'ended' });
    expect(judge(over, forecastOf({ isUnderWay: false }))).toBe('nothing');
    expect(judge(over, noRoad)).toBe('nothing');
  });

  test('of another trip begins anew, or ends with it', () => {
    const line = lineOf(watching());
    expect(decideLine(line, forecastOf({ tripId: 'trip-2' }), at)).toMatchObject({ tripId: 'trip-2' });
    expect(decideLine(line, forecastOf({ tripId: 'trip-2', isUnderWay: false }), at)).toEqual(end);
  });

  test('a forecast from before is no news', () => {
    expect(judge(lineOf(watching()), forecastOf({ madeAtMs: START_MS - 1, isUnderWay: false }))).toBe(
      'nothing',
    );
  });

  test('is shown no longer than its forecast may be, and what is not known for half a day', () => {
    expect(lineExpiresMs(watching(), UNTIL_MS, at)).toBe(UNTIL_MS + 2 * MINUTE_MS);
    expect(lineExpiresMs({ state: 'ended' }, undefined, at)).toBe(at + 12 * 60 * MINUTE_MS);
  });

  test('that nothing followed says what was known last, if that can be read', () => {
    const lastKnown = { atMs: START_MS, socPct: 42, stop: figuresOf() };
    expect(overdueSaid(lineOf(watching()))).toEqual({ state: 'not-watching', sinceMs: UNTIL_MS, lastKnown });
    const unread = { ...lineOf(watching()), said: undefined };
    expect(overdueSaid(unread)).toEqual({ state: 'not-watching', sinceMs: UNTIL_MS });
  });
});
