import { TOPICS } from '@outrider/bus';
import { SIGNAL } from '@outrider/domain';
import { afterEach, describe, expect, test } from 'vitest';
import { createRig, endOwnership, type Rig } from './app.fixture.ts';
import { conditionsOf, DRIVING, HOUR_MS, NOW_MS, placeOf, tripOf, VEHICLE } from './predictor.fixture.ts';

let rig: Rig;
afterEach(() => rig.close());

const first = tripOf({ tripId: 'first' });
const second = tripOf({ tripId: 'second', departAtMs: NOW_MS + 30 * HOUR_MS });

/** Tells the plans while nobody listens; a predictor without a past begins after compaction. */
async function beginAfter(tell: () => Promise<void>): Promise<void> {
  rig = await createRig();
  await rig.predictor.stop();
  await tell();
  await rig.bus.maintain();
  rig.predictor = rig.create();
  await rig.predictor.start();
}

/** Which of the plans its view can be drawn for: for an unknown one nothing is forecast. */
async function knownPlans(): Promise<readonly (string | undefined)[]> {
  const known: (string | undefined)[] = [];
  for (const [i, trip] of [first, second].entries()) {
    const asOfMs = rig.clock.nowMs() + i;
    await rig.look(conditionsOf({ trip, change: { asOfMs, snapshotId: `look-${trip.tripId}` } }));
    await rig.say({ ...placeOf(2_000 + i), ...DRIVING, [SIGNAL.soc]: 90 });
    await rig.pass(60);
    known.push((await rig.forecasts()).at(-1)?.tripId);
  }
  return known;
}

describe('plans after compaction, for a predictor that was away', () => {
  test('are all known', async () => {
    await beginAfter(async () => {
      for (const trip of [first, second]) await rig.plan(trip);
    });
    expect(await knownPlans()).toEqual(['first', 'second']);
  });

  test('are not those that were withdrawn or deleted', async () => {
    await beginAfter(async () => {
      for (const trip of [first, second]) await rig.plan(trip);
      await rig.plan({ ...first, revision: 2, withdrawn: true });
      await rig.bus.publish([{ topic: TOPICS.trips.name, key: `${VEHICLE}/second`, value: null }]);
    });
    expect(await knownPlans()).toEqual([undefined, undefined]);
  });

  test('are not those of a former owner', async () => {
    await beginAfter(async () => {
      await rig.plan(first);
      await endOwnership(rig.trust, VEHICLE, rig.clock.nowMs());
      rig.clock.advanceTo(rig.clock.nowMs() + 1);
      await rig.trust.registerOwnership({
        vehicleId: VEHICLE,
        personId: 'per_driver0001',
        actor: 'test',
        fromMs: rig.clock.nowMs(),
        consents: { alert_driver: true },
        textVersion: '1',
      });
      await rig.plan(second);
    });
    expect(await knownPlans()).toEqual([undefined, 'second']);
  });
});
