import { encodeRecord, TOPICS } from '@outrider/bus';
import { GEAR, SIGNAL } from '@outrider/domain';
import { afterEach, describe, expect, test } from 'vitest';
import {
  at,
  createRig,
  HOUR_MS,
  MINUTE_MS,
  NOW_MS,
  type Rig,
  stopAt,
  tripOf,
  VEHICLE,
  weatherOf,
} from './world.fixture.ts';

let rig: Rig;
afterEach(() => rig.close());

const later = (minutes: number): void => rig.clock.advanceTo(rig.clock.nowMs() + minutes * MINUTE_MS);

/** Drives east in steps of a minute at 20 m/s. */
async function driveEast(fromM: number, toM: number, northM = 0): Promise<void> {
  for (let eastM = fromM; eastM <= toM; eastM += 1_200) {
    later(1);
    await rig.drive(at(eastM, northM));
  }
}

describe('after a restart', () => {
  test('the last look is known again: a silent car is not looked at from nowhere', async () => {
    rig = await createRig({ home: at(0) });
    await rig.drive(at(0), { [SIGNAL.gear]: GEAR.park });
    await rig.plan(tripOf());
    const before = await rig.said();
    expect(before.at(-1)?.nearby).toHaveLength(1);
    later(9 * 60);
    await rig.restart();
    expect(await rig.said()).toEqual(before);
  });

  test('a plan made while nobody was there is drawn', async () => {
    rig = await createRig();
    await rig.drive(at(0), { [SIGNAL.gear]: GEAR.park });
    await rig.world.stop();
    later(60);
    await rig.bus.publish([encodeRecord(TOPICS.trips, VEHICLE, tripOf(), rig.clock.nowMs(), rig.trust)]);
    later(60);
    await rig.restart();
    expect((await rig.said()).at(-1)).toMatchObject({ tripId: 'trip-1' });
  });

  describe('and compaction', () => {
    const MORNING_MS = NOW_MS + 20 * HOUR_MS;
    const evening = tripOf({ tripId: 'evening' });
    const morning = tripOf({ tripId: 'morning', departAtMs: MORNING_MS });
    const restartCompacted = async (): Promise<void> => {
      await rig.bus.maintain();
      await rig.restart();
    };
    const lastTrip = async () => (await rig.said()).at(-1)?.tripId;

    test('every plan of a car is known, not only the one entered last', async () => {
      rig = await createRig();
      for (const trip of [evening, morning]) await rig.plan(trip);
      await restartCompacted();
      await rig.plan({ ...evening, revision: 2 });
      expect(await lastTrip()).toBe('evening');
      rig.clock.advanceTo(MORNING_MS - HOUR_MS);
      await rig.drive(at(0), { [SIGNAL.gear]: GEAR.park });
      await rig.plan({ ...evening, revision: 3, withdrawn: true });
      expect(await lastTrip()).toBe('morning');
    });

    test.each([
      ['withdrawn', () => rig.plan({ ...morning, revision: 2, withdrawn: true })],
      ['deleted', () => rig.forget('morning')],
    ])('a plan that was %s does not come back', async (_, takeBack) => {
      rig = await createRig({ home: at(0) });
      for (const trip of [evening, morning]) await rig.plan(trip);
      await takeBack();
      await restartCompacted();
      rig.clock.advanceTo(MORNING_MS - HOUR_MS);
      await rig.drive(at(20_000), { [SIGNAL.gear]: GEAR.park });
      await rig.plan({ ...evening, revision: 2, withdrawn: true });
      const last = (await rig.said()).at(-1);
      expect(last?.asOfMs).toBe(MORNING_MS - HOUR_MS);
      expect(last?.tripId).toBeUndefined();
    });

    test('a plan of another day, entered later, does not stand in the way of the one that is due', async () => {
      rig = await createRig();
      await rig.plan(morning);
      await rig.plan({ ...evening, createdAtMs: NOW_MS + 1 });
      rig.clock.advanceTo(MORNING_MS - HOUR_MS);
      await restartCompacted();
      await rig.drive(at(0), { [SIGNAL.gear]: GEAR.park });
      expect(await lastTrip()).toBe('morning');
    });
  });

  test('a car on its way is found on the stretch it drives', async () => {
    rig = await createRig();
    await rig.drive(at(0), { [SIGNAL.gear]: GEAR.park });
    await rig.plan(tripOf({ stops: [stopAt('a', at(20_000)), stopAt('b', at(60_000), { plugged: true })] }));
    await driveEast(1_200, 31_200);
    await rig.restart();
    await driveEast(32_400, 36_000);
    const last = (await rig.said()).at(-1);
    expect(last?.stretches.map(({ routeSource }) => routeSource)).toEqual(['planner-route', 'planner-route']);
    expect(last?.nearby).toHaveLength(1);
  });

  test('a backlog is looked at once, when it has been read', async () => {
    rig = await createRig({ deps: { weather: [weatherOf(-5)] } });
    await rig.world.stop();
    for (let step = 0; step < 20; step++) {
      later(5);
      await rig.bus.publish([
        encodeRecord(TOPICS.trips, VEHICLE, tripOf({ revision: step + 1 }), rig.clock.nowMs(), rig.trust),
      ]);
    }
    later(1);
    await rig.restart();
    expect((await rig.said()).map(({ tripRevision }) => tripRevision)).toEqual([20]);
  });
});
