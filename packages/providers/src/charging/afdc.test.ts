import { describe, expect, test } from 'vitest';
import { impatientClock, type Reply, vendorOn } from '../loopback.fixture.ts';
import { afdc } from './afdc.ts';

const NOON_MS = Date.UTC(2026, 0, 15, 12);

const unit = { charging_level: 'DC_FAST', connectors: { J1772COMBO: { power_kw: 150, port_count: 2 } } };
const station = (id: number, change: object = {}) => ({
  ...{ id, station_name: `Station ${id}`, latitude: 41.24, longitude: -73.01, status_code: 'E' },
  ...{ access_code: 'public', access_days_time: '24 hours daily', ev_charging_units: [unit] },
  updated_at: '2026-01-10T08:00:00Z',
  ...change,
});
const stations = (...fuel_stations: readonly unknown[]): Reply => ({
  body: { total_results: fuel_stations.length, fuel_stations },
});

async function sourceOf(reply: Reply) {
  const vendor = await vendorOn(() => reply);
  const clock = impatientClock(NOON_MS);
  const url = `${vendor.baseUrl}/api/alt-fuel-stations/v1.json?state=CT`;
  return { vendor, source: afdc({ url, key: 'secret', clock, random: () => 0.5, fetch }) };
}

test('stations are asked for in one question, with the key in a header', async () => {
  const { source, vendor } = await sourceOf(stations(station(1)));
  expect(await source.list()).toMatchObject({
    kind: 'whole',
    locations: [
      {
        ...{ locationId: 'afdc-1', name: 'Station 1', source: 'afdc' },
        lastUpdatedAtMs: Date.UTC(2026, 0, 10, 8),
        evses: [1, 2].map(() => ({
          status: 'UNKNOWN',
          connectors: [{ standard: 'IEC_62196_T1_COMBO', powerType: 'DC', maxPowerKw: 150 }],
        })),
      },
    ],
  });
  const [heard] = vendor.heard;
  expect(heard?.headers['x-api-key']).toBe('secret');
  expect(Object.fromEntries(heard?.url.searchParams ?? [])).toEqual({
    ...{ fuel_type: 'ELEC', access: 'public', state: 'CT', limit: 'all' },
  });
});

test.each<[string, object, string, string, number]>([
  [
    'a Tesla plug is J3400',
    { charging_level: 'DC_FAST', connectors: { TESLA: { power_kw: 250 } } },
    'SAE_J3400',
    'DC',
    250,
  ],
  [
    'J1772',
    { charging_level: '2', connectors: { J1772: { power_kw: 7.2 } } },
    'IEC_62196_T1',
    'AC_1_PHASE',
    7.2,
  ],
  [
    'no power at level 2',
    { charging_level: '2', connectors: { J1772: {} } },
    'IEC_62196_T1',
    'AC_1_PHASE',
    6.2,
  ],
  ['no power when fast', { charging_level: 'DC_FAST', connectors: { CHADEMO: null } }, 'CHADEMO', 'DC', 50],
  [
    'an unknown plug',
    { charging_level: '1', connectors: { PLUG: { power_kw: 1 } } },
    'OTHER',
    'AC_1_PHASE',
    1,
  ],
])('%s', async (_, one, standard, powerType, maxPowerKw) => {
  const { source } = await sourceOf(stations(station(1, { ev_charging_units: [one] })));
  expect((await source.list()).locations[0]?.evses[0]?.connectors).toEqual([
    { standard, powerType, maxPowerKw },
  ]);
});

test('one out of use is there, and rated so', async () => {
  const { source } = await sourceOf(stations(station(1, { status_code: 'T' })));
  expect((await source.list()).locations[0]?.evses[0]?.status).toBe('INOPERATIVE');
});

test('those that cannot be used are counted', async () => {
  const { source } = await sourceOf(
    stations(
      ...[null, station(2, { latitude: null }), station(3, { status_code: 'P' })],
      ...[station(4, { access_code: 'private' }), station(5, { ev_charging_units: null })],
      ...[station(6, { latitude: 141 }), station(1)],
    ),
  );
  const said = await source.list();
  expect(said.locations).toHaveLength(1);
  expect(said.quarantined).toEqual({
    ...{ 'location-without-id': 1, 'coordinates-unreadable': 1, planned: 1, 'not-public': 1 },
    ...{ 'location-without-evses': 1, 'location-out-of-bounds': 1 },
  });
});

describe('no answer is', () => {
  const error = (code: string) => ({ error: { code, message: 'no' } });
  test.each<[string, string, Reply]>([
    ['a key that is missing', 'auth', { status: 403, body: error('API_KEY_MISSING') }],
    ['too many questions', 'rate-limited', { status: 429, body: error('OVER_RATE_LIMIT') }],
    ['text', 'bad-payload', { body: 'hello' }],
    ['another shape', 'bad-payload', { body: [] }],
    ['nothing', 'no-data', stations()],
  ])('%s', async (_, kind, reply) => {
    const { source } = await sourceOf(reply);
    await expect(source.list()).rejects.toMatchObject({ kind });
  });
});

test('a probe asks for one station', async () => {
  const { source, vendor } = await sourceOf(stations(station(1)));
  expect(await source.probe(new AbortController().signal)).toBe('1 of its stations');
  expect(vendor.heard[0]?.url.searchParams.get('limit')).toBe('1');
});

test.each([
  ['ChargePoint Network', 'ChargePoint Network'],
  ['Non-Networked', undefined],
  [null, undefined],
])('the network %s is the operator %s', async (ev_network, operator) => {
  const { source } = await sourceOf(stations(station(1, { ev_network })));
  expect((await source.list()).locations[0]?.operator).toBe(operator);
});
