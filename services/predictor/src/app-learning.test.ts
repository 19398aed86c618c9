import { encodeRecord, TOPICS } from '@outrider/bus';
import { type Feedback, SIGNAL } from '@outrider/domain';
import { afterEach, expect, test } from 'vitest';
import { createRig, PARTITIONS, type Rig } from './app.fixture.ts';
import { DRIVING, PARKED, placeOf, VEHICLE } from './predictor.fixture.ts';

let rig: Rig;
afterEach(() => rig.close());

async function learnedTrips(): Promise<number | null> {
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const blobs = await rig.state.predictor.readVehicles(partition);
    const blob = blobs.find((one) => one.vehicleId === VEHICLE);
    if (blob === undefined) continue;
    const opened = rig.trust.reader('alert_driver').open(VEHICLE, blob.keyId, blob.box);
    if (opened.kind !== 'opened') throw new Error(opened.reason);
    const { learned } = JSON.parse(Buffer.from(opened.bytes).toString('utf8')).memory;
    return learned === null ? null : learned.posterior.trips;
  }
  throw new Error('the car is in no checkpoint');
}

/** Half an hour on the road, a word a minute, and the stop after it. */
async function drive(): Promise<void> {
  for (let minute = 0; minute <= 33; minute++) {
    const motion = minute > 0 && minute < 30 ? { ...placeOf(minute * 1_600), ...DRIVING } : PARKED;
    await rig.say({ ...motion, [SIGNAL.soc]: 80 - 0.7 * Math.min(30, minute), [SIGNAL.airTemp]: 5 });
    await rig.pass(60, 60);
  }
}

async function publishFeedback(kind: Feedback['kind']): Promise<void> {
  const said = { feedbackId: `said-${kind}`, vehicleId: VEHICLE, kind, atMs: rig.clock.nowMs() };
  await rig.bus.publish([encodeRecord(TOPICS.feedback, VEHICLE, said, rig.clock.nowMs(), rig.trust)]);
  await rig.settle();
  await rig.pass(10);
}

test('what is learned outlives a restart, and ends when its owner says so', async () => {
  rig = await createRig();
  await drive();
  expect(await learnedTrips()).toBe(1);
  await rig.restart();
  await drive();
  expect(await learnedTrips()).toBe(2);
  await publishFeedback('not-useful');
  expect(await learnedTrips()).toBe(2);
  await publishFeedback('forget-learned');
  expect(await learnedTrips()).toBeNull();
  await rig.restart();
  await drive();
  expect(await learnedTrips()).toBe(1);
});
