import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Parsed, startApi, type TestApi } from './api.fixture.ts';

// START_MS is 2026-01-15T08:00Z. A calendar that names places in words, and a map server that knows some.

const HOME = { lat: 60.17, lon: 24.94 };
const CLINIC = [24.5, 61];

let calendarText = '';
let photonSays: { status?: number; places?: readonly (readonly number[])[] } = {};
let asked: URL[] = [];
let servers: Server[];
let it: TestApi;
let token: string;
let vehicleId: string;
let textVersion: string;

const listen = async (answer: Parameters<typeof createServer>[1]): Promise<string> => {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
let calendarOrigin: string;

async function start(withGeocoder: boolean): Promise<void> {
  servers = [];
  asked = [];
  photonSays = { places: [CLINIC] };
  calendarOrigin = await listen((_request, response) => response.end(calendarText));
  const photon = await listen((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://photon.example'));
    const features = (photonSays.places ?? []).map((coordinates) => ({
      geometry: { coordinates },
      properties: { name: 'Some place' },
    }));
    response.writeHead(photonSays.status ?? 200).end(JSON.stringify({ features }));
  });
  it = await startApi({
    environment: { API_CALENDAR_ORIGINS: calendarOrigin, ...(withGeocoder && { PHOTON_URL: photon }) },
  });
  token = (await it.addPerson()).token;
  vehicleId = await it.addVehicle(token);
  await it.call('PATCH', `/v1/vehicles/${vehicleId}`, { token, body: { home: HOME } });
  textVersion = (await it.call('GET', '/v1/purposes', { token })).body.textVersion;
}
beforeEach(() => start(true));
afterEach(async () => {
  await it.stop();
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
});

const allow = (granted: boolean) =>
  it.call('PUT', `/v1/vehicles/${vehicleId}/consents/guess_trips`, { token, body: { granted, textVersion } });
const event = (start: string, place = 'LOCATION:Town Clinic\\, Long Street 1') =>
  `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:${start}\r\nSUMMARY:Secret title\r\n${place}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
const add = async (places: readonly object[] = []): Promise<Parsed> =>
  (
    await it.call('POST', `/v1/vehicles/${vehicleId}/trip-sources`, {
      token,
      body: { kind: 'ical', label: 'Mine', timeZone: 'UTC', url: `${calendarOrigin}/me.ics`, places },
    })
  ).body;
const readNow = (sourceId: string) => it.call('POST', `/v1/trip-sources/${sourceId}/read`, { token });
const trips = async (): Promise<Parsed[]> =>
  (await it.call('GET', `/v1/vehicles/${vehicleId}/trips?withdrawn=true`, { token })).body.trips;
const confirm = (tripId: string, who = token) =>
  it.call('POST', `/v1/trips/${tripId}/confirm`, { token: who });

const NOON = '20260115T120000Z';
const LATER = '20260115T150000Z';

describe('a place in words', () => {
  test('is looked up for whoever agreed, by its text alone, and makes a guess that says so', async () => {
    await allow(true);
    calendarText = event(NOON);
    expect(await add()).toMatchObject({ failure: null, problems: [] });
    const [trip] = await trips();
    expect(trip).toMatchObject({ isGuess: true, source: 'calendar', stops: [{ lat: 61, lon: 24.5 }] });
    expect((await it.call('GET', `/v1/trips/${trip.tripId}`, { token })).body.isGuess).toBe(true);
    expect(asked.map((url) => url.searchParams.get('q'))).toEqual(['Town Clinic, Long Street 1']);
    expect(asked.join()).not.toMatch(/secret|60\.17|24\.94/i);
  });

  test('is not looked up for whoever did not agree, or no longer does', async () => {
    calendarText = event(NOON);
    const { sourceId, problems } = await add();
    expect(problems).toMatchObject([{ path: 'Secret title' }]);
    expect([asked, await trips()]).toEqual([[], []]);
    await allow(true);
    await readNow(sourceId);
    expect(await trips()).toMatchObject([{ isGuess: true, withdrawn: false }]);
    await allow(false);
    await readNow(sourceId);
    expect(await trips()).toMatchObject([{ isGuess: true, withdrawn: true }]);
  });

  test('is not looked up while the settings name no server', async () => {
    await it.stop();
    for (const server of servers) await new Promise((resolve) => server.close(resolve));
    await start(false);
    await allow(true);
    calendarText = event(NOON);
    expect((await add()).problems).toMatchObject([{ path: 'Secret title' }]);
    expect([asked, await trips()]).toEqual([[], []]);
  });

  test.each([
    ['the link of a meeting', 'LOCATION:https://meet.example/room?pwd=secret'],
    ['an address of mail', 'LOCATION:kim@example.org'],
    ['a number', 'LOCATION:+358 9 123'],
  ])('that is %s is told nobody', async (_name, place) => {
    await allow(true);
    calendarText = event(NOON, place);
    expect((await add()).problems).toHaveLength(1);
    expect(asked).toEqual([]);
  });

  test('that the driver named, or that has coordinates, is asked of nobody and no guess', async () => {
    await allow(true);
    calendarText = event(NOON);
    await add([{ name: 'town clinic', lat: 61.5, lon: 24.5 }]);
    calendarText = event(NOON, 'LOCATION:Elsewhere\r\nGEO:61.2;24.5');
    await add();
    expect(asked).toEqual([]);
    expect((await trips()).map(({ isGuess }) => isGuess)).toEqual([false, false]);
  });

  test.each([
    ['nobody knows', []],
    ['is on another continent', [[-74, 40.7]]],
  ])('that %s is a problem and no trip', async (_name, places) => {
    await allow(true);
    photonSays = { places };
    calendarText = event(NOON);
    expect((await add()).problems).toMatchObject([{ path: 'Secret title' }]);
    expect(await trips()).toEqual([]);
  });
});

describe('a guess', () => {
  const guessed = async (): Promise<{ sourceId: string; tripId: string }> => {
    await allow(true);
    calendarText = event(NOON);
    const { sourceId } = await add();
    const [{ tripId }] = await trips();
    return { sourceId, tripId };
  };

  test('that is confirmed is a plan, once, and stays one when its hour moves or the servers are down', async () => {
    const { sourceId, tripId } = await guessed();
    expect((await confirm(tripId)).body).toMatchObject({ tripId, revision: 2, isGuess: false });
    expect((await confirm(tripId)).body).toMatchObject({ revision: 2, isGuess: false });
    await readNow(sourceId);
    expect(await trips()).toMatchObject([{ revision: 2, isGuess: false }]);
    calendarText = event(LATER);
    await readNow(sourceId);
    expect(await trips()).toMatchObject([
      { revision: 3, isGuess: false, stops: [{ arriveAt: '2026-01-15T15:00:00.000Z' }] },
    ]);
    await allow(false);
    await readNow(sourceId);
    expect(await trips()).toMatchObject([{ revision: 3, isGuess: false, withdrawn: false }]);
    calendarText = event(LATER, 'DESCRIPTION:none');
    await readNow(sourceId);
    expect(await trips()).toMatchObject([{ revision: 4, withdrawn: true }]);
  });

  test('is withdrawn with its entry, and cannot be confirmed then', async () => {
    const { sourceId, tripId } = await guessed();
    calendarText = 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n';
    await readNow(sourceId);
    expect(await trips()).toMatchObject([{ isGuess: true, withdrawn: true }]);
    expect((await confirm(tripId)).body.error.code).toBe('conflict');
  });

  test('that is declined is not guessed again, however its entry moves', async () => {
    const { sourceId, tripId } = await guessed();
    await it.call('DELETE', `/v1/trips/${tripId}`, { token });
    calendarText = event(LATER);
    await readNow(sourceId);
    expect(await trips()).toMatchObject([{ tripId, revision: 2, withdrawn: true }]);
  });

  test('of another place has to be confirmed again', async () => {
    const { sourceId, tripId } = await guessed();
    await confirm(tripId);
    calendarText = event(NOON, 'LOCATION:Other Clinic');
    photonSays = { places: [[24.6, 61]] };
    await readNow(sourceId);
    expect(await trips()).toMatchObject([{ revision: 3, isGuess: true, stops: [{ lon: 24.6 }] }]);
  });

  test('stands while nobody can tell of its place', async () => {
    const { sourceId } = await guessed();
    calendarText = event(NOON, 'LOCATION:Other Clinic');
    photonSays = { status: 404 };
    await readNow(sourceId);
    expect(await trips()).toMatchObject([{ revision: 1, isGuess: true, withdrawn: false }]);
  });

  test('is its owner’s alone to confirm', async () => {
    const { tripId } = await guessed();
    expect((await confirm(tripId, (await it.addPerson()).token)).status).toBe(404);
    expect(await trips()).toMatchObject([{ revision: 1, isGuess: true }]);
  });
});
