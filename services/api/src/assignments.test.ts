import { once } from 'node:events';
import { TOPICS } from '@outrider/bus';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import {
  alertRecord,
  forecastRecord,
  notificationRecord,
  type Parsed,
  publish,
  START_MS,
  startApi,
  storeAlerts,
  storeNotification,
  type TestApi,
} from './api.fixture.ts';

const HOUR_MS = 3_600_000;
const at = (ms: number) => new Date(ms).toISOString();

let it: TestApi;
let owner: { personId: string; token: string };
let ann: { personId: string; token: string };
let operator: { personId: string; token: string };
let vehicleId: string;
const sockets: WebSocket[] = [];
beforeEach(async () => {
  it = await startApi();
  owner = await it.addPerson();
  ann = await it.addPerson();
  operator = await it.addPerson('operator');
  vehicleId = await it.addVehicle(owner.token);
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await it.stop();
});

const assign = (body: object, token = operator.token) =>
  it.call('POST', `/v1/vehicles/${vehicleId}/assignments`, {
    token,
    body: { personId: ann.personId, part: 'driver', ...body },
  });
const list = async (token: string) =>
  (await it.call('GET', `/v1/vehicles/${vehicleId}/assignments`, { token })).body.assignments;
const mine = async (token: string) =>
  (await it.call('GET', '/v1/people/me/assignments', { token })).body.assignments;

test('an operator says who drives when; owner and driver see it, each of their own', async () => {
  const shift = { from: at(START_MS + HOUR_MS), to: at(START_MS + 9 * HOUR_MS) };
  const made = await assign(shift);
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({ vehicleId, personId: ann.personId, part: 'driver', ...shift });
  expect(await list(owner.token)).toEqual([made.body]);
  expect(await list(operator.token)).toEqual([made.body]);
  const { personId: _, ...own } = made.body;
  expect(await mine(ann.token)).toEqual([{ ...own, label: expect.any(String) }]);
  expect(await mine(operator.token)).toEqual([]);
});

test('without a beginning it begins now, and with one in the past too', async () => {
  expect((await assign({})).body).toMatchObject({ from: at(START_MS), to: null });
  expect((await assign({ from: at(START_MS - HOUR_MS) })).body).toMatchObject({ from: at(START_MS) });
});

test.each([
  { name: 'nobody here', body: { personId: 'per_nobody0000' }, path: 'personId' },
  { name: 'an end that is its beginning', body: { to: at(START_MS) }, path: 'to' },
  {
    name: 'an end before its beginning',
    body: { from: at(START_MS + 2), to: at(START_MS + 1) },
    path: 'to',
  },
  { name: 'a part that is none', body: { part: 'pilot' }, path: 'part' },
  { name: 'an instant without an offset', body: { from: '2026-01-15T08:00:00' }, path: 'from' },
])('$name is refused by its field', async ({ body, path }) => {
  const { status, body: answer } = await assign(body);
  expect([status, answer.error.problems[0].path]).toEqual([400, path]);
  expect(await list(owner.token)).toEqual([]);
});

test('operators say nothing about cars whose owner does not want to be warned', async () => {
  vehicleId = await it.addVehicle(owner.token, { show_driver: true });
  expect((await assign({})).status).toBe(404);
  expect((await assign({}, owner.token)).status).toBe(201);
});

test('a part is ended by owner, operator or who has it, and by nobody else', async () => {
  const stranger = await it.addPerson();
  const end = async (assignmentId: string, token: string) =>
    (await it.call('DELETE', `/v1/vehicles/${vehicleId}/assignments/${assignmentId}`, { token })).status;
  const giveBack = async (assignmentId: string, token: string) =>
    (await it.call('DELETE', `/v1/people/me/assignments/${assignmentId}`, { token })).status;
  const [one, two, three] = [await assign({}), await assign({}), await assign({})].map(
    ({ body }) => body.assignmentId,
  );
  expect([await end(one, stranger.token), await end(one, ann.token)]).toEqual([404, 404]);
  expect([await giveBack(one, stranger.token), await giveBack(one, owner.token)]).toEqual([404, 404]);
  expect([await end(one, owner.token), await end(one, owner.token)]).toEqual([204, 404]);
  expect([await end(two, operator.token), await giveBack(three, ann.token)]).toEqual([204, 204]);
  expect(await list(owner.token)).toEqual([]);
});

test('a new owner finds none of them', async () => {
  await assign({});
  await it.call('DELETE', `/v1/vehicles/${vehicleId}/ownership`, { token: owner.token });
  const buyer = await it.addPerson();
  await it.trust.registerOwnership({
    ...{ vehicleId, personId: buyer.personId, actor: 'test', fromMs: START_MS },
    ...{ consents: { alert_driver: true, show_driver: true }, textVersion: '1' },
  });
  expect(await list(buyer.token)).toEqual([]);
});

async function listen(token: string) {
  const socket = new WebSocket(`${it.api.address.replace(/^http/, 'ws')}/v1/live`, {
    headers: { authorization: `Bearer ${token}` },
  });
  sockets.push(socket);
  const messages: Parsed[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  await once(socket, 'open');
  await vi.waitFor(() => expect(messages.length).toBeGreaterThan(0));
  return messages;
}

test('a driver on shift hears what they are told of the car, and nothing else of it', async () => {
  await assign({});
  const hears = await listen(ann.token);
  const owners = await listen(owner.token);
  expect(hears[0]).toMatchObject({ type: 'hello', vehicleIds: [vehicleId] });
  await publish(it, TOPICS.forecasts, forecastRecord(vehicleId));
  await publish(it, TOPICS.alerts, alertRecord(vehicleId));
  await publish(it, TOPICS.notifications, notificationRecord(vehicleId, owner.personId));
  await publish(it, TOPICS.notifications, notificationRecord(vehicleId, ann.personId));
  await vi.waitFor(() => expect(hears).toHaveLength(2));
  expect(hears[1].notification.personId).toBe(ann.personId);
  await vi.waitFor(() => expect(owners).toHaveLength(4));
});

test('a driver on shift reads and answers alerts they were told of, for an hour after their part ended', async () => {
  await storeAlerts(it, [alertRecord(vehicleId)]);
  const read = () => it.call('GET', '/v1/alerts/alert-1', { token: ann.token });
  const answer = () =>
    it.call('POST', '/v1/alerts/alert-1/feedback', { token: ann.token, body: { kind: 'on-it' } });
  await assign({ to: at(START_MS + HOUR_MS) });
  // Not told of it yet.
  expect((await read()).status).toBe(404);
  await storeNotification(it, notificationRecord(vehicleId, owner.personId));
  expect((await read()).status).toBe(404);
  await storeNotification(it, { ...notificationRecord(vehicleId, ann.personId), notificationId: 'note-2' });
  expect((await read()).body.told.map((one: Parsed) => one.personId)).toEqual([ann.personId]);
  expect((await answer()).status).toBe(202);
  expect((await it.call('GET', `/v1/vehicles/${vehicleId}/alerts`, { token: ann.token })).status).toBe(404);
  it.eventClock.advanceTo(START_MS + 2 * HOUR_MS - 1);
  expect((await read()).status).toBe(200);
  it.eventClock.advanceTo(START_MS + 2 * HOUR_MS);
  expect((await read()).status).toBe(404);
});
