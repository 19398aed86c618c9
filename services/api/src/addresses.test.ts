import { afterAll, expect, test } from 'vitest';
import { startApi } from './api.fixture.ts';

const it = await startApi({ environment: { PAGERDUTY_URL: 'https://events.pagerduty.com' } });
const closed = await startApi();
afterAll(async () => {
  await it.stop();
  await closed.stop();
});

const KEY = 'R0123456789abcdefghijklmnopqrs01';
const LIST = '/v1/people/me/addresses';
const give = (token: string, routingKey = KEY) =>
  it.call('PUT', '/v1/people/me/pagerduty', { token, body: { routingKey } });

test('a service’s key is taken, switched on, and never shown', async () => {
  const { token, personId } = await it.addPerson();
  expect(await give(token)).toMatchObject({ status: 200, body: { channel: 'pagerduty', endsWith: 'rs01' } });
  expect((await it.call('GET', '/v1/people/me', { token })).body.channels).toContain('pagerduty');
  const listed = await it.call('GET', LIST, { token });
  expect(listed.body.addresses).toHaveLength(1);
  expect(JSON.stringify(listed.body)).not.toContain(KEY);
  const [contact] = (await it.state.people.find(personId))?.contacts ?? [];
  expect(contact).toMatchObject({ channel: 'pagerduty', target: KEY });
});

test('another key takes its place, the same one changes nothing', async () => {
  const { token } = await it.addPerson();
  const ids = new Set([(await give(token)).body.addressId, (await give(token)).body.addressId]);
  expect(ids.size).toBe(1);
  await give(token, KEY.replace('01', '02'));
  const { addresses } = (await it.call('GET', LIST, { token })).body;
  expect(addresses).toHaveLength(1);
  expect(ids).not.toContain(addresses[0].addressId);
});

test('an address ends once, by whoever gave it, and only what is listed', async () => {
  const [mine, other] = [await it.addPerson(), await it.addPerson()];
  const { addressId } = (await give(mine.token)).body;
  const end = (token: string, id = addressId) => it.call('DELETE', `${LIST}/${id}`, { token });
  expect((await end(other.token)).status).toBe(404);
  expect((await end(mine.token)).status).toBe(204);
  expect((await end(mine.token)).status).toBe(404);
  await it.state.contacts.put({
    ...{ contactId: 'a-phone', personId: mine.personId, channel: 'sms', target: '+15551230001' },
    ...{ verifiedAtMs: 0, stoppedAtMs: null },
  });
  expect((await end(mine.token, 'a-phone')).status).toBe(404);
});

for (const { name, routingKey } of [
  { name: 'a key of 31 characters', routingKey: KEY.slice(1) },
  { name: 'a key of 33 characters', routingKey: `${KEY}0` },
  { name: 'a key with other signs', routingKey: `${KEY.slice(1)}"` },
])
  test(`refuses ${name}`, async () => {
    const { token } = await it.addPerson();
    expect(await give(token, routingKey)).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid' } },
    });
  });

test('where PagerDuty is not set up no key is kept', async () => {
  const { token } = await closed.addPerson();
  const body = { routingKey: KEY };
  expect((await closed.call('PUT', '/v1/people/me/pagerduty', { token, body })).status).toBe(409);
  expect((await closed.call('GET', LIST, { token })).body.addresses).toEqual([]);
});
