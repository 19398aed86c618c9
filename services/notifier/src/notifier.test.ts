import { afterEach, expect, test } from 'vitest';
import { alertOf, createRig, HOUR_MS, MINUTE_MS, type Rig, type RigOptions, START_MS } from './test-rig.ts';

let rig: Rig;
const start = async (options?: RigOptions) => {
  rig = await createRig(options);
};
afterEach(() => rig.close());

const told = async () =>
  (await rig.rows()).map((row) => `${row.channel} ${row.state}${row.reason ? ` ${row.reason}` : ''}`);
const onFeed = () =>
  rig
    .published()
    .filter((one) => one.channel === 'feed' && one.state === 'sent')
    .map((one) => `${one.purpose}${one.interrupts ? '!' : ''} ${one.revision}`);

test('a parked driver gets a warning on the feed and by e-mail at once', async () => {
  await start();
  await rig.park();
  await rig.publishAlert();
  expect(await told()).toEqual(['feed sent', 'email sent']);
  expect(onFeed()).toEqual(['alert! 1']);
  expect(rig.email.messages).toHaveLength(1);
});

test('a moving driver gets it on the feed with words to speak, and no e-mail', async () => {
  await start();
  await rig.drive();
  await rig.publishAlert();
  expect(await told()).toEqual(['feed sent', 'email waiting driver-moving']);
  expect(rig.published()[0]?.spoken).toBe(
    'You may arrive at Milford with 3 percent. Charge 12 minutes longer here.',
  );
  expect(rig.email.messages).toEqual([]);
});

test('a car that never said whether it moves counts as moving', async () => {
  await start();
  await rig.publishAlert();
  expect(await told()).toEqual(['feed sent', 'email waiting driver-moving']);
});

test('information is a silent card on the feed, parked or not', async () => {
  await start();
  await rig.park();
  await rig.publishAlert({ severity: 'info', probability: 0.2 });
  expect(onFeed()).toEqual(['alert 1']);
  expect(rig.email.messages).toEqual([]);
});

test('the same record again changes nothing and is counted', async () => {
  await start();
  await rig.park();
  await rig.publishAlert();
  await rig.publishAlert();
  expect(rig.email.messages).toHaveLength(1);
  expect(await rig.runtime.metrics.text()).toContain(
    'notifier_decisions_total{state="suppressed",reason="duplicate"} 1',
  );
});

test('a revision with the same remedy updates the card silently', async () => {
  await start();
  await rig.park();
  await rig.publishAlert();
  await rig.passEventTime(20 * MINUTE_MS);
  await rig.publishAlert({ revision: 2, probability: 0.7, changedAtMs: START_MS + 20 * MINUTE_MS });
  expect(onFeed()).toEqual(['alert! 1', 'update 2']);
  expect(rig.email.messages).toHaveLength(1);
});

test('a revision that says the same is a duplicate', async () => {
  await start();
  await rig.park();
  await rig.publishAlert();
  await rig.publishAlert({ revision: 2 });
  expect(await told()).toEqual(['feed sent', 'email sent', 'feed suppressed duplicate']);
});

test('another remedy interrupts again once the minimum gap is over, and not before', async () => {
  await start();
  await rig.park();
  const remedies = alertOf().remedies.slice(1);
  await rig.publishAlert();
  await rig.passEventTime(10 * MINUTE_MS - 1);
  await rig.publishAlert({ revision: 2, remedies });
  await rig.passEventTime(1);
  await rig.publishAlert({ revision: 3, remedies });
  expect(onFeed()).toEqual(['alert! 1', 'update 2', 'alert! 3']);
});

test('becoming critical interrupts at once', async () => {
  await start();
  await rig.park();
  await rig.publishAlert();
  await rig.publishAlert({ revision: 2, severity: 'critical' });
  expect(onFeed()).toEqual(['alert! 1', 'alert! 2']);
});

test('the end of an alert takes the card back silently', async () => {
  await start();
  await rig.park();
  await rig.publishAlert();
  await rig.publishAlert({ state: 'resolved', revision: 2 });
  expect(onFeed()).toEqual(['alert! 1', 'resolve 2']);
  expect(rig.email.messages).toHaveLength(1);
});

