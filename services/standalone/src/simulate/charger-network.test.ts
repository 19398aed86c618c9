import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ChargingLocation, EvseStatus } from '@outrider/domain';
import { readLocations } from '@outrider/providers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ChargerNetwork, createChargerNetwork, locationIdOf, siteIdOf } from './charger-network.ts';

const NOON_MS = Date.UTC(2026, 0, 15, 12);

const placeOf = (siteId: string, status: EvseStatus = 'AVAILABLE', maxPowerKw = 150): ChargingLocation => ({
  ...{ locationId: siteId, name: `Charge Park ${siteId}`, lat: 50.5, lon: 10.25, source: 'synthetic' },
  evses: [
    {
      ...{ uid: `${siteId}-0`, status, lastUpdatedAtMs: NOON_MS },
      connectors: [{ standard: 'IEC_62196_T2_COMBO', powerType: 'DC', maxPowerKw }],
    },
  ],
  lastUpdatedAtMs: NOON_MS,
});

let server: Server;
let heard: { readonly request: IncomingMessage; readonly body: string }[];
let answer: { status: number; body: object };
let listed: readonly ChargingLocation[];
let network: ChargerNetwork;

beforeEach(async () => {
  heard = [];
  answer = { status: 200, body: { status_code: 1_000 } };
  listed = [placeOf('a'), placeOf('b')];
  server = createServer(async (request, response) => {
    heard.push({ request, body: await text(request) });
    response.writeHead(answer.status).end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  network = createChargerNetwork({ chargersAt: () => listed }, { baseUrl, token: 'secret' });
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

describe('a network that pushes', () => {
  test('tells of every place first, in OCPI’s own words, then of nothing while nothing changes', async () => {
    expect(await network.tell(NOON_MS)).toBe(2);
    expect(await network.tell(NOON_MS + 60_000)).toBe(0);
    expect(heard.map(({ request }) => `${request.method} ${request.url}`).toSorted()).toEqual([
      'PUT /ocpi/emsp/2.2.1/locations/XX/SYN/a',
      'PUT /ocpi/emsp/2.2.1/locations/XX/SYN/b',
    ]);
    expect(heard[0]?.request.headers.authorization).toBe('Token c2VjcmV0');
    const raw = heard.map(({ body }) => JSON.parse(body));
    const read = readLocations(raw, { source: 'push', receivedAtMs: NOON_MS });
    expect(read).toMatchObject({ quarantined: {}, mended: {} });
    expect(read.locations.find(({ locationId }) => locationId === locationIdOf('a'))).toEqual({
      ...placeOf('a'),
      ...{ locationId: 'XX*SYN*a', source: 'push' },
    });
  });

  test.each([
    ['breaks', placeOf('a', 'OUTOFORDER')],
    ['is taken', placeOf('a', 'CHARGING')],
    ['gives less power', placeOf('a', 'AVAILABLE', 40)],
  ])('tells of the one that %s, once', async (_, now) => {
    await network.tell(NOON_MS);
    listed = [now, placeOf('b')];
    expect(await network.tell(NOON_MS + 60_000)).toBe(1);
    expect(await network.tell(NOON_MS + 120_000)).toBe(0);
    expect(JSON.parse(heard.at(-1)?.body ?? '')).toMatchObject({
      id: 'a',
      last_updated: '2026-01-15T12:01:00.000Z',
    });
  });

  test.each([
    ['turned away', { status: 401, body: { status_code: 2_000 } }],
    ['taken by HTTP and not by OCPI', { status: 200, body: { status_code: 2_001 } }],
  ])('a push that is %s ends it, and is told again', async (_, said) => {
    answer = said;
    await expect(network.tell(NOON_MS)).rejects.toThrow();
    answer = { status: 200, body: { status_code: 1_000 } };
    expect(await network.tell(NOON_MS)).toBe(2);
  });
});

test('a site is known to the services by one id, and found again by it; others stay what they are', () => {
  expect(siteIdOf(locationIdOf('synthetic-site-7'))).toBe('synthetic-site-7');
  expect(siteIdOf('DE*TST*7')).toBe('DE*TST*7');
});
