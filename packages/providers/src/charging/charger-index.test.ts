import {
  besideLine,
  type ChargingLocation,
  type ConnectorStandard,
  distanceM,
  type EvseStatus,
  type Position,
} from '@outrider/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chargerIndex } from './charger-index.ts';

const NOW_MS = Date.UTC(2026, 0, 15, 12);
const CCS: ReadonlySet<ConnectorStandard> = new Set(['IEC_62196_T2_COMBO', 'IEC_62196_T2']);

interface Post {
  readonly standard?: ConnectorStandard;
  readonly powerKw?: number;
  readonly status?: EvseStatus;
}

const location = (locationId: string, place: Position, ...posts: readonly Post[]): ChargingLocation => ({
  locationId,
  name: locationId,
  ...place,
  source: 'test',
  lastUpdatedAtMs: NOW_MS,
  evses: (posts.length === 0 ? [{}] : posts).map(
    ({ standard = 'IEC_62196_T2_COMBO', powerKw = 50, status = 'UNKNOWN' }, i) => ({
      uid: `${locationId}-${i}`,
      status,
      lastUpdatedAtMs: NOW_MS,
      connectors: [
        { standard, powerType: standard === 'IEC_62196_T2' ? 'AC_3_PHASE' : 'DC', maxPowerKw: powerKw },
      ],
    }),
  ),
});

const spot = (range: number) =>
  fc.record({
    lat: fc.double({ min: 41 - range, max: 41 + range, noNaN: true }),
    lon: fc.double({ min: -73 - range, max: -73 + range, noNaN: true }),
  });
const spots = fc.array(spot(0.4), { maxLength: 60 });

/** A straight road in pieces of about 500 m. */
function roadBetween(from: Position, to: Position) {
  const roadM = distanceM(from, to);
  const pieces = Math.max(1, Math.ceil(roadM / 500));
  return Array.from({ length: pieces }, (_, k) => ({
    lat: from.lat + ((to.lat - from.lat) * k) / pieces,
    lon: from.lon + ((to.lon - from.lon) * k) / pieces,
    distanceM: roadM / pieces,
  }));
}

describe('around a place', () => {
  const here = { lat: 41, lon: -73 };
  const around = (places: readonly ChargingLocation[], withinM: number, limit = 100) =>
    chargerIndex(places).around(here, withinM, limit, CCS, NOW_MS);

  test('is what trying all of them finds, nearest first', () => {
    fc.assert(
      fc.property(spots, fc.integer({ min: 100, max: 40_000 }), (some, withinM) => {
        const places = some.map((one, i) => location(`p${i}`, one));
        const wanted = places
          .map((one) => ({ id: one.locationId, awayM: distanceM(here, one) }))
          .filter(({ awayM }) => awayM <= withinM * 0.999);
        const found = around(places, withinM);
        for (const { id } of wanted) expect(found.some((one) => one.locationId === id)).toBe(true);
        for (const one of found) {
          expect(distanceM(here, one)).toBeLessThanOrEqual(withinM * 1.001);
          expect(one.detourM).toBeCloseTo(distanceM(here, one) * 1.3, 6);
          expect(one.alongM).toBe(0);
        }
        expect(found.map(({ detourM }) => detourM)).toEqual(
          found.map(({ detourM }) => detourM).toSorted((a, b) => a - b),
        );
      }),
    );
  });

  test('places without a fitting plug do not take up the room of those that have one', () => {
    const others = Array.from({ length: 50 }, (_, i) =>
      location(`other-${i}`, { lat: 41 + i * 1e-4, lon: -73 }, { standard: 'CHADEMO' }),
    );
    const ours = location('ours', { lat: 41.05, lon: -73 });
    expect(around([...others, ours], 20_000, 5).map(({ locationId }) => locationId)).toEqual(['ours']);
  });

  test('no places, no chargers', () => {
    expect(around([], 20_000)).toEqual([]);
    expect(chargerIndex([]).size).toBe(0);
    const road = roadBetween(here, { lat: 41.2, lon: -73 });
    expect(chargerIndex([]).alongRoute(road, { lat: 41.2, lon: -73 }, 8_000, CCS, NOW_MS)).toEqual([]);
  });
});