test('the end of an alert may share the revision of what it takes back', async () => {
  await start();
  await rig.park();
  await rig.publishAlert();
  await rig.publishAlert({ state: 'resolved' });
  expect(onFeed()).toEqual(['alert! 1', 'resolve 1']);
});

test('the end of an alert nobody was told about is stored and not sent', async () => {
  await start();
  await rig.publishAlert({ state: 'resolved' });
  expect(await told()).toEqual(['feed suppressed resolved-silently']);
});

test('a step that comes after the end changes nothing', async () => {
  await start();
  await rig.park();
  await rig.publishAlert();
  await rig.publishAlert({ state: 'resolved', revision: 3 });
  await rig.publishAlert({ revision: 2, severity: 'critical' });
  expect(onFeed()).toEqual(['alert! 1', 'resolve 3']);
});

test('an e-mail for a moving driver goes out once the car is parked and nobody noticed the feed', async () => {
  await start();
  await rig.drive();
  await rig.publishAlert();
  await rig.passEventTime(2 * MINUTE_MS);
  expect(rig.email.messages).toEqual([]);
  await rig.passEventTime(5 * MINUTE_MS);
  await rig.park();
  await rig.passEventTime(30_000);
  expect(rig.email.messages.map((message) => message.title)).toEqual([
    'Milford: 3 % (0–8 %) on arrival, reserve 5 %',
  ]);
});

test('a receipt stops the follow-up', async () => {
  await start();
  await rig.drive();
  await rig.publishAlert();
  const shown = rig.published()[0];
  await rig.publishFeedback({
    kind: 'shown',
    ...(shown && { notificationId: shown.notificationId }),
    atMs: START_MS,
  });
  await rig.park();
  await rig.passEventTime(10 * MINUTE_MS);
  expect(rig.email.messages).toEqual([]);
  expect(await told()).toEqual(['feed read', 'email suppressed acknowledged']);
});

test('an e-mail that waits for a parked car until it is too late expires', async () => {
  await start();
  await rig.drive();
  await rig.publishAlert();
  await rig.passEventTime(2 * HOUR_MS - 1);
  expect(await told()).toEqual(['feed sent', 'email waiting driver-moving']);
  await rig.passEventTime(1);
  expect(await told()).toEqual(['feed sent', 'email expired expired']);
  expect(rig.email.messages).toEqual([]);
});

test('an e-mail about to be sent waits when the car has driven off meanwhile', async () => {
  await start();
  await rig.park();
  rig.email.answers.push({ kind: 'retryable', reason: 'unreachable', retryAfterMs: 60_000 });
  await rig.publishAlert();
  await rig.drive();
  await rig.passRealTime(60_000);
  expect(rig.email.messages).toHaveLength(1);
  expect(await told()).toEqual(['feed sent', 'email waiting driver-moving']);
});

test('an alert that is too late is stored as expired', async () => {
  await start();
  await rig.park();
  await rig.publishAlert({ expiresAtMs: START_MS });
  expect(await told()).toEqual(['feed expired expired', 'email expired expired']);
  expect(rig.email.messages).toEqual([]);
});

test('retries wait on the real clock, with the delay the provider asks for', async () => {
  await start();
  await rig.park();
  rig.email.answers.push({ kind: 'retryable', reason: 'throttled', retryAfterMs: 30_000 });
  await rig.publishAlert();
  await rig.passEventTime(MINUTE_MS);
  await rig.passRealTime(29_999);
  expect(rig.email.messages).toHaveLength(1);
  await rig.passRealTime(1);
  expect(rig.email.messages).toHaveLength(2);
  expect(rig.email.messages[1]?.notificationId).toBe(rig.email.messages[0]?.notificationId);
  expect(await told()).toEqual(['feed sent', 'email sent']);
});

