import { afterAll, expect, test } from 'vitest';
import { startApi } from './api.fixture.ts';

const PUSH_PUBLIC_KEY = Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 7)]).toString('base64url');
const it = await startApi({ environment: { PUSH_PUBLIC_KEY } });
const closed = await startApi();
afterAll(async () => {
  await it.stop();
  await closed.stop();
});

const PATH = '/v1/people/me/push-subscriptions';
const subscription = (endpoint = 'https://push.example.net/p/1') => ({
  endpoint,
  // A browser says this too.
  expirationTime: null,
  keys: { p256dh: PUSH_PUBLIC_KEY, auth: Buffer.alloc(16, 9).toString('base64url') },
});

test('a browser subscribes with the key, and is told from then on', async () => {
  const { token, personId } = await it.addPerson();
  expect((await it.call('GET', '/v1/push-key', { token })).body).toEqual({ publicKey: PUSH_PUBLIC_KEY });
  const made = await it.call('POST', PATH, { token, body: subscription() });
  expect(made).toMatchObject({ status: 201, body: { service: 'push.example.net' } });
  expect((await it.call('GET', '/v1/people/me', { token })).body.channels).toContain('push');
  const [contact] = (await it.state.people.find(personId))?.contacts ?? [];
  expect(JSON.parse(contact?.target ?? '')).toEqual({
    endpoint: 'https://push.example.net/p/1',
    p256dh: PUSH_PUBLIC_KEY,
    auth: subscription().keys.auth,
  });
});

test('the same browser again is the same subscription, and its address is never shown', async () => {
  const { token } = await it.addPerson();
  const ids = new Set<string>();
  for (const _ of [1, 2])
    ids.add((await it.call('POST', PATH, { token, body: subscription() })).body.subscriptionId);
  expect(ids.size).toBe(1);
  const listed = await it.call('GET', PATH, { token });
  expect(listed.body.subscriptions).toHaveLength(1);
  expect(JSON.stringify(listed.body)).not.toContain('/p/1');
});

test('a subscription ends once, by whoever made it', async () => {
  const [mine, other] = [await it.addPerson(), await it.addPerson()];
  const { subscriptionId } = (await it.call('POST', PATH, { token: mine.token, body: subscription() })).body;
  const end = (token: string) => it.call('DELETE', `${PATH}/${subscriptionId}`, { token });
  expect((await end(other.token)).status).toBe(404);
  expect((await end(mine.token)).status).toBe(204);
  expect((await end(mine.token)).status).toBe(404);
});

test('ten browsers are enough', async () => {
  const { token } = await it.addPerson();
  const add = (index: number) =>
    it.call('POST', PATH, { token, body: subscription(`https://push.example.net/p/${index}`) });
  for (let index = 0; index < 10; index++) expect((await add(index)).status).toBe(201);
  expect((await add(10)).status).toBe(409);
  expect((await add(9)).status).toBe(201);
});

for (const { name, body } of [
  { name: 'an address without TLS', body: subscription('http://push.example.net/p/1') },
  { name: 'an address with a password', body: subscription('https://a:b@push.example.net/p/1') },
  { name: 'an address that is none', body: subscription('push') },
  { name: 'no keys', body: { endpoint: 'https://push.example.net/p/1' } },
  {
    name: 'a key of the wrong length',
    body: { ...subscription(), keys: { ...subscription().keys, auth: 'AAAA' } },
  },
])
  test(`refuses ${name}`, async () => {
    const { token } = await it.addPerson();
    expect(await it.call('POST', PATH, { token, body })).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid' } },
    });
  });

test('where Web Push is not set up there is no key, and nothing is kept', async () => {
  const { token } = await closed.addPerson();
  expect((await closed.call('GET', '/v1/push-key', { token })).status).toBe(404);
  expect((await closed.call('POST', PATH, { token, body: subscription() })).status).toBe(409);
});
