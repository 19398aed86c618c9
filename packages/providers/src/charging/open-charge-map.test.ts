import { chargingLocation } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { impatientClock, type Reply, vendorOn } from '../loopback.fixture.ts';
import { openChargeMap } from './open-charge-map.ts';

const NOON_MS = Date.UTC(2026, 0, 15, 12);

const connection = { ConnectionTypeID: 33, StatusTypeID: 50, PowerKW: 150, CurrentTypeID: 30, Quantity: 2 };
const place = (ID: number, change: object = {}) => ({
  ID,
  AddressInfo: { Title: `Place ${ID}`, Latitude: 52.5, Longitude: 13.4 },
  Connections: [connection],
  DateLastStatusUpdate: '2026-01-10T08:00:00Z',
  ...change,
});

async function mapOf(answer: (query: URLSearchParams) => Reply, key?: string) {
  const vendor = await vendorOn(({ url }) => answer(url.searchParams));
  const source = openChargeMap({
    url: `${vendor.baseUrl}/v3/poi/?countrycode=DE`,
    ...(key === undefined ? {} : { key }),
    ...{ clock: impatientClock(NOON_MS), random: () => 0.5, fetch },
  });
  return { vendor, source };
}

describe('its places', () => {
  test('are read page by page, by ascending id', async () => {
    const all = Array.from({ length: 501 }, (_, i) => place(i + 1));
    const { source, vendor } = await mapOf((query) => ({
      body: all.filter(({ ID }) => ID > Number(query.get('greaterthanid') ?? 0)).slice(0, 500),
    }));
    const said = await source.list();
    expect(said).toMatchObject({ kind: 'whole', fetchedAtMs: NOON_MS });
    expect(said.locations).toHaveLength(501);
    expect(vendor.heard.map(({ url }) => url.searchParams.get('greaterthanid'))).toEqual([null, '500']);
    expect(vendor.heard[0]?.url.searchParams.get('countrycode')).toBe('DE');
    for (const one of said.locations) chargingLocation.parse(one);
  });

  test('have a post for each of a connection, and its date', async () => {
    const { source } = await mapOf(() => ({ body: [place(7)] }));
    expect((await source.list()).locations[0]).toMatchObject({
      ...{ locationId: 'ocm-7', name: 'Place 7', source: 'open-charge-map' },
      lastUpdatedAtMs: Date.UTC(2026, 0, 10, 8),
      evses: [1, 2].map(() => ({
        status: 'UNKNOWN',
        connectors: [{ standard: 'IEC_62196_T2_COMBO', powerType: 'DC', maxPowerKw: 150 }],
      })),
    });
  });

  test.each<[string, object, string, string]>([
    [
      'a Type 2 socket',
      { ConnectionTypeID: 25, CurrentTypeID: 20, PowerKW: 22 },
      'IEC_62196_T2',
      'AC_3_PHASE',
    ],
    [
      'a tethered Type 2',
      { ConnectionTypeID: 1036, CurrentTypeID: 10, PowerKW: 7 },
      'IEC_62196_T2',
      'AC_1_PHASE',
    ],
    ['CCS1', { ConnectionTypeID: 32 }, 'IEC_62196_T1_COMBO', 'DC'],
    ['CHAdeMO without its current', { ConnectionTypeID: 2, CurrentTypeID: undefined }, 'CHADEMO', 'DC'],
    ['GB/T for direct current', { ConnectionTypeID: 1040 }, 'GBT_DC', 'DC'],
    ['a plug nobody knows', { ConnectionTypeID: 4711 }, 'OTHER', 'DC'],
  ])('%s', async (_, change, standard, powerType) => {
    const { source } = await mapOf(() => ({
      body: [place(1, { Connections: [{ ...connection, ...change }] })],
    }));
    expect((await source.list()).locations[0]?.evses[0]?.connectors[0]).toMatchObject({
      standard,
      powerType,
    });
  });
});

