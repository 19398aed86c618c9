import { TOPICS } from '@outrider/bus';
import type { Role } from '@outrider/trust';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Answer,
  alertRecord,
  forecastRecord,
  notificationRecord,
  publish,
  START_MS,
  startApi,
  storeAlerts,
  storeNotification,
  tripPlan,
} from './api.fixture.ts';
import { createDevice } from './authenticator.fixture.ts';
import { ROLES } from './credentials.ts';
import { keepCar, MODELLED } from './kept-car.fixture.ts';
import { conditionsRecord } from './road.fixture.ts';

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly roles: readonly Role[];
}

const it = await startApi();
const owner = await it.addPerson();
const stranger = await it.addPerson();
const vehicleId = await it.addVehicle(
  owner.token,
  {
    ...{ alert_driver: true, show_driver: true, warm_battery: true },
  },
  MODELLED,
);
const tokenOf = new Map<Role, string>([['driver', owner.token]]);
for (const role of ROLES) if (role !== 'driver') tokenOf.set(role, (await it.addPerson(role)).token);

// What exists for the owner, so that a 404 for others is not a 404 for everybody.
const trip = await it.call('POST', `/v1/vehicles/${vehicleId}/trips`, {
  token: owner.token,
  body: tripPlan(),
});
const weekly = {
  ...{ kind: 'weekly', label: 'Commute' },
  trip: {
    ...{ days: ['fri'], departAt: '07:30', timeZone: 'UTC', origin: { name: 'Home', lat: 60, lon: 24 } },
    stops: [{ name: 'Work', lat: 60.4, lon: 25, kind: 'destination' }],
  },
};
const source = await it.call('POST', `/v1/vehicles/${vehicleId}/trip-sources`, {
  token: owner.token,
  body: weekly,
});
const listed = await it.call('GET', `/v1/vehicles/${vehicleId}/device-tokens`, { token: owner.token });
const { textVersion } = (await it.call('GET', '/v1/purposes', { token: owner.token })).body;
await storeAlerts(it, [alertRecord(vehicleId)]);
await storeNotification(it, notificationRecord(vehicleId, owner.personId));
await publish(it, TOPICS.forecasts, forecastRecord(vehicleId));
await publish(it, TOPICS.conditions, conditionsRecord(vehicleId));
await keepCar(it, vehicleId);
await publish(it, TOPICS.commands, {
  ...{ commandId: 'cmd-1', vehicleId, kind: 'precondition-battery', state: 'asked' },
  ...{ askedAtMs: START_MS, expiresAtMs: START_MS + 600_000 },
});

await it.state.contacts.put({
  ...{ contactId: 'browser-1', personId: owner.personId, channel: 'push', stoppedAtMs: null },
  ...{ target: '{"endpoint":"https://push.example.net/1"}', verifiedAtMs: 0 },
});

await it.state.passkeys.insert({
  ...{ credentialId: 'key-1', personId: owner.personId, role: 'driver', publicKey: '', counter: 0 },
  ...{ createdAtMs: 0, usedAtMs: null },
});

await it.state.contacts.put({
  ...{ contactId: 'address-1', personId: owner.personId, channel: 'pagerduty', stoppedAtMs: null },
  ...{ target: 'a key of their own', verifiedAtMs: 0 },
});

const assign = async () =>
  (
    await it.call('POST', `/v1/vehicles/${vehicleId}/assignments`, {
      token: owner.token,
      body: { personId: owner.personId, part: 'driver' },
    })
  ).body.assignmentId;
const toGiveBack = await assign();

/** A value for every parameter of a path: of the owner's things. A new kind of parameter must be added here. */
const PARAMETERS: Readonly<Record<string, string>> = {
  vehicleId,
  tripId: trip.body.tripId,
  alertId: 'alert-1',
  sourceId: source.body.sourceId,
  tokenId: listed.body.tokens[0].tokenId,
  purpose: 'safety_recall',
  subscriptionId: 'browser-1',
  passkeyId: 'key-1',
  addressId: 'address-1',
  ruleId: 'nervous',
  assignmentId: await assign(),
  commandId: 'cmd-1',
  notificationId: 'note-1',
};
/** Where the same name means another thing. */
const PARAMETERS_OF: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'delete /v1/people/me/assignments/{assignmentId}': { assignmentId: toGiveBack },
};

