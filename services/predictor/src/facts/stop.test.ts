import { SIGNAL } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import {
  CHARGING,
  charger,
  DRIVING,
  factValue,
  HOUR_MS,
  MINUTE_MS,
  NOW_MS,
  numberOf,
  situation,
  stopAt,
  tripOf,
} from '../predictor.fixture.ts';
import { stopSubjects } from './stop.ts';

const factsOf = (...given: Parameters<typeof situation>) => stopSubjects(situation(...given))[0]?.facts;
const riskOf = (...given: Parameters<typeof situation>) =>
  numberOf(factsOf(...given), 'belowReserveProbability');

describe('what it is about', () => {
  const stops = [
    stopAt('via', 60_000, { kind: 'via' }),
    stopAt('charge', 120_000, { kind: 'charge' }),
    stopAt('end', 200_000),
  ];
  const subjects = (...given: Parameters<typeof situation>) =>
    stopSubjects(situation(...given)).map(({ subject }) => subject);

  test('the last stop before the car can charge: charge is lowest there', () => {
    expect(subjects({ trip: tripOf({ stops }) })).toEqual(['charge']);
    expect(subjects({ trip: tripOf({ stops: [stopAt('end', 90_000)] }) })).toEqual(['end']);
  });

  test('a stay of three hours ends the way, one minute less does not', () => {
    const stay = (minutes: number) => [
      stopAt('hotel', 60_000, {
        kind: 'stay',
        arriveAtMs: NOW_MS + 2 * HOUR_MS,
        departAtMs: NOW_MS + 2 * HOUR_MS + minutes * MINUTE_MS,
      }),
      stopAt('end', 120_000),
    ];
    expect(subjects({ trip: tripOf({ stops: stay(180) }) })).toEqual(['hotel']);
    expect(subjects({ trip: tripOf({ stops: stay(179) }) })).toEqual(['end']);
  });

  test('nothing without a plan, on a cable, or when the plan is over', () => {
    expect(subjects({ trip: null })).toEqual([]);
    expect(subjects({ values: CHARGING })).toEqual([]);
    const over = situation({});
    const progress = over.memory.progress;
    if (progress === null) throw new Error('no progress');
    expect(
      stopSubjects({ ...over, memory: { ...over.memory, progress: { ...progress, stretch: 1 } } }),
    ).toEqual([]);
  });
});

describe('the probability of arriving below the reserve', () => {
  test('falls with the charge, from certain to hardly', () => {
    const risks = [40, 55, 70, 85, 100].map((socPct) => riskOf({ socPct, eastM: 0, values: DRIVING }));
    expect(risks).toEqual(risks.toSorted((a, b) => b - a));
    expect(risks[0]).toBeGreaterThan(0.9);
    expect(risks.at(-1)).toBeLessThan(0.1);
  });

  test('rises with the reserve, the cold, the wind and the speed', () => {
    const usual = riskOf({ socPct: 68 });
    expect(riskOf({ socPct: 68, trip: tripOf({ reserveSocPct: 15 }) })).toBeGreaterThan(usual);
    expect(riskOf({ socPct: 68, segment: { tempC: -15 } })).toBeGreaterThan(usual);
    expect(riskOf({ socPct: 68, segment: { windMps: 8, windFromDeg: 90 } })).toBeGreaterThan(usual);
    expect(riskOf({ socPct: 68, segment: { speedMps: 33 } })).toBeGreaterThan(usual);
    expect(riskOf({ socPct: 68, segment: { climbM: 5 } })).toBeGreaterThan(usual);
  });

  test('counts the wait until the planned departure', () => {
    const waiting = (hours: number) =>
      riskOf({ socPct: 68, trip: tripOf({ departAtMs: NOW_MS + hours * HOUR_MS }) });
    expect(waiting(20)).toBeGreaterThan(waiting(1));
  });

  test('counts the way from where the car is', () => {
    const half = factsOf({ eastM: 100_000, values: DRIVING });
    expect(numberOf(half, 'distanceM')).toBeCloseTo(100_000, -3);
    expect(numberOf(half, 'minutesToDeparture')).toBe(0);
  });
});

