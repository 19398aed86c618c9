import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { alertRecord, startApi, storeAlerts, tripPlan } from './api.fixture.ts';

const it = await startApi({ environment: { API_BODY_BYTES_MAX: '65536', API_REQUEST_TIMEOUT_MS: '1000' } });
const owner = await it.addPerson();
const vehicleId = await it.addVehicle(owner.token);
const { textVersion } = (await it.call('GET', '/v1/purposes', { token: owner.token })).body;
await storeAlerts(it, [alertRecord(vehicleId)]);
afterAll(() => it.stop());

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** One of each JSON type, and those that like to be taken for another. */
const VALUES: readonly Json[] = [null, true, 1, -55.5, '', '55', 'true', [77], [], {}];

interface Case {
  readonly route: string;
  readonly method: string;
  readonly path: string;
  readonly token: string;
  readonly body: { [name: string]: Json };
  /** Fields that null empties. */
  readonly nullable?: readonly string[];
}

const stop = { name: 'A', lat: 1, lon: 1, kind: 'charge', arriveAt: '2026-01-15T13:00:00Z', plugged: true };
const point = { lat: 1, lon: 1, elevationM: 5 };
const cases: readonly Case[] = [
  {
    route: 'people',
    method: 'POST',
    path: '/v1/people',
    token: it.adminToken,
    nullable: ['email', 'phone', 'webhookUrl', 'quietHours'],
    body: {
      name: 'New',
      role: 'driver',
      email: 'a@example.com',
      phone: '+358401234567',
      webhookUrl: 'https://example.com/',
      language: 'en',
      units: 'metric',
      timeZone: 'UTC',
      quietHours: { from: '22:00', to: '07:00' },
      channels: ['feed'],
    },
  },
  {
    route: 'vehicles',
    method: 'POST',
    path: '/v1/vehicles',
    token: owner.token,
    nullable: ['vin', 'home'],
    body: {
      modelId: 'test-car',
      label: 'Car',
      vin: 'WVWZZZ1JZXW000001',
      home: { lat: 1, lon: 1 },
      reserveSocPct: 7.5,
      consents: { alert_driver: true, show_driver: false },
      textVersion,
    },
  },
  {
    route: 'trips',
    method: 'POST',
    path: `/v1/vehicles/${vehicleId}/trips`,
    token: owner.token,
    body: {
      departAt: '2026-01-15T08:00:00Z',
      reserveSocPct: 7.5,
      origin: { name: 'O', lat: 1, lon: 1 },
      stops: [{ ...stop, stopId: 's', chargeToSocPct: 80.5, powerKw: 50.5, locationId: 'l' }],
      legs: [{ points: [point, point], distanceM: 5.5, speedMps: 5.5 }],
      use: { payloadKg: 150.5, roofBox: true, trailerKg: 500.5, tyres: 'winter' },
    },
  },
  {
    route: 'consents',
    method: 'PUT',
    path: `/v1/vehicles/${vehicleId}/consents/support_case`,
    token: owner.token,
    body: { granted: true, textVersion },
  },
  {
    route: 'feedback',
    method: 'POST',
    path: '/v1/alerts/alert-1/feedback',
    token: owner.token,
    body: { kind: 'happened', note: 'the heater was on' },
  },
];

type Path = readonly (string | number)[];

/** Every place in a body, branches and leaves. */
function placesOf(value: Json, path: Path = []): readonly Path[] {
  const inner =
    value === null || typeof value !== 'object'
      ? []
      : Object.keys(value).flatMap((name) => {
          const step = Array.isArray(value) ? Number(name) : name;
          return placesOf((value as { [name: string]: Json })[name] as Json, [...path, step]);
        });
  return path.length === 0 ? inner : [path, ...inner];
}

function withValue(body: Json, [step, ...rest]: Path, value: Json): Json {
  if (step === undefined) return value;
  const copy = structuredClone(body) as { [name: string | number]: Json };
  copy[step] = withValue(copy[step] as Json, rest, value);
  return copy as Json;
}

const at = (body: Json, path: Path): Json =>
  path.reduce<Json>((value, step) => (value as { [name: string | number]: Json })[step] as Json, body);

const kindOf = (value: Json): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;