const span = 'from=2026-01-15T00:00:00Z&to=2026-01-16T00:00:00Z';
/** What a route needs besides its path to be answered. */
const QUERIES: Readonly<Record<string, string>> = {
  'get /v1/vehicles/{vehicleId}/signals': span,
  'get /v1/vehicles/{vehicleId}/signals/downsampled': `${span}&path=Vehicle.Speed`,
  'get /v1/vehicles/{vehicleId}/forecasts': span,
  'post /v1/vehicles/{vehicleId}/trips/road': 'departAt=2026-01-15T09:00:00Z',
};
const BODIES: Readonly<Record<string, object>> = {
  'post /v1/people': { name: 'New', role: 'driver' },
  'patch /v1/people/me': { units: 'metric' },
  'post /v1/people/me/phone/verify': { code: '012345' },
  'post /v1/people/me/email/verify': { code: '012345' },
  'post /v1/people/me/push-subscriptions': { endpoint: 'https://push.example.net/1', keys: {} },
  'post /v1/people/me/passkeys': createDevice('localhost').register('none', 'http://localhost'),
  'post /v1/people/me/ntfy/code': { topic: 'a_topic' },
  'post /v1/people/me/ntfy/verify': { code: '012345' },
  'post /v1/people/me/slack/code': { channel: 'C0123456789' },
  'post /v1/people/me/slack/verify': { code: '012345' },
  'put /v1/people/me/pagerduty': { routingKey: 'R0123456789abcdefghijklmnopqrs01' },
  'post /v1/vehicles': { modelId: 'test-car', label: 'Car', consents: {}, textVersion },
  'patch /v1/vehicles/{vehicleId}': { label: 'Other' },
  'put /v1/vehicles/{vehicleId}/consents/{purpose}': { granted: false, textVersion },
  'post /v1/vehicles/{vehicleId}/commands': { kind: 'precondition-battery' },
  'post /v1/vehicles/{vehicleId}/trips': tripPlan(),
  'post /v1/vehicles/{vehicleId}/trip-sources': weekly,
  'post /v1/vehicles/{vehicleId}/vin/decode': { mayAsk: true },
  'post /v1/sign-in-mails': { email: 'nobody@example.org' },
  'post /v1/session': { token: owner.token },
  'post /v1/places': { text: '61.5, 24.5' },
  'post /v1/vehicles/{vehicleId}/assignments': { personId: owner.personId, part: 'dispatcher' },
  'post /v1/vehicles/{vehicleId}/what-if': { tempShiftK: -5 },
  'put /v1/trips/{tripId}': tripPlan(),
  'post /v1/rules/{ruleId}/brake': { answer: 'keep' },
  'post /v1/alerts/{alertId}/feedback': { kind: 'acknowledged' },
};

const GPX = '<gpx><trk><trkseg><trkpt lat="60" lon="24"/><trkpt lat="61" lon="24"/></trkseg></trk></gpx>';
/** Bodies that are files, by their type. */
const FILES: Readonly<Record<string, readonly [type: string, text: string]>> = {
  'post /v1/vehicles/{vehicleId}/trips/road': ['application/gpx+xml', GPX],
  'post /v1/vehicles/{vehicleId}/trips/list': ['text/csv', 'tripRef,departAt\n'],
};

const document = (await it.call('GET', '/openapi.json')).body;
const operations: Operation[] = [];
for (const [path, methods] of Object.entries<Record<string, { 'x-roles'?: readonly Role[] }>>(document.paths))
  for (const [method, { 'x-roles': roles }] of Object.entries(methods))
    if (path.startsWith('/v1/')) operations.push({ method, path, roles: roles ?? [] });

const ask = ({ method, path }: Operation, token?: string): Promise<Answer> => {
  const name = `${method} ${path}`;
  const values = { ...PARAMETERS, ...PARAMETERS_OF[name] };
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, parameter: string) => values[parameter] ?? 'missing');
  const query = QUERIES[name] === undefined ? '' : `?${QUERIES[name]}`;
  const file = FILES[name];
  const body = file ? { raw: file[1], headers: { 'content-type': file[0] } } : { body: BODIES[name] };
  return it.call(method.toUpperCase(), `${filled}${query}`, { token, ...body });
};

/** Rules, and messages that were given up, are the operators'. */
const isOwned = ({ path }: Operation): boolean =>
  path.replace(/\{ruleId\}|\{notificationId\}/, '').includes('{');
