import { describe, expect, test } from 'vitest';
import { nextPlannedCharge } from '../planned-charger.ts';
import {
  CHARGING,
  charger,
  DRIVING,
  factValue,
  numberOf,
  PARKED,
  situation,
  stopAt,
  tripOf,
} from '../predictor.fixture.ts';
import { simulateRemedies } from '../remedies/index.ts';
import { chargerSubjects } from './charger.ts';

/** On the way to a charger 100 km out, and 150 km more after it. */
const trip = tripOf({
  stops: [stopAt('charge', 100_000, { kind: 'charge', powerKw: 150 }), stopAt('there', 250_000)],
});
const planned = (change = {}) =>
  charger('planned', 100_000, { detourM: 0, maxPowerKw: 150, powerType: 'DC', ...change });
const onTheWay = (change = {}, more = {}) =>
  situation({
    ...{ trip, eastM: 10_000, socPct: 70, values: DRIVING },
    chargers: [charger('other', 60_000, { powerType: 'DC' }), planned(change)],
    ...more,
  });
const factsOf = (...given: Parameters<typeof onTheWay>) => chargerSubjects(onTheWay(...given))[0]?.facts;

describe('what it is about', () => {
  test('the next stop where the plan charges, under way and before', () => {
    expect(chargerSubjects(onTheWay()).map(({ subject }) => subject)).toEqual(['charge']);
    const standing = situation({ trip, socPct: 70, values: PARKED, chargers: [planned()] });
    expect(factValue(chargerSubjects(standing)[0]?.facts, 'isUnderway')).toBe(false);
  });

  test.each([
    ['on a cable', { values: CHARGING, eastM: 0 }],
    ['without a plan', { trip: null }],
    ['where the plan charges nowhere', { trip: tripOf({ stops: [stopAt('there', 250_000)] }) }],
    [
      'where the plan ends at the charger',
      { trip: tripOf({ stops: [stopAt('end', 100_000, { kind: 'charge' })] }) },
    ],
  ])('nothing %s', (_, more) => {
    expect(chargerSubjects(onTheWay({}, more))).toEqual([]);
  });
});

describe('the charger', () => {
  test('fails with the probability that it is not usable, where the battery does not lead past it', () => {
    const fails = (worksProbability: number) =>
      numberOf(factsOf({ worksProbability }, { socPct: 45 }), 'plannedFailsProbability');
    expect(fails(0.05)).toBeGreaterThan(0.9);
    expect(fails(0.84)).toBeLessThan(0.2);
    expect(factValue(factsOf({ worksProbability: 0.05 }), 'plannedWorksProbability')).toBe(0.05);
  });

  test('does not matter where the battery leads past it', () => {
    const near = tripOf({
      stops: [stopAt('charge', 100_000, { kind: 'charge', powerKw: 150 }), stopAt('there', 120_000)],
    });
    const facts = factsOf({ worksProbability: 0.05 }, { trip: near, socPct: 95 });
    expect(numberOf(facts, 'plannedFailsProbability')).toBeLessThan(0.1);
  });

  test('says how much power it gives of what is planned', () => {
    expect(factValue(factsOf({ maxPowerKw: 50 }), 'plannedPowerPct')).toBeCloseTo(33.3, 1);
    expect(factValue(factsOf({ maxPowerKw: 50 }), 'plannedChargerKw')).toBe(50);
  });

  test('is found by its name in the plan, wherever its source puts it', () => {
    const named = tripOf({
      stops: [
        stopAt('charge', 100_000, { kind: 'charge', powerKw: 150, locationId: 'other' }),
        stopAt('there', 250_000),
      ],
    });
    const view = onTheWay({}, { trip: named }).view;
    expect(view && nextPlannedCharge(onTheWay({}, { trip: named }), view)?.charger?.locationId).toBe('other');
  });

  test.each([
    ['500 m away', { lat: 41 + 499 / 111_195 }, 'planned'],
    ['further away', { lat: 41 + 501 / 111_195 }, undefined],
    ['of another kind', { powerType: 'AC_3_PHASE' }, undefined],
  ])('%s', (_, change, found) => {
    const now = onTheWay(change);
    expect(now.view && nextPlannedCharge(now, now.view)?.charger?.locationId).toBe(found);
  });

  test('that no source knows is unknown, not fine', () => {
    const facts = factsOf({}, { chargers: [] });
    for (const name of ['plannedWorksProbability', 'plannedFailsProbability', 'plannedPowerPct'])
      expect(factValue(facts, name)).toBe('(no source knows the charger of the plan)');
  });

  test('is unknown to matter while the charge is', () => {
    expect(factValue(factsOf({}, { socPct: null }), 'plannedFailsProbability')).toBe(
      '(the charge is not known or too old)',
    );
  });
});

test('what helps is another charger, not the one in doubt', () => {
  const now = onTheWay({ worksProbability: 0.3 });
  const { view } = now;
  const charge = view === null ? undefined : nextPlannedCharge(now, view);
  if (view === null || charge === undefined) throw new Error('no charge is planned');
  const problem = { situation: now, view, to: charge.onTo };
  const adviseWithout = (without?: string) =>
    simulateRemedies({ ...problem, without }, { remedies: ['charge-at'] }).map(({ remedy }) => remedy);
  expect(adviseWithout('planned')).toMatchObject([{ kind: 'charge-at', locationId: 'other' }]);
  expect(adviseWithout('other').some((one) => 'locationId' in one && one.locationId === 'other')).toBe(false);
});
