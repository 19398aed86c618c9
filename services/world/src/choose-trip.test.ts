import { describe, expect, test } from 'vitest';
import { chooseTrip, isOver, stillWaiting } from './choose-trip.ts';
import { at, NOW_MS, stopAt, tripOf } from './world.fixture.ts';

const HOUR_MS = 3_600_000;
const plan = (tripId: string, departsInH: number, enteredAgoH = 1) =>
  tripOf({ tripId, departAtMs: NOW_MS + departsInH * HOUR_MS, createdAtMs: NOW_MS - enteredAgoH * HOUR_MS });

test('without a plan there is none', () => {
  expect(chooseTrip(null, [], NOW_MS)).toBeNull();
});

test('of plans further ahead the next departure counts, in whatever order they were entered', () => {
  const monday = plan('monday', 20, 5);
  const tuesday = plan('tuesday', 44, 1);
  expect(chooseTrip(null, [tuesday, monday], NOW_MS)).toBe(monday);
  expect(chooseTrip(monday, [tuesday], NOW_MS)).toBe(monday);
});

test('a plan due within two hours replaces the one under way, a later one waits', () => {
  const underWay = plan('under-way', -3, 4);
  const due = plan('due', 2, 0);
  const later = plan('later', 2.01, 0);
  expect(chooseTrip(underWay, [due], NOW_MS)).toBe(due);
  expect(chooseTrip(underWay, [later], NOW_MS)).toBe(underWay);
});

test('of two that are due the one entered last counts', () => {
  const first = plan('first', 1, 2);
  const second = plan('second', 0.5, 1);
  expect(chooseTrip(null, [first, second], NOW_MS)).toBe(second);
});

test('a guess replaces no plan, whenever it was made; alone it counts', () => {
  const underWay = plan('under-way', -3, 4);
  const guess = { ...plan('guess', 0.5, 0), isGuess: true };
  expect(chooseTrip(underWay, [guess], NOW_MS)).toBe(underWay);
  expect(chooseTrip(underWay, [{ ...guess, isGuess: false }], NOW_MS)).toMatchObject({ tripId: 'guess' });
  expect(chooseTrip(null, [guess], NOW_MS)).toBe(guess);
  expect(chooseTrip(guess, [plan('planned', 1, 2)], NOW_MS)).toMatchObject({ tripId: 'planned' });
});

test('what was replaced does not wait, what lies ahead does', () => {
  const [old, chosen, ahead] = [plan('old', -1), plan('chosen', 1, 0), plan('ahead', 30)];
  expect(stillWaiting([old, chosen, ahead], chosen, NOW_MS)).toEqual([ahead]);
});

describe('a plan heard of anew is over', () => {
  const KM_1080 = at(1_080_000);
  test.each([
    ['half a day after its last time', { arriveAtMs: NOW_MS + 3 * HOUR_MS }, 15],
    ['half a day after its last stay', { arriveAtMs: NOW_MS, departAtMs: NOW_MS + 30 * HOUR_MS }, 42],
    ['without a time, when a slow drive would have ended as long ago', {}, 12 + 1_080_000 / 15 / 3600],
  ])('%s', (_, times, afterH) => {
    const place = Object.keys(times).length === 0 ? KM_1080 : at(0);
    const trip = tripOf({ stops: [stopAt('there', place, times)] });
    const afterMs = NOW_MS + afterH * HOUR_MS;
    expect(isOver(trip, afterMs - 0.02 * HOUR_MS)).toBe(false);
    expect(isOver(trip, afterMs + 0.02 * HOUR_MS)).toBe(true);
  });
});
