import { SIGNAL } from '@outrider/domain';
import { buildRouteView } from '@outrider/energy';
import { describe, expect, test } from 'vitest';
import { advanceCar, type LiveCar, receive } from './car.ts';
import { withConditions, withTrip } from './car-world.ts';
import {
  conditionsOf,
  DRIVING,
  liveCar,
  MINUTE_MS,
  NOW_MS,
  placeOf,
  record,
  tripOf,
} from './predictor.fixture.ts';

describe('a snapshot of a revision that is not here yet', () => {
  const revised = tripOf({ revision: 2 });
  const later = NOW_MS + MINUTE_MS;
  const ahead = conditionsOf({ trip: revised, change: { asOfMs: later, snapshotId: 'snapshot-2' } });
  const driving = liveCar({ values: DRIVING, eastM: 2_000 });
  const waiting = withConditions(driving, ahead);
  const speaks = (live: LiveCar, values: object) =>
    advanceCar(receive(live, record(later, { ...placeOf(4_000), ...DRIVING, ...values })), later, []).live;

  test('leaves the car the road it is on, and is drawn when the revision comes', () => {
    expect(waiting.view).toBe(driving.view);
    expect(withTrip(waiting, revised).view).toMatchObject({
      trip: { revision: 2 },
      conditions: { snapshotId: 'snapshot-2' },
    });
    expect(withTrip(waiting, revised).world.waiting).toBeNull();
  });

  test('leaves it the road also when the car says how it is used', () => {
    const towing = speaks(waiting, { [SIGNAL.isTrailerConnected]: true });
    expect(towing.view?.trip?.revision).toBe(1);
    expect(towing.view?.use).not.toEqual(driving.view?.use);
    expect(towing.car.forecast?.unknown).toBeUndefined();
  });

  test('leaves it the road also through a restart', () => {
    const { conditions, drawnTrip } = JSON.parse(JSON.stringify(waiting.world)) as LiveCar['world'];
    if (conditions === null) throw new Error('no snapshot is kept');
    expect(buildRouteView(conditions, drawnTrip, driving.vehicle)?.trip?.revision).toBe(1);
  });

  test('waits in vain when a newer one comes, and is not replaced by an older one', () => {
    const older = conditionsOf({ change: { asOfMs: later - 1, snapshotId: 'older' } });
    expect(withConditions(waiting, older)).toBe(waiting);
    const newer = conditionsOf({ change: { asOfMs: later + 1, snapshotId: 'newer' } });
    const replaced = withConditions(waiting, newer);
    expect(replaced.view?.conditions.snapshotId).toBe('newer');
    expect(withTrip(replaced, revised).view?.conditions.snapshotId).toBe('newer');
  });

  test('is taken from a checkpoint from before, which kept it in the place of the one in use', () => {
    const { waiting: _none, ...before } = { ...driving.world, conditions: ahead };
    const restored: LiveCar = { ...driving, view: null, world: before };
    expect(withTrip(restored, revised).view?.trip?.revision).toBe(2);
  });
});
