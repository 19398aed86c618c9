import { afterEach, expect, test } from 'vitest';
import { createRig, HOUR_MS, MINUTE_MS, type Rig, type RigOptions, START_MS } from './notifier.fixture.ts';

let rig: Rig;
const start = async (options?: RigOptions) => {
  rig = await createRig(options);
};
afterEach(() => rig.close());

const told = async () =>
  (await rig.rows()).map((row) => `${row.channel} ${row.state}${row.reason ? ` ${row.reason}` : ''}`);
const laterBy = (ms: number) => ({
  expiresAtMs: START_MS + ms + HOUR_MS,
  deadlineAtMs: START_MS + ms + HOUR_MS,
});
const onFeed = () =>
  rig
    .published()
    .filter((one) => one.channel === 'feed' && one.state === 'sent')
    .map((one) => `${one.purpose}${one.interrupts ? '!' : ''} ${one.revision}`);

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
    'alert-3 feed sent',
    'alert-3 email sent',
  ]);
});

test('after “on it” the same advice is a silent card until it got worse by a step, also after a restart', async () => {
  await start();
  await rig.park();
  await rig.publishAlert({ probability: 0.5 });
  await rig.publishFeedback({ kind: 'on-it', alertId: 'alert-1', atMs: START_MS });
  // Beyond the six hours of one decision: only what they said keeps it silent.
  await rig.passEventTime(7 * HOUR_MS);
  await rig.restart();
  await rig.publishAlert({ alertId: 'alert-2', probability: 0.64, ...laterBy(7 * HOUR_MS) });
  await rig.passEventTime(20 * MINUTE_MS);
  await rig.publishAlert({ alertId: 'alert-3', probability: 0.65, ...laterBy(8 * HOUR_MS) });
  expect(await told()).toEqual([
    'feed read',
    'email read',
    'feed sent on-it',
    'email suppressed on-it',
    'feed sent',
    'email sent',
  ]);
  expect(onFeed()).toEqual(['alert! 1', 'alert 1', 'alert! 1']);
});

test('two “not useful” in a row make a rule a silent card, one does not, and acting on it ends that', async () => {
  await start();
  await rig.park();
  const next = async (number: number, kind: 'not-useful' | 'on-it', probability = 0.6) => {
    const id = `alert-${number}`;
    const of = { alertId: id, subject: `stop-${number}`, stopName: `Stop ${number}`, probability };
    await rig.publishAlert({ ...of, ...laterBy(number * HOUR_MS) });
    const atMs = rig.runtime.eventClock.nowMs();
    await rig.publishFeedback({ kind, alertId: id, atMs });
    await rig.publishFeedback({ kind, alertId: id, atMs });
    await rig.passEventTime(HOUR_MS);
  };
  await next(1, 'not-useful');
  await next(2, 'not-useful');
  await next(3, 'not-useful');
  await next(4, 'not-useful', 0.75);
  await next(5, 'on-it');
  await next(6, 'on-it');
  const feeds = (await rig.rows()).filter(({ channel }) => channel === 'feed');
  expect(feeds.map(({ interrupts, reason }) => `${interrupts ? 'aloud' : 'silent'} ${reason}`)).toEqual([
    'aloud null',
    'aloud null',
    'silent not-useful',
    'aloud null',
    'silent not-useful',
    'aloud null',
  ]);
});

test.each([
  ['counts until its days are over', 23, 'silent not-useful'],
  ['counts no more once they are, and one after it is the first', 24, 'aloud null'],
])('a “not useful” %s', async (_name, hours, third) => {
  await start({ environment: { NOT_USEFUL_LASTS_D: '1' } });
  const next = async (number: number, atH: number) => {
    await rig.park();
    const id = `alert-${number}`;
    await rig.publishAlert({
      ...{ alertId: id, subject: `stop-${number}`, stopName: `Stop ${number}` },
      ...laterBy(atH * HOUR_MS),
    });
    await rig.publishFeedback({ kind: 'not-useful', alertId: id, atMs: START_MS + atH * HOUR_MS });
  };
  await next(1, 0);
  await rig.passEventTime(hours * HOUR_MS);
  await next(2, hours);
  await rig.passEventTime(HOUR_MS);
  await next(3, hours + 1);
  const feeds = (await rig.rows()).filter(({ channel }) => channel === 'feed');
  expect(feeds.map(({ interrupts, reason }) => `${interrupts ? 'aloud' : 'silent'} ${reason}`)).toEqual([
    'aloud null',
    'aloud null',
    third,
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

test('beyond the rate of mail a warning is said elsewhere alone, also after a restart, a critical one in both', async () => {
  await start({ environment: { EMAIL_THROTTLE: '1/1h', BUNDLE_WINDOW_S: '0' } });
  await rig.park();
  const say = (number: number, change: object = {}) =>
    rig.publishAlert({
      ...{ alertId: `alert-${number}`, subject: `s${number}`, stopName: `Stop ${number}` },
      ...{ ...laterBy(2 * HOUR_MS), ...change },
    });
  await say(1);
  await rig.passEventTime(HOUR_MS - 1);
  await rig.restart();
  await say(2);
  await say(3, { severity: 'critical' });
  await rig.passEventTime(HOUR_MS);
  await say(4);
  expect(await told()).toEqual([
    ...['feed sent', 'email sent'],
    ...['feed sent', 'email suppressed throttled'],
    ...['feed sent', 'email sent'],
    ...['feed sent', 'email sent'],
  ]);
});

test('beyond the rate a warning is a silent card, and a critical alert interrupts all the same', async () => {
  await start({ environment: { THROTTLE: '1/1h' } });
  await rig.park();
  await rig.publishAlert();
  await rig.passEventTime(2 * MINUTE_MS);
  await rig.publishAlert({ alertId: 'alert-2', subject: 'other', stopName: 'Other' });
  await rig.publishAlert({ alertId: 'alert-3', subject: 'third', stopName: 'Third', severity: 'critical' });
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
