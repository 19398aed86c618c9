import { GEAR, SIGNAL } from '@outrider/domain';
import { type DrivenTrip, type TripMeter, type UnmeasuredReason, usualUse } from '@outrider/energy';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CHARGING, MINUTE_MS, modelOf, NOW_MS, PARKED, placeOf, record } from './predictor.fixture.ts';
import { followTrip } from './trip-recorder.ts';
import { emptyVehicleState, foldRecord, isLate, type OpenedRecord } from './vehicle-state.ts';

const car = { vehicle: modelOf(), use: usualUse };
const nothing = { view: null, progress: null, battery: null, tyres: null };
const AIR = { [SIGNAL.airTemp]: 5, [SIGNAL.soc]: 80 };
const drivingAt = (kmh: number) => ({ [SIGNAL.gear]: GEAR.drive, [SIGNAL.speed]: kmh });

const said = (atS: number, values: object, change: Partial<OpenedRecord> = {}) =>
  record(NOW_MS + atS * 1000, { ...AIR, ...values }, change);

/** Follows a car from one record to the next; `restarts` stores and reads everything in between. */
function follow(records: readonly OpenedRecord[], restarts = false) {
  let state = emptyVehicleState('veh_milford0001');
  let meter: TripMeter | null = null;
  const ended: (DrivenTrip | UnmeasuredReason)[] = [];
  for (const one of records) {
    if (isLate(state, one)) continue;
    const now = foldRecord(state, one);
    const step = followTrip(meter, state, now, car, nothing);
    [state, meter] = restarts ? JSON.parse(JSON.stringify([now, step.meter])) : [now, step.meter];
    if (step.ended !== null) ended.push(step.ended);
  }
  return { ended, meter };
}

/** Parked, ten minutes at 72 km/h with a word every ten seconds, then what comes after. */
const DRIVE = [
  said(0, PARKED),
  ...Array.from({ length: 60 }, (_, i) => said(10 + i * 10, { ...drivingAt(72), [SIGNAL.soc]: 80 - i / 20 })),
];
const after = (...then: OpenedRecord[]) => follow([...DRIVE, ...then]);
const END_S = 600;

describe('a drive', () => {
  test('begins with the last word of the parked car and ends where the car came to stand', () => {
    const { ended, meter } = after(
      said(END_S + 5, { ...PARKED, [SIGNAL.soc]: 77 }),
      said(END_S + 60, { ...PARKED, [SIGNAL.soc]: 76.9 }),
      said(END_S + 300, { ...PARKED, [SIGNAL.soc]: 76 }),
    );
    expect(ended).toMatchObject([
      { startSocPct: 80, endSocPct: 76.9, durationS: 605, endedAtMs: NOW_MS + (END_S + 5) * 1000 },
    ]);
    expect((ended[0] as DrivenTrip).distanceM).toBeCloseTo(20 * 595 + 50, -2);
    expect(meter).toBeNull();
  });

  test.each([
    [119, 1],
    [120, 2],
  ])('goes on after %i s at a stop, or not: %i drives', (stopS, drives) => {
    const { ended } = after(
      said(END_S + 5, PARKED),
      said(END_S + 5 + stopS, { ...drivingAt(30), [SIGNAL.soc]: 77 }),
      said(END_S + 15 + stopS, { ...drivingAt(30), [SIGNAL.soc]: 77 }),
      said(END_S + 25 + stopS, PARKED),
      said(END_S + 25 + stopS + 120, PARKED),
    );
    expect(ended).toHaveLength(drives);
  });

  test.each([
    [119, 0],
    [120, 1],
  ])('has ended %i s after it stood: %i', (laterS, drives) => {
    expect(after(said(END_S + 5, PARKED), said(END_S + 5 + laterS, PARKED)).ended).toHaveLength(drives);
  });

  test.each([
    [600, 0],
    [601, 1],
  ])('has ended %i s after its last word: %i', (silentS, drives) => {
    const { ended } = after(said(END_S + silentS, drivingAt(72)));
    expect(ended).toHaveLength(drives);
    if (drives === 1) expect(ended).toMatchObject([{ endedAtMs: NOW_MS + END_S * 1000, durationS: END_S }]);
  });

  test('ends when the cable goes in, and what that brings is not the drive’s', () => {
    const { ended, meter } = after(said(END_S + 30, { ...CHARGING, [SIGNAL.soc]: 79 }));
    expect(ended).toMatchObject([{ endSocPct: 80 - 59 / 20, wasCharged: false }]);
    expect(meter).toBeNull();
  });

  test('goes on with a plug that somebody forgot to take back', () => {
    const plugged = DRIVE.map((one) => ({ ...one, values: { ...one.values, [SIGNAL.isPlugged]: true } }));
    const { ended } = follow([...plugged, said(END_S + 5, PARKED), said(END_S + 130, PARKED)]);
    expect(ended).toMatchObject([{ durationS: 605 }]);
  });

  test('charged while nobody looked says so', () => {
    const { ended } = after(
      said(END_S + 300, { ...drivingAt(72), [SIGNAL.soc]: 90 }),
      said(END_S + 310, PARKED),
      said(END_S + 500, PARKED),
    );
    expect(ended).toMatchObject([{ wasCharged: true, longestGapS: 300 }]);
  });

  test('on a trailer or a ferry’s deck says so', () => {
    const towed = Array.from({ length: 20 }, (_, i) =>
      said(END_S + 10 + i * 10, { ...drivingAt(0), ...placeOf(i * 150) }),
    );
    expect(after(...towed, said(END_S + 210, PARKED), said(END_S + 400, PARKED)).ended).toMatchObject([
      { wasTowed: true },
    ]);
  });
});

