import { GEAR, SIGNAL } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { planStretches } from './build-stretches.ts';
import { isBackOnPlan, rerouteOf } from './reroute.ts';
import {
  emptyVehicle,
  foldSignals,
  rememberHome,
  type WorldVehicle,
  withoutTrip,
  withSnapshot,
  withTrip,
} from './vehicle.ts';
import { at, carAt, MINUTE_MS, NOW_MS, stopAt, tripOf, VEHICLE } from './world.fixture.ts';

const place = (eastM: number, northM = 0) => {
  const { lat, lon } = at(eastM, northM);
  return { [SIGNAL.latitude]: lat, [SIGNAL.longitude]: lon };
};
const driving = { [SIGNAL.gear]: GEAR.drive, [SIGNAL.speed]: 72 };
const looked = (vehicle: WorldVehicle): WorldVehicle =>
  withSnapshot(vehicle, vehicle.trip === null ? [] : planStretches(vehicle.trip), {
    asOfMs: NOW_MS,
    tripRevision: null,
    reroutedAtMs: null,
  });

describe('folding signals', () => {
  test('an older place than known is ignored, one of the same moment is not', () => {
    const car = foldSignals(emptyVehicle(VEHICLE), place(100), NOW_MS);
    expect(foldSignals(car, place(5), NOW_MS - 1).position).toEqual(car.position);
    expect(foldSignals(car, place(5), NOW_MS).position).toMatchObject(at(5));
  });

  test('half a place is none', () => {
    const car = foldSignals(emptyVehicle(VEHICLE), { [SIGNAL.latitude]: 41 }, NOW_MS);
    expect(car.position).toBeNull();
  });

  test.each([
    ['in gear at a red light', { [SIGNAL.gear]: GEAR.drive, [SIGNAL.speed]: 0 }, false],
    ['parked', { [SIGNAL.gear]: GEAR.park, [SIGNAL.speed]: 0 }, true],
    ['charging', { [SIGNAL.isCharging]: true }, true],
    ['rolling in neutral', { [SIGNAL.gear]: GEAR.neutral, [SIGNAL.speed]: 30 }, false],
    ['without gear at 1.9 km/h', { [SIGNAL.speed]: 1.9 }, true],
    ['without gear at 2 km/h', { [SIGNAL.speed]: 2 }, false],
    ['without gear, backwards', { [SIGNAL.speed]: -5 }, false],
    ['without anything', {}, true],
  ])('%s', (_, values, isStanding) => {
    expect(foldSignals(emptyVehicle(VEHICLE), { ...place(0), ...values }, NOW_MS).isStanding).toBe(
      isStanding,
    );
  });

  test('the last gear holds until another is said', () => {
    const parked = foldSignals(emptyVehicle(VEHICLE), { ...place(0), [SIGNAL.gear]: GEAR.park }, NOW_MS);
    expect(foldSignals(parked, { [SIGNAL.speed]: 0 }, NOW_MS + 1).isStanding).toBe(true);
  });

  test('the newest temperature counts', () => {
    const car = foldSignals(emptyVehicle(VEHICLE), { [SIGNAL.airTemp]: 4 }, NOW_MS);
    expect(foldSignals(car, { [SIGNAL.airTemp]: 9 }, NOW_MS - 1).airTempC?.value).toBe(4);
    expect(foldSignals(car, { [SIGNAL.airTemp]: 9 }, NOW_MS + 1).airTempC?.value).toBe(9);
  });

  test('the car moves along its plan', () => {
    const car = looked(withTrip(carAt(at(0)), tripOf(), NOW_MS));
    const moved = foldSignals(car, { ...place(10_000), ...driving }, NOW_MS + 10 * MINUTE_MS);
    expect(moved.progress?.alongM).toBeCloseTo(10_000, -1);
  });

  test('the first place known of it may be anywhere on the plan', () => {
    const car = looked(withTrip(emptyVehicle(VEHICLE), tripOf(), NOW_MS));
    const found = foldSignals(car, { ...place(31_000), ...driving }, NOW_MS + 1_000);
    expect(found.progress).toMatchObject({ isOffRoute: false, alongM: expect.closeTo(31_000, -1) });
  });
});

