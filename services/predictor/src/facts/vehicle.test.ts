import { SIGNAL, TESLA_SIGNAL } from '@outrider/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  at,
  charger,
  DRIVING,
  factValue,
  HOUR_MS,
  NOW_MS,
  numberOf,
  PARKED,
  segmentsBetween,
  situation,
  stopAt,
  tripOf,
} from '../predictor.fixture.ts';
import { atLeastTwoWork, vehicleSubjects } from './vehicle.ts';

const factsOf = (...given: Parameters<typeof situation>) => vehicleSubjects(situation(...given))[0]?.facts;

describe('motion', () => {
  test('what the gear says', () => {
    expect(factValue(factsOf({ values: DRIVING }), 'isDriving')).toBe(true);
    expect(factValue(factsOf({ values: PARKED }), 'isDriving')).toBe(false);
    expect(factValue(factsOf({ values: {} }), 'isDriving')).toBe('(speed and gear are not known)');
  });

  test('a speed is known for five minutes', () => {
    const speedAfter = (ageMs: number) =>
      factValue(factsOf({ values: DRIVING, observedAtMs: NOW_MS - ageMs }), 'speedMps');
    expect(speedAfter(5 * 60_000)).toBeCloseTo(26.9, 1);
    expect(speedAfter(5 * 60_000 + 1)).toBe('(the speed is not known)');
  });
});

describe('the battery before a fast charge', () => {
  const driving = { eastM: 150_000, values: { ...DRIVING, [SIGNAL.batteryTemp]: 3 } };

  test('is as warm as the car says, in the very record that says it', () => {
    expect(factValue(factsOf(driving), 'batteryTempC')).toBe(3);
  });

  test('is as warm as the air when nobody knows better, and unknown without air', () => {
    expect(factValue(factsOf({ values: DRIVING }), 'batteryTempC')).toBe(0);
    const now = situation({ values: DRIVING });
    const [subject] = vehicleSubjects({ ...now, memory: { ...now.memory, battery: null } });
    expect(factValue(subject?.facts, 'batteryTempC')).toBe('(no temperature is known)');
  });

  test('is minutes away on the road', () => {
    const facts = factsOf(driving);
    expect(factValue(facts, 'isFastChargeAhead')).toBe(true);
    expect(numberOf(facts, 'minutesToFastCharge')).toBeCloseTo(50_000 / 27 / 60, 0);
  });

  test.each([
    [
      'a charger of 39 kW',
      { trip: tripOf({ stops: [stopAt('there', 200_000, { kind: 'charge', powerKw: 39 })] }) },
      false,
    ],
    [
      'one of 40 kW',
      { trip: tripOf({ stops: [stopAt('there', 200_000, { kind: 'charge', powerKw: 40 })] }) },
      true,
    ],
    [
      'one of unknown power',
      { trip: tripOf({ stops: [stopAt('there', 200_000, { kind: 'charge' })] }) },
      true,
    ],
    ['a destination', { trip: tripOf({ stops: [stopAt('there', 200_000)] }) }, false],
  ])('%s is a fast charge: %s', (_, options, isFast) => {
    expect(factValue(factsOf({ ...driving, ...options }), 'isFastChargeAhead')).toBe(isFast);
  });

  test('is no matter while the car stands at the stop before it', () => {
    expect(factValue(factsOf({ values: PARKED }), 'isFastChargeAhead')).toBe(false);
  });
});

describe('warming the battery on the way', () => {
  const driving = { eastM: 100_000 } as const;
  const warmed = (socPct: number, batteryTempC = 0) =>
    factsOf({ ...driving, socPct, values: { ...DRIVING, [SIGNAL.batteryTemp]: batteryTempC } });

  test('warming costs the more the colder the battery, and the less there is the more it matters', () => {
    const risk = (...given: Parameters<typeof warmed>) =>
      numberOf(warmed(...given), 'warmedBelowReserveProbability');
    expect(risk(60)).toBeLessThan(0.01);
    expect(risk(20)).toBeGreaterThan(0.9);
    const doubtful = [24, 26, 28, 30, 32, 34, 36, 38].filter(
      (socPct) => risk(socPct, -10) > risk(socPct, 15) + 0.02,
    );
    expect(doubtful).not.toEqual([]);
  });

  test.each([
    ['is unknown where nothing has to be warmed', warmed(60, 20), '(nothing has to be warmed)'],
    [
      'is unknown without a charge',
      factsOf({ ...driving, values: DRIVING, socPct: null }),
      '(the charge is not known or too old)',
    ],
    [
      'is nobody’s question without a fast charger ahead',
      factsOf({ values: PARKED }),
      '(no fast charger is next)',
    ],
  ])('what warming costs %s', (_, facts, value) => {
    expect(factValue(facts, 'warmedBelowReserveProbability')).toBe(value);
  });
});

