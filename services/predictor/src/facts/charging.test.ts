import { SIGNAL } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { situationOf } from '../car.ts';
import {
  CHARGING,
  charger,
  DRIVING,
  factValue,
  HOUR_MS,
  liveCar,
  MINUTE_MS,
  NOW_MS,
  numberOf,
  PARKED,
  record,
  situation,
  stopAt,
  tripOf,
} from '../predictor.fixture.ts';
import { foldRecord } from '../vehicle-state.ts';
import { chargingSubjects } from './charging.ts';

/** At home, beside a 90 kW charger. */
const here = { values: CHARGING, nearby: [charger('here', 0, { detourM: 0 })], socPct: 50 } as const;
const factsOf = (...given: Parameters<typeof situation>) => chargingSubjects(situation(...given))[0]?.facts;

describe('what it is about', () => {
  test('a car on a cable with a drive planned after it', () => {
    expect(chargingSubjects(situation(here)).map(({ subject }) => subject)).toEqual(['there']);
  });

  test.each([
    ['not plugged', { values: PARKED }],
    ['driving', { values: DRIVING }],
    ['without a plan', { ...here, trip: null }],
    ['plugged on the way, at no stop', { ...here, eastM: 100_000 }],
  ])('%s', (_, options) => {
    expect(chargingSubjects(situation(options))).toEqual([]);
  });

  test('on a cable at a stop on the way it is about what follows that stop', () => {
    const stops = [
      stopAt('via', 60_000, { kind: 'via', departAtMs: NOW_MS + 30 * MINUTE_MS }),
      stopAt('end', 200_000, { kind: 'charge' }),
    ];
    const now = situation({ ...here, eastM: 60_000, trip: tripOf({ stops }) });
    const [subject] = chargingSubjects(now);
    expect(subject?.subject).toBe('end');
    expect(numberOf(subject?.facts, 'minutesToPlannedDeparture')).toBe(30);
    expect(numberOf(subject?.facts, 'distanceM')).toBeCloseTo(140_000, -3);
  });
});

describe('leaving now or as planned', () => {
  test('charging on until the departure makes the trip likelier', () => {
    const facts = factsOf(here);
    expect(numberOf(facts, 'unplugNowBelowReserveProbability')).toBeGreaterThan(0.8);
    expect(numberOf(facts, 'asPlannedBelowReserveProbability')).toBeLessThan(0.2);
    expect(numberOf(facts, 'minutesNeeded')).toBeGreaterThan(5);
    expect(numberOf(facts, 'minutesNeeded')).toBeLessThan(60);
  });

  test.each([
    ['ends the charge before the departure', 55, 0.5, 1],
    ['is out of reach until the departure', 100, 0, 0.2],
  ])('a charge limit that %s', (_, limit, least, most) => {
    const facts = factsOf({ ...here, values: { ...CHARGING, [SIGNAL.chargeLimit]: limit } });
    const probability = numberOf(facts, 'asPlannedBelowReserveProbability');
    expect(probability).toBeGreaterThanOrEqual(least);
    expect(probability).toBeLessThanOrEqual(most);
  });

  test('enough already needs no minute more', () => {
    expect(factValue(factsOf({ ...here, socPct: 100 }), 'minutesNeeded')).toBe(0);
  });

  test('a limit that is in the way says which would do, and only that one', () => {
    const at = (limit?: number) =>
      factsOf({
        ...here,
        values: { ...CHARGING, ...(limit === undefined ? {} : { [SIGNAL.chargeLimit]: limit }) },
      });
    const wanted = numberOf(at(52), 'limitNeededPct');
    expect(wanted).toBeGreaterThan(60);
    expect(wanted).toBeLessThanOrEqual(100);
    expect(numberOf(at(wanted), 'asPlannedBelowReserveProbability')).toBeLessThan(1 / 11);
    expect(factValue(at(wanted - 1), 'limitNeededPct')).toBe(wanted);
    for (const limit of [wanted, 100, undefined])
      expect(factValue(at(limit), 'limitNeededPct')).toBe('(the limit is not in the way)');
    const full = factsOf({ ...here, socPct: 100, values: { ...CHARGING, [SIGNAL.chargeLimit]: 60 } });
    expect(factValue(full, 'limitNeededPct')).toBe('(the limit is not in the way)');
  });

  test('the cable counts from when it was put in', () => {
    expect(factValue(factsOf({ ...here, observedAtMs: NOW_MS - 7 * MINUTE_MS }), 'pluggedMinutes')).toBe(7);
  });

  test('at a plug of unknown power nobody says how long, or to which limit', () => {
    const facts = factsOf({ ...here, nearby: [] });
    expect(factValue(facts, 'minutesNeeded')).toBe('(no charge here is enough)');
    expect(factValue(facts, 'limitNeededPct')).toBe('(no charge here is enough)');
  });

  test('where no charge is enough nobody says how long', () => {
    const trip = tripOf({ stops: [stopAt('there', 600_000, { kind: 'charge' })] });
    expect(factValue(factsOf({ ...here, trip }), 'minutesNeeded')).toBe('(no charge here is enough)');
  });

  test('a passed departure is below zero, and charging on is no plan any more', () => {
    const facts = factsOf({ ...here, trip: tripOf({ departAtMs: NOW_MS - 10 * MINUTE_MS }) });
    expect(factValue(facts, 'minutesToPlannedDeparture')).toBe(-10);
    expect(factValue(facts, 'asPlannedBelowReserveProbability')).toBe(
      factValue(facts, 'unplugNowBelowReserveProbability'),
    );
  });

  test('a departure in a year is charged for like one next week', () => {
    const risk = (days: number) =>
      numberOf(
        factsOf({ ...here, trip: tripOf({ departAtMs: NOW_MS + days * 24 * HOUR_MS }) }),
        'asPlannedBelowReserveProbability',
      );
    expect(risk(365)).toBe(risk(14));
  });

  test('without a charge nothing is said', () => {
    const facts = factsOf({ ...here, socPct: null });
    for (const name of [
      'unplugNowBelowReserveProbability',
      'minutesNeeded',
      'limitNeededPct',
      'arrivalSocPctP50',
    ])
      expect(factValue(facts, name)).toBe('(the charge is not known or too old)');
  });
});