describe('a plan', () => {
  const two = [stopAt('a', at(40_000)), stopAt('b', at(40_000, 40_000), { plugged: true })];
  const underWay = (eastM: number): WorldVehicle => {
    const car = looked(withTrip(carAt(at(0)), tripOf({ stops: two }), NOW_MS));
    return foldSignals(car, { ...place(eastM), ...driving }, NOW_MS + 30 * MINUTE_MS);
  };

  test('begins at its origin when the car is there', () => {
    expect(withTrip(carAt(at(300)), tripOf(), NOW_MS).progress).toMatchObject({ atStop: -1, alongM: 0 });
  });

  test('revised while driving goes on where the car is', () => {
    const stops = [...two, stopAt('c', at(0, 40_000), { plugged: true })];
    const revised = withTrip(underWay(25_000), tripOf({ revision: 2, stops }), NOW_MS);
    expect(revised.progress).toMatchObject({ stretch: 0, isOffRoute: false });
    expect(revised.progress?.alongM).toBeCloseTo(25_000, -1);
  });

  test('the same or an older revision changes nothing', () => {
    const car = underWay(25_000);
    expect(withTrip(car, tripOf({ stops: two }), NOW_MS)).toBe(car);
    const newer = withTrip(car, tripOf({ stops: two, revision: 3 }), NOW_MS);
    expect(withTrip(newer, tripOf({ stops: two, revision: 2, withdrawn: true }), NOW_MS)).toBe(newer);
  });

  test.each([
    ['withdrawn', withTrip(underWay(25_000), tripOf({ revision: 2, withdrawn: true }), NOW_MS)],
    ['deleted', withoutTrip(underWay(25_000), 'trip-1', NOW_MS)],
    ['deleted with all others', withoutTrip(underWay(25_000), undefined, NOW_MS)],
  ])('%s is forgotten', (_, car) => {
    expect(car).toMatchObject({
      trip: null,
      progress: null,
      reroute: null,
    });
  });
});

test('taking back another plan than the one the car is on changes nothing', () => {
  const car = withTrip(carAt(at(0)), tripOf(), NOW_MS);
  expect(withTrip(car, tripOf({ tripId: 'trip-2', withdrawn: true }), NOW_MS)).toBe(car);
});

describe('a road drawn anew', () => {
  const lost = (eastM: number, northM: number, change: Partial<WorldVehicle> = {}): WorldVehicle => ({
    ...looked(withTrip(carAt(at(0)), tripOf(), NOW_MS)),
    position: { ...at(eastM, northM), atMs: NOW_MS },
    progress: {
      stretch: 0,
      alongM: 20_000,
      atStop: null,
      offSinceMs: NOW_MS,
      isOffRoute: true,
      atMs: NOW_MS,
    },
    ...change,
  });
  const onNew = { stretch: 0, alongM: 0, atStop: null, offSinceMs: null, isOffRoute: false, atMs: NOW_MS };

  test('begins where the car is', () => {
    expect(rerouteOf(lost(21_000, 5_000))).toEqual({ stretch: 0, from: at(21_000, 5_000) });
    expect(rerouteOf(lost(0, 0, { progress: { ...onNew } }))).toBeNull();
  });

  test('stays as it was drawn while the car is on it, and is drawn again when it is not', () => {
    const reroute = { stretch: 0, from: at(21_000, 5_000) };
    expect(rerouteOf(lost(24_000, 4_000, { reroute, progress: onNew }))).toBe(reroute);
    expect(rerouteOf(lost(24_000, 9_000, { reroute }))).toEqual({ stretch: 0, from: at(24_000, 9_000) });
    expect(rerouteOf(lost(24_000, 4_000, { reroute, progress: { ...onNew, stretch: 1 } }))).toBeNull();
  });

  test.each([
    [240, true],
    [260, false],
  ])('%i m beside the plan’s own road: back on it %s', (northM, isBack) => {
    const car = lost(25_000, northM, { reroute: { stretch: 0, from: at(21_000, 5_000) } });
    expect(isBackOnPlan(car)).toBe(isBack);
    expect(rerouteOf(car) === null).toBe(isBack);
  });

  test('the car is found again on the new road', () => {
    const stretches = planStretches(
      tripOf({ legs: [{ points: [at(21_000, 5_000), at(40_000)], speedMps: 20 }] }),
    );
    const basis = { asOfMs: NOW_MS, tripRevision: null, reroutedAtMs: NOW_MS };
    const drawn = withSnapshot(lost(21_000, 5_000), stretches, basis);
    expect(drawn.progress).toMatchObject({ stretch: 0, isOffRoute: false, alongM: expect.closeTo(0, -1) });
    const same = withSnapshot(drawn, stretches, basis);
    expect(same.progress).toBe(drawn.progress);
  });
});

test('home lies where the car stood last', () => {
  const home = at(0);
  expect(rememberHome(carAt(at(490), { altitudeM: 320 }), home).homeAltitudeM).toBe(320);
  expect(rememberHome(carAt(at(510), { altitudeM: 320 }), home).homeAltitudeM).toBeNull();
  expect(rememberHome(carAt(at(0)), home).homeAltitudeM).toBeNull();
  expect(rememberHome(carAt(at(0), { altitudeM: 320 }), undefined).homeAltitudeM).toBeNull();
});
