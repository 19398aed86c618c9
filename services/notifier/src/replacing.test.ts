import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { Delivery, Message } from './channel.ts';
import {
  createRig,
  type FakeChannel,
  fakeChannel,
  HOUR_MS,
  MINUTE_MS,
  type Rig,
  START_MS,
} from './notifier.fixture.ts';

import { addPerson, assign } from './shifts.fixture.ts';

// Channels where a later word takes the place of an earlier one.

let rig: Rig;
afterEach(() => rig.close());

const WEBHOOK = { webhookUrl: 'https://hooks.example.org', webhookSecret: 'whsec_x' };

async function start(): Promise<FakeChannel> {
  const board: FakeChannel = { ...fakeChannel('webhook'), replaces: true };
  rig = await createRig({
    person: { ...WEBHOOK, channels: ['feed', 'email', 'webhook'] },
    channels: [board],
  });
  await rig.park();
  return board;
}

const saidTo = ({ messages }: { readonly messages: readonly Message[] }) =>
  messages.map(({ purpose, revision }) => `${purpose} ${revision}`);
const worse = { revision: 2, probability: 0.7, changedAtMs: START_MS + MINUTE_MS };

test('what changes and what is over goes where it replaces what is shown, and to no mailbox', async () => {
  const board = await start();
  await rig.publishAlert();
  await rig.passEventTime(MINUTE_MS);
  await rig.publishAlert(worse);
  await rig.publishAlert({ state: 'resolved', revision: 3 });
  expect(saidTo(board)).toEqual(['alert 1', 'update 2', 'resolve 3']);
  expect(saidTo(rig.email)).toEqual(['alert 1']);
});

test('where nothing was shown nothing is taken back', async () => {
  const board = await start();
  board.answers.push({ kind: 'rejected', reason: 'bad-request' });
  await rig.publishAlert();
  await rig.publishAlert({ state: 'resolved', revision: 2 });
  expect(saidTo(board)).toEqual(['alert 1']);
});

test('what may have been shown is taken back', async () => {
  const board = await start();
  board.answers.push({ kind: 'retryable', reason: 'ambiguous', retryAfterMs: HOUR_MS });
  await rig.publishAlert();
  await rig.publishAlert({ state: 'resolved', revision: 2 });
  expect(saidTo(board)).toEqual(['alert 1', 'resolve 2']);
});

test('whoever hands the car over has it taken back', async () => {
  const board = await start();
  await rig.publishAlert();
  await addPerson(rig, 'per_next000001');
  await assign(rig, 'per_next000001', 'driver', START_MS + MINUTE_MS);
  await rig.passEventTime(2 * MINUTE_MS);
  await rig.publishAlert(worse);
  expect(saidTo(board)).toEqual(['alert 1', 'resolve 2']);
});

test('one who switched the channel off is told there that it is over', async () => {
  const board = await start();
  await rig.publishAlert();
  await rig.state.people.update('per_driver0001', { channels: ['feed'] });
  await rig.publishAlert(worse);
  await rig.publishAlert({ state: 'resolved', revision: 3 });
  expect(saidTo(board)).toEqual(['alert 1', 'resolve 3']);
});

test('the end waits for a word that is still on its way', async () => {
  const board = await start();
  const way = Promise.withResolvers<Delivery>();
  board.answers.push(way.promise);
  const publishing = rig.publishAlert();
  while (board.messages.length === 0) await nextTurn();
  await rig.queueAlerts([{ state: 'resolved', revision: 2 }]);
  for (let turn = 0; turn < 200; turn += 1) await nextTurn();
  const ends = (await rig.rows()).filter(({ purpose }) => purpose === 'resolve');
  expect(ends.map(({ channel, state }) => `${channel} ${state}`)).toEqual(['feed sent', 'webhook waiting']);
  way.resolve({ kind: 'delivered' });
  await publishing;
  await rig.passRealTime(MINUTE_MS);
  expect(saidTo(board)).toEqual(['alert 1', 'resolve 2']);
});

test('the channel is told what its provider calls the message that is shown, also after a restart', async () => {
  const board = await start();
  board.answers.push({ kind: 'delivered', providerId: 'message 7' }, { kind: 'delivered' });
  await rig.publishAlert();
  await rig.passEventTime(MINUTE_MS);
  await rig.publishAlert(worse);
  await rig.restart();
  await rig.publishAlert({ state: 'resolved', revision: 3 });
  expect(board.messages.map(({ shownAs }) => shownAs)).toEqual([undefined, 'message 7', 'message 7']);
});

test('a channel that shows rules hears whether another alert of the rule stands', async () => {
  const board: FakeChannel = { ...fakeChannel('webhook'), replaces: true, showsRules: true };
  rig = await createRig({ person: { ...WEBHOOK, channels: ['feed', 'webhook'] }, channels: [board] });
  await rig.park();
  const other = { alertId: 'alert-2', subject: 'stop-2', stopName: 'Other' };
  await rig.publishAlert();
  await rig.passEventTime(11 * MINUTE_MS);
  await rig.publishAlert({ ...other, changedAtMs: START_MS + 11 * MINUTE_MS });
  await rig.publishAlert({ state: 'resolved', revision: 2 });
  await rig.publishAlert({ ...other, state: 'resolved', revision: 2 });
  expect(board.messages.map(({ purpose, isOneOfMany }) => `${purpose} ${isOneOfMany}`)).toEqual([
    ...['alert false', 'alert true', 'resolve true', 'resolve false'],
  ]);
});

test('the figures go along', async () => {
  const board = await start();
  await rig.publishAlert();
  expect(board.messages[0]?.arrival).toEqual({ p10: 0, p50: 3, p90: 8, reserveSocPct: 5 });
});
