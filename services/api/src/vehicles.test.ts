import { hashSecret } from '@outrider/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi, type TestApi, tripPlan } from './api.fixture.ts';

let it: TestApi;
let owner: { personId: string; token: string };
let textVersion: string;

beforeAll(async () => {
  it = await startApi();
  owner = await it.addPerson();
  textVersion = (await it.call('GET', '/v1/purposes', { token: owner.token })).body.textVersion;
});
afterAll(() => it.stop());

const body = (change: object = {}): object => ({
  modelId: 'test-car',
  label: 'Winter car',
  consents: { alert_driver: true },
  textVersion,
  ...change,
});

test('registering tells how to connect, with a device token that is kept as a hash', async () => {
  const { status, body: made } = await it.call('POST', '/v1/vehicles', { token: owner.token, body: body() });
  expect(status).toBe(201);
  expect(made.connect).toEqual({
    stream: 'ws://127.0.0.1:8081/v1/stream',
    frames: 'http://127.0.0.1:8081/v1/frames',
    abrp: 'http://127.0.0.1:8081/1/tlm/send',
  });
  const device = await it.state.tokens.findByHash(hashSecret(made.device.token));
  expect(device).toMatchObject({ kind: 'device', vehicleId: made.vehicle.vehicleId, revokedAtMs: null });
  expect(made.vehicle.reserveSocPct).toBe(5);
});

test('a purpose that was not said is not granted, and every answer is recorded', async () => {
  const made = await it.call('POST', '/v1/vehicles', { token: owner.token, body: body() });
  const granted = made.body.vehicle.consents.filter((one: { granted: boolean }) => one.granted);
  expect(granted.map((one: { purpose: string }) => one.purpose)).toEqual(['alert_driver']);
  const stored = await it.state.consents.current([made.body.vehicle.vehicleId]);
  expect(stored.length).toBe(made.body.vehicle.consents.length);
  expect(new Set(stored.map((one) => one.textVersion))).toEqual(new Set([textVersion]));
});

test('home is stored sealed and shown to its owner', async () => {
  const home = { lat: 60.123456, lon: 24.654321 };
  const consents = { show_driver: true };
  const made = await it.call('POST', '/v1/vehicles', { token: owner.token, body: body({ home, consents }) });
  const { vehicleId } = made.body.vehicle;
  const row = await it.state.vehicles.find(vehicleId);
  expect(JSON.stringify(row)).not.toContain('60.123');
  const shown = await it.call('GET', `/v1/vehicles/${vehicleId}`, { token: owner.token });
  expect(shown.body.home).toEqual(home);
  const path = `/v1/vehicles/${vehicleId}`;
  const changed = await it.call('PATCH', path, {
    token: owner.token,
    body: { home: null, reserveSocPct: 12 },
  });
  expect(changed.body).toMatchObject({ home: null, reserveSocPct: 12, label: 'Winter car' });
});

test('a car is of the fleet its owner says, until they say otherwise or sell it', async () => {
  const { token } = owner;
  const made = await it.call('POST', '/v1/vehicles', { token, body: body({ fleet: 'depot-north' }) });
  const { vehicleId, fleet } = made.body.vehicle;
  const path = `/v1/vehicles/${vehicleId}`;
  expect(fleet).toBe('depot-north');
  const change = async (said: object) => (await it.call('PATCH', path, { token, body: said })).body.fleet;
  expect(await change({ label: 'Van 7' })).toBe('depot-north');
  expect(await change({ fleet: null })).toBeNull();
  expect(await change({ fleet: 'depot-2' })).toBe('depot-2');
  await it.call('DELETE', `${path}/ownership`, { token });
  expect((await it.state.vehicles.find(vehicleId))?.fleet).toBeUndefined();
  const other = await it.call('POST', '/v1/vehicles', { token, body: body({}) });
  expect(other.body.vehicle.fleet).toBeNull();
});

const refused = [
  {
    name: 'a consent text that is not current',
    change: { textVersion: 'old' },
    code: 'consent-text-changed',
  },
  { name: 'an unknown model', change: { modelId: 'no-such-car' }, code: 'invalid' },
  { name: 'a purpose that is not on the list', change: { consents: { dispute: true } }, code: 'invalid' },
  { name: 'a consent that is not yes or no', change: { consents: { alert_driver: 'yes' } }, code: 'invalid' },
  { name: 'a fleet in capitals', change: { fleet: 'North' }, code: 'invalid' },
  { name: 'a fleet of nothing', change: { fleet: '' }, code: 'invalid' },
  { name: 'a VIN with an O', change: { vin: 'WVWZZZ1JZXWO00001' }, code: 'invalid' },
  { name: 'a home without longitude', change: { home: { lat: 60 } }, code: 'invalid' },
  { name: 'a home beyond the pole', change: { home: { lat: 90.1, lon: 0 } }, code: 'invalid' },
];
for (const { name, change, code } of refused) {
  test(`refuses ${name}`, async () => {
    const answer = await it.call('POST', '/v1/vehicles', { token: owner.token, body: body(change) });
    expect(answer.body.error.code).toBe(code);
  });
}

