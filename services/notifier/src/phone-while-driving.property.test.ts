import { channelName, GEAR, SIGNAL, type SignalRecord } from '@outrider/domain';
import { manualClock, silentLog } from '@outrider/runtime';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { createSms } from './channels/sms.ts';
import { createDrivingStates } from './driving-state.ts';
import { fakeTwilio } from './fakes/twilio.fixture.ts';
import { createRig, DRIVER, driver, MINUTE_MS, START_MS, VEHICLE } from './notifier.fixture.ts';
import { runStages, SENDING_STAGES } from './pipeline.ts';
import type { SendFacts } from './stage.ts';

// Whatever else is true: nothing that is read on a phone is sent while its driver drives.

const PHONE = '+15551230001';
const onPhones = channelName.options.filter((name) => name !== 'feed');

const values = fc.record(
  {
    [SIGNAL.speed]: fc.constantFrom(0, 2.9, 3.1, -4, 50, 130),
    [SIGNAL.gear]: fc.constantFrom(GEAR.park, GEAR.neutral, GEAR.drive, -1),
    [SIGNAL.isPlugged]: fc.boolean(),
    [SIGNAL.isCharging]: fc.boolean(),
  },
  { requiredKeys: [] },
);
/** What the car said, in any order, up to an hour ago. */
const telemetry = fc.array(fc.record({ ageMs: fc.integer({ min: 0, max: 60 * MINUTE_MS }), values }), {
  maxLength: 12,
});

const drives: SignalRecord['values'] = { [SIGNAL.speed]: 90, [SIGNAL.gear]: GEAR.drive };
const stands: SignalRecord['values'] = { [SIGNAL.speed]: 0, [SIGNAL.gear]: GEAR.park };

const facts = fc.record<Omit<SendFacts, 'driving' | 'recipient'>>({
  nowMs: fc.constant(START_MS),
  isTheirs: fc.constant(true),
  isAllowed: fc.constant(true),
  channel: fc.constantFrom(...onPhones),
  severity: fc.constantFrom('info', 'warning', 'critical'),
  interrupts: fc.boolean(),
  expiresAtMs: fc.integer({ min: START_MS, max: START_MS + 120 * MINUTE_MS }),
  deadlineAtMs: fc.option(fc.integer({ min: START_MS, max: START_MS + 60 * MINUTE_MS }), { nil: undefined }),
  movingHoldMs: fc.integer({ min: 1, max: MINUTE_MS }),
  isFollowUp: fc.boolean(),
  hasReceipt: fc.constant(false),
});

/** Is it sent now, after all this and then `last`, said a second ago? */
function isSentNow(
  heard: readonly { readonly ageMs: number; readonly values: SignalRecord['values'] }[],
  last: SignalRecord['values'],
  said: Omit<SendFacts, 'driving' | 'recipient'>,
): boolean {
  const states = createDrivingStates();
  for (const [index, { ageMs, values: of }] of [...heard, { ageMs: 0, values: last }].entries())
    states.fold({
      ...{ recordId: `record-${index}`, vehicleId: VEHICLE, source: 'vss-json', values: of },
      ...{ observedAtMs: START_MS - 1_000 - ageMs, receivedAtMs: START_MS },
    });
  const driving = states.of(VEHICLE, START_MS);
  const outcome = runStages(SENDING_STAGES, { ...said, driving, recipient: driver });
  return outcome.kind === 'send' && outcome.notBeforeMs <= START_MS;
}

test('nothing goes to the phone of somebody who drives; the same goes out where the car stands', () => {
  fc.assert(
    fc.property(telemetry, facts, (heard, said) => {
      // What is plugged in does not drive: its last word on that must be no.
      const moving = { ...drives, [SIGNAL.isPlugged]: false, [SIGNAL.isCharging]: false };
      expect(isSentNow(heard, moving, said)).toBe(false);
      expect(isSentNow(heard, stands, said)).toBe(true);
    }),
  );
});

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

test('the provider hears nothing of a warning until the car is parked', async () => {
  const clock = manualClock(START_MS);
  const provider = await fakeTwilio(() => clock.nowMs());
  closers.push(() => provider.close());
  const options = { url: provider.accountUrl, from: '+15550000000', log: silentLog, forget: async () => {} };
  const sms = createSms({ ...options, eventClock: clock, realClock: clock });
  const rig = await createRig({ channels: [sms], person: { phone: PHONE, channels: ['sms'] } });
  closers.push(() => rig.close());
  const contact = { contactId: 'contact-1', personId: DRIVER, channel: 'sms', target: PHONE } as const;
  await rig.state.contacts.put({ ...contact, verifiedAtMs: 0, stoppedAtMs: null });
  await rig.drive();
  await rig.publishAlert({ severity: 'critical' });
  for (let minute = 0; minute < 4; minute++) {
    await rig.passEventTime(MINUTE_MS);
    await rig.drive();
  }
  expect(provider.calls).toHaveLength(0);
  await rig.passEventTime(1_000);
  await rig.park();
  await rig.passEventTime(MINUTE_MS);
  await rig.passRealTime(1_000);
  expect(provider.texts).toHaveLength(1);
  expect(await rig.rows()).toMatchObject([{ channel: 'sms', state: 'sent' }]);
});
