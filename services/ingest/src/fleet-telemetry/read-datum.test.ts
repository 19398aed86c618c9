import { SIGNAL } from '@outrider/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ENUMERATIONS } from './enums.ts';
import { type Field, TESLA } from './field.ts';
import { FIELD_BY_NO } from './fields.ts';
import { Frames } from './frames.ts';
import { pathsOf, readDatum } from './read-datum.ts';
import { CASE, type Said } from './value-cases.ts';

const fields = FIELD_BY_NO.filter((field): field is Field => field !== undefined);

function read(...data: readonly (readonly [key: number | string, kase: number, said: Said])[]) {
  const frames = new Frames();
  const troubles = data.map(([key, kase, said]) => readDatum(frames, key, kase, said));
  return { frames: frames.toFrames(0, 0), troubles };
}

/** One value of each case, the same whatever the field. */
const SAID: readonly (readonly [kase: number, said: Said])[] = [
  ...([
    [CASE.int, 7],
    [CASE.long, 7],
    [CASE.long, '9007199254740993'],
    [CASE.float, 7.5],
    [CASE.double, 7.5],
    [CASE.double, Number.NaN],
    [CASE.double, Number.NEGATIVE_INFINITY],
    [CASE.double, 1e308],
    [CASE.double, -1e308],
    [CASE.flag, true],
    [CASE.place, { latitude: 48.1, longitude: 11.5 }],
    [CASE.doors, { DriverFront: true }],
    [CASE.tires, { rearLeft: true }],
    [CASE.time, { hour: 7, minute: 30, second: 0 }],
    [CASE.time, { hour: 25, minute: 0, second: 0 }],
  ] as const),
  ...Object.keys(ENUMERATIONS).flatMap((kase) => [[Number(kase), 1] as const, [Number(kase), 99] as const]),
];

test('a typed value of every case is kept by every field, whatever its type is', () => {
  for (const field of fields)
    for (const [kase, said] of SAID) {
      const name = `${field.name}, case ${kase}, ${JSON.stringify(said)}`;
      const { frames, troubles } = read([field.no, kase, said]);
      expect(troubles, name).toEqual([undefined]);
      expect(frames.length, name).toBe(1);
      for (const value of Object.values(frames[0]?.values ?? {}))
        expect(typeof value !== 'number' || Number.isFinite(value), name).toBe(true);
    }
});

test('a value that is typed otherwise is doubted, and stays out of VSS', () => {
  for (const [no, kase, said] of [
    [8, CASE.flag, true],
    [59, CASE.int, 1],
    [64, CASE.double, 3],
    [10, CASE.double, 2],
    [58, CASE.flag, true],
  ] as const) {
    const { frames } = read([no, kase, said]);
    const path = `${TESLA}${FIELD_BY_NO[no]?.name}`;
    expect(frames[0]).toMatchObject({ values: { [path]: said }, quality: { [path]: 'suspect' } });
  }
});

test('no value, and a value of a kind nobody knows, is unreadable in every field', () => {
  for (const { no } of fields) expect(read([no, CASE.none, undefined]).troubles).toEqual(['unreadable']);
});

test('an invalid value is never kept; which fields it clears is their policy', () => {
  for (const field of fields) {
    const { frames, troubles } = read([field.no, CASE.invalid, true]);
    expect(troubles).toEqual(['invalid']);
    const cleared = frames.flatMap((frame) => frame.cleared);
    expect(cleared.toSorted(), field.name).toEqual(
      field.onInvalid === 'clear' ? pathsOf(field).toSorted() : [],
    );
    expect(read([field.no, CASE.invalid, false]).troubles).toEqual(['unreadable']);
  }
  const policyOf = (name: string) => fields.find((field) => field.name === name)?.onInvalid;
  // No route, and a car that stands; but a charge is not gone because nobody reports it.
  for (const name of ['DestinationName', 'MilesToArrival', 'TimeToFullCharge', 'ChargingCableType'])
    expect(policyOf(name)).toBe('clear');
  for (const name of ['VehicleSpeed', 'Gear']) expect(policyOf(name)).toBe('clear');
  for (const name of ['Soc', 'Odometer', 'OutsideTemp']) expect(policyOf(name)).toBe('carry');
});

