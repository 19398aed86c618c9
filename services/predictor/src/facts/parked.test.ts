import { describe, expect, test } from 'vitest';
import {
  CHARGING,
  DRIVING,
  factValue,
  HOUR_MS,
  MINUTE_MS,
  NOW_MS,
  numberOf,
  PARKED,
  situation,
  stopAt,
  tripOf,
} from '../predictor.fixture.ts';
import { parkedSubjects } from './parked.ts';

const tomorrow = tripOf({ departAtMs: NOW_MS + 20 * HOUR_MS });
const factsOf = (...given: Parameters<typeof situation>) => parkedSubjects(situation(...given))[0]?.facts;

test.each([
  ['parked before a drive', { trip: tomorrow }, ['there']],
  ['on a cable', { trip: tomorrow, values: CHARGING }, []],
  ['driving', { trip: tomorrow, values: DRIVING }, []],
  ['without a plan', { trip: null }, []],
  ['at the roadside', { trip: tomorrow, eastM: 100_000 }, []],
])('%s', (_, options, subjects) => {
  expect(parkedSubjects(situation(options)).map(({ subject }) => subject)).toEqual(subjects);
});

describe('a night without a plug', () => {
  test('costs charge, more the longer it is, and makes the drive less likely', () => {
    const after = (hours: number) =>
      factsOf({ socPct: 70, trip: tripOf({ departAtMs: NOW_MS + hours * HOUR_MS }) });
    const losses = [1, 10, 20].map((hours) => numberOf(after(hours), 'expectedLossPct'));
    expect(losses).toEqual(losses.toSorted((a, b) => a - b));
    expect(losses[0]).toBeGreaterThan(0);
    expect(losses[2]).toBeGreaterThan(4);
    expect(numberOf(after(20), 'overnightBelowReserveProbability')).toBeGreaterThan(
      numberOf(after(1), 'overnightBelowReserveProbability'),
    );
    expect(factValue(after(20), 'hoursToDeparture')).toBe(20);
  });

  test('that is over costs nothing more', () => {
    const facts = factsOf({ trip: tripOf({ departAtMs: NOW_MS - HOUR_MS }) });
    expect(factValue(facts, 'expectedLossPct')).toBe(0);
    expect(factValue(facts, 'hoursToDeparture')).toBe(0);
  });

  test('counts the drive up to the next plug, over a short stop on the way', () => {
    const stops = [
      stopAt('dinner', 50_000, {
        kind: 'stay',
        arriveAtMs: NOW_MS + HOUR_MS,
        departAtMs: NOW_MS + 2 * HOUR_MS,
      }),
      stopAt('charge', 150_000, { kind: 'charge' }),
    ];
    const [subject] = parkedSubjects(situation({ trip: tripOf({ stops }) }));
    expect(subject?.subject).toBe('charge');
    expect(numberOf(subject?.facts, 'distanceM')).toBeCloseTo(150_000, -3);
  });

  test('at a stop that the plan does not leave nothing is known', () => {
    const stops = [stopAt('hotel', 50_000, { kind: 'stay' }), stopAt('end', 100_000)];
    const facts = factsOf({ eastM: 50_000, trip: tripOf({ stops }) });
    expect(factValue(facts, 'overnightBelowReserveProbability')).toBe('(no departure is planned)');
  });

  test('without a charge nothing is known, but how long it stands is', () => {
    const facts = factsOf({ trip: tomorrow, socPct: null, observedAtMs: NOW_MS - 7 * MINUTE_MS });
    expect(factValue(facts, 'overnightBelowReserveProbability')).toBe('(the charge is not known or too old)');
    expect(factValue(facts, 'parkedMinutes')).toBe(7);
  });
});

test('the air of the place is that of the snapshot', () => {
  const night = (tempC: number) =>
    factsOf({
      socPct: 66,
      trip: tomorrow,
      values: PARKED,
      change: {
        standing: [
          { fromMs: NOW_MS, toMs: NOW_MS + 24 * HOUR_MS, tempC, sigmaK: 1, source: 'forecast-file' },
        ],
      },
    });
  expect(numberOf(night(-20), 'overnightBelowReserveProbability')).toBeGreaterThanOrEqual(
    numberOf(night(10), 'overnightBelowReserveProbability'),
  );
});

describe('the last moment to plug in', () => {
  test('comes nearer by the minute, and the charge that is enough stays the same', () => {
    const at = (nowMs: number) =>
      parkedSubjects(situation({ socPct: 55, trip: tomorrow, observedAtMs: NOW_MS }, nowMs))[0]?.facts;
    const before = numberOf(at(NOW_MS), 'minutesLeftToPlugIn');
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(20 * 60);
    expect(before - numberOf(at(NOW_MS + 30 * MINUTE_MS), 'minutesLeftToPlugIn')).toBeCloseTo(30, -1);
    expect(numberOf(at(NOW_MS), 'neededSocPct')).toBeGreaterThan(55);
  });

  test('is unknown where the charge is enough, and where no plug is', () => {
    const short = tripOf({ departAtMs: NOW_MS + 20 * HOUR_MS, stops: [stopAt('near', 20_000)] });
    for (const facts of [factsOf({ socPct: 90, trip: short }), factsOf({ socPct: 6, trip: tripOf() })])
      expect(factValue(facts, 'minutesLeftToPlugIn')).toBe('(a plug here is not needed, or not enough)');
  });
});