test('a rejected message is not tried again, and the feed says so', async () => {
  await start();
  await rig.park();
  rig.email.answers.push({ kind: 'rejected', reason: 'target-gone' });
  await rig.publishAlert();
  await rig.passRealTime(HOUR_MS);
  expect(rig.email.messages).toHaveLength(1);
  expect(await told()).toEqual(['feed sent', 'email failed target-gone']);
  expect(rig.published().map((one) => one.state)).toContain('failed');
});

test('a retry that would come after the expiry is not waited for', async () => {
  await start();
  await rig.park();
  rig.email.answers.push({ kind: 'retryable', reason: 'throttled', retryAfterMs: 2 * HOUR_MS });
  await rig.publishAlert();
  expect(await told()).toEqual(['feed sent', 'email failed throttled']);
});

test('a slow mail server does not hold up the feed', async () => {
  await start();
  await rig.park();
  const { promise, resolve } = Promise.withResolvers<{ kind: 'delivered' }>();
  rig.email.answers.push(promise);
  const publishing = rig.publishAlert();
  while (onFeed().length === 0) await new Promise((next) => setImmediate(next));
  expect(rig.notifier.isIdle()).toBe(false);
  resolve({ kind: 'delivered' });
  await publishing;
  expect(await told()).toEqual(['feed sent', 'email sent']);
});

test('quiet hours hold a warning until they end', async () => {
  await start({ person: { quietFromMinute: 8 * 60, quietToMinute: 10 * 60 } });
  await rig.park();
  await rig.publishAlert({ deadlineAtMs: START_MS + 90 * MINUTE_MS });
  expect(await told()).toEqual(['feed waiting quiet-hours', 'email waiting quiet-hours']);
  await rig.passEventTime(HOUR_MS);
  expect(await told()).toEqual(['feed sent', 'email sent']);
});

test('what is held is not sent once the alert is over', async () => {
  await start({ person: { quietFromMinute: 8 * 60, quietToMinute: 10 * 60 } });
  await rig.park();
  await rig.publishAlert({ deadlineAtMs: START_MS + 90 * MINUTE_MS });
  await rig.publishAlert({ state: 'resolved', revision: 2 });
  await rig.passEventTime(HOUR_MS);
  expect(await told()).toEqual([
    'feed suppressed superseded',
    'email suppressed superseded',
    'feed suppressed resolved-silently',
  ]);
  expect(rig.email.messages).toEqual([]);
});

test('of two held revisions only the newer is sent', async () => {
  await start({ person: { quietFromMinute: 8 * 60, quietToMinute: 10 * 60 } });
  await rig.park();
  await rig.publishAlert({ deadlineAtMs: START_MS + 90 * MINUTE_MS });
  await rig.publishAlert({ revision: 2, probability: 0.8, deadlineAtMs: START_MS + 90 * MINUTE_MS });
  await rig.passEventTime(HOUR_MS);
  expect(onFeed()).toEqual(['alert! 2']);
  expect(rig.email.messages.map((message) => message.revision)).toEqual([2]);
});

test('two revisions in one batch are one interruption, by the newer', async () => {
  await start();
  await rig.park();
  await rig.publishAlerts([{ revision: 1 }, { revision: 2, probability: 0.9 }]);
  expect(onFeed()).toEqual(['alert! 2']);
});

test('after a decline the same advice stays silent until it got worse by a step', async () => {
  await start();
  await rig.park();
  await rig.publishAlert({ probability: 0.5 });
  await rig.publishFeedback({ kind: 'declined', alertId: 'alert-1', atMs: START_MS });
  await rig.passEventTime(20 * MINUTE_MS);
  await rig.publishAlert({ alertId: 'alert-2', probability: 0.64 });
  await rig.publishAlert({ alertId: 'alert-3', probability: 0.65 });
  expect((await rig.rows()).map((row) => `${row.alertId} ${row.channel} ${row.state}`)).toEqual([
    'alert-1 feed read',
    'alert-1 email read',
    'alert-2 feed suppressed',
    'alert-2 email suppressed',
    'alert-3 feed sent',
    'alert-3 email sent',
  ]);
});

