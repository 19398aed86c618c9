import { encodeRecord, TOPICS } from '@outrider/bus';
import { GEAR, SIGNAL } from '@outrider/domain';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRig, DRIVER, driver, MINUTE_MS, type Rig, START_MS } from './notifier.fixture.ts';

// The car of the warning stands at home; the same person may be at the wheel of another.

const OTHER = 'veh_other000001';
let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
  await rig.park();
});
afterEach(() => rig.close());

async function addCar(personId: string): Promise<void> {
  const label = { label: 'Other', modelId: 'generic', vin: null, homeSealed: null };
  await rig.state.vehicles.insert({ vehicleId: OTHER, ...label, reserveSocPct: 5, createdAtMs: 0 });
  const by = { vehicleId: OTHER, personId, actor: 'test', fromMs: 0 };
  await rig.trust.registerOwnership({ ...by, consents: { alert_driver: true }, textVersion: '1' });
  await rig.trust.prepare([OTHER]);
}

let count = 0;
async function say(speedKmh: number, gear: number): Promise<void> {
  const nowMs = rig.runtime.eventClock.nowMs();
  const values = { [SIGNAL.speed]: speedKmh, [SIGNAL.gear]: gear };
  const record = {
    ...{ recordId: `other-${count++}`, vehicleId: OTHER, source: 'vss-json' as const, values },
    ...{ observedAtMs: nowMs, receivedAtMs: nowMs },
  };
  await rig.bus.publish([encodeRecord(TOPICS.signals, OTHER, record, nowMs, rig.trust)]);
  await rig.passEventTime(1);
}
const mails = () => rig.email.messages.length;

test('about a parked car nothing is mailed while its owner drives their other one, until that is parked', async () => {
  await addCar(DRIVER);
  await say(90, GEAR.drive);
  await rig.publishAlert();
  await rig.passEventTime(MINUTE_MS);
  expect(mails()).toBe(0);
  expect((await rig.rows()).map(({ channel, reason }) => `${channel} ${reason}`)).toContain(
    'email driver-moving',
  );
  await say(0, GEAR.park);
  await rig.passEventTime(2 * MINUTE_MS);
  expect(mails()).toBe(1);
});

test('another car that says nothing, or that somebody else is on shift in, holds nothing', async () => {
  await addCar(DRIVER);
  await rig.publishAlert();
  expect(mails()).toBe(1);
  await rig.state.people.insert({ ...driver, personId: 'per_shift00001' });
  const shift = { vehicleId: OTHER, personId: 'per_shift00001', part: 'driver' as const, actor: 'test' };
  await rig.trust.assign({ ...shift, fromMs: 0, toMs: null });
  await say(90, GEAR.drive);
  const other = { alertId: 'alert-2', subject: 'stop-2', stopName: 'Other', startedAtMs: START_MS + 1 };
  await rig.passEventTime(11 * MINUTE_MS);
  await say(90, GEAR.drive);
  await rig.publishAlert(other);
  expect(mails()).toBe(2);
});

test('a car they are on shift in counts, though it is somebody else’s', async () => {
  await rig.state.people.insert({ ...driver, personId: 'per_fleet00001' });
  await addCar('per_fleet00001');
  const shift = { vehicleId: OTHER, personId: DRIVER, part: 'driver' as const, actor: 'test' };
  await rig.trust.assign({ ...shift, fromMs: 0, toMs: null });
  await say(90, GEAR.drive);
  await rig.publishAlert();
  expect(mails()).toBe(0);
});
