import type { Notification } from '@outrider/domain';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  alertRecord,
  notificationRecord,
  START_MS,
  startApi,
  storeAlerts,
  storeNotification,
  type TestApi,
} from './api.fixture.ts';

let it: TestApi;
let owner: { personId: string; token: string };
let operator: { personId: string; token: string };
let vehicleId: string;
beforeEach(async () => {
  it = await startApi();
  owner = await it.addPerson();
  operator = await it.addPerson('operator');
  vehicleId = await it.addVehicle(owner.token);
  await it.state.people.update(owner.personId, { email: 'owner@example.com' });
});
afterEach(() => it.stop());

const GIVEN_UP = { channel: 'email', state: 'failed', reason: 'unreachable', attempts: 4 } as const;
const giveUp = (change: Partial<Notification> = {}) =>
  storeNotification(it, notificationRecord(vehicleId, owner.personId, { ...GIVEN_UP, ...change }));
const list = async (query = '', { token } = operator) =>
  it.call('GET', `/v1/failed-messages${query}`, { token });
const replay = (id = 'note-1', { token } = operator) =>
  it.call('POST', `/v1/failed-messages/${id}/replay`, { token });
const stateOf = async (id = 'note-1') => (await it.state.notifications.find(id))?.state;

test('without any the list is empty', async () => {
  expect((await list()).body).toEqual({ messages: [] });
});

test('messages given up are listed newest first with their reason, page by page, and nothing else', async () => {
  await giveUp();
  await giveUp({ notificationId: 'note-2', reason: 'bad-request' });
  await giveUp({ notificationId: 'note-3', alertId: 'alert-3', state: 'sent' });
  const first = (await list('?limit=1')).body;
  expect(first.messages).toMatchObject([
    { notificationId: 'note-2', channel: 'email', reason: 'bad-request', attempts: 4 },
  ]);
  expect(first.messages[0]).not.toHaveProperty('refusal');
  const second = (await list(`?limit=1&before=${first.next}`)).body;
  expect(second.messages).toMatchObject([{ notificationId: 'note-1', reason: 'unreachable' }]);
  expect(second).not.toHaveProperty('next');
  for (const query of ['?limit=0', '?limit=201', '?before=x']) expect((await list(query)).status).toBe(400);
});

test('a message is tried again once, under its own id, and the audit says who had it so', async () => {
  await giveUp();
  expect(await replay()).toMatchObject({ status: 202, body: { notificationId: 'note-1' } });
  expect(await it.state.notifications.find('note-1')).toMatchObject({
    ...{ state: 'waiting', reason: 'unreachable', attempts: 4, notBeforeMs: START_MS },
  });
  const again = await replay();
  expect(again).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
  expect(again.body.error.message).toContain('not-failed');
  const replays = (await it.state.audit.list(vehicleId, 100)).filter(({ action }) =>
    action.startsWith('replay-message'),
  );
  expect(replays).toMatchObject([
    { action: 'replay-message note-1', actor: `operator ${operator.personId}` },
  ]);
});

test('only operators see and replay, and only of drivers who want to be warned', async () => {
  await giveUp();
  expect((await list('', owner)).status).toBe(403);
  expect((await replay('note-1', owner)).status).toBe(403);
  expect((await replay('unknown')).status).toBe(404);
  await it.trust.recordConsent({
    ...{ vehicleId, personId: owner.personId, actor: 'test', textVersion: '1' },
    ...{ purpose: 'alert_driver', isGranted: false },
  });
  expect((await list()).body.messages).toEqual([]);
  expect((await replay()).status).toBe(404);
  expect(await stateOf()).toBe('failed');
});

const refusedAs = async (refusal: string, id = 'note-1') => {
  const { messages } = (await list()).body;
  const listed = messages.find((one: { notificationId: string }) => one.notificationId === id);
  expect(listed.refusal).toBe(refusal);
  const answer = await replay(id);
  expect(answer.status).toBe(409);
  expect(answer.body.error.message).toContain(`${refusal}: `);
  expect(await stateOf(id)).toBe('failed');
};

