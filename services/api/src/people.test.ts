import { hashSecret } from '@outrider/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi, type TestApi } from './api.fixture.ts';
import { ensureAdminToken } from './app.ts';

let it: TestApi;
beforeAll(async () => {
  it = await startApi();
});
afterAll(() => it.stop());

test('the first start makes one admin token, and no later start another', async () => {
  expect(it.adminToken).toMatch(/^person_/);
  expect(await ensureAdminToken(it.state, it.eventClock)).toBeUndefined();
});

test('tokens are kept as hashes only', async () => {
  const { token, personId } = await it.addPerson();
  const stored = await it.state.tokens.findByHash(hashSecret(token));
  expect(stored).toMatchObject({ kind: 'person', personId });
  expect(JSON.stringify(stored)).not.toContain(token);
});

test('a person changes how and when they are told', async () => {
  const { token } = await it.addPerson();
  const body = {
    email: 'driver@example.com',
    language: 'en',
    units: 'imperial',
    timeZone: 'America/New_York',
    quietHours: { from: '22:30', to: '07:00' },
    channels: ['email', 'feed'],
  };
  expect((await it.call('PATCH', '/v1/people/me', { token, body })).body).toMatchObject(body);
  expect((await it.call('GET', '/v1/people/me', { token })).body).toMatchObject(body);
  const off = await it.call('PATCH', '/v1/people/me', { token, body: { quietHours: null } });
  expect(off.body).toMatchObject({ quietHours: null, units: 'imperial' });
});

test('a webhook gets a secret, shown once and never again', async () => {
  const { token } = await it.addPerson();
  const body = { webhookUrl: 'https://hooks.example.com/outrider' };
  const made = await it.call('PATCH', '/v1/people/me', { token, body });
  expect(made.body.webhookSecret).toMatch(/^whsec_/);
  expect((await it.call('GET', '/v1/people/me', { token })).body).not.toHaveProperty('webhookSecret');
  const again = await it.call('PATCH', '/v1/people/me', { token, body });
  expect(again.body).not.toHaveProperty('webhookSecret');
});

const wrongPreferences = [
  { name: 'a webhook without TLS', body: { webhookUrl: 'http://hooks.example.com/' }, path: 'webhookUrl' },
  { name: 'a webhook with a password', body: { webhookUrl: 'https://a:b@example.com/' }, path: 'webhookUrl' },
  { name: 'a webhook that is a file', body: { webhookUrl: 'file:///etc/passwd' }, path: 'webhookUrl' },
  { name: 'an unknown time zone', body: { timeZone: 'Mars/Olympus' }, path: 'timeZone' },
  {
    name: 'an hour that is none',
    body: { quietHours: { from: '24:00', to: '07:00' } },
    path: 'quietHours.from',
  },
  {
    name: 'quiet hours without length',
    body: { quietHours: { from: '07:00', to: '07:00' } },
    path: 'quietHours',
  },
  { name: 'a channel named twice', body: { channels: ['feed', 'feed'] }, path: 'channels' },
  { name: 'an unknown channel', body: { channels: ['pigeon'] }, path: 'channels.0' },
  { name: 'a header in an address', body: { email: 'a@example.com\r\nBcc: b@example.com' }, path: 'email' },
  { name: 'a line break in a name', body: { name: 'a\r\nb' }, path: 'name' },
  { name: 'a phone number without country', body: { phone: '0401234567' }, path: 'phone' },
];
for (const { name, body, path } of wrongPreferences) {
  test(`refuses ${name}`, async () => {
    const { token } = await it.addPerson();
    const answer = await it.call('PATCH', '/v1/people/me', { token, body });
    expect(answer.status).toBe(400);
    expect(answer.body.error.code).toBe('invalid');
    expect(answer.body.error.problems.map((one: { path: string }) => one.path)).toContain(path);
  });
}

test('a renewed token works and the old one does not', async () => {
  const { token } = await it.addPerson();
  const renewed = (await it.call('POST', '/v1/people/me/token', { token })).body.token;
  expect((await it.call('GET', '/v1/people/me', { token })).status).toBe(401);
  expect((await it.call('GET', '/v1/people/me', { token: renewed })).status).toBe(200);
  expect((await it.call('DELETE', '/v1/people/me/token', { token: renewed })).status).toBe(204);
  expect((await it.call('GET', '/v1/people/me', { token: renewed })).status).toBe(401);
});

test('a token exchanged twice at the same moment becomes one new token', async () => {
  const { token } = await it.addPerson();
  const exchange = () => it.call('POST', '/v1/people/me/token', { token });
  const statuses = (await Promise.all([exchange(), exchange(), exchange()])).map(({ status }) => status);
  expect(statuses.toSorted()).toEqual([201, 401, 401]);
});

test('a car’s token is no person’s token', async () => {
  const { token } = await it.addPerson();
  const vehicleId = await it.addVehicle(token);
  const device = (await it.call('POST', `/v1/vehicles/${vehicleId}/device-tokens`, { token })).body;
  const answer = await it.call('GET', '/v1/people/me', { token: device.token });
  expect(answer.status).toBe(401);
  expect(answer.body.error.code).toBe('not-authenticated');
  expect(answer.headers.get('www-authenticate')).toContain('Bearer');
});