describe('its posts', () => {
  test.each([
    [10, 'AVAILABLE'],
    [20, 'CHARGING'],
    [30, 'INOPERATIVE'],
    [50, 'UNKNOWN'],
    [75, 'UNKNOWN'],
    [100, 'OUTOFORDER'],
    [150, 'PLANNED'],
    [0, 'UNKNOWN'],
    [4711, 'UNKNOWN'],
    [undefined, 'UNKNOWN'],
  ])('with status %s are %s', async (StatusTypeID, status) => {
    const { source } = await mapOf(() => ({
      body: [place(1, { Connections: [{ ...connection, StatusTypeID }] })],
    }));
    expect((await source.list()).locations[0]?.evses[0]?.status).toBe(status);
  });

  test.each([200, 210])('with status %i are gone', async (StatusTypeID) => {
    const { source } = await mapOf(() => ({ body: [place(2), place(3, { StatusTypeID })] }));
    expect((await source.list()).locations.map(({ locationId }) => locationId)).toEqual(['ocm-2']);
  });

  test.each<[string, number | undefined, number | undefined, string]>([
    ['a broken place with a plug that was fine once', 100, 50, 'OUTOFORDER'],
    ['a planned place with a plug nobody knows of', 150, 0, 'PLANNED'],
    ['a place that works with a broken plug', 50, 100, 'OUTOFORDER'],
    ['a place in use with a plug nobody knows of', 20, 0, 'CHARGING'],
    ['a place in use with a free plug', 20, 10, 'AVAILABLE'],
    ['a place and a plug nobody knows of', 0, undefined, 'UNKNOWN'],
  ])('%s', async (_, StatusTypeID, ofConnection, status) => {
    const Connections = [{ ...connection, StatusTypeID: ofConnection }];
    const { source } = await mapOf(() => ({ body: [place(1, { StatusTypeID, Connections })] }));
    expect((await source.list()).locations[0]?.evses[0]?.status).toBe(status);
  });

  test.each<[number, boolean]>([
    [0, true],
    [1, true],
    [2, false],
    [3, true],
    [4, true],
    [5, true],
    [6, false],
    [7, true],
  ])('for users of type %i are shown: %s', async (UsageTypeID, isShown) => {
    const { source } = await mapOf(() => ({ body: [place(1, { UsageTypeID }), place(2)] }));
    const said = await source.list();
    expect(said.locations).toHaveLength(isShown ? 2 : 1);
    expect(said.quarantined).toEqual(isShown ? {} : { 'not-public': 1 });
  });

  test('without power have what volts and amperes give', async () => {
    const change = { PowerKW: undefined, Voltage: 400, Amps: 32, CurrentTypeID: 20, ConnectionTypeID: 25 };
    const { source } = await mapOf(() => ({
      body: [place(1, { Connections: [{ ...connection, ...change }] })],
    }));
    expect((await source.list()).locations[0]?.evses[0]?.connectors[0]?.maxPowerKw).toBeCloseTo(22.2, 1);
  });

  test('that cannot be used are counted', async () => {
    const bad = [
      null,
      { ID: 2 },
      place(3, { Connections: [] }),
      place(4, { AddressInfo: { Latitude: 0, Longitude: 0 } }),
      place(5, { Connections: [{ ConnectionTypeID: 33 }] }),
      place(6, { StatusTypeID: 200, Connections: [{ ...connection, StatusTypeID: undefined }] }),
      place(7, { AddressInfo: { Latitude: 95, Longitude: 1 } }),
    ];
    const { source } = await mapOf(() => ({ body: [...bad, place(1)] }));
    const said = await source.list();
    expect(said.locations.map(({ locationId }) => locationId)).toEqual(['ocm-1']);
    expect(said.quarantined).toEqual({
      'location-without-id': 1,
      'coordinates-unreadable': 2,
      'location-without-evses': 3,
      'location-out-of-bounds': 1,
    });
  });
});

describe('no answer is', () => {
  test.each<[string, string, Reply]>([
    ['a refused key', 'auth', { status: 403, body: 'REJECTED_APIKEY_INVALID' }],
    ['a refused key in a 200', 'auth', { body: 'REJECTED_APIKEY_INVALID' }],
    ['text', 'bad-payload', { body: 'hello' }],
    ['an object', 'bad-payload', { body: {} }],
    ['nothing', 'no-data', { body: [] }],
    [
      'a page in another order, such as that of their dates',
      'bad-payload',
      { body: Array.from({ length: 500 }, (_, i) => place(i === 300 ? 1_000 : i + 1)) },
    ],
    [
      'the newest first, as without an order',
      'bad-payload',
      { body: Array.from({ length: 500 }, (_, i) => place(900 - i)) },
    ],
    ['the same page again', 'bad-payload', { body: Array.from({ length: 500 }, () => place(1)) }],
    ['too many questions', 'rate-limited', { status: 429, body: '' }],
  ])('%s', async (_, kind, reply) => {
    const { source } = await mapOf(() => reply);
    await expect(source.list()).rejects.toMatchObject({ kind });
  });
});

test('its key goes in a header, where no log shows it', async () => {
  const { source, vendor } = await mapOf(() => ({ body: [place(1)] }), 'secret');
  expect(await source.probe(new AbortController().signal)).toBe('1 of its places');
  expect(vendor.heard[0]?.headers['x-api-key']).toBe('secret');
  expect(vendor.heard[0]?.url.search).not.toContain('secret');
});

test.each([
  [{ Title: 'Ionity' }, 'Ionity'],
  [{ Title: '(Unknown Operator)' }, undefined],
  [{ Title: '(Business Owner at Location)' }, undefined],
  [undefined, undefined],
])('%j is the operator %s', async (OperatorInfo, operator) => {
  const { source } = await mapOf(() => ({ body: [place(1, { OperatorInfo })] }));
  expect((await source.list()).locations[0]?.operator).toBe(operator);
});