describe('the probability of running empty on the way', () => {
  const emptyOf = (...given: Parameters<typeof situation>) => numberOf(factsOf(...given), 'emptyProbability');

  test('falls with the charge, and is never more than that of arriving below the reserve', () => {
    const charges = [30, 50, 60, 70, 100];
    const empty = charges.map((socPct) => emptyOf({ socPct, values: DRIVING }));
    expect(empty).toEqual(empty.toSorted((a, b) => b - a));
    expect(empty[0]).toBeGreaterThan(0.9);
    expect(empty.at(-1)).toBeLessThan(0.05);
    for (const [i, socPct] of charges.entries())
      expect(empty[i]).toBeLessThanOrEqual(riskOf({ socPct, values: DRIVING }));
  });

  test('asks nothing of the reserve', () => {
    const wish = (reserveSocPct: number) =>
      emptyOf({ socPct: 65, values: DRIVING, trip: tripOf({ reserveSocPct }) });
    expect(wish(25)).toBe(wish(5));
  });
});

describe('unknown is never fine', () => {
  const names = [
    'belowReserveProbability',
    'emptyProbability',
    'arrivalSocPctP10',
    'distanceM',
    'chargersAhead',
    'pointOfNoReturnM',
  ];

  test('without a charge, or with one too old', () => {
    const none = factsOf({ socPct: null });
    for (const name of names) expect(factValue(none, name)).toBe('(the charge is not known or too old)');
    const since = (ageMs: number) => factsOf({ observedAtMs: NOW_MS - ageMs });
    expect(factValue(since(6 * HOUR_MS), 'belowReserveProbability')).toBeTypeOf('number');
    expect(factValue(since(6 * HOUR_MS + 1), 'belowReserveProbability')).toBe(
      '(the charge is not known or too old)',
    );
  });

  test('off the planned road', () => {
    const now = situation({});
    const progress = now.memory.progress;
    if (progress === null) throw new Error('no progress');
    const lost = { ...now, memory: { ...now.memory, progress: { ...progress, isOffRoute: true } } };
    const facts = stopSubjects(lost)[0]?.facts;
    for (const name of names) expect(factValue(facts, name)).toBe('(the car is off the planned road)');
    expect(factValue(facts, 'reserveSocPct')).toBe(5);
  });

  test('what the car displays stands in for a charge it does not send', () => {
    expect(riskOf({ socPct: null, values: { ...DRIVING, [SIGNAL.socDisplayed]: 50 } })).toBeGreaterThan(0.5);
  });
});

describe('chargers ahead and the point of no return', () => {
  const chargers = [charger('first', 40_000), charger('second', 90_000), charger('third', 190_000)];

  test('only those that are reached above the reserve nine times in ten', () => {
    const facts = factsOf({ socPct: 50, values: DRIVING, chargers });
    expect(factValue(facts, 'chargersAhead')).toBe(2);
    expect(numberOf(facts, 'pointOfNoReturnM')).toBeCloseTo(90_000, -3);
  });

  test.each([
    [0.5, 2, 90_000],
    [0.49, 1, 40_000],
  ])('one that works with probability %d makes it %d', (worksProbability, ahead, lastM) => {
    const two = [charger('first', 40_000), charger('second', 90_000, { worksProbability })];
    const facts = factsOf({ socPct: 50, values: DRIVING, chargers: two });
    expect(factValue(facts, 'chargersAhead')).toBe(ahead);
    expect(numberOf(facts, 'pointOfNoReturnM')).toBeCloseTo(lastM, -3);
  });

  test('the way off the road counts in full, also at its end', () => {
    const aheadOf = (detourM: number) =>
      factValue(
        factsOf({ socPct: 72, values: DRIVING, chargers: [charger('end', 199_900, { detourM })] }),
        'chargersAhead',
      );
    expect([aheadOf(0), aheadOf(1_000), aheadOf(40_000)]).toEqual([1, 1, 0]);
  });

  test('passed the last one, it lies behind', () => {
    const facts = factsOf({ socPct: 12, eastM: 95_000, values: DRIVING, chargers });
    expect(factValue(facts, 'chargersAhead')).toBe(0);
    expect(numberOf(facts, 'pointOfNoReturnM')).toBeCloseTo(-5_000, -3);
  });

  test('without any nobody can say', () => {
    const facts = factsOf({ values: DRIVING });
    expect(factValue(facts, 'chargersAhead')).toBe(0);
    expect(factValue(facts, 'pointOfNoReturnM')).toBe('(no charger is on the way)');
  });
});

test('a departure that has passed is now; without one nobody knows', () => {
  const late = factsOf({ trip: tripOf({ departAtMs: NOW_MS - HOUR_MS }) });
  expect(factValue(late, 'minutesToDeparture')).toBe(0);
  expect(factValue(factsOf({}), 'minutesToDeparture')).toBe(60);
});

test('a departure a year ahead is forecast all the same', () => {
  expect(riskOf({ trip: tripOf({ departAtMs: NOW_MS + 365 * 24 * HOUR_MS }) })).toBeGreaterThan(0);
});