test('what is too late is refused, a millisecond before it is not', async () => {
  const at = (expiresMs: number) => ({ createdMs: START_MS, changedMs: START_MS, expiresMs });
  await giveUp({ at: at(START_MS) });
  await refusedAs('expired');
  await giveUp({ notificationId: 'note-2', alertId: 'alert-2', at: at(START_MS + 1) });
  expect((await replay('note-2')).status).toBe(202);
});

test.each([
  ['was taken back', { purpose: 'resolve', channel: 'feed', state: 'sent' }],
  ['was said anew on the channel', { revision: 2, state: 'sent' }],
  ['is about to be said anew', { revision: 2, state: 'waiting' }],
] as const)('what %s is refused', async (_name, later) => {
  await giveUp();
  await giveUp({ ...later, notificationId: 'note-2' });
  await refusedAs('withdrawn');
});

test.each([
  ['somewhere else', { channel: 'webhook', state: 'sent' }],
  ['in vain', { revision: 2, state: 'suppressed' }],
] as const)('what was said anew %s is not', async (_name, later) => {
  await giveUp();
  await giveUp({ ...later, notificationId: 'note-2' });
  expect((await replay()).status).toBe(202);
});

test('of an alert that is over only its end is sent', async () => {
  await storeAlerts(it, [alertRecord(vehicleId, { state: 'resolved' })]);
  await giveUp();
  await refusedAs('withdrawn');
  await giveUp({ notificationId: 'note-2', purpose: 'resolve' });
  expect((await replay('note-2')).status).toBe(202);
});

test('what they have seen or answered elsewhere is refused', async () => {
  await giveUp({ notificationId: 'note-0', channel: 'feed', state: 'read' });
  await giveUp();
  await refusedAs('answered');
});

const prove = (change: object) =>
  it.state.contacts.put({
    ...{ contactId: 'contact-1', personId: owner.personId, channel: 'sms', target: '+15551230001' },
    ...{ verifiedAtMs: START_MS, stoppedAtMs: null, ...change },
  });

test('without an address it is refused, and with one again it is not', async () => {
  await it.state.people.update(owner.personId, { phone: '+15551230001' });
  await giveUp({ channel: 'sms' });
  await refusedAs('address-gone');
  await prove({ target: '+15551230002' });
  await refusedAs('address-gone');
  await prove({ stoppedAtMs: START_MS });
  await refusedAs('address-gone');
  await prove({});
  expect((await replay()).status).toBe(202);
});

test('an address that was called gone has to be proved since', async () => {
  await it.state.people.update(owner.personId, { phone: '+15551230001' });
  await giveUp({ channel: 'sms', reason: 'target-gone' });
  await prove({ verifiedAtMs: START_MS - 1 });
  await refusedAs('address-gone');
  await prove({ verifiedAtMs: START_MS });
  expect((await replay()).status).toBe(202);
  await giveUp({ notificationId: 'note-2', alertId: 'alert-2', reason: 'target-gone' });
  await refusedAs('address-gone', 'note-2');
});

test('what may be there is refused where a repeat cannot be told', async () => {
  for (const channel of ['slack', 'telegram'] as const)
    await prove({ contactId: channel, channel, target: 'somewhere' });
  await giveUp({ channel: 'slack', reason: 'ambiguous' });
  await refusedAs('may-have-arrived');
  const other = (channel: Notification['channel'], reason: Notification['reason']) =>
    giveUp({ notificationId: `${channel} ${reason}`, alertId: `${channel}`, channel, reason });
  await other('telegram', 'unreachable');
  await other('email', 'ambiguous');
  expect((await replay('telegram%20unreachable')).status).toBe(202);
  expect((await replay('email%20ambiguous')).status).toBe(202);
});
