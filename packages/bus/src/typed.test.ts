import type { Trip } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import type { BusRecord, OutgoingRecord } from './bus.ts';
import { TOPICS, topicList } from './topics.ts';
import { decodeRecord, encodeRecord, type Opener, type Sealer } from './typed.ts';

const VEHICLE = 'veh_milford0001';
const trip: Trip = {
  tripId: 'trip-1',
  vehicleId: VEHICLE,
  revision: 1,
  source: 'driver',
  createdAtMs: 5,
  departAtMs: 6,
  reserveSocPct: 5,
  origin: { name: 'home', lat: 41, lon: -73 },
  stops: [{ stopId: 'there', name: 'There', lat: 41, lon: -72, kind: 'destination' }],
};

/** Turns every byte round; the key's name tells for whom and when. */
const sealer: Sealer = {
  seal: (vehicleId, atMs, bytes) => ({
    keyId: `${vehicleId}@${atMs}`,
    box: bytes.map((byte) => byte ^ 0xff),
  }),
};
const opener: Opener = {
  open: (vehicleId, keyId, box) =>
    keyId.startsWith(`${vehicleId}@`)
      ? { kind: 'opened', bytes: box.map((byte) => byte ^ 0xff) }
      : { kind: 'denied', reason: 'no-consent' },
};
const asRead = (record: OutgoingRecord, change: Partial<BusRecord> = {}): BusRecord => ({
  partition: 0,
  offset: 0,
  timestampMs: 0,
  ...record,
  headers: record.headers ?? {},
  ...change,
});
const written = encodeRecord(TOPICS.trips, VEHICLE, trip, 7, sealer);

describe('a sealed topic', () => {
  test('brings back what was written', () => {
    expect(decodeRecord(TOPICS.trips, asRead(written), opener)).toEqual({ kind: 'record', record: trip });
  });

  test('shows nothing in clear, and names the key it takes', () => {
    expect(Buffer.from(written.value ?? []).toString('latin1')).not.toContain('home');
    expect(written).toMatchObject({
      topic: 'trips.v1',
      key: `${VEHICLE}/${trip.tripId}`,
      headers: { keyId: `${VEHICLE}@7` },
    });
  });

  test.each([
    ['without permission', { key: `veh_stranger0001/${trip.tripId}` }, 'no-consent'],
    ['without the name of its key', { headers: {} }, 'no-consent'],
  ])('%s is unreadable, and says why', (_, change, reason) => {
    expect(decodeRecord(TOPICS.trips, asRead(written, change), opener)).toEqual({
      kind: 'unreadable',
      reason,
    });
  });
});

describe('a topic in clear', () => {
  const chargers = (value: Uint8Array | null) =>
    decodeRecord(TOPICS.chargers, asRead({ topic: TOPICS.chargers.name, key: 'a', value }), opener);
  const place = {
    locationId: 'a',
    name: 'A',
    lat: 41,
    lon: -73,
    source: 'test',
    lastUpdatedAtMs: 5,
    evses: [
      {
        uid: 'a-1',
        status: 'UNKNOWN',
        lastUpdatedAtMs: 5,
        connectors: [{ standard: 'CHADEMO', powerType: 'DC', maxPowerKw: 50 }],
      },
    ],
  };
  const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

  test('is plain JSON', () => {
    expect(chargers(bytes(place))).toEqual({ kind: 'record', record: place });
  });

  test('a field that a newer version added is left out', () => {
    expect(chargers(bytes({ ...place, owner: 'somebody' }))).toEqual({ kind: 'record', record: place });
  });

  test('a tombstone is one', () => {
    expect(chargers(null)).toEqual({ kind: 'tombstone' });
  });

  test.each<[string, Uint8Array]>([
    ['nothing', bytes('')],
    ['half a record', bytes(JSON.stringify(place).slice(0, 40))],
    ['bytes that are no text', Uint8Array.of(0xc3, 0x28)],
    ['another shape', bytes([place])],
    ['null', bytes('null')],
    ['a number as text', bytes({ ...place, lat: '41' })],
    ['a field too many and one too few', bytes({ ...place, name: undefined, owner: 'somebody' })],
    ['a field too few', bytes({ ...place, name: undefined })],
    ['a place on no map', bytes({ ...place, lat: 91 })],
    ['a prototype', bytes('{"__proto__":{"locationId":"a"}}')],
  ])('%s is unreadable and no error', (_, value) => {
    const decoded = chargers(value);
    expect(decoded.kind).toBe('unreadable');
    if (decoded.kind === 'unreadable') expect(decoded.reason.length).toBeLessThanOrEqual(300);
  });

  test('says what is wrong, and where', () => {
    expect(chargers(bytes({ ...place, lat: 91 }))).toMatchObject({ reason: expect.stringContaining('lat') });
  });
});

test('raw frames are bytes, not records', () => {
  const raw = asRead({
    topic: TOPICS.raw.name,
    key: VEHICLE,
    value: Uint8Array.of(1),
    headers: { keyId: `${VEHICLE}@1` },
  });
  expect(decodeRecord(TOPICS.raw, raw, opener).kind).toBe('unreadable');
});

test('topics have names of their own, a version, and a schema unless they hold bytes', () => {
  expect(new Set(topicList.map(({ name }) => name)).size).toBe(topicList.length);
  for (const topic of topicList) {
    expect(topic.name).toMatch(/^[a-z.]+\.v\d+$/);
    expect(topic.schema === undefined).toBe(topic.name === TOPICS.raw.name);
  }
});