describe('the end of charging', () => {
  const plugged = { ...PARKED, [SIGNAL.isPlugged]: true, [SIGNAL.isCharging]: false };
  const isComplete = (values: object) =>
    factValue(factsOf({ ...here, values: { ...plugged, ...values } }), 'isChargeComplete');

  test('is not a cable that was just put in', () => {
    expect(isComplete({})).toBe(false);
    expect(isComplete({ [SIGNAL.chargeLimit]: 80 })).toBe(false);
  });

  test.each([
    [50.5, true],
    [50.6, false],
  ])('at 50 %% with a limit of %d %%: %s', (limit, complete) => {
    expect(isComplete({ [SIGNAL.chargeLimit]: limit })).toBe(complete);
  });

  test('is not while it charges, whatever the limit', () => {
    expect(isComplete({ [SIGNAL.isCharging]: true, [SIGNAL.chargeLimit]: 40 })).toBe(false);
  });

  test('is when it charged and stopped by itself, until it goes on or the cable is out', () => {
    const charged = liveCar({ ...here, observedAtMs: NOW_MS - HOUR_MS });
    const then = (...steps: readonly object[]) => {
      const state = steps.reduce(
        (before: typeof charged.car.state, values, i) =>
          foldRecord(before, record(NOW_MS - 10 * MINUTE_MS + i, { ...plugged, ...values })),
        charged.car.state,
      );
      const now = situationOf({ ...charged, car: { ...charged.car, state } }, NOW_MS);
      return factValue(chargingSubjects(now)[0]?.facts, 'isChargeComplete');
    };
    expect(then({})).toBe(true);
    expect(then({}, {})).toBe(true);
    expect(then({}, { [SIGNAL.isCharging]: true })).toBe(false);
    expect(then({}, { [SIGNAL.isPlugged]: false }, {})).toBe(false);
  });
});

describe('which plug it is', () => {
  const wallBox = { ...CHARGING, [SIGNAL.power]: 9_000 };
  const minutes = (options: Parameters<typeof situation>[0]) => numberOf(factsOf(options), 'minutesNeeded');

  test('charging at a household’s power is not charging at the fast charger down the road', () => {
    const fast = [charger('fast', 770, { detourM: 1_000 })];
    expect(minutes({ socPct: 50, values: wallBox, nearby: fast })).toBeGreaterThan(120);
    expect(
      minutes({ socPct: 50, values: { ...CHARGING, [SIGNAL.power]: 70_000 }, nearby: fast }),
    ).toBeLessThan(60);
  });

  test('right beside it a slow charge is the charger’s', () => {
    const beside = [charger('fast', 190, { detourM: 247 })];
    expect(minutes({ socPct: 50, values: wallBox, nearby: beside })).toBeLessThan(60);
  });
});

describe('a charge that broke off', () => {
  const brokenOff = (limitPct: number | undefined, endedAgoMs = 4 * MINUTE_MS) => {
    const charged = liveCar({ ...here, observedAtMs: NOW_MS - HOUR_MS });
    const end = {
      ...{ ...PARKED, [SIGNAL.isPlugged]: true, [SIGNAL.isCharging]: false },
      ...(limitPct !== undefined && { [SIGNAL.chargeLimit]: limitPct }),
    };
    const state = foldRecord(charged.car.state, record(NOW_MS - endedAgoMs, end));
    return chargingSubjects(situationOf({ ...charged, car: { ...charged.car, state } }, NOW_MS))[0]?.facts;
  };

  test('is not complete from three points below its limit on', () => {
    expect(factValue(brokenOff(53), 'isChargeComplete')).toBe(false);
    expect(factValue(brokenOff(52.9), 'isChargeComplete')).toBe(true);
    expect(factValue(brokenOff(undefined), 'isChargeComplete')).toBe(true);
  });

  test('says what is missing, and since when', () => {
    expect(factValue(brokenOff(80), 'pctBelowLimit')).toBe(30);
    expect(factValue(brokenOff(80), 'minutesSinceCharging')).toBe(4);
    expect(factValue(brokenOff(undefined), 'pctBelowLimit')).toBe('(no limit or no charge is known)');
    expect(factValue(factsOf(here), 'minutesSinceCharging')).toBe('(it charges, or has not yet)');
  });

  test('is told where it stands: a fast charger, a wallbox, or nobody knows', () => {
    const at = (maxPowerKw: number, powerType: 'AC_3_PHASE' | 'DC') =>
      factValue(
        factsOf({ ...here, nearby: [charger('here', 0, { maxPowerKw, powerType })] }),
        'isFastCharger',
      );
    expect([at(90, 'DC'), at(22, 'DC'), at(43, 'AC_3_PHASE'), at(22, 'AC_3_PHASE')]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(factValue(factsOf({ ...here, nearby: [] }), 'isFastCharger')).toBe(
      '(what it is plugged into is not known)',
    );
  });
});
