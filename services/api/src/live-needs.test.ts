import { once } from 'node:events';
import { encodeRecord, TOPICS } from '@outrider/bus';
import { SIGNAL } from '@outrider/domain';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import {
  alertRecord,
  type Parsed,
  publish,
  START_MS,
  startApi,
  storeAlerts,
  type TestApi,
} from './api.fixture.ts';

let it: TestApi;
let owner: { personId: string; token: string };
let operator: { personId: string; token: string };
let vehicleId: string;
const opened: WebSocket[] = [];

beforeEach(async () => {
  it = await startApi();
  owner = await it.addPerson();
  operator = await it.addPerson('operator');
  vehicleId = await it.addVehicle(owner.token);
});
afterEach(async () => {
  for (const socket of opened.splice(0)) socket.terminate();
  await it.stop();
});

async function watch(token: string, query = '?needs=1') {
  const url = `${it.api.address.replace(/^http/, 'ws')}/v1/live${query}`;
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
  opened.push(socket);
  const messages: Parsed[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  const next = (type: string) =>
    vi.waitFor(() => {
      const found = messages.find((message) => message.type === type);
      if (found === undefined) throw new Error(`no ${type} yet`);
      return found;
    });
  await next('hello');
  return { socket, messages, next };
}

/** As ingest writes it: the place is sealed in the record. */
async function saysWhere(lat: number, observedAtMs = START_MS, car = vehicleId): Promise<void> {
  const { bus, trust, eventClock } = it;
  await trust.prepare([car]);
  const inside = { [SIGNAL.latitude]: lat, [SIGNAL.longitude]: 24 };
  const { keyId, box } = trust.seal(car, observedAtMs, Buffer.from(JSON.stringify(inside)));
  const record = {
    ...{ recordId: `${car} ${observedAtMs}`, vehicleId: car, observedAtMs, receivedAtMs: observedAtMs },
    ...{ source: 'vss-json' as const, values: { [SIGNAL.speed]: 80 } },
    places: { keyId, box: Buffer.from(box).toString('base64url') },
  };
  await bus.publish([encodeRecord(TOPICS.signals, car, record, eventClock.nowMs(), trust)]);
}

const readsOf = async () =>
  (await it.call('GET', `/v1/vehicles/${vehicleId}/reads`, { token: owner.token })).body.reads;

test('an operator is told each step of a warning, and where the car is that needs help', async () => {
  await saysWhere(60);
  const feed = await watch(operator.token);
  await publish(it, TOPICS.alerts, alertRecord(vehicleId));
  expect(await feed.next('need')).toMatchObject({ alert: { alertId: 'alert-1', state: 'firing' } });
  const { places } = await feed.next('places');
  expect(places).toEqual([{ vehicleId, lat: 60, lon: 24, at: '2026-01-15T08:00:00.000Z' }]);
});

test('whoever opens the page later hears where cars are that need help now', async () => {
  await storeAlerts(it, [alertRecord(vehicleId)]);
  const early = await watch(operator.token);
  await saysWhere(61);
  await early.next('places');
  const late = await watch(operator.token);
  expect((await late.next('places')).places).toMatchObject([{ vehicleId, lat: 61 }]);
});

test('only the newest place is told', async () => {
  await storeAlerts(it, [alertRecord(vehicleId)]);
  const feed = await watch(operator.token);
  await saysWhere(61);
  await saysWhere(62, START_MS + 1_000);
  await vi.waitFor(() =>
    expect(feed.messages.filter(({ type }) => type === 'places').at(-1)?.places).toMatchObject([
      { lat: 62, at: '2026-01-15T08:00:01.000Z' },
    ]),
  );
});

test('where a car is that needs no help, or no longer, is told to nobody', async () => {
  const other = await it.addVehicle(owner.token);
  await storeAlerts(it, [alertRecord(vehicleId)]);
  const feed = await watch(operator.token);
  await publish(it, TOPICS.alerts, alertRecord(vehicleId, { state: 'resolved', revision: 2 }));
  await feed.next('need');
  await saysWhere(60);
  await publish(it, TOPICS.alerts, alertRecord(other, { alertId: 'alert-2' }));
  await saysWhere(61, START_MS, other);
  expect((await feed.next('places')).places).toMatchObject([{ vehicleId: other }]);
  expect(feed.messages.flatMap(({ places = [] }) => places)).toHaveLength(1);
});

test('of a driver who does not want to be warned an operator hears nothing', async () => {
  const silent = await it.addVehicle(owner.token, { alert_driver: false, show_driver: true });
  const feed = await watch(operator.token);
  await publish(it, TOPICS.alerts, alertRecord(silent, { alertId: 'alert-2' }));
  await saysWhere(60, START_MS, silent);
  await publish(it, TOPICS.alerts, alertRecord(vehicleId));
  await saysWhere(61);
  await feed.next('places');
  const told = feed.messages.filter(({ type }) => type === 'need' || type === 'places');
  expect(JSON.stringify(told)).not.toContain(silent);
});

test('the owner sees who watched, once an hour however often the car speaks', async () => {
  const feed = await watch(operator.token);
  await publish(it, TOPICS.alerts, alertRecord(vehicleId));
  await saysWhere(60);
  await feed.next('places');
  const watched = async () =>
    (await readsOf()).filter(({ action }: Parsed) => action === 'read-live-needs').length;
  expect(await watched()).toBe(1);
  it.eventClock.advanceTo(START_MS + 3_600_000);
  await publish(it, TOPICS.alerts, alertRecord(vehicleId, { revision: 2 }));
  await vi.waitFor(async () => expect(await watched()).toBe(2));
});

test('a feed that did not ask for it, and a driver who does, hear nothing of it', async () => {
  const plain = await watch(operator.token, '');
  const asked = await watch(operator.token);
  await publish(it, TOPICS.alerts, alertRecord(vehicleId));
  await asked.next('need');
  expect(plain.messages.map(({ type }) => type)).toEqual(['hello']);
  const refused = new WebSocket(`${it.api.address.replace(/^http/, 'ws')}/v1/live?needs=1`, {
    headers: { authorization: `Bearer ${owner.token}` },
  });
  refused.on('error', () => undefined);
  const [, response] = await once(refused, 'unexpected-response');
  expect(response.statusCode).toBe(403);
});

test.each([
  ['https://tiles.example/{z}/{x}/{y}.png', "connect-src 'self' https://tiles.example;"],
  ['', "connect-src 'self';"],
])('with the map tiles "%s" a page may load from nowhere else', async (template, allowed) => {
  const other = await startApi({ environment: { API_MAP_TILES_URL: template } });
  const { headers, body } = await other.call('GET', '/v1/map', {
    token: (await other.addPerson('crew')).token,
  });
  expect(headers.get('content-security-policy')).toContain(allowed);
  expect(body).toEqual({ tiles: template === '' ? null : template, credit: null });
  await other.stop();
});

test.each(['https://tiles.example/', 'ftp://tiles.example/{z}/{x}/{y}', 'https://a:b@t.example/{z}{x}{y}'])(
  'tiles at %s are refused at start',
  async (template) => {
    await expect(startApi({ environment: { API_MAP_TILES_URL: template } })).rejects.toThrow(
      'API_MAP_TILES_URL',
    );
  },
);

test('of a car that a simulation made up each step says so', async () => {
  const { textVersion } = (await it.call('GET', '/v1/purposes', { token: owner.token })).body;
  const made = await it.call('POST', '/v1/vehicles', {
    token: owner.token,
    body: {
      ...{ modelId: 'test-car', label: 'Made up', isSynthetic: true, textVersion },
      consents: { alert_driver: true },
    },
  });
  const feed = await watch(operator.token);
  await publish(it, TOPICS.alerts, alertRecord(made.body.vehicle.vehicleId));
  expect((await feed.next('need')).alert.isSynthetic).toBe(true);
});