describe('along a road', () => {
  const from = { lat: 40.7, lon: -73.3 };
  const to = { lat: 41.3, lon: -72.7 };
  const road = roadBetween(from, to);
  const along = (places: readonly ChargingLocation[], corridorM = 8_000) =>
    chargerIndex(places).alongRoute(road, to, corridorM, CCS, NOW_MS);

  test('is what trying every piece of road finds, in the order passed', () => {
    fc.assert(
      fc.property(spots, fc.integer({ min: 500, max: 12_000 }), (some, corridorM) => {
        const places = some.map((one, i) => location(`p${i}`, one));
        const awayOf = (place: Position) =>
          Math.min(...road.map((piece, i) => besideLine(place, piece, road[i + 1] ?? to).awayM));
        const wanted = places.filter((one) => awayOf(one) <= corridorM).map(({ locationId }) => locationId);
        const found = along(places, corridorM);
        expect(found.map(({ locationId }) => locationId).toSorted()).toEqual(wanted.toSorted());
        for (const one of found) expect(one.detourM).toBeCloseTo(2 * 1.3 * awayOf(one), 3);
        const passed = found.map(({ alongM }) => alongM);
        expect(passed).toEqual(passed.toSorted((a, b) => a - b));
      }),
      { numRuns: 40 },
    );
  });

  test('the exit is where the road comes nearest, in metres of road', () => {
    const middle = { lat: (from.lat + to.lat) / 2, lon: (from.lon + to.lon) / 2 };
    const half = distanceM(from, to) / 2;
    const [found] = along([location('middle', { lat: middle.lat + 0.02, lon: middle.lon - 0.02 })]);
    expect(Math.abs((found?.alongM ?? 0) - half)).toBeLessThan(1_000);
  });

  test('a published road longer than its line stretches the exit with it', () => {
    const longer = road.map((piece) => ({ ...piece, distanceM: piece.distanceM * 1.2 }));
    const [found] = chargerIndex([location('end', to)]).alongRoute(longer, to, 8_000, CCS, NOW_MS);
    expect(found?.alongM).toBeCloseTo(distanceM(from, to) * 1.2, -2);
  });

  test.each([
    [7_990, 1],
    [8_010, 0],
  ])('%i m beside it: %i found', (awayM, count) => {
    const flat = roadBetween({ lat: 41, lon: -73.5 }, { lat: 41, lon: -72.5 });
    const place = location('beside', { lat: 41 + awayM / 111_195, lon: -73 });
    const found = chargerIndex([place]).alongRoute(flat, { lat: 41, lon: -72.5 }, 8_000, CCS, NOW_MS);
    expect(found).toHaveLength(count);
  });

  test('a city full of stations gives the strongest 300 of them', () => {
    const weak = Array.from({ length: 400 }, (_, i) =>
      location(`weak-${i}`, { lat: 41 + i * 1e-5, lon: -73 }, { standard: 'IEC_62196_T2', powerKw: 11 }),
    );
    const strong = location('strong', { lat: 41, lon: -72.95 }, { powerKw: 150 });
    const found = along([...weak, strong]);
    expect(found).toHaveLength(300);
    expect(found.some(({ locationId }) => locationId === 'strong')).toBe(true);
  });
});

describe('a road across the 180th meridian', () => {
  const from = { lat: -17, lon: 178.9 };
  const to = { lat: -16.2, lon: -178.8 };
  const pieces = 400;
  const road = Array.from({ length: pieces }, (_, k) => {
    const lon = 178.9 + (2.3 * k) / pieces;
    return { lat: -17 + (0.8 * k) / pieces, lon: lon > 180 ? lon - 360 : lon, distanceM: 650 };
  });

  test('is searched on both sides, the line itself included', () => {
    const near = fc.record({
      lat: fc.double({ min: -17.3, max: -16, noNaN: true }),
      lon: fc.oneof(
        fc.constantFrom(180, -180),
        fc.double({ min: 178.5, max: 180, noNaN: true }),
        fc.double({ min: -180, max: -178.5, noNaN: true }),
      ),
    });
    fc.assert(
      fc.property(fc.array(near, { maxLength: 40 }), (some) => {
        const places = some.map((one, i) => location(`p${i}`, one));
        const awayOf = (place: Position) =>
          Math.min(...road.map((piece, i) => besideLine(place, piece, road[i + 1] ?? to).awayM));
        const wanted = places.filter((one) => awayOf(one) <= 8_000).map(({ locationId }) => locationId);
        const found = chargerIndex(places).alongRoute(road, to, 8_000, CCS, NOW_MS);
        expect(found.map(({ locationId }) => locationId).toSorted()).toEqual(wanted.toSorted());
      }),
      { numRuns: 40 },
    );
    expect(chargerIndex([location('start', from)]).alongRoute(road, to, 8_000, CCS, NOW_MS)).toHaveLength(1);
  });

  test('of no length is its end', () => {
    const found = chargerIndex([location('end', to)]).alongRoute([], to, 100, CCS, NOW_MS);
    expect(found).toMatchObject([{ locationId: 'end', alongM: 0, detourM: 0 }]);
  });
});

