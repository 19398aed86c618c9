import type { State } from '@outrider/state';
import { afterEach, describe, expect, test } from 'vitest';
import type { Delivery } from './channel.ts';
import { createRig, HOUR_MS, type Rig } from './notifier.fixture.ts';

// What is said about a message while it is being sent: callbacks overtake the answer to the request they belong to.

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

const ALERT = { alertId: 'alert-1' };
const nextTurn = () => new Promise((next) => setImmediate(next));

/** A mail to somebody whose car stands: the server has it and has not answered yet. */
async function whileSending() {
  const rig = await createRig({ person: { channels: ['email'] } });
  rigs.push(rig);
  await rig.park();
  const { promise, resolve } = Promise.withResolvers<Delivery>();
  rig.email.answers.push(promise);
  const publishing = rig.publishAlert();
  while (rig.email.messages.length === 0) await nextTurn();
  const notificationId = rig.email.messages[0]?.notificationId ?? '';
  /** Takes what was published since into account; the mail alone stays under way. */
  const taken = async () => {
    for (let turn = 0; turn < 200; turn += 1) await nextTurn();
  };
  return {
    rig,
    async say(kind: 'delivered' | 'undelivered' | 'acknowledged') {
      const about = kind === 'acknowledged' ? ALERT : { notificationId };
      void rig.publishFeedback({ kind, ...about, atMs: rig.runtime.eventClock.nowMs() }).catch(() => {});
      await taken();
    },
    async answer(delivery: Delivery) {
      resolve(delivery);
      await publishing;
    },
    row: async () => (await rig.rows())[0],
    states: () => rig.published().map(({ state, reason }) => (reason ? `${state} ${reason}` : state)),
  };
}

const TAKEN = { kind: 'delivered' } as const;
const DOUBTFUL = { kind: 'retryable', reason: 'ambiguous', retryAfterMs: 60_000 } as const;

describe('a word that overtakes the answer is heeded after it', () => {
  for (const { said, ends, published } of [
    { said: 'delivered', ends: { state: 'delivered', reason: null }, published: ['sent'] },
    {
      said: 'undelivered',
      ends: { state: 'failed', reason: 'unreachable' },
      published: ['sent', 'failed unreachable'],
    },
    { said: 'acknowledged', ends: { state: 'read', reason: null }, published: ['sent', 'read'] },
  ] as const)
    test(said, async () => {
      const { say, answer, row, states } = await whileSending();
      await say(said);
      expect(await row()).toMatchObject({ state: 'waiting' });
      await answer(TAKEN);
      expect(await row()).toMatchObject(ends);
      expect(states()).toEqual(published);
    });
});

describe('where the answer leaves open whether it went out', () => {
  test('the provider’s word that it arrived ends it: it is not sent again', async () => {
    const { rig, say, answer, row, states } = await whileSending();
    await say('delivered');
    await answer(DOUBTFUL);
    expect(await row()).toMatchObject({ state: 'delivered', reason: null });
    expect(states()).toEqual(['sent']);
    await rig.passRealTime(HOUR_MS);
    expect(rig.email.messages).toHaveLength(1);
  });

  test('so it does when it comes while the next try is waited for', async () => {
    const { rig, say, answer, row, states } = await whileSending();
    await answer(DOUBTFUL);
    await say('delivered');
    expect(await row()).toMatchObject({ state: 'delivered', reason: null });
    expect(states()).toEqual(['sent']);
    await rig.passRealTime(HOUR_MS);
    expect(rig.email.messages).toHaveLength(1);
  });

  test('that it did not arrive lets the next try go on, and does not count against it', async () => {
    const { rig, say, answer, row } = await whileSending();
    await say('undelivered');
    await answer(DOUBTFUL);
    expect(await row()).toMatchObject({ state: 'waiting', reason: 'ambiguous' });
    await rig.passRealTime(HOUR_MS);
    expect(rig.email.messages).toHaveLength(2);
    expect(await row()).toMatchObject({ state: 'sent' });
  });

  test('whoever answered meanwhile is not written to again', async () => {
    const { rig, say, answer, row } = await whileSending();
    await say('acknowledged');
    await answer(DOUBTFUL);
    expect(await row()).toMatchObject({ state: 'suppressed', reason: 'acknowledged' });
    await rig.passRealTime(HOUR_MS);
    expect(rig.email.messages).toHaveLength(1);
  });
});

test('a warning that ended while its message was tried in vain is not tried again', async () => {
  const { rig, answer, row } = await whileSending();
  void rig.publishAlert({ revision: 2, state: 'resolved' }).catch(() => {});
  for (let turn = 0; turn < 200; turn += 1) await nextTurn();
  await answer(DOUBTFUL);
  expect(await row()).toMatchObject({ state: 'suppressed', reason: 'superseded' });
  await rig.passRealTime(HOUR_MS);
  expect(rig.email.messages.filter(({ purpose }) => purpose === 'alert')).toHaveLength(1);
});

/** A store in which no sender gets to write down what came of its message, as when its process dies. */
const withoutEnds = (state: State): State => ({
  ...state,
  notifications: {
    ...state.notifications,
    finish: async (id, leaseId, change) =>
      leaseId === null && (await state.notifications.finish(id, leaseId, change)),
  },
  transaction: (work) => state.transaction((inside) => work(withoutEnds(inside))),
});

test('a word about a message whose sender died is heeded by the next, which does not send it again', async () => {
  const rig = await createRig({ person: { channels: ['email'] } });
  rigs.push(rig);
  await rig.park();
  await rig.begin({ state: withoutEnds(rig.state) });
  await rig.publishAlert();
  const [{ notificationId } = { notificationId: '' }] = rig.email.messages;
  await rig.publishFeedback({ kind: 'delivered', notificationId, atMs: rig.runtime.eventClock.nowMs() });
  expect(await rig.rows()).toMatchObject([{ state: 'waiting' }]);
  await rig.restart();
  await rig.passRealTime(HOUR_MS);
  expect(rig.email.messages).toHaveLength(1);
  expect(await rig.rows()).toMatchObject([{ state: 'delivered' }]);
  expect(rig.published().map(({ state }) => state)).toEqual(['sent']);
});
