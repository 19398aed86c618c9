import { afterEach, expect, test } from 'vitest';
import { alertOf, createRig, MINUTE_MS, type Rig, type RigOptions, START_MS } from './notifier.fixture.ts';

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

test('new advice interrupts again once the minimum gap is over, and not before', async () => {
  await start();
  await rig.park();
  const all = alertOf().remedies;
  const remedies = all.slice(1);
  await rig.publishAlert({ remedies: all.slice(0, 1) });
  await rig.passEventTime(10 * MINUTE_MS - 1);
  await rig.publishAlert({ revision: 2, remedies });
  await rig.passEventTime(1);
  await rig.publishAlert({ revision: 3, remedies });
  expect(onFeed()).toEqual(['alert! 1', 'update 2', 'alert! 3']);
});

test('becoming critical updates the card: the advice was given', async () => {
  await start();
  await rig.park();
  await rig.publishAlert();
  await rig.passEventTime(10 * MINUTE_MS);
  await rig.publishAlert({ revision: 2, severity: 'critical' });
  expect(onFeed()).toEqual(['alert! 1', 'update 2']);
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

test('two revisions in one batch are one interruption, by the newer', async () => {
  await start();
  await rig.park();
  await rig.publishAlerts([{ revision: 1 }, { revision: 2, probability: 0.9 }]);
  expect(onFeed()).toEqual(['alert! 2']);
});