describe('a drive is followed only from its beginning', () => {
  const on = (...records: OpenedRecord[]) => follow(records).meter !== null;
  test.each<[string, OpenedRecord[], boolean]>([
    ['a car first heard of on the road', [said(0, drivingAt(72)), said(10, drivingAt(72))], false],
    ['a car that was parked', [said(0, PARKED), said(10, drivingAt(72))], true],
    ['a car that woke up driving', [said(0, PARKED), said(40_000, drivingAt(72))], true],
    [
      'a car that went silent on the road and came back where it was',
      [
        said(0, { ...drivingAt(72), [SIGNAL.odometer]: 1_000 }),
        said(601, { ...drivingAt(72), [SIGNAL.odometer]: 1_500 }),
      ],
      true,
    ],
    [
      'a car that drove on in silence',
      [
        said(0, { ...drivingAt(72), [SIGNAL.odometer]: 1_000 }),
        said(601, { ...drivingAt(72), [SIGNAL.odometer]: 1_501 }),
      ],
      false,
    ],
    [
      'a car that was silent for ten minutes only',
      [
        said(0, { ...drivingAt(72), [SIGNAL.odometer]: 1_000 }),
        said(600, { ...drivingAt(72), [SIGNAL.odometer]: 1_000 }),
      ],
      false,
    ],
  ])('%s', (_name, records, isFollowed) => {
    expect(on(...records)).toBe(isFollowed);
  });
});

describe('charge', () => {
  const startOf = (heardS: number, atS: number) => {
    const [first, ...rest] = DRIVE.map((one) => {
      const { [SIGNAL.soc]: _soc, ...values } = one.values;
      return { ...one, values, observedAtMs: one.observedAtMs + atS * 1000 };
    });
    const heard = said(heardS, { ...PARKED, [SIGNAL.soc]: 80 });
    const known = { ...(rest[20] as OpenedRecord), values: { ...rest[20]?.values, [SIGNAL.soc]: 79 } };
    const parked = [5, 130].map((s) => said(END_S + atS + s, { ...PARKED, [SIGNAL.soc]: 77 }));
    const records = [heard, first as OpenedRecord, ...rest.slice(0, 20), known, ...rest.slice(21), ...parked];
    return follow(records).ended;
  };
  test('of ten minutes before counts as the charge at the start, older charge does not', () => {
    expect(startOf(0, 600)).toMatchObject([{ startSocPct: 80 }]);
    expect(startOf(0, 601)).toEqual(['charge-unknown']);
  });
});

describe('energy', () => {
  const parked = [said(END_S + 1, PARKED), said(END_S + 200, PARKED)];
  const withEach = (values: object) => {
    const often = Array.from({ length: 120 }, (_, i) => said(5 + i * 5, { ...drivingAt(72), ...values }));
    return follow([said(0, { ...PARKED, ...values }), ...often, ...parked]).ended[0];
  };
  test('power into the battery is positive in VSS: driving takes it out', () => {
    expect(withEach({ [SIGNAL.power]: -12_000 })).toMatchObject({ meteredKwh: expect.closeTo(2.0033, 3) });
  });
  test('volts times amperes, where power is not said', () => {
    const metered = withEach({ [SIGNAL.current]: -40, [SIGNAL.voltage]: 300 });
    expect(metered).toMatchObject({ meteredKwh: expect.closeTo(2.0033, 3) });
    expect(withEach({ [SIGNAL.current]: -40 })).toMatchObject({ meteredKwh: null });
  });
});

const anyRecord = fc.record({
  gapMs: fc.oneof(fc.integer({ min: 0, max: 90_000 }), fc.integer({ min: 0, max: 40 * MINUTE_MS })),
  values: fc.dictionary(
    fc.constantFrom(SIGNAL.soc, SIGNAL.odometer, SIGNAL.altitude, SIGNAL.power, SIGNAL.airTemp, SIGNAL.speed),
    fc.integer({ min: -60, max: 70 }),
  ),
  motion: fc.constantFrom(PARKED, CHARGING, drivingAt(50), drivingAt(0), {}),
});

test('whatever comes: it never throws, and restarts, repeats and late records change nothing', () => {
  let drives = 0;
  fc.assert(
    fc.property(fc.array(anyRecord, { minLength: 5, maxLength: 60 }), fc.nat(1_000), (all, seed) => {
      let atMs = NOW_MS;
      const records = all.map(({ gapMs, values, motion }, i) => {
        atMs += gapMs;
        return record(atMs, { ...values, ...motion }, { recordId: `r${1_000 + i}` });
      });
      const kept = follow(records);
      drives += kept.ended.length;
      expect(JSON.stringify(follow(records, true))).toBe(JSON.stringify(kept));
      const repeated = records.flatMap((one, i) => [one, records[(i * seed) % (i + 1)] as OpenedRecord]);
      expect(JSON.stringify(follow(repeated))).toBe(JSON.stringify(kept));
    }),
  );
  expect(drives).toBeGreaterThan(50);
});
