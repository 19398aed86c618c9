import { describe, expect, test } from 'vitest';
import { CHARGING, charger, DRIVING, HOUR_MS, NOW_MS, stopAt, tripOf } from '../predictor.fixture.ts';
import { ENOUGH_PROBABILITY } from '../remedy.ts';
import { chargeAt } from './charge-at.ts';
import { problemOf } from './remedies.fixture.ts';

type Options = Parameters<typeof problemOf>[0];
const simulate = (options: Options) => {
  const simulated = chargeAt.simulate(problemOf(options));
  if (simulated === null) return null;
  if (simulated.remedy.kind !== 'charge-at') throw new Error('another remedy');
  return { ...simulated, remedy: simulated.remedy };
};
const low = { values: DRIVING, socPct: 55, eastM: 2_000 } as const;

describe('on the way', () => {
  test('a charger before it is too late, long enough, and above the reserve in the end', () => {
    const found = simulate({ ...low, chargers: [charger('halfway', 90_000)] });
    expect(found?.remedy).toMatchObject({ locationId: 'halfway', detourM: 1_000, worksProbability: 0.9 });
    expect(found?.remedy.belowReserveProbability).toBeLessThanOrEqual(ENOUGH_PROBABILITY + 0.001);
    expect(found?.remedy.arrivalSocPct.p10).toBeGreaterThan(4);
    expect(found?.remedy.minutes).toBeGreaterThanOrEqual(1);
    expect(found?.remedy.distanceM).toBeCloseTo(88_500, -3);
  });

  test('the exit is the deadline, at the planned speed', () => {
    const found = simulate({ ...low, chargers: [charger('halfway', 90_000)] });
    expect(((found?.deadlineAtMs ?? 0) - NOW_MS) / 1_000).toBeCloseTo(88_000 / 27, -2);
    expect(found?.deadlinePlace).toBe('halfway');
  });

  test.each([
    ['one that was passed', charger('passed', 1_000)],
    ['one out of reach', charger('far', 170_000)],
    ['one that fails more often than not', charger('broken', 90_000, { worksProbability: 0.49 })],
    ['one at the end of the way', charger('end', 198_000)],
  ])('%s is no remedy', (_, place) => {
    expect(simulate({ ...low, chargers: [place] })).toBeNull();
  });

  test('where the reserve reaches none, the nearest that the charge surely does', () => {
    const trip = tripOf({ reserveSocPct: 25 });
    const at = (...alongM: readonly number[]) =>
      simulate({ ...low, trip, chargers: alongM.map((m) => charger(String(m), m)) })?.remedy.locationId;
    expect(at(110_000)).toBe('110000');
    expect(at(170_000)).toBeUndefined();
    // One that the reserve reaches goes before.
    expect(at(60_000, 110_000)).toBe('60000');
  });

  test('one that works as often as not is', () => {
    expect(
      simulate({ ...low, chargers: [charger('even', 90_000, { worksProbability: 0.5 })] }),
    ).not.toBeNull();
  });

  test('one that is enough goes before one that costs less time and is not', () => {
    const trip = tripOf({ stops: [stopAt('there', 330_000, { kind: 'charge' })] });
    const early = charger('early', 5_000);
    const late = charger('late', 120_000);
    const found = simulate({ ...low, trip, chargers: [early, late] });
    expect(found?.remedy.locationId).toBe('late');
    expect(found?.remedy.belowReserveProbability).toBeLessThanOrEqual(ENOUGH_PROBABILITY + 0.001);
  });

  test('a fast charger behind ten slow ones is found', () => {
    const slow = Array.from({ length: 10 }, (_, i) =>
      charger(`slow-${i}`, 3_000 + i * 1_000, { maxPowerKw: 7, powerType: 'AC_1_PHASE' }),
    );
    const found = simulate({ ...low, chargers: [...slow, charger('fast', 80_000)] });
    expect(found?.remedy.locationId).toBe('fast');
  });

  test('of many fast ones also the last that can be reached is tried', () => {
    const trip = tripOf({ stops: [stopAt('there', 330_000, { kind: 'charge' })] });
    const many = Array.from({ length: 20 }, (_, i) =>
      charger(`early-${String(i).padStart(2, '0')}`, 3_000 + i * 200),
    );
    const found = simulate({ ...low, trip, chargers: [...many, charger('last', 120_000)] });
    expect(found?.remedy.locationId).toBe('last');
  });

  test('enough charge needs no charger', () => {
    expect(simulate({ ...low, socPct: 100, chargers: [charger('halfway', 90_000)] })).toBeNull();
  });
});

describe('standing', () => {
  const nearby = [charger('near', 5_000)];

  test('a place around, before leaving', () => {
    const found = simulate({ socPct: 55, nearby });
    expect(found?.remedy).toMatchObject({ kind: 'charge-at', locationId: 'near' });
    expect(found?.deadlineAtMs).toBe(NOW_MS + HOUR_MS);
    expect(found?.remedy.belowReserveProbability).toBeLessThanOrEqual(ENOUGH_PROBABILITY + 0.001);
  });

  test('not the one it stands at', () => {
    const places = [charger('here', 0, { detourM: 0 }), ...nearby];
    expect(simulate({ socPct: 55, values: CHARGING, nearby: places })?.remedy.locationId).toBe('near');
  });

  test('not one it does not reach', () => {
    expect(simulate({ socPct: 3, nearby: [charger('far', 60_000)] })).toBeNull();
  });
});

test('without a plan and on the road it is a place around, on the way home', () => {
  const found = simulate({
    trip: null,
    eastM: 100_000,
    socPct: 25,
    values: DRIVING,
    nearby: [charger('near', 95_000)],
    change: {
      home: { lat: 41, lon: -73, distanceM: 100_000 },
      stretches: [
        {
          stopId: 'home',
          segments: [
            {
              ...{ lat: 41, lon: -71.81, distanceM: 130_000, speedMps: 22, climbM: 0, bearingDeg: 270 },
              ...{ tempC: 0, pressureHpa: 1_013, windMps: 0, windFromDeg: 0, isWet: false },
            },
          ],
          chargers: [],
          routeSource: 'great-circle',
        },
      ],
    },
  });
  expect(found?.remedy.locationId).toBe('near');
  expect(found?.remedy.belowReserveProbability).toBeLessThanOrEqual(ENOUGH_PROBABILITY + 0.001);
});
