import { GEAR, SIGNAL, type SignalValue, TESLA_SIGNAL } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { vehicleSubjects } from './facts/vehicle.ts';
import { factValue, HOUR_MS, MINUTE_MS, NOW_MS, situation } from './predictor.fixture.ts';

const factsOf = (...given: Parameters<typeof situation>) => vehicleSubjects(situation(...given))[0]?.facts;
const read = (values: Readonly<Record<string, SignalValue>>, name: string, ageMs = 0) =>
  factValue(factsOf({ values, observedAtMs: NOW_MS - ageMs }), name);

describe('the 12 V battery', () => {
  const parked = { [SIGNAL.gear]: GEAR.park, [SIGNAL.speed]: 0, [SIGNAL.lowVoltage]: 11.7 };

  test('rests once the car stood for an hour without a cable', () => {
    const after = (ms: number, more = {}) => {
      const now = situation({ values: { ...parked, ...more } });
      const phase = { motion: 'standing', sinceMs: NOW_MS - ms, odometerM: null, socPct: null } as const;
      const facts = vehicleSubjects({ ...now, state: { ...now.state, phase } })[0]?.facts;
      return factValue(facts, 'isLowVoltageResting');
    };
    expect(after(HOUR_MS)).toBe(true);
    expect(after(HOUR_MS - 1)).toBe(false);
    expect(after(HOUR_MS, { [SIGNAL.isPlugged]: true })).toBe(false);
  });

  test('is as the car said within the hour', () => {
    expect(read(parked, 'lowVoltageV', HOUR_MS)).toBe(11.7);
    expect(read(parked, 'lowVoltageV', HOUR_MS + 1)).toBe('(the voltage of the 12 V battery is not known)');
  });
});

describe('heat', () => {
  test('the hottest cell counts, else the mean', () => {
    const both = { [SIGNAL.batteryTemp]: 48, [SIGNAL.batteryTempMax]: 56 };
    expect(read(both, 'batteryHottestC')).toBe(56);
    expect(read({ [SIGNAL.batteryTemp]: 48 }, 'batteryHottestC')).toBe(48);
    expect(read({}, 'batteryHottestC')).toBe('(no temperature of the battery was measured)');
  });

  test('of several motors the hottest counts', () => {
    const two = { [SIGNAL.motorTemp]: 90, [TESLA_SIGNAL.motorTempFront]: 152 };
    expect(read(two, 'motorTempC')).toBe(152);
    expect(read({ ...two, [SIGNAL.motorTemp]: 160 }, 'motorTempC')).toBe(160);
    expect(read({ [TESLA_SIGNAL.motorTempRearLeft]: 91 }, 'motorTempC')).toBe(91);
    expect(read({ [TESLA_SIGNAL.motorTempRearRight]: 92 }, 'motorTempC')).toBe(92);
  });

  test('the motor’s is known for five minutes', () => {
    expect(read({ [SIGNAL.motorTemp]: 151 }, 'motorTempC', 5 * MINUTE_MS)).toBe(151);
    expect(read({ [SIGNAL.motorTemp]: 151 }, 'motorTempC', 5 * MINUTE_MS + 1)).toBe(
      '(the motor tells no temperature)',
    );
  });
});

describe('contradictions', () => {
  for (const [name, values, said] of [
    ['nothing', { [SIGNAL.speed]: 90, [SIGNAL.gear]: GEAR.drive, [SIGNAL.isCharging]: false }, ''],
    ['pushed in Park', { [SIGNAL.speed]: 5, [SIGNAL.gear]: GEAR.park }, ''],
    ['moving in Park', { [SIGNAL.speed]: 5.1, [SIGNAL.gear]: GEAR.park }, 'moves-in-park'],
    ['charging on the road', { [SIGNAL.speed]: 90, [SIGNAL.isCharging]: true }, 'moves-and-charges'],
    [
      'charging without a cable',
      { [SIGNAL.isCharging]: true, [SIGNAL.isPlugged]: false },
      'charges-unplugged',
    ],
    ['charging, and nobody says how', { [SIGNAL.isCharging]: true }, ''],
    ['two figures 20 apart', { [SIGNAL.soc]: 60, [SIGNAL.socDisplayed]: 40 }, ''],
    ['two figures further apart', { [SIGNAL.soc]: 60, [SIGNAL.socDisplayed]: 39.9 }, 'two-charges'],
  ] as const)
    test(`${name}: ${said === '' ? 'none' : said}`, () => {
      expect(read(values, 'contradiction')).toBe(said);
      expect(read(values, 'contradictions')).toBe(said === '' ? 0 : 1);
    });

  test('several are counted, each once', () => {
    const all = { [SIGNAL.speed]: 9, [SIGNAL.gear]: GEAR.park, [SIGNAL.isCharging]: true };
    expect(read(all, 'contradiction')).toBe('moves-and-charges moves-in-park');
    expect(read(all, 'contradictions')).toBe(2);
  });
});