/** Whoever shows a secret in the body is who it says. */
const isPublic = ({ roles }: Operation): boolean => (roles as unknown) === 'public';
/** Ends what the other cases use: asked last. */
const isDestructive = ({ method, path }: Operation): boolean =>
  method === 'delete' || path.endsWith('/me/token');

beforeAll(() => expect(operations.length).toBeGreaterThan(25));
afterAll(() => it.stop());

test('every parameter of every path has an example here', () => {
  const named = operations.flatMap(({ path }) => [...path.matchAll(/\{(\w+)\}/g)].map((found) => found[1]));
  for (const parameter of named) expect(PARAMETERS).toHaveProperty(parameter ?? '');
});

test('every route that takes a body has an example here', () => {
  for (const { method, path } of operations) {
    const isTaken = document.paths[path][method].requestBody !== undefined;
    expect({ path, hasExample: `${method} ${path}` in { ...BODIES, ...FILES } }).toEqual({
      path,
      hasExample: isTaken,
    });
  }
});

describe.each(operations.filter((one) => !isPublic(one)))('$method $path', (operation) => {
  test('answers 401 without a token and with a wrong one', async () => {
    for (const token of [undefined, 'person_wrong', 'x'.repeat(5_000)]) {
      const answer = await ask(operation, token);
      expect(answer.status).toBe(401);
      expect(answer.body.error.code).toBe('not-authenticated');
    }
  });

  test('answers 403 to every role that is not listed', async () => {
    for (const role of ROLES) {
      if (operation.roles.includes(role)) continue;
      const answer = await ask(operation, tokenOf.get(role));
      expect({ role, code: answer.body.error?.code }).toEqual({ role, code: 'role-may-not' });
    }
  });
});

describe.each(operations.filter(isOwned))('$method $path', (operation) => {
  test('answers 404 to everybody whose it is not, as if it did not exist', async () => {
    if (!operation.roles.includes('driver')) return;
    const answer = await ask(operation, stranger.token);
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual({ error: { code: 'not-found', message: expect.any(String) } });
  });
});

describe.each(operations.filter((one) => isOwned(one) && !isDestructive(one)))(
  '$method $path',
  (operation) => {
    test('answers its owner', async () => {
      const answer = await ask(operation, owner.token);
      expect({ status: answer.status, body: answer.body }).toMatchObject({
        status: expect.toBeOneOf([200, 201, 202]),
      });
    });
  },
);

describe('helpers', () => {
  // What is about the person who asks has nobody else's data.
  const helped = operations.filter(
    (one) => isOwned(one) && one.roles.includes('crew') && !one.path.startsWith('/v1/people/me/'),
  );

  test('see warnings of a driver who wants to be warned, and the driver sees that they did', async () => {
    for (const operation of helped)
      expect((await ask(operation, tokenOf.get('crew'))).status).toBeLessThan(300);
    const fleet = await it.call('GET', '/v1/alerts', { token: tokenOf.get('operator') });
    expect(fleet.body.alerts).toMatchObject([{ alertId: 'alert-1' }]);
    const { reads } = (await it.call('GET', `/v1/vehicles/${vehicleId}/reads`, { token: owner.token })).body;
    expect(reads[0]).toMatchObject({ action: 'read-firing-alerts', purpose: 'alert_driver' });
    expect(reads[0].who).toMatch(/^operator per_/);
    expect(reads).toHaveLength(helped.length + 1);
  });

  test('see nothing of a driver who does not', async () => {
    const off = { granted: false, textVersion };
    const path = `/v1/vehicles/${vehicleId}/consents/alert_driver`;
    await it.call('PUT', path, { token: owner.token, body: off });
    for (const operation of helped) expect((await ask(operation, tokenOf.get('crew'))).status).toBe(404);
    const fleet = await it.call('GET', '/v1/alerts', { token: tokenOf.get('operator') });
    expect(fleet.body.alerts).toEqual([]);
  });
});

describe('last, what ends things', () => {
  test.each(operations.filter((one) => isOwned(one) && isDestructive(one)).toSorted(ownershipLast))(
    '$method $path works for its owner',
    async (operation) => {
      expect((await ask(operation, owner.token)).status).toBe(204);
    },
  );
});

function ownershipLast(one: Operation, other: Operation): number {
  return Number(one.path.endsWith('ownership')) - Number(other.path.endsWith('ownership'));
}