describe('reach without a plan', () => {
  /** The way home is what the world drew: as far as the car is away. */
  const away = (eastM: number, socPct: number, change: object = {}) =>
    factsOf({
      trip: null,
      eastM,
      socPct,
      values: DRIVING,
      change: {
        home: { ...at(0), distanceM: eastM },
        stretches: [
          {
            stopId: 'home',
            segments: segmentsBetween(eastM * 1.3, 0),
            chargers: [],
            routeSource: 'great-circle',
          },
        ],
        ...change,
      },
    });

  test('home is certain when near or the battery full, doubtful in between, lost when far', () => {
    const risks = [100, 55, 48, 42, 20].map((socPct) =>
      numberOf(away(100_000, socPct), 'homeBelowReserveProbability'),
    );
    expect(risks).toEqual(risks.toSorted((a, b) => a - b));
    expect(risks[0]).toBeLessThan(0.01);
    expect(risks.at(-1)).toBeGreaterThan(0.99);
    expect(risks.some((risk) => risk > 0.1 && risk < 0.9)).toBe(true);
  });

  test('the margin shrinks steadily with the charge, through nothing to below', () => {
    const margins = [90, 70, 60, 50, 40].map((socPct) => numberOf(away(100_000, socPct), 'reachMarginM'));
    expect(margins).toEqual(margins.toSorted((a, b) => b - a));
    expect(margins[0]).toBeGreaterThan(0);
    expect(margins.at(-1)).toBeLessThan(0);
  });

  test('a hill on the way home counts', () => {
    const uphill = {
      stretches: [
        {
          stopId: 'home',
          segments: segmentsBetween(130_000, 0, { climbM: 8 }),
          chargers: [],
          routeSource: 'planner-route',
        },
      ],
    };
    expect(numberOf(away(100_000, 50, uphill), 'homeBelowReserveProbability')).toBeGreaterThan(
      numberOf(away(100_000, 50), 'homeBelowReserveProbability') + 0.2,
    );
  });

  test('what was driven since the road home was drawn comes on top', () => {
    const drawnEarlier = {
      stretches: [
        { stopId: 'home', segments: segmentsBetween(104_000, 0), chargers: [], routeSource: 'great-circle' },
      ],
    };
    expect(numberOf(away(100_000, 55, drawnEarlier), 'homeBelowReserveProbability')).toBeCloseTo(
      numberOf(away(100_000, 55), 'homeBelowReserveProbability'),
      1,
    );
  });

  test('at home there is nothing to fear, and a road home that nobody drew is guessed', () => {
    expect(factValue(away(300, 6), 'homeBelowReserveProbability')).toBe(0);
    expect(numberOf(away(200_000, 30, { stretches: [] }), 'homeBelowReserveProbability')).toBeGreaterThan(
      0.9,
    );
  });

  test('without a home two chargers have to do', () => {
    const nearby = [charger('near', 105_000), charger('far', 140_000), charger('farther', 300_000)];
    const guarded = (socPct: number) =>
      factsOf({ trip: null, eastM: 100_000, socPct, values: DRIVING, nearby });
    expect(factValue(guarded(60), 'homeBelowReserveProbability')).toBe(1);
    expect(numberOf(guarded(60), 'worksProbabilityNearby')).toBeCloseTo(0.81, 2);
    expect(numberOf(guarded(60), 'reachMarginM')).toBeGreaterThan(10_000);
    expect(factValue(guarded(10), 'worksProbabilityNearby')).toBe(0);
    expect(numberOf(guarded(10), 'reachMarginM')).toBeLessThan(0);
  });

  test('with neither nobody can say how much road is left', () => {
    const facts = factsOf({ trip: null, eastM: 100_000, values: DRIVING });
    expect(factValue(facts, 'reachMarginM')).toBe('(neither home nor chargers are known)');
    expect(factValue(facts, 'worksProbabilityNearby')).toBe(0);
  });

  test.each([
    ['with a plan', { values: DRIVING }, '(a plan guards the way)'],
    ['without a charge', { trip: null, socPct: null }, '(the charge is not known or too old)'],
    ['without a place', { trip: null, values: { ...DRIVING } }, undefined],
  ])('%s', (_, options, reason) => {
    const value = factValue(factsOf(options), 'homeBelowReserveProbability');
    if (reason === undefined) expect(value).toBe(1);
    else expect(value).toBe(reason);
  });

  test('a place too old is none', () => {
    const value = factValue(
      factsOf({ trip: null, observedAtMs: NOW_MS - 6 * HOUR_MS - 1, values: { [SIGNAL.soc]: 50 } }),
      'homeBelowReserveProbability',
    );
    expect(value).toBe('(the charge is not known or too old)');
  });

  test('a thermometer in the sun does not stop the forecast', () => {
    expect(factValue(away(100_000, 80, {}), 'homeBelowReserveProbability')).toBeTypeOf('number');
    const hot = factsOf({ trip: null, eastM: 100_000, values: { ...DRIVING, [SIGNAL.airTemp]: 69 } });
    expect(factValue(hot, 'homeBelowReserveProbability')).toBe(1);
  });
});

