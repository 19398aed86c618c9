import { afterEach, expect, test } from 'vitest';
import { alertOf, createRig, MINUTE_MS, type Rig } from './notifier.fixture.ts';

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

type Receipt = 'delivered' | 'undelivered';

/** A mail was sent to somebody whose car stands; then the provider says something about it. */
async function sentMail() {
  const rig = await createRig({ person: { channels: ['email'] } });
  rigs.push(rig);
  await rig.park();
  await rig.publishAlert();
  await rig.passRealTime(1_000);
  const [row] = await rig.rows();
  const { notificationId } = row ?? { notificationId: '' };
  const say = (kind: Receipt, id = notificationId) =>
    rig.publishFeedback({ kind, notificationId: id, atMs: rig.runtime.eventClock.nowMs() });
  const state = async () => (await rig.rows())[0];
  return { rig, say, state };
}

test('a message that arrived is delivered, and can be read afterwards', async () => {
  const { rig, say, state } = await sentMail();
  expect(await state()).toMatchObject({ state: 'sent' });
  await say('delivered');
  expect(await state()).toMatchObject({ state: 'delivered', reason: null });
  await rig.publishFeedback({ kind: 'acknowledged', alertId: alertOf().alertId, atMs: MINUTE_MS });
  expect(await state()).toMatchObject({ state: 'read' });
});

test('one that did not arrive has failed, and everybody can read that', async () => {
  const { rig, say, state } = await sentMail();
  await say('undelivered');
  expect(await state()).toMatchObject({ state: 'failed', reason: 'unreachable' });
  expect(rig.published().at(-1)).toMatchObject({ state: 'failed', reason: 'unreachable' });
});

for (const { said, state: ends } of [
  { said: ['delivered', 'undelivered', 'delivered'], state: 'delivered' },
  { said: ['undelivered', 'delivered', 'undelivered'], state: 'failed' },
] as const)
  test(`after ${said.join(', ')} it is ${ends}: the first last word counts`, async () => {
    const { say, state } = await sentMail();
    for (const kind of said) await say(kind);
    expect(await state()).toMatchObject({ state: ends });
  });

test('a word about a message that nobody knows changes nothing', async () => {
  const { rig, say, state } = await sentMail();
  await say('undelivered', 'notification-x');
  expect(await state()).toMatchObject({ state: 'sent' });
  expect(rig.published().filter((record) => record.state === 'failed')).toEqual([]);
});
