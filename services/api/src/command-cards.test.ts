import { TOPICS } from '@outrider/bus';
import type { Command, Remedy } from '@outrider/domain';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import {
  alertRecord,
  notificationRecord,
  type Parsed,
  publish,
  START_MS,
  startApi,
  storeAlerts,
  storeNotification,
  type TestApi,
} from './api.fixture.ts';
import { signatureOf } from './provider-signature.ts';

const PHONE = '+15551230001';
const BASE = 'https://cars.example';
const CONSENTS = { alert_driver: true, show_driver: true, warm_battery: true };
const WARMING: Remedy = {
  kind: 'precondition',
  ...{ minutes: 25, stopName: 'Lahr', belowReserveProbability: 0.01 },
  arrivalSocPct: { p10: 20, p50: 25, p90: 30 },
};

let it: TestApi;
let owner: { personId: string; token: string };
let asked: Command;
const opened: WebSocket[] = [];

beforeEach(async () => {
  it = await startApi({ environment: { SMS_CALLBACK_URL: `${BASE}/`, SMS_CALLBACK_TOKENS: 'a token' } });
  owner = await it.addPerson();
  const vehicleId = await it.addVehicle(owner.token, CONSENTS);
  const times = { askedAtMs: START_MS, changedAtMs: START_MS, expiresAtMs: START_MS + 1_800_000 };
  asked = {
    ...{ commandId: 'cmd_1', vehicleId, kind: 'precondition-battery', state: 'asked', ...times },
    ...{ minutes: 25, energyKwh: 2.0833, alertId: 'alert-1' },
  };
  await storeAlerts(it, [alertRecord(vehicleId, { ruleId: 'cold-battery', remedies: [WARMING] })]);
});
afterEach(async () => {
  for (const socket of opened.splice(0)) socket.terminate();
  await it.stop();
});