describe('two that work', () => {
  test.each([
    [[], 0],
    [[0.9], 0],
    [[0.5, 0.5], 0.25],
    [[1, 1], 1],
    [[0.9, 0.9, 0.9], 0.972],
  ])('of %j: %d', (probabilities, expected) => {
    expect(atLeastTwoWork(probabilities)).toBeCloseTo(expected, 10);
  });

  test('is what counting all outcomes gives', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }), (probabilities) => {
        let expected = 0;
        for (let outcome = 0; outcome < 2 ** probabilities.length; outcome++) {
          const works = probabilities.map((_, i) => (outcome >> i) % 2 === 1);
          if (works.filter(Boolean).length < 2) continue;
          expected += probabilities.reduce((all, p, i) => all * (works[i] ? p : 1 - p), 1);
        }
        expect(atLeastTwoWork(probabilities)).toBeCloseTo(expected, 9);
      }),
    );
  });
});

describe('what the car says of itself', () => {
  const alert = (name: string) => ({ [`Vehicle.Private.Tesla.Alerts.${name}.IsActive`]: true });

  test('its active alerts by name', () => {
    expect(factValue(factsOf({ values: DRIVING }), 'carAlerts')).toBe('');
    const facts = factsOf({ values: { ...DRIVING, ...alert('VCF_b'), ...alert('BMS_a') } });
    expect(factValue(facts, 'carAlerts')).toBe('BMS_a VCF_b');
  });

  test('its newest error, for an hour', () => {
    const errorAfter = (ageMs: number) =>
      factValue(
        factsOf({ values: { [TESLA_SIGNAL.lastError]: 'telemetry' }, observedAtMs: NOW_MS - ageMs }),
        'carError',
      );
    expect(errorAfter(HOUR_MS)).toBe('telemetry');
    expect(errorAfter(HOUR_MS + 1)).toBe('(the car reported none in the last hour)');
  });

  test('it is connected until it says nothing after the connection was lost', () => {
    const isConnected = (status: string, laterMs: number) => {
      const now = situation({ values: DRIVING, observedAtMs: NOW_MS - 60_000 });
      const connection = { value: status, atMs: now.state.observedToMs + laterMs };
      const state = { ...now.state, latest: { ...now.state.latest, [TESLA_SIGNAL.connection]: connection } };
      return factValue(vehicleSubjects({ ...now, state })[0]?.facts, 'isConnected');
    };
    expect(isConnected('CONNECTED', 0)).toBe(true);
    expect(isConnected('DISCONNECTED', 0)).toBe(false);
    expect(isConnected('DISCONNECTED', -1)).toBe(true);
    expect(factValue(factsOf({ values: DRIVING }), 'isConnected')).toBe('(nobody tells of its connection)');
  });

  test('it is silent since it was last heard of', () => {
    const facts = factsOf({ values: DRIVING, observedAtMs: NOW_MS - 7 * 60_000 });
    expect(factValue(facts, 'silentMinutes')).toBe(7);
  });
});
