import { SIGNAL } from '@outrider/domain';
import { type Ahead, type Change, EnergyInputError, roomFor, whatIf } from '@outrider/energy';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { forecastRecord, withCurve } from './forecast-record.ts';
import {
  type CarOptions,
  CHARGING,
  DRIVING,
  HOUR_MS,
  NOW_MS,
  situation,
  stopAt,
  tripOf,
} from './predictor.fixture.ts';

// "What if" is the forecast itself with something changed: judged beside the predictor's own.

const ask = (options: CarOptions, change: Change): Ahead => {
  const now = situation(options);
  if (now.view === null) throw new Error('no road');
  return whatIf(now, now.view, change);
};
const arrival = (options: CarOptions, change: Change = {}): number =>
  ask(options, change).stops[0]?.arrivalSocPct.p50 ?? Number.NaN;

const driving: CarOptions = { eastM: 10_000, values: DRIVING };
const withBreak = tripOf({
  stops: [
    stopAt('break', 60_000, { kind: 'charge', powerKw: 90, chargeToSocPct: 80 }),
    stopAt('end', 200_000),
  ],
});

describe('without a change', () => {
  test.each([
    ['standing before the departure', {}],
    ['on the road', driving],
    ['with a charge on the way', { trip: withBreak, socPct: 60 }],
  ] satisfies [string, CarOptions][])('it is the forecast: %s', (_, options) => {
    const now = situation(options);
    const { stops, curve } = withCurve(forecastRecord(now), now);
    expect(ask(options, {})).toMatchObject({ stops, curve, topSpeedMps: 27 });
    expect(ask(options, { tempShiftK: 0, speedRatio: 1, leaveLaterS: 0 })).toMatchObject({ stops, curve });
  });
});

describe('each change goes the way it must', () => {
  test('colder is never cheaper, slower never dearer on a fast road, more charge never less', () => {
    const range = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(range(-20, 15), range(0, 10), range(0.75, 1.2), range(0, 0.2), (shiftK, byK, ratio, by) => {
        expect(arrival(driving, { tempShiftK: shiftK - byK })).toBeLessThanOrEqual(
          arrival(driving, { tempShiftK: shiftK }) + 0.11,
        );
        expect(arrival(driving, { speedRatio: ratio + by })).toBeLessThanOrEqual(
          arrival(driving, { speedRatio: ratio }) + 0.11,
        );
      }),
      { numRuns: 40 },
    );
    expect(arrival({ socPct: 70 }, { chargeToSocPct: 90 })).toBeGreaterThan(arrival({ socPct: 70 }) + 15);
  });

  test('less charge than there is changes nothing', () => {
    expect(arrival({ socPct: 70 }, { chargeToSocPct: 60 })).toBe(arrival({ socPct: 70 }));
  });

  test('speeds are told as they are then', () => {
    expect(ask(driving, { speedRatio: 0.8 }).topSpeedMps).toBeCloseTo(21.6, 9);
    const [slow, asPlanned] = [ask(driving, { speedRatio: 0.8 }), ask(driving, {})];
    expect(slow.stops[0]?.arriveAtMs).toBeGreaterThan(asPlanned.stops[0]?.arriveAtMs ?? 0);
  });

  test('later by an hour is there an hour later', () => {
    const at = (change: Change) => ask({}, change).stops[0]?.arriveAtMs ?? 0;
    expect(at({ leaveLaterS: 3_600 }) - at({})).toBe(HOUR_MS);
    // The departure is over: later counts from now.
    const overdue = tripOf({ departAtMs: NOW_MS - HOUR_MS });
    const late = (change: Change) => ask({ trip: overdue }, change).stops[0]?.arriveAtMs ?? 0;
    expect(late({ leaveLaterS: 600 }) - late({})).toBe(600_000);
  });

  test('on the road it is the next charging stop that charges to it', () => {
    const options: CarOptions = { trip: withBreak, ...driving };
    const end = (change: Change) => ask(options, change).stops[1]?.arrivalSocPct.p50 ?? 0;
    expect(end({ chargeToSocPct: 95 }) - end({})).toBeGreaterThan(12);
    expect(ask(options, { chargeToSocPct: 95 }).stops[0]).toEqual(ask(options, {}).stops[0]);
  });
});

describe('what there is room for', () => {
  test.each([
    ['a car before its departure', {}, { canLeaveLater: true, canCharge: true }],
    [
      'one on the road to a charger',
      { ...driving, trip: withBreak },
      { canLeaveLater: false, canCharge: true },
    ],
    [
      'one on the road to its destination',
      { ...driving, trip: tripOf({ stops: [stopAt('end', 200_000)] }) },
      { canLeaveLater: false, canCharge: false },
    ],
  ] satisfies [string, CarOptions, object][])('%s', (_, options, room) => {
    expect(roomFor(situation(options))).toEqual(room);
  });

  test('a change there is no room for does nothing', () => {
    const end: CarOptions = { ...driving, trip: tripOf({ stops: [stopAt('end', 200_000)] }) };
    expect(ask(end, { leaveLaterS: 3_600, chargeToSocPct: 100 })).toEqual(ask(end, {}));
  });
});

test('how long charging takes is said where a station is known', () => {
  const values = { ...CHARGING, [SIGNAL.power]: 11_000 };
  const minutes = ask({ socPct: 60, values }, { chargeToSocPct: 80 }).chargeMinutes;
  // 20 % of 85 kWh at 11 kW.
  expect(minutes).toBeGreaterThan(60);
  expect(minutes).toBeLessThan(150);
  expect(ask({ socPct: 60 }, { chargeToSocPct: 80 }).chargeMinutes).toBeUndefined();
  expect(ask({ socPct: 60, values }, { chargeToSocPct: 60 }).chargeMinutes).toBeUndefined();
});

test('figures no road has are refused', () => {
  expect(() => ask({}, { speedRatio: 0 })).toThrow(EnergyInputError);
  expect(() => ask({}, { speedRatio: Number.NaN })).toThrow(EnergyInputError);
});
