import { SIGNAL } from '@outrider/domain';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStores, partitionDeps, type Stores } from './app.fixture.ts';
import { loadPartition, type Partition } from './partition.ts';
import { DRIVING, MINUTE_MS, NOW_MS, PARKED, placeOf, record, VEHICLE } from './predictor.fixture.ts';

const P = 3;
let stores: Stores;
beforeEach(async () => {
  stores = await openStores();
});
afterEach(() => stores.state.close());

/** What a partition's checkpoint holds of the car. */
async function learnedIn(partition = P) {
  const blobs = await stores.state.predictor.readVehicles(partition);
  const blob = blobs.find((one) => one.vehicleId === VEHICLE);
  if (blob === undefined) throw new Error('no car');
  const opened = stores.trust.reader('alert_driver').open(VEHICLE, blob.keyId, blob.box);
  if (opened.kind !== 'opened') throw new Error(opened.reason);
  return JSON.parse(Buffer.from(opened.bytes).toString('utf8')).memory.learned;
}

describe('what was learned of a car', () => {
  const parked = { ...placeOf(0), ...PARKED, [SIGNAL.soc]: 80, [SIGNAL.airTemp]: 5 };
  const minutes = (count: number) => NOW_MS + count * MINUTE_MS;

  /** Half an hour at 97 km/h, with a word a minute, until the car has stood for two minutes. */
  async function drive(partition: Partition, fromMinute: number, toMinute: number): Promise<void> {
    for (let minute = fromMinute; minute <= toMinute; minute++) {
      const isDriving = minute > 0 && minute < 30;
      const soc = 80 - 0.7 * Math.min(30, minute);
      const values = isDriving ? { ...placeOf(minute * 1_600), ...DRIVING } : { ...parked };
      const said = { ...values, [SIGNAL.soc]: soc, [SIGNAL.airTemp]: 5 };
      await partition.telemetry(
        VEHICLE,
        record(minutes(minute), said, { recordId: `minute-${100 + minute}` }),
      );
      partition.advance(minutes(minute));
    }
    partition.advance(minutes(toMinute + 1));
  }

  test('is in the checkpoint when a drive has ended, the same after a restart on the way', async () => {
    const { deps, counted } = partitionDeps(stores);
    const whole = await loadPartition(P, 1, deps);
    await drive(whole, 0, 32);
    expect(counted.trips).toEqual(['learned']);
    const halfway = await loadPartition(P, 1, deps);
    await drive(halfway, 0, 15);
    expect(await halfway.checkpoint(minutes(16))).toBe(true);
    expect(await learnedIn()).toBeNull();
    const restarted = await loadPartition(P, 2, deps);
    await drive(restarted, 16, 32);
    expect(counted.trips).toEqual(['learned', 'learned']);
    expect(await restarted.checkpoint(minutes(33))).toBe(true);
    const learned = await learnedIn();
    expect(learned.posterior.trips).toBe(1);
    const other = await loadPartition(P + 1, 1, deps);
    await drive(other, 0, 32);
    await other.checkpoint(minutes(33));
    const stored = (await stores.state.predictor.readVehicles(P + 1)).find(
      (one) => one.vehicleId === VEHICLE,
    );
    if (stored === undefined) throw new Error('no car');
    const opened = stores.trust.reader('alert_driver').open(VEHICLE, stored.keyId, stored.box);
    if (opened.kind !== 'opened') throw new Error(opened.reason);
    expect(JSON.parse(Buffer.from(opened.bytes).toString('utf8')).memory.learned).toEqual(learned);
  });

  test('is forgotten when its owner says so, and stays forgotten', async () => {
    const { deps } = partitionDeps(stores);
    const partition = await loadPartition(P, 1, deps);
    await drive(partition, 0, 32);
    await partition.checkpoint(minutes(33));
    expect(await learnedIn()).not.toBeNull();
    await partition.forget(VEHICLE, minutes(40));
    expect(partition.isDirty).toBe(true);
    await partition.checkpoint(minutes(40));
    expect(await learnedIn()).toBeNull();
    const again = await loadPartition(P, 2, deps);
    again.moveOffset('feedback.v1', 1);
    await again.telemetry(VEHICLE, record(minutes(41), parked, { recordId: 'later' }));
    await again.checkpoint(minutes(41));
    expect(await learnedIn()).toBeNull();
    expect(await partition.forget('veh_nobody00001', minutes(42))).toEqual({ forecasts: [] });
  });
});
