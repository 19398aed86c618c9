import type { RouteProgress } from '@outrider/domain';
import { buildRouteView, priorFor } from '@outrider/energy';
import { describe, expect, test } from 'vitest';
import { followDrive } from './drive-basis.ts';
import { conditionsOf, modelOf, NOW_MS, stopAt, tripOf } from './predictor.fixture.ts';

const vehicle = modelOf();
const car = { vehicle, posterior: priorFor(vehicle) };
const trip = tripOf({ stops: [stopAt('a', 150_000), stopAt('b', 200_000)] });
const view = buildRouteView(conditionsOf({ trip }), trip, vehicle);
if (view === null) throw new Error('no view');

const progress = (alongM: number, change: Partial<RouteProgress> = {}): RouteProgress => ({
  stretch: 0,
  alongM,
  atStop: null,
  offSinceMs: null,
  isOffRoute: false,
  atMs: NOW_MS + alongM * 40,
  ...change,
});
/** Follows a drive that loses `perKm` points a kilometre. */
function drive(toM: number, perKm: number, from = 90) {
  let basis: Parameters<typeof followDrive>[0] = null;
  for (let alongM = 0; alongM <= toM; alongM += 5_000)
    basis = followDrive(
      basis,
      view as NonNullable<typeof view>,
      progress(alongM),
      from - (alongM / 1_000) * perKm,
      car,
    );
  return basis;
}

describe('this drive against the model', () => {
  test('says nothing before 30 km', () => {
    expect(drive(25_000, 0.5)?.live.factor).toBe(1);
    expect(drive(35_000, 0.5)?.live.factor).not.toBe(1);
  });

  test('a thirsty drive raises the forecast, a thrifty one lowers it', () => {
    expect(drive(100_000, 0.6)?.live.factor).toBeGreaterThan(1);
    expect(drive(100_000, 0.1)?.live.factor).toBeLessThan(1);
  });

  test('begins anew on another stretch, after a charge, or behind itself', () => {
    const basis = drive(60_000, 0.3);
    const next = (change: Partial<RouteProgress>, socPct: number) =>
      followDrive(basis, view, progress(65_000, change), socPct, car);
    expect(next({}, 70)?.drivenM).toBeCloseTo(65_000, -1);
    expect(next({ stretch: 1, alongM: 1_000 }, 70)).toMatchObject({ stretch: 1, drivenM: 0 });
    expect(next({ alongM: 50_000 }, 70)).toMatchObject({ alongM: 50_000, drivenM: 0 });
    expect(next({}, 75.1)).toMatchObject({ drivenM: 0, startSocPct: 75.1 });
    expect(next({}, 75)?.drivenM).toBeGreaterThan(0);
  });

  test('ends where no battery lasts so long', () => {
    const long = tripOf({ stops: [stopAt('far', 1_200_000)] });
    const far = buildRouteView(conditionsOf({ trip: long }), long, vehicle);
    if (far === null) throw new Error('no view');
    const basis = followDrive(null, far, progress(0), 90, car);
    expect(followDrive(basis, far, progress(999_000), 50, car)?.drivenM).toBeCloseTo(999_000, 0);
    expect(followDrive(basis, far, progress(1_001_000), 50, car)).toBeNull();
  });

  test('waits at stops and off the road, and ends with the plan', () => {
    const basis = drive(60_000, 0.3);
    expect(followDrive(basis, view, progress(60_000, { atStop: 0 }), 70, car)).toBe(basis);
    expect(followDrive(basis, view, progress(60_000, { isOffRoute: true }), 70, car)).toBe(basis);
    expect(followDrive(basis, view, progress(0, { stretch: 2 }), 70, car)).toBeNull();
  });
});
