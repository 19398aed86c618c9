import { afterEach, beforeEach, expect, test } from 'vitest';
import { startApi, type TestApi } from './api.fixture.ts';

let it: TestApi;
let token: string;
let vehicleId: string;

beforeEach(async () => {
  it = await startApi({ environment: { API_BODY_BYTES_MAX: '65536' } });
  token = (await it.addPerson()).token;
  vehicleId = await it.addVehicle(token);
});
afterEach(() => it.stop());

const send = (route: string, type: string, raw: string, who = token) =>
  it.call('POST', `/v1/vehicles/${vehicleId}/trips/${route}`, {
    token: who,
    raw,
    headers: { 'content-type': type },
  });

const DEPART = 'departAt=2026-01-15T09:00:00Z';
const gpx = `<gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><name>Hills</name><trkseg>
  <trkpt lat="60" lon="24"><ele>10</ele></trkpt><trkpt lat="60.5" lon="24"><ele>90</ele></trkpt></trkseg></trk></gpx>`;
const geojson = JSON.stringify({
  type: 'LineString',
  coordinates: [
    [24, 60],
    [24, 60.5],
  ],
});

test('a GPX file is a trip with its road, the same file again changes nothing', async () => {
  const first = await send(`road?${DEPART}&reserveSocPct=12.5`, 'application/gpx+xml', gpx);
  expect(first.status).toBe(200);
  expect(first.body).toMatchObject({
    changed: 1,
    trips: [{ source: 'file', revision: 1, reserveSocPct: 12.5, stops: [{ name: 'Hills' }], legs: [{}] }],
  });
  const again = await send(`road?${DEPART}&reserveSocPct=12.5`, 'text/xml; charset=utf-8', gpx);
  expect(again.body).toMatchObject({
    changed: 0,
    trips: [{ tripId: first.body.trips[0].tripId, revision: 1 }],
  });
  const later = await send('road?departAt=2026-01-16T09:00:00Z', 'application/gpx+xml', gpx);
  expect(later.body.trips[0].tripId).not.toBe(first.body.trips[0].tripId);
});

test('a GeoJSON line is one too', async () => {
  const { body } = await send(`road?${DEPART}&name=Cabin`, 'application/geo+json', geojson);
  expect(body.trips[0]).toMatchObject({ reserveSocPct: 5, stops: [{ name: 'Cabin' }] });
});

const HEAD = 'tripRef,departAt,arriveBy,fromLat,fromLon,toName,toLat,toLon,status';
const list = (...rows: string[]) => send('list', 'text/csv', [HEAD, ...rows].join('\n'));

test('rows of a list are trips that their reference moves and cancels', async () => {
  const { body } = await list(
    'A,2026-01-15T09:00:00Z,,60,24,Shop,61,24,',
    'B,2026-01-15T12:00:00Z,2026-01-15T14:00:00Z,61,24,Depot,60,24,',
  );
  expect(body).toMatchObject({ changed: 2, trips: [{ source: 'dispatcher', revision: 1 }, {}] });
  const [a, b] = body.trips;
  const moved = await list(
    'A,2026-01-15T10:00:00Z,,60,24,Shop,61,24,',
    'B,2026-01-15T12:00:00Z,,61,24,Depot,60,24,cancelled',
  );
  expect(moved.body).toMatchObject({ changed: 2, trips: [{ tripId: a.tripId, revision: 2 }] });
  const cancelled = await it.call('GET', `/v1/trips/${b.tripId}`, { token });
  expect(cancelled.body).toMatchObject({ revision: 2, withdrawn: true });
  expect((await list('C,2026-01-15T10:00:00Z,,60,24,Shop,61,24,cancelled')).body.changed).toBe(0);
});

test('a list with one mistake names line and field, and changes nothing', async () => {
  const { status, body } = await list(
    'A,2026-01-15T09:00:00Z,,60,24,Shop,61,24,',
    'B,soon,,60,24,Shop,91,24,',
  );
  expect(status).toBe(400);
  expect(body.error.problems.map(({ path }: { path: string }) => path)).toEqual([
    'line 3.departAt',
    'line 3.toLat',
  ]);
  expect((await it.call('GET', `/v1/vehicles/${vehicleId}/trips`, { token })).body.trips).toEqual([]);
});

test.each([
  ['a road of words', `road?${DEPART}`, 'application/gpx+xml', 'hello', 400],
  ['a road with a document type', `road?${DEPART}`, 'text/xml', `<!DOCTYPE gpx>${gpx}`, 400],
  ['a road without departure', 'road', 'application/gpx+xml', gpx, 400],
  ['a road as JSON', `road?${DEPART}`, 'application/json', geojson, 415],
  ['a road as CSV', `road?${DEPART}`, 'text/csv', gpx, 415],
  ['a list as GPX', 'list', 'application/gpx+xml', gpx, 415],
  ['more than a request may hold', `road?${DEPART}`, 'application/gpx+xml', ' '.repeat(65_537), 413],
])('%s is refused', async (_name, route, type, raw, status) => {
  expect((await send(route, type, raw)).status).toBe(status);
});

test('a file for another route is still no JSON, and somebody else’s car is nobody’s', async () => {
  const other = await it.call('POST', `/v1/vehicles/${vehicleId}/trips`, {
    token,
    raw: gpx,
    headers: { 'content-type': 'application/gpx+xml' },
  });
  expect(other.status).toBe(415);
  const stranger = (await it.addPerson()).token;
  expect((await send(`road?${DEPART}`, 'application/gpx+xml', gpx, stranger)).status).toBe(404);
});