describe('bounds', () => {
  const soc = (value: number) => read([8, CASE.double, value]).frames[0]?.values;
  test('a percentage a hair beyond its bounds is at them, and kept as it was said', () => {
    expect(soc(100)).toEqual({ [SIGNAL.soc]: 100 });
    expect(soc(100.5)).toEqual({ [SIGNAL.soc]: 100, [`${TESLA}Soc`]: 100.5 });
    expect(soc(-0.3)).toEqual({ [SIGNAL.soc]: 0, [`${TESLA}Soc`]: -0.3 });
  });
  test('far beyond them it is only kept as it was said', () => {
    expect(soc(101.5)).toEqual({ [`${TESLA}Soc`]: 101.5 });
    expect(read([5, CASE.text, '1.5e99']).frames[0]?.values).toEqual({
      [`${TESLA}Odometer`]: 1.5e99 * 1609.344,
    });
  });
  test('a number that overflows when converted is kept as text would be', () => {
    expect(read([5, CASE.double, 1.7e308]).frames[0]?.values).toEqual({ [`${TESLA}Odometer`]: 1.7e308 });
  });
});

describe('what follows', () => {
  const state = (no: number) => read([179, 32, no]).frames[0]?.values;
  test('from the state of charging: whether it charges and has a cable', () => {
    expect(state(4)).toMatchObject({ [SIGNAL.isCharging]: true, [SIGNAL.isPlugged]: true });
    expect(state(5)).toMatchObject({ [SIGNAL.isCharging]: false, [SIGNAL.isPlugged]: true });
    expect(state(1)).toMatchObject({ [SIGNAL.isCharging]: false, [SIGNAL.isPlugged]: false });
    expect(state(8)).toEqual({ [`${TESLA}DetailedChargeState`]: '8' });
  });
  test('from a gear that is none of the four: the last one no longer holds', () => {
    expect(read([10, 9, 6]).frames[0]).toMatchObject({
      ...{ values: { [`${TESLA}Gear`]: 'SNA' }, cleared: [SIGNAL.gear] },
    });
    expect(read([10, 9, 3]).frames[0]?.values).toEqual({ [SIGNAL.gear]: -1 });
    expect(read([10, CASE.text, 'constructor']).frames[0]?.values).toEqual({
      [`${TESLA}Gear`]: 'constructor',
    });
  });
});

test('the state of charging as text loses the prefix of its list, and nothing else', () => {
  const stateOf = (text: string) => read([2, CASE.text, text]).frames[0]?.values[`${TESLA}ChargeState`];
  expect(stateOf('ChargeStateCharging')).toBe('Charging');
  for (const text of ['Idle', 'ChargeState', 'ChargeStateQualifyLineConfig', ''])
    expect(stateOf(text)).toBe(text);
});

test('text that says there is none is no text', () => {
  expect(read([163, CASE.text, '<invalid>'], [163, CASE.text, '"<invalid>"']).troubles).toEqual([
    'unreadable',
    'unreadable',
  ]);
});

test('seconds are a moment, before 1970 too; milliseconds stay a number', () => {
  const timeOf = (said: number) => read([44, CASE.long, said]).frames[0]?.values;
  const path = `${TESLA}ScheduledChargingStartTime`;
  expect(timeOf(1_768_650_000)).toEqual({ [path]: '2026-01-17T11:40:00Z' });
  expect(timeOf(-100)).toEqual({ [path]: '1969-12-31T23:58:20Z' });
  expect(timeOf(1_768_650_000_123)).toEqual({ [path]: 1_768_650_000_123 });
});

describe('a field said again', () => {
  test('goes into a frame of its own, after the first', () => {
    const { frames } = read([8, CASE.double, 50], [4, CASE.double, 0], [8, CASE.double, 51]);
    expect(frames.map(({ values }) => values)).toEqual([
      { [SIGNAL.soc]: 50, [SIGNAL.speed]: 0 },
      { [SIGNAL.soc]: 51 },
    ]);
    expect(frames[1]?.seq).toBeGreaterThan(frames[0]?.seq ?? Number.NaN);
  });
  test('as invalid clears after the value, and a value after that counts', () => {
    const { frames } = read([4, CASE.double, 10], [4, CASE.invalid, true], [4, CASE.double, 20]);
    expect(frames[0]?.cleared).toContain(SIGNAL.speed);
    expect(frames[1]?.values[SIGNAL.speed]).toBeCloseTo(32.19, 2);
  });
});

test('a number comes back as it was, whatever case carried it', () => {
  const numbers = fields.filter((field) => field.kind === 'number');
  fc.assert(
    fc.property(
      fc.constantFrom(...numbers),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      (field, said) => {
        for (const [kase, form] of [
          [CASE.double, said],
          [CASE.text, String(said)],
          [CASE.text, `"${said}"`],
        ] as const) {
          const { frames, troubles } = read([field.no, kase, form]);
          expect(troubles).toEqual([undefined]);
          const values = frames[0]?.values ?? {};
          const stored = values[field.ownPath] ?? values[field.path];
          if (Number.isFinite(said * field.factor))
            expect(stored).toBe(said * field.factor === 0 ? 0 : said * field.factor);
        }
      },
    ),
    { numRuns: 500 },
  );
});
