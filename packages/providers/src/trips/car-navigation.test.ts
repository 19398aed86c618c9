import { expect, test } from 'vitest';
import { type CarNavigation, carNavigation, decodeRouteLine } from './car-navigation.ts';

const NOW_MS = Date.UTC(2026, 0, 15, 8);
const position = { lat: 38.5, lon: -120.2 };

/** The line of the format's own description, at six decimals: every value is ten times as large. */
function encode(points: readonly (readonly [number, number])[], unit = 1e6): string {
  let before = [0, 0];
  let line = '';
  for (const point of points) {
    const now = point.map((degrees) => Math.round(degrees * unit));
    now.forEach((value, axis) => {
      const difference = value - (before[axis] ?? 0);
      let zigzag = difference < 0 ? -2 * difference - 1 : 2 * difference;
      for (; zigzag >= 32; zigzag = Math.floor(zigzag / 32)) line += String.fromCharCode((zigzag % 32) + 95);
      line += String.fromCharCode(zigzag + 63);
    });
    before = now;
  }
  return line;
}

function message(line: string, before: readonly number[] = []): string {
  const bytes = Buffer.from(line, 'latin1');
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length % 128) + 128, bytes.length >> 7];
  return Buffer.from([...before, 10, ...length, ...bytes]).toString('base64');
}

const ROAD = [
  [38.5, -120.2],
  [40.7, -120.95],
  [43.252, -126.453],
] as const;
const destination = { lat: 43.252, lon: -126.453 };
const fleet = (change: object = {}): CarNavigation => ({
  wire: 'fleet-telemetry',
  nowMs: NOW_MS,
  position,
  destination,
  ...change,
});

test('a route line has six decimals, and other fields of its message are passed over', () => {
  const points = decodeRouteLine(message(encode(ROAD), [16, 150, 1, 26, 2, 65, 66]));
  expect(points?.map(({ lat, lon }) => [lat, lon].map((value) => Number(value.toFixed(6))))).toEqual(ROAD);
});

test('the line of five decimals, read as one of six, is none of this destination', () => {
  const { entries } = carNavigation.read(fleet({ routeLine: message(encode(ROAD, 1e5)) }));
  expect(entries[0]?.plan).not.toHaveProperty('legs');
  expect(carNavigation.read(fleet({ routeLine: message(encode(ROAD)) })).entries[0]?.plan.legs).toHaveLength(
    1,
  );
});

test('the destination is the stop; without one the trip is over', () => {
  expect(carNavigation.read(fleet({ destinationName: 'Cabin' }))).toMatchObject({
    entries: [
      { entryId: 'navigation', plan: { departAtMs: NOW_MS, stops: [{ name: 'Cabin', ...destination }] } },
    ],
    cancelled: [],
  });
  expect(carNavigation.read(fleet({ destination: undefined }))).toMatchObject({
    entries: [],
    cancelled: ['navigation'],
  });
});

test.each([
  ['nothing', ''],
  ['words', Buffer.from('hello there').toString('base64')],
  ['a length beyond the message', Buffer.from([10, 90, 65]).toString('base64')],
  ['half a number', message('_')],
  ['a latitude without longitude', message(encode(ROAD).slice(0, 6))],
])('a route line of %s is a problem', (_name, routeLine) => {
  expect(decodeRouteLine(routeLine)).toBeNull();
  expect(carNavigation.read(fleet({ routeLine }))).toMatchObject({
    entries: [],
    problems: [{ field: 'RouteLine' }],
  });
});

const teslamate = (activeRoute: unknown) =>
  carNavigation.read({ wire: 'teslamate', nowMs: NOW_MS, position, activeRoute });

test('TeslaMate tells a place and minutes; no route, an error, or nothing withdraws', () => {
  const said = {
    destination: 'Cabin',
    energy_at_arrival: 40,
    miles_to_arrival: 62.1,
    minutes_to_arrival: 90.5,
    traffic_minutes_delay: 0,
    location: { latitude: 43.252, longitude: -126.453 },
    error: null,
  };
  expect(teslamate(said).entries[0]?.plan.stops).toEqual([
    { name: 'Cabin', ...destination, kind: 'destination', arriveAtMs: NOW_MS + 5_430_000 },
  ]);
  expect(teslamate({ error: 'No active route available' }).cancelled).toEqual(['navigation']);
  expect(teslamate({ ...said, location: null }).cancelled).toEqual(['navigation']);
  for (const odd of [null, 5, 'x', { ...said, location: { latitude: '43' } }])
    expect(teslamate(odd)).toMatchObject({
      entries: [],
      cancelled: [],
      problems: [{ field: 'active_route' }],
    });
});
