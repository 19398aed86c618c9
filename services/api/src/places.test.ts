import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { startApi, type TestApi } from './api.fixture.ts';

let it: TestApi;
let asked: string[];
const map = createServer((request, response) => {
  asked.push(request.url ?? '');
  const feature = { geometry: { coordinates: [24.5, 61] }, properties: { name: 'Clinic', city: 'Town' } };
  response.end(JSON.stringify({ features: [feature] }));
});
afterEach(async () => {
  await it.stop();
  map.close();
});

async function start(
  environment: Readonly<Record<string, string>> = {},
): Promise<(text: string) => Promise<unknown>> {
  asked = [];
  await new Promise<void>((resolve) => map.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(map.address() as AddressInfo).port}`;
  it = await startApi({ environment: { PHOTON_URL: origin, ...environment } });
  const { token } = await it.addPerson();
  return async (text) => {
    const { status, body } = await it.call('POST', '/v1/places', { token, body: { text } });
    return status === 200 ? body.places : body.error.code;
  };
}

test('an address is asked of the server of the settings, once, and coordinates of nobody', async () => {
  const find = await start();
  const clinic = { name: 'Clinic, Town', lat: 61, lon: 24.5 };
  expect(await find(' Long Street 1 ')).toEqual([clinic]);
  expect(await find('Long Street 1')).toEqual([clinic]);
  expect(await find('61.5, 24.5')).toEqual([{ name: '61.5, 24.5', lat: 61.5, lon: 24.5 }]);
  expect(asked).toEqual(['/api?q=Long+Street+1&limit=5']);
});

test('without such a server the reason is told, and nobody asked', async () => {
  const find = await start({ PHOTON_URL: '' });
  expect(await find('Long Street 1')).toBe('unavailable');
  expect(await find('x')).toBe('invalid');
  expect(asked).toEqual([]);
});

test('one person’s questions leave room for everybody else’s', async () => {
  const find = await start({ API_REQUESTS_PER_S: '6' });
  expect(await find('61.5, 24.5')).toHaveLength(1);
  expect(await find('61.5, 24.5')).toBe('too-many-requests');
  const other = (await it.addPerson()).token;
  const answer = await it.call('POST', '/v1/places', { token: other, body: { text: '61.5, 24.5' } });
  expect(answer.status).toBe(200);
  const refused = await it.call('POST', '/v1/places', { token: other, body: { text: '61.5, 24.5' } });
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
});