async function listen(token: string, query = '') {
  const socket = new WebSocket(`${it.api.address.replace(/^http/, 'ws')}/v1/live${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  opened.push(socket);
  const heard: Parsed[] = [];
  socket.on('message', (data) => heard.push(JSON.parse(String(data))));
  const cards = () => heard.filter(({ type }) => type === 'command').map(({ command }) => command);
  await vi.waitUntil(() => heard.length > 0);
  return { socket, heard, cards };
}

const say = (change: Partial<Command>): Promise<void> =>
  publish(it, TOPICS.commands, { ...asked, ...change });
const states = ({ cards }: { cards: () => Parsed[] }) => cards().map(({ state }) => state);

test('its owner sees what the car is asked, for which charge and at what cost, and each answer', async () => {
  const feed = await listen(owner.token);
  await say({});
  await say({ state: 'accepted', changedAtMs: START_MS + 1 });
  await say({ state: 'started', changedAtMs: START_MS + 2 });
  // Late: it says less than what is known.
  await say({ state: 'accepted', changedAtMs: START_MS + 3 });
  await say({ state: 'failed', changedAtMs: START_MS + 4, reason: 'the heater has a fault' });
  await vi.waitUntil(() => feed.cards().length === 5);
  expect(states(feed)).toEqual(['asked', 'accepted', 'started', 'started', 'failed']);
  expect(feed.cards()[2]).toMatchObject({
    ...{ commandId: 'cmd_1', alertId: 'alert-1', stopName: 'Lahr', minutes: 25 },
    ...{
      title: 'Warming the battery',
      body: expect.stringContaining('the charge at Lahr: 25 min, about 2.1 kWh'),
    },
  });
});

test('somebody else hears nothing of it, nor does who owned the car before', async () => {
  const stranger = await it.addPerson();
  const theirs = await listen(stranger.token);
  const mine = await listen(owner.token);
  await say({ commandId: 'cmd_before', askedAtMs: START_MS - 86_400_000 });
  await say({});
  await vi.waitUntil(() => mine.cards().length > 0);
  expect(mine.cards().map(({ commandId }) => commandId)).toEqual(['cmd_1']);
  expect(theirs.cards()).toEqual([]);
});

test('a feed that opens hears what is open, one that comes back also what ended meanwhile', async () => {
  const first = await listen(owner.token);
  await say({});
  await vi.waitUntil(() => first.cards().length === 1);
  const second = await listen(owner.token);
  await vi.waitUntil(() => second.cards().length === 1);
  await say({ state: 'done', changedAtMs: START_MS + 1 });
  await vi.waitUntil(() => states(first).includes('done'));
  const back = await listen(owner.token, `?after=${first.heard[0]?.cursor}`);
  await vi.waitUntil(() => back.cards().length === 1);
  expect(states(back)).toEqual(['done']);
  const third = await listen(owner.token);
  await say({ commandId: 'cmd_2', alertId: undefined });
  await vi.waitUntil(() => third.cards().length > 0);
  expect(third.cards().map(({ commandId }) => commandId)).toEqual(['cmd_2']);
});

test('cancelled from the feed it is over, for its owner only', async () => {
  const stranger = await it.addPerson();
  const theirs = await listen(stranger.token);
  const mine = await listen(owner.token);
  await say({});
  await vi.waitUntil(() => mine.cards().length === 1);
  const cancel = JSON.stringify({ cancel: { vehicleId: asked.vehicleId, commandId: 'cmd_1' } });
  theirs.socket.send(cancel);
  theirs.socket.send('{"shown":"nothing"}');
  await vi.waitUntil(() => it.api.isIdle());
  expect(states(mine)).toEqual(['asked']);
  mine.socket.send(cancel);
  await vi.waitUntil(() => states(mine).includes('cancelled'));
  expect(mine.cards().at(-1)).toMatchObject({ reason: 'driver' });
  expect(theirs.socket.readyState).toBe(WebSocket.OPEN);
});

async function answerText(body: string): Promise<void> {
  const form = new URLSearchParams({ MessageSid: `SM ${body}`, From: PHONE, To: '+15550000000', Body: body });
  const path = '/v1/sms/replies';
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-twilio-signature': signatureOf('a token', `${BASE}${path}`, form),
  };
  expect((await it.call('POST', path, { raw: form.toString(), headers })).status).toBeLessThan(300);
}

test('"no thanks" to the text about it cancels it; "on it" and another warning’s no do not', async () => {
  const { personId } = owner;
  const contact = { contactId: 'contact', personId, channel: 'sms', target: PHONE } as const;
  await it.state.contacts.put({ ...contact, verifiedAtMs: START_MS, stoppedAtMs: null });
  await storeNotification(
    it,
    notificationRecord(asked.vehicleId, personId, { channel: 'sms', state: 'delivered' }),
  );
  const feed = await listen(owner.token);
  await say({});
  await say({ commandId: 'cmd_other', alertId: 'alert-2' });
  await vi.waitUntil(() => feed.cards().length === 2);
  await answerText('on it');
  await vi.waitUntil(() => it.api.isIdle());
  expect(states(feed)).toEqual(['asked', 'asked']);
  await answerText('no thanks');
  await vi.waitUntil(() => states(feed).includes('cancelled'));
  await vi.waitUntil(() => it.api.isIdle());
  expect(feed.cards().slice(2)).toMatchObject([{ commandId: 'cmd_1', state: 'cancelled', reason: 'driver' }]);
});

test('declined where it was shown, as the action of a push message does, it is cancelled once', async () => {
  const feed = await listen(owner.token);
  await say({});
  await vi.waitUntil(() => feed.cards().length === 1);
  const decline = () =>
    it.call('POST', '/v1/alerts/alert-1/feedback', { token: owner.token, body: { kind: 'declined' } });
  expect((await decline()).status).toBe(202);
  expect((await decline()).status).toBe(202);
  await vi.waitUntil(() => it.api.isIdle() && feed.cards().length > 1);
  expect(states(feed)).toEqual(['asked', 'cancelled']);
  const trail = await it.state.audit.list(asked.vehicleId, 100);
  expect(trail.filter(({ action }) => action === 'command-cancelled')).toMatchObject([
    { actor: `person ${owner.personId}` },
  ]);
});
