import { GEAR, SIGNAL, type SignalRecord } from '@outrider/domain';
import { freshNumber, freshPosition, freshSoc, type VehicleState } from '@outrider/energy';
import { describe, expect, test } from 'vitest';
import { CHARGING, DRIVING, HOUR_MS, NOW_MS, PARKED, placeOf, record, VEHICLE } from './predictor.fixture.ts';
import { emptyVehicleState, foldRecord, isLate, openedRecord } from './vehicle-state.ts';

const empty = emptyVehicleState(VEHICLE);
const fold = (...steps: readonly object[]): VehicleState =>
  steps.reduce(
    (state: VehicleState, values, i) => foldRecord(state, record(NOW_MS + i, { ...values })),
    empty,
  );
const soc = (value: number, atMs = NOW_MS) => foldRecord(empty, record(atMs, { [SIGNAL.soc]: value }));

describe('driving or standing', () => {
  test.each([
    ['in Park', PARKED, 'standing'],
    ['in Drive', DRIVING, 'driving'],
    ['in Drive at a red light', { [SIGNAL.gear]: GEAR.drive, [SIGNAL.speed]: 0 }, 'driving'],
    ['in reverse', { [SIGNAL.gear]: -1 }, 'driving'],
    ['charging, whatever the gear', { [SIGNAL.gear]: GEAR.drive, [SIGNAL.isCharging]: true }, 'standing'],
    ['in neutral at 2 km/h', { [SIGNAL.gear]: GEAR.neutral, [SIGNAL.speed]: 2 }, 'standing'],
    ['in neutral at 2.1 km/h', { [SIGNAL.gear]: GEAR.neutral, [SIGNAL.speed]: 2.1 }, 'driving'],
    ['without a gear at 50 km/h', { [SIGNAL.speed]: 50 }, 'driving'],
    ['without anything', {}, undefined],
  ])('%s: %s', (_, values, motion) => {
    expect(fold(values).phase?.motion).toBe(motion);
  });

  test('a phase remembers where it began and does not begin again', () => {
    const state = fold(
      { ...DRIVING, [SIGNAL.soc]: 80, [SIGNAL.odometer]: 1_000 },
      { ...DRIVING, [SIGNAL.soc]: 79 },
    );
    expect(state.phase).toEqual({ motion: 'driving', sinceMs: NOW_MS, odometerM: 1_000, socPct: 80 });
    expect(fold(DRIVING, {}).phase?.motion).toBe('driving');
  });
});

describe('the cable', () => {
  test('is in since it was put in, also when only charging is said', () => {
    expect(fold(PARKED, CHARGING, CHARGING)).toMatchObject({
      pluggedSinceMs: NOW_MS + 1,
      chargingSinceMs: NOW_MS + 1,
    });
    expect(fold({ [SIGNAL.isCharging]: true }).pluggedSinceMs).toBe(NOW_MS);
    expect(
      fold(CHARGING, { [SIGNAL.isPlugged]: false, [SIGNAL.isCharging]: false }).pluggedSinceMs,
    ).toBeNull();
  });
});

describe('the newest value of each signal', () => {
  test('is kept until another comes or the car takes it back', () => {
    const said = fold({ [SIGNAL.soc]: 50, [SIGNAL.airTemp]: 3 }, { [SIGNAL.soc]: 49 });
    expect(freshSoc(said, NOW_MS)?.value).toBe(49);
    expect(freshNumber(said, SIGNAL.airTemp, NOW_MS)?.value).toBe(3);
    const cleared = foldRecord(said, record(NOW_MS + 9, {}, { cleared: [SIGNAL.airTemp] }));
    expect(freshNumber(cleared, SIGNAL.airTemp, NOW_MS)).toBeUndefined();
  });

  test.each([
    [6 * HOUR_MS, true],
    [6 * HOUR_MS + 1, false],
  ])('a charge of %i ms ago is fresh: %s', (ageMs, isFresh) => {
    expect(freshSoc(soc(50), NOW_MS + ageMs) !== undefined).toBe(isFresh);
  });

  test('of the near future it is new, not older than new', () => {
    expect(freshSoc(soc(50, NOW_MS + 60_000), NOW_MS)).toEqual({ value: 50, ageS: 0 });
  });

  test('text or truth is no number, an unknown name no signal', () => {
    expect(freshNumber(fold({ [SIGNAL.isCharging]: true }), SIGNAL.isCharging, NOW_MS)).toBeUndefined();
    expect(freshNumber(fold({ 'Vehicle.Unknown': 5 }), 'Vehicle.Unknown', NOW_MS + 1)).toBeUndefined();
  });

  test('the displayed charge stands in only where the real one is missing or too old', () => {
    const both = fold({ [SIGNAL.soc]: 50 }, { [SIGNAL.socDisplayed]: 47 });
    expect(freshSoc(both, NOW_MS)?.value).toBe(50);
    expect(freshSoc(fold({ [SIGNAL.socDisplayed]: 47 }), NOW_MS)?.value).toBe(47);
  });

  test('half a place is none; a place is as old as its older half', () => {
    expect(freshPosition(fold({ [SIGNAL.latitude]: 41 }), NOW_MS)).toBeUndefined();
    const state = foldRecord(
      foldRecord(empty, record(NOW_MS - 5_000, placeOf(0))),
      record(NOW_MS, { [SIGNAL.latitude]: 41.1 }),
    );
    expect(freshPosition(state, NOW_MS)?.ageS).toBe(5);
  });
});

describe('late', () => {
  const state = foldRecord(empty, record(NOW_MS, {}, { recordId: 'm' }));
  test.each([
    [NOW_MS - 1, 'z', true],
    [NOW_MS, 'l', true],
    [NOW_MS, 'm', true],
    [NOW_MS, 'n', false],
    [NOW_MS + 1, 'a', false],
  ])('at %i, id %s: %s', (atMs, recordId, late) => {
    expect(isLate(state, record(atMs, {}, { recordId }))).toBe(late);
  });
});

test('doubted values are left out, places with them', () => {
  const raw: SignalRecord = {
    recordId: 'one',
    vehicleId: VEHICLE,
    observedAtMs: NOW_MS,
    receivedAtMs: NOW_MS,
    source: 'abrp',
    values: { [SIGNAL.soc]: 0, [SIGNAL.speed]: 5 },
    quality: { [SIGNAL.soc]: 'placeholder', [SIGNAL.latitude]: 'suspect' },
  };
  const opened = openedRecord(raw, { ...placeOf(0) }, NOW_MS + 1);
  expect(opened.cameAtMs).toBe(NOW_MS + 1);
  expect(Object.keys(opened.values)).toEqual([SIGNAL.speed, SIGNAL.longitude]);
  expect(opened.cleared).toEqual([]);
});
