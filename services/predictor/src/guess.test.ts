import type { Trip } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { situationOf } from './car.ts';
import { vehicleSubjects } from './facts/vehicle.ts';
import { type Episodes, judge } from './judge.ts';
import {
  type CarOptions,
  charger,
  DRIVING,
  factValue,
  liveCar,
  MINUTE_MS,
  NOW_MS,
  situation,
  tripOf,
} from './predictor.fixture.ts';
import { ruleOn } from './rule.fixture.ts';

const low: CarOptions = { values: DRIVING, socPct: 45, eastM: 2_000, chargers: [charger('halfway', 90_000)] };
const plan = tripOf();
const guess: Trip = { ...plan, isGuess: true };
const confirmed: Trip = { ...plan, revision: 2 };

/** The same low battery, minute by minute, on these revisions of one trip. */
function severities(...trips: readonly Trip[]): readonly string[] {
  const rule = ruleOn('belowReserveProbability', 'stop');
  let episodes: Episodes = {};
  return trips.flatMap((trip, minutes) => {
    const nowMs = NOW_MS + minutes * MINUTE_MS;
    const live = liveCar({ ...low, trip, observedAtMs: nowMs - 1_000 });
    const judged = judge(situationOf(live, nowMs), [rule], episodes);
    episodes = judged.episodes;
    return judged.alerts.map(({ alert }) => `${alert.state} ${alert.severity} ${alert.revision}`);
  });
}

describe('an alert on a guessed trip', () => {
  test('stays a card, where the same plan is warned of', () => {
    expect(severities(guess, guess, guess, guess)).toEqual(['firing info 1']);
    expect(severities(plan, plan, plan, plan)).toEqual(['firing warning 1']);
  });

  test('becomes a warning once the trip is confirmed and as much time has passed as any warning needs', () => {
    expect(severities(guess, guess, confirmed)).toEqual(['firing info 1']);
    expect(severities(guess, guess, confirmed, confirmed)).toEqual(['firing info 1', 'firing warning 2']);
  });

  test('is a card again once the plan has become a guess', () => {
    expect(severities(plan, plan, { ...guess, revision: 2 })).toEqual(['firing warning 1', 'firing info 2']);
  });
});

test('a guess guards nobody: the car is looked after as without a plan', () => {
  const factsOf = (trip: Trip) => vehicleSubjects(situation({ ...low, trip }))[0]?.facts;
  expect(factValue(factsOf(plan), 'hasTrip')).toBe(true);
  expect(factValue(factsOf(plan), 'worksProbabilityNearby')).toBe('(a plan guards the way)');
  expect(factValue(factsOf(guess), 'hasTrip')).toBe(false);
  expect(factValue(factsOf(guess), 'worksProbabilityNearby')).toEqual(expect.any(Number));
});