describe('what is said about a place', () => {
  const said = (...posts: readonly Post[]) =>
    chargerIndex([location('here', { lat: 41, lon: -73 }, ...posts)]).around(
      { lat: 41, lon: -73 },
      1_000,
      1,
      CCS,
      NOW_MS,
    )[0];

  test('its strongest plug that fits', () => {
    expect(said({ powerKw: 50 }, { standard: 'CHADEMO', powerKw: 100 }, { powerKw: 60 })).toMatchObject({
      maxPowerKw: 60,
      powerType: 'DC',
    });
  });

  test('whether that kind of plug works, not whether any other does', () => {
    const broken = { powerKw: 50, status: 'OUTOFORDER' } as const;
    const alone = said(broken)?.worksProbability;
    expect(said(broken, { standard: 'IEC_62196_T2', powerKw: 22, status: 'AVAILABLE' })).toMatchObject({
      maxPowerKw: 50,
      worksProbability: alone,
    });
    expect(said(broken, { standard: 'CHADEMO', status: 'AVAILABLE' })?.worksProbability).toBe(alone);
    expect(said(broken, { powerKw: 50, status: 'AVAILABLE' })?.worksProbability).toBeGreaterThan(0.9);
  });

  test('a post that was taken away is not there', () => {
    expect(said({ powerKw: 150, status: 'REMOVED' }, { powerKw: 50 })?.maxPowerKw).toBe(50);
    expect(said({ status: 'PLANNED' })).toBeUndefined();
  });

  test('nothing without a plug that fits', () => {
    expect(said({ standard: 'CHADEMO' })).toBeUndefined();
  });
});

describe('a place with hours', () => {
  const hours = {
    timeZone: 'UTC',
    regular: [{ weekday: 4, fromMinute: 0, toMinute: 13 * 60 }],
    openings: [],
    closings: [],
  };
  const from = { lat: 41, lon: -73.5 };
  const to = { lat: 41, lon: -72 };
  const gate = { ...location('gate', { lat: 41, lon: -72.5 }, { status: 'AVAILABLE' }), hours };
  /** 84 km to the gate; it is noon, and it closes at one. */
  const said = (speedMps: number, departAtMs = NOW_MS) => {
    const road = roadBetween(from, to).map((piece) => ({ ...piece, speedMps }));
    return chargerIndex([gate]).alongRoute(road, to, 8_000, CCS, NOW_MS, departAtMs)[0];
  };

  test('works for a car that comes while it is open', () => {
    expect(said(30)).not.toHaveProperty('isClosedOnArrival');
    expect(said(30)?.worksProbability).toBeGreaterThan(0.85);
  });

  test.each([
    ['for a car that is too slow', 20, NOW_MS],
    ['for a car that starts too late', 30, NOW_MS + 1_800_000],
  ])('is closed %s, which it says', (_, speedMps, departAtMs) => {
    const found = said(speedMps, departAtMs);
    expect(found?.isClosedOnArrival).toBe(true);
    expect(found?.worksProbability).toBeLessThan(0.1);
  });

  test('around is reached at the usual speed', () => {
    const around = (lon: number) =>
      chargerIndex([gate]).around({ lat: 41, lon }, 150_000, 1, CCS, NOW_MS)[0]?.isClosedOnArrival;
    expect(around(-72.6)).toBeUndefined();
    expect(around(-73.5)).toBe(true);
  });
});