test('a withdrawn consent holds at once, and its owner is told why nothing is shown', async () => {
  const vehicleId = await it.addVehicle(owner.token);
  const alerts = `/v1/vehicles/${vehicleId}/alerts`;
  expect((await it.call('GET', alerts, { token: owner.token })).status).toBe(200);
  const path = `/v1/vehicles/${vehicleId}/consents/show_driver`;
  const off = await it.call('PUT', path, {
    token: owner.token,
    body: { granted: false, textVersion: 'any' },
  });
  expect(off.status).toBe(200);
  expect((await it.call('GET', alerts, { token: owner.token })).body.error.code).toBe('no-consent');
  const old = await it.call('PUT', path, { token: owner.token, body: { granted: true, textVersion: 'old' } });
  expect(old.body.error.code).toBe('consent-text-changed');
  await it.call('PUT', path, { token: owner.token, body: { granted: true, textVersion } });
  expect((await it.call('GET', alerts, { token: owner.token })).status).toBe(200);
});

test('a revoked device token is listed as revoked', async () => {
  const vehicleId = await it.addVehicle(owner.token);
  const path = `/v1/vehicles/${vehicleId}/device-tokens`;
  const made = (await it.call('POST', path, { token: owner.token })).body;
  expect((await it.call('DELETE', `${path}/${made.tokenId}`, { token: owner.token })).status).toBe(204);
  const { tokens } = (await it.call('GET', path, { token: owner.token })).body;
  expect(tokens).toHaveLength(2);
  expect(tokens.find((one: { tokenId: string }) => one.tokenId === made.tokenId).revokedAt).not.toBeNull();
  expect(JSON.stringify(tokens)).not.toContain(made.token);
});

test('who gives a car away keeps their own time and no more', async () => {
  const vehicleId = await it.addVehicle(owner.token);
  const path = `/v1/vehicles/${vehicleId}`;
  await it.call('PATCH', path, { token: owner.token, body: { vin: 'WVWZZZ1JZXW000001' } });
  const planned = await it.call('POST', `${path}/trips`, { token: owner.token, body: tripPlan() });
  it.eventClock.advanceTo(it.eventClock.nowMs() + 60_000);
  expect((await it.call('DELETE', `${path}/ownership`, { token: owner.token })).status).toBe(204);

  expect(await it.state.vehicles.find(vehicleId)).toMatchObject({ vin: null, homeSealed: null });
  for (const token of await it.state.tokens.listOfVehicle(vehicleId))
    expect(token.revokedAtMs).not.toBeNull();
  expect(await it.state.trips.find(planned.body.tripId)).toMatchObject({ isWithdrawn: true, revision: 2 });
  expect((await it.call('GET', path, { token: owner.token })).status).toBe(404);
  expect((await it.call('POST', `${path}/trips`, { token: owner.token, body: tripPlan() })).status).toBe(404);
  const mine = await it.call('GET', `${path}/trips?withdrawn=true`, { token: owner.token });
  expect(mine.body.trips).toHaveLength(1);

  const buyer = await it.addPerson();
  it.eventClock.advanceTo(it.eventClock.nowMs() + 60_000);
  await it.trust.registerOwnership({
    vehicleId,
    personId: buyer.personId,
    actor: 'test',
    fromMs: it.eventClock.nowMs(),
    consents: { show_driver: true },
    textVersion,
  });
  const theirs = await it.call('GET', `${path}/trips?withdrawn=true`, { token: buyer.token });
  expect(theirs.body).toEqual({ trips: [] });
  const trip = `/v1/trips/${planned.body.tripId}`;
  expect((await it.call('GET', trip, { token: buyer.token })).status).toBe(404);
  expect((await it.call('GET', trip, { token: owner.token })).status).toBe(200);
});

test('a car that a simulation made up says so, and cannot become a real one', async () => {
  const register = (change: object) =>
    it.call('POST', '/v1/vehicles', { token: owner.token, body: body(change) });
  const { vehicle } = (await register({ isSynthetic: true })).body;
  expect(vehicle.isSynthetic).toBe(true);
  expect((await register({})).body.vehicle).toMatchObject({ isSynthetic: false, isCanary: false });
  expect((await register({ isSynthetic: true, isCanary: true })).body.vehicle.isCanary).toBe(true);
  const real = await register({ isCanary: true });
  expect([real.status, real.body.error.problems[0].path]).toEqual([400, 'isCanary']);
  expect((await register({ isSynthetic: false })).status).toBe(400);
  const change = await it.call('PATCH', `/v1/vehicles/${vehicle.vehicleId}`, {
    ...{ token: owner.token, body: { isSynthetic: false } },
  });
  expect(change.status).toBe(400);
});