test('the graver of two alerts about one stop mutes the lesser, also in one batch', async () => {
  await start();
  await rig.park();
  await rig.publishAlerts([
    { alertId: 'lesser' },
    { alertId: 'graver', ruleId: 'unplug-too-early', message: 'unplug-too-early' },
  ]);
  expect((await rig.rows()).map((row) => `${row.alertId} ${row.state} ${row.reason}`)).toEqual([
    'graver sent null',
    'graver sent null',
    'lesser suppressed inhibited',
    'lesser suppressed inhibited',
  ]);
});

test('a second alert of the same moment is a silent card beside the first', async () => {
  await start();
  await rig.park();
  await rig.publishAlert();
  await rig.publishAlert({ alertId: 'alert-2', ruleId: 'cold-battery', subject: 'car' });
  expect(onFeed()).toEqual(['alert! 1', 'alert 1']);
  expect(rig.email.messages).toHaveLength(1);
});

test('beyond the rate a warning is a silent card, and a critical alert interrupts all the same', async () => {
  await start({ environment: { THROTTLE: '1/1h' } });
  await rig.park();
  await rig.publishAlert();
  await rig.passEventTime(2 * MINUTE_MS);
  await rig.publishAlert({ alertId: 'alert-2', subject: 'other' });
  await rig.publishAlert({ alertId: 'alert-3', subject: 'third', severity: 'critical' });
  expect(onFeed()).toEqual(['alert! 1', 'alert 1', 'alert! 1']);
});

test('without consent nobody is told, and the silence has a stored reason', async () => {
  await start();
  await rig.park();
  await rig.trust.recordConsent({
    vehicleId: 'veh_milford0001',
    personId: 'per_driver0001',
    purpose: 'alert_driver',
    isGranted: false,
    actor: 'test',
    textVersion: '1',
  });
  await rig.publishAlert();
  expect(await told()).toEqual(['null suppressed no-consent']);
  expect(rig.email.messages).toEqual([]);
});

test('a consent withdrawn while a message waits stops it', async () => {
  await start({ person: { quietFromMinute: 8 * 60, quietToMinute: 10 * 60 } });
  await rig.park();
  await rig.publishAlert({ deadlineAtMs: START_MS + 90 * MINUTE_MS });
  await rig.trust.recordConsent({
    vehicleId: 'veh_milford0001',
    personId: 'per_driver0001',
    purpose: 'alert_driver',
    isGranted: false,
    actor: 'test',
    textVersion: '1',
  });
  await rig.passEventTime(HOUR_MS);
  expect(await told()).toEqual(['feed suppressed no-consent', 'email suppressed no-consent']);
});

test('a car that was sold has nobody to be told', async () => {
  await start();
  await rig.trust.endOwnership({
    vehicleId: 'veh_milford0001',
    personId: 'per_driver0001',
    toMs: START_MS + 1,
    actor: 'test',
  });
  await rig.passEventTime(1);
  await rig.publishAlert();
  expect(await told()).toEqual(['null suppressed no-recipient']);
});

test('a channel that is switched on but not set up is a stored reason, too', async () => {
  await start({ person: { channels: ['feed', 'webhook'] } });
  await rig.park();
  await rig.publishAlert();
  expect(await told()).toEqual(['feed sent', 'webhook suppressed no-channel']);
});

test('a record that is not an alert is stored as failed and does not block', async () => {
  await start();
  await rig.park();
  const { keyId, box } = rig.trust.seal('veh_milford0001', START_MS, new TextEncoder().encode('{}'));
  await rig.bus.publish([{ topic: 'alerts.v1', key: 'veh_milford0001', value: box, headers: { keyId } }]);
  await rig.publishAlert();
  expect(await told()).toEqual(['null failed bad-request', 'feed sent', 'email sent']);
});

test('a message without words of its own is still told', async () => {
  await start();
  await rig.park();
  await rig.publishAlert({ message: 'brand-new-rule' });
  expect(rig.email.messages[0]?.title).toBe('Check your trip: 3 % (0–8 %) at Milford');
});
