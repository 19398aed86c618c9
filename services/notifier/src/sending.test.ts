import type { Person } from '@outrider/state';
import { afterEach, expect, test } from 'vitest';
import {
  createRig,
  driver,
  fakeChannel,
  HOUR_MS,
  MINUTE_MS,
  type Rig,
  type RigOptions,
  START_MS,
} from './notifier.fixture.ts';

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
  expect(rig.isIdle()).toBe(false);
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

test('a receiver of webhooks that is down rests alone, and its messages go out when it works', async () => {
  const webhook = fakeChannel('webhook');
  const hooks = { ...webhook, providerOf: ({ webhookUrl }: Person) => webhookUrl ?? '' };
  await start({
    person: { channels: ['webhook'], webhookUrl: 'https://one.example' },
    channels: [hooks],
    environment: { THROTTLE: '99/1m', BUNDLE_WINDOW_S: '0' },
  });
  await rig.park();
  const down = { kind: 'retryable', reason: 'unreachable', retryAfterMs: 1_000 } as const;
  webhook.answers.push(down, down, down, down, down);
  const say = (number: number) =>
    rig.publishAlert({ alertId: `alert-${number}`, subject: `s${number}`, stopName: `Stop ${number}` });
  for (let number = 1; number <= 6; number++) await say(number);
  // The sixth was not tried.
  expect(webhook.messages).toHaveLength(5);
  expect((await rig.rows()).map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1, 1, 0]);
  await rig.state.people.update(driver.personId, { webhookUrl: 'https://other.example' });
  await say(7);
  expect(webhook.messages).toHaveLength(6);
  await rig.state.people.update(driver.personId, { webhookUrl: 'https://one.example' });
  for (let second = 0; second < 40; second++) await rig.passRealTime(1_000);
  expect(new Set((await rig.rows()).map(({ state }) => state))).toEqual(new Set(['sent']));
});

test('without room in the rate of their provider messages wait for it, each once', async () => {
  await start({
    person: { channels: ['email'] },
    environment: { PROVIDER_RATES: 'email=1/20s', THROTTLE: '99/1m', BUNDLE_WINDOW_S: '0' },
  });
  await rig.park();
  for (const number of [1, 2, 3])
    await rig.publishAlert({ alertId: `alert-${number}`, subject: `s${number}`, stopName: `Stop ${number}` });
  expect(rig.email.messages).toHaveLength(1);
  await rig.passRealTime(19_999);
  expect(rig.email.messages).toHaveLength(1);
  await rig.restart();
  for (let second = 0; second < 60; second++) await rig.passRealTime(1_000);
  expect(rig.email.messages.map(({ alertId }) => alertId).toSorted()).toEqual([
    'alert-1',
    'alert-2',
    'alert-3',
  ]);
});
