import { describe, expect, test } from 'vitest';
import { situationOf } from './car.ts';
import { type Episodes, judge } from './judge.ts';
import {
  type CarOptions,
  charger,
  DRIVING,
  liveCar,
  MINUTE_MS,
  NOW_MS,
  PARKED,
  tripOf,
} from './predictor.fixture.ts';
import { ruleOn } from './rule.fixture.ts';

const low: CarOptions = {
  ...{ values: DRIVING, socPct: 45, eastM: 2_000, trip: tripOf(), observedAtMs: NOW_MS },
  chargers: [charger('halfway', 90_000)],
};
/** Lives for half an hour. */
const rule = ruleOn('belowReserveProbability', 'stop');

/** What is said of a car that was heard of last at `NOW_MS`, at these moments. */
function said(car: CarOptions, ...afterMs: readonly number[]): readonly string[] {
  let episodes: Episodes = {};
  return afterMs.flatMap((ms) => {
    const judged = judge(situationOf(liveCar(car), NOW_MS + ms), [rule], episodes);
    episodes = judged.episodes;
    return judged.alerts.map(({ alert }) => alert.state);
  });
}

describe('a car last seen driving', () => {
  test('is warned of until a warning would have expired', () => {
    expect(said(low, 28 * MINUTE_MS, 29 * MINUTE_MS, 30 * MINUTE_MS)).toEqual(['firing']);
  });

  test('is not warned of by what is older', () => {
    expect(said(low, 30 * MINUTE_MS + 1, 32 * MINUTE_MS, 600 * MINUTE_MS)).toEqual([]);
  });

  test('keeps the warning it had', () => {
    expect(said(low, 0, MINUTE_MS, 2 * MINUTE_MS, 90 * MINUTE_MS)).toEqual(['firing']);
  });
});

test('a car that stands may be silent for a night', () => {
  const parked = said({ ...low, values: PARKED }, 60 * MINUTE_MS, 61 * MINUTE_MS, 62 * MINUTE_MS);
  expect(parked).toEqual(said({ ...low, values: PARKED }, 0, MINUTE_MS, 2 * MINUTE_MS));
});