describe.each(cases)('$route', ({ method, path, token, body, nullable = [] }) => {
  test('takes the body as it is meant', async () => {
    expect((await it.call(method, path, { token, body })).status).toBeLessThan(300);
  });

  test.each(placesOf(body).map((place) => ({ place, name: place.join('.') })))(
    'nothing of another type is taken as $name',
    async ({ place }) => {
      const right = kindOf(at(body, place));
      const answers = await Promise.all(
        VALUES.map((value) => it.call(method, path, { token, body: withValue(body, place, value) })),
      );
      for (const [index, answer] of answers.entries()) {
        const value = VALUES[index] as Json;
        const isSameKind =
          kindOf(value) === right ||
          (value === null && nullable.includes(String(place[0])) && place.length === 1);
        // Never a fault of ours, and never a number made of text, a yes made of a number …
        expect({ value, status: answer.status }).toMatchObject({
          status: expect.toSatisfy((code) => code < 500),
        });
        if (!isSameKind) {
          expect({ value, status: answer.status }).toEqual({ value, status: 400 });
          expect(answer.body.error.code).toBe('invalid');
        }
      }
    },
  );

  test('an unknown field is refused, never dropped', async () => {
    const answer = await it.call(method, path, { token, body: { ...body, isAdmin: true } });
    expect(answer.status).toBe(400);
    expect(answer.body.error.code).toBe('invalid');
  });

  test('no body and other bodies than objects are refused', async () => {
    for (const raw of ['', 'null', '[]', '"x"', '5', '{', '{"a":1}x', '\u0000'])
      expect((await it.call(method, path, { token, raw })).status).toBe(400);
    expect((await it.call(method, path, { token })).status).toBe(400);
  });

  test('prototype keys, keys said twice and endless numbers are refused', async () => {
    const text = JSON.stringify(body);
    for (const extra of ['"__proto__":{"role":"admin"}', '"constructor":1', '"a":1,"a":2', '"n":1e999']) {
      const answer = await it.call(method, path, { token, raw: `{${extra},${text.slice(1)}` });
      expect(answer.body.error.code).toBe('not-json');
    }
    expect(Object.prototype).not.toHaveProperty('role');
  });

  test('one byte too many is too large', async () => {
    const padding = ' '.repeat(65_536 - JSON.stringify(body).length);
    const fits = await it.call(method, path, { token, raw: `${JSON.stringify(body)}${padding}` });
    expect(fits.status).toBeLessThan(300);
    const over = await it.call(method, path, { token, raw: `${JSON.stringify(body)}${padding} ` });
    expect([over.status, over.body.error.code]).toEqual([413, 'too-large']);
  });

  test('other media types are refused', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) {
      const answer = await it.call(method, path, { token, raw: 'a=1', headers: { 'content-type': type } });
      expect([answer.status, answer.body.error.code]).toEqual([415, 'unsupported-media-type']);
    }
  });
});

test('whatever JSON a trip is, the answer is 201 or 400', async () => {
  await fc.assert(
    fc.asyncProperty(fc.json({ maxDepth: 4 }), async (raw) => {
      const path = `/v1/vehicles/${vehicleId}/trips`;
      expect((await it.call('POST', path, { token: owner.token, raw })).status).toBe(400);
    }),
    { numRuns: 60 },
  );
});

const wrongQueries = [
  'signals?from=yesterday&to=2026-01-16T00:00:00Z',
  'signals?from=2026-01-15T00:00:00&to=2026-01-16T00:00:00Z',
  'signals?from=2026-01-15T00:00:00Z',
  'signals?from=2026-01-15T00:00:00Z&to=2026-01-16T00:00:00Z&path=Vehicle.Nothing',
  'signals?from=2026-01-15T00:00:00Z&to=2026-01-16T00:00:00Z&path=constructor',
  'signals?from=2026-01-15T00:00:00Z&to=2026-01-16T00:00:00Z&limit=0',
  'signals?from=2026-01-15T00:00:00Z&to=2026-01-16T00:00:00Z&limit=5001',
  'signals?from=2026-01-15T00:00:00Z&to=2026-01-16T00:00:00Z&limit=1e3',
  'signals?from=2026-01-15T00:00:00Z&to=2026-01-16T00:00:00Z&after=nonsense',
  'signals?from=2026-01-15T00:00:00Z&to=2026-01-16T00:00:00Z&after=0.nonsense',
  'signals?from=2026-01-15T00:00:00Z&to=2026-01-16T00:00:00Z&unknown=1',
  'signals/downsampled?from=2026-01-15T00:00:00Z&to=2026-01-16T00:00:00Z&path=Vehicle.CurrentLocation.Latitude',
  'signals/downsampled?from=2026-01-15T00:00:00Z&to=2026-01-16T00:00:00Z&path=Vehicle.Speed&step=0',
  'alerts?before=nonsense',
  'alerts?state=burning',
  'alerts?limit=-1',
  'trips?before=nonsense',
  'trips?withdrawn=yes',
];
test.each(wrongQueries)('refuses %s', async (query) => {
  const answer = await it.call('GET', `/v1/vehicles/${vehicleId}/${query}`, { token: owner.token });
  expect([answer.status, answer.body.error.code]).toEqual([400, 'invalid']);
});

test('more buckets than one answer holds are refused', async () => {
  const query = 'from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z&path=Vehicle.Speed&step=1';
  const path = `/v1/vehicles/${vehicleId}/signals/downsampled?${query}`;
  expect((await it.call('GET', path, { token: owner.token })).body.error.code).toBe('range-too-large');
});

test.each([
  '/v1/nothing',
  '/nothing',
  '/v1/vehicles/%ZZ',
  '/v1/../etc/passwd',
  '//',
  '/v1/vehicles/veh_short',
])('answers %s with an error of the documented shape', async (path) => {
  const answer = await it.call('GET', path, { token: owner.token });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(answer.body.error.code).toEqual(expect.any(String));
});

/** Sends bytes and reads until the server closes. */
function talk(text: string): Promise<string> {
  const { hostname, port } = new URL(it.api.address);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let answer = '';
    socket.on('data', (data) => {
      answer += data.toString();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

test('a request that never ends is ended', async () => {
  const head = `POST /v1/people HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nauthorization: Bearer ${it.adminToken}\r\n`;
  expect(await talk(`${head}content-length: 100\r\n\r\n{"name`)).toMatch(/^(HTTP\/1.1 (408|503)|$)/);
});

test('bytes that are not HTTP get an error and nothing else happens', async () => {
  expect(await talk('\u0016\u0003\u0001 nonsense\r\n\r\n')).toContain('400');
  expect((await it.call('GET', '/livez')).status).toBe(200);
});

test('the plan used in other tests is taken here', async () => {
  const path = `/v1/vehicles/${vehicleId}/trips`;
  expect((await it.call('POST', path, { token: owner.token, body: tripPlan() })).status).toBe(201);
});
