import { afterEach, expect, test } from 'vitest';
import { createRig, type Rig, START_MS } from './notifier.fixture.ts';

let rig: Rig;
afterEach(() => rig.close());

/** A mail that was given up, and the row of it. */
async function giveUp() {
  rig = await createRig();
  await rig.park();
  rig.email.answers.push({ kind: 'rejected', reason: 'bad-request' });
  await rig.publishAlert();
  return mail();
}
const mail = async () => {
  const row = (await rig.rows()).find(({ channel }) => channel === 'email');
  if (row === undefined) throw new Error('there is no mail');
  return row;
};

test('what is replayed goes out under its own id, and says so where others read', async () => {
  const { notificationId, state } = await giveUp();
  expect(state).toBe('failed');
  await rig.state.notifications.replay(notificationId, START_MS);
  await rig.passRealTime(1_000);
  expect(rig.email.messages.map((one) => one.notificationId)).toEqual([notificationId, notificationId]);
  expect(await mail()).toMatchObject({ state: 'sent', reason: null, attempts: 2 });
  const steps = rig.published().filter((one) => one.notificationId === notificationId);
  expect(steps.map((one) => one.state)).toEqual(['failed', 'sent']);
});

test('it is asked for everything once more, and an answer ends it as any that waits', async () => {
  const { notificationId } = await giveUp();
  await rig.drive();
  await rig.state.notifications.replay(notificationId, START_MS);
  await rig.passRealTime(1_000);
  expect(await mail()).toMatchObject({ state: 'waiting', reason: 'driver-moving' });
  await rig.publishFeedback({ kind: 'on-it', alertId: 'alert-1', atMs: START_MS });
  expect(await mail()).toMatchObject({ state: 'suppressed', reason: 'acknowledged' });
  expect(rig.email.messages).toHaveLength(1);
});

test('one replayed before a restart goes out after it, once', async () => {
  const { notificationId } = await giveUp();
  await rig.stop();
  await rig.state.notifications.replay(notificationId, START_MS);
  await rig.restart();
  await rig.restart();
  expect(rig.email.messages).toHaveLength(2);
});
