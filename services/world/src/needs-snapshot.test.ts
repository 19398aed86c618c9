import { describe, expect, test } from 'vitest';
import { needsSnapshot } from './needs-snapshot.ts';
import type { SnapshotBasis, WorldVehicle } from './vehicle.ts';
import { at, carAt, HOUR_MS, MINUTE_MS, NOW_MS, tripOf } from './world.fixture.ts';

const basis = (change: Partial<SnapshotBasis> = {}): SnapshotBasis => ({
  asOfMs: NOW_MS,
  tripRevision: null,
  airTempC: 5,
  position: at(0),
  reroutedAtMs: null,
  stretches: [],
  ...change,
});
const looked = (change: Partial<WorldVehicle> = {}, of: Partial<SnapshotBasis> = {}): WorldVehicle =>
  carAt(at(0), { snapshot: basis(of), airTempC: { value: 5, atMs: NOW_MS }, ...change });

const progress = {
  stretch: 0,
  alongM: 0,
  atStop: null,
  offSinceMs: null,
  isOffRoute: true,
  atMs: NOW_MS,
};
const trip = tripOf();
const planned = (change: Partial<WorldVehicle> = {}, of: Partial<SnapshotBasis> = {}): WorldVehicle =>
  looked(
    { trip, progress: { ...progress, isOffRoute: false }, ...change },
    { tripRevision: 'trip-1@1', ...of },
  );

describe('the first look', () => {
  test('waits until a place or a plan is known', () => {
    expect(needsSnapshot(carAt(at(0), { position: null }), NOW_MS)).toBeUndefined();
    expect(needsSnapshot(carAt(at(0)), NOW_MS)).toBe('first');
    expect(needsSnapshot(carAt(at(0), { position: null, trip }), NOW_MS)).toBe('first');
  });

  test('another plan, another revision and no plan any more are looked at at once', () => {
    expect(needsSnapshot(planned(), NOW_MS)).toBeUndefined();
    expect(needsSnapshot(planned({ trip: tripOf({ revision: 2 }) }), NOW_MS)).toBe('trip');
    expect(needsSnapshot(planned({ trip: tripOf({ tripId: 'trip-2' }) }), NOW_MS)).toBe('trip');
    expect(needsSnapshot(planned({ trip: null, progress: null }), NOW_MS)).toBe('trip');
    expect(needsSnapshot(looked({ trip }), NOW_MS)).toBe('trip');
  });

  test('after a restart a silent car is not looked at from nowhere, and once it speaks at once', () => {
    const silent = planned({ position: null }, { position: null });
    expect(needsSnapshot(silent, NOW_MS + 9 * HOUR_MS)).toBeUndefined();
    expect(needsSnapshot({ ...silent, position: { ...at(0), atMs: NOW_MS } }, NOW_MS)).toBe('moved');
  });
});

describe('the thermometer', () => {
  test.each([
    [6.4, undefined],
    [6.5, 'thermometer'],
    [3.6, undefined],
    [3.5, 'thermometer'],
  ])('after 5 °C it says %d °C: %s', (value, reason) => {
    expect(needsSnapshot(looked({ airTempC: { value, atMs: NOW_MS } }), NOW_MS)).toBe(reason);
  });

  test('the first reading is news, a missing one is not', () => {
    expect(needsSnapshot(looked({}, { airTempC: null }), NOW_MS)).toBe('thermometer');
    expect(needsSnapshot(looked({ airTempC: null }), NOW_MS)).toBeUndefined();
  });
});

describe('a car that moved', () => {
  test.each([
    [2_990, undefined],
    [3_010, 'moved'],
  ])('%i m without a plan: %s', (eastM, reason) => {
    expect(needsSnapshot(looked({ position: { ...at(eastM), atMs: NOW_MS } }), NOW_MS)).toBe(reason);
  });

  test('with a plan its road says all there is', () => {
    expect(needsSnapshot(planned({ position: { ...at(9_000), atMs: NOW_MS } }), NOW_MS)).toBeUndefined();
  });
});

describe('age', () => {
  test.each([
    [false, 15 * MINUTE_MS - 1, undefined],
    [false, 15 * MINUTE_MS, 'age'],
    [true, 15 * MINUTE_MS, undefined],
    [true, HOUR_MS - 1, undefined],
    [true, HOUR_MS, 'age'],
  ])('standing %s, after %i ms: %s', (isStanding, ageMs, reason) => {
    expect(needsSnapshot(looked({ isStanding }), NOW_MS + ageMs)).toBe(reason);
  });

  test('a clock that went back asks for nothing', () => {
    expect(needsSnapshot(looked(), NOW_MS - HOUR_MS)).toBeUndefined();
  });
});

describe('off the route', () => {
  const lost = (reroutedAtMs: number | null) => planned({ progress }, { reroutedAtMs });

  test.each([
    ['never drawn anew', null, 0, 'off-route'],
    ['59 s after it was drawn anew', NOW_MS, 59_999, undefined],
    ['a minute after', NOW_MS, 60_000, 'off-route'],
  ])('%s', (_, reroutedAtMs, afterMs, reason) => {
    expect(needsSnapshot(lost(reroutedAtMs), NOW_MS + afterMs)).toBe(reason);
  });

  test('back beside the planned road it is taken up again, a minute later at the earliest', () => {
    const reroute = { stretch: 0, from: at(10_000, 3_000) };
    const back = (northM: number) =>
      planned({ reroute, position: { ...at(20_000, northM), atMs: NOW_MS } }, { reroutedAtMs: NOW_MS });
    expect(needsSnapshot(back(100), NOW_MS + 59_999)).toBeUndefined();
    expect(needsSnapshot(back(100), NOW_MS + 60_000)).toBe('off-route');
    expect(needsSnapshot(back(300), NOW_MS + 60_000)).toBeUndefined();
  });
});
