import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLog, manualClock } from '@outrider/runtime';
import type { TripSourceRow } from '@outrider/state';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Parsed, START_MS, startApi, type TestApi } from './api.fixture.ts';
import type { LastReading, TripSourceReader } from './trip-source-reader.ts';
import { startRounds } from './trip-source-rounds.ts';

// START_MS is 2026-01-15T08:00Z, a Thursday.
const HOME = { lat: 60.17, lon: 24.94 };
const SECRET = 'very-secret-token';

interface Calendar {
  readonly origin: string;
  says: { status?: number; body?: string; headers?: Record<string, string> };
  asked: string[];
  close(): Promise<void>;
}

async function openCalendar(): Promise<Calendar> {
  const server = createServer((request, response) => {
    calendar.asked.push(request.url ?? '');
    const { status = 200, body = '', headers = {} } = calendar.says;
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const calendar: Calendar = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    says: {},
    asked: [],
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return calendar;
}

const event = (start: string, more = '') =>
  `BEGIN:VEVENT\r\nUID:a\r\nDTSTART:${start}\r\nSUMMARY:Dentist\r\nGEO:61;24.5\r\n${more}END:VEVENT\r\n`;
const ics = (...events: string[]) => `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${events.join('')}END:VCALENDAR\r\n`;

let calendar: Calendar;
let it: TestApi;
let logged: string;
let token: string;
let vehicleId: string;

beforeEach(async () => {
  calendar = await openCalendar();
  logged = '';
  const write = (line: string): void => {
    logged += line;
  };
  it = await startApi({
    environment: { API_CALENDAR_ORIGINS: calendar.origin },
    log: createLog('debug', { write }),
  });
  token = (await it.addPerson()).token;
  vehicleId = await it.addVehicle(token);
  await it.call('PATCH', `/v1/vehicles/${vehicleId}`, { token, body: { home: HOME } });
});
afterEach(async () => {
  await it.stop();
  await calendar.close();
});

const add = (body: object, who = token) =>
  it.call('POST', `/v1/vehicles/${vehicleId}/trip-sources`, { token: who, body });
const ical = (change: object = {}) => ({
  ...{
    kind: 'ical',
    label: 'Mine',
    timeZone: 'UTC',
    url: `${calendar.origin}/private/${SECRET}.ics?key=${SECRET}`,
  },
  ...change,
});
const weekly = (departAt = '07:30') => ({
  kind: 'weekly',
  label: 'Commute',
  trip: {
    ...{ days: ['fri'], departAt, timeZone: 'UTC', origin: { name: 'Home', ...HOME } },
    stops: [{ name: 'Work', lat: 60.4, lon: 25, kind: 'destination', arriveAfterMin: 45 }],
  },
});
const trips = async (): Promise<Parsed[]> =>
  (await it.call('GET', `/v1/vehicles/${vehicleId}/trips?withdrawn=true`, { token })).body.trips;
const readNow = (sourceId: string) => it.call('POST', `/v1/trip-sources/${sourceId}/read`, { token });

describe('a calendar', () => {
  test('is read at once; its address stays secret, in the store, the answers and the log', async () => {
    calendar.says = { body: ics(event('20260115T120000Z')) };
    const { status, body } = await add(ical());
    expect(status).toBe(201);
    expect(body).toMatchObject({
      kind: 'ical',
      host: new URL(calendar.origin).host,
      failure: null,
      problems: [],
    });
    expect(calendar.asked).toEqual([`/private/${SECRET}.ics?key=${SECRET}`]);
    expect(await trips()).toMatchObject([
      {
        source: 'calendar',
        revision: 1,
        origin: HOME,
        stops: [{ name: 'Dentist', arriveAt: '2026-01-15T12:00:00.000Z' }],
      },
    ]);
    calendar.says = { status: 500, body: 'broken' };
    await readNow(body.sourceId);
    const list = await it.call('GET', `/v1/vehicles/${vehicleId}/trip-sources`, { token });
    const kept = await it.state.tripSources.list('', 10);
    expect(JSON.stringify([body, list.body, kept, logged])).not.toContain(SECRET);
    expect(list.body.sources).toHaveLength(1);
  });

  test('an entry that moves is the next revision of its trip; unchanged it is none; called off it is withdrawn', async () => {
    calendar.says = { body: ics(event('20260115T120000Z')) };
    const { sourceId } = (await add(ical())).body;
    const [{ tripId }] = await trips();
    await readNow(sourceId);
    expect(await trips()).toMatchObject([{ tripId, revision: 1 }]);
    calendar.says = { body: ics(event('20260115T150000Z')) };
    await readNow(sourceId);
    expect(await trips()).toMatchObject([
      { tripId, revision: 2, stops: [{ arriveAt: '2026-01-15T15:00:00.000Z' }] },
    ]);
    calendar.says = { body: ics(event('20260115T150000Z', 'STATUS:CANCELLED\r\n')) };
    await readNow(sourceId);
    expect(await trips()).toMatchObject([{ tripId, revision: 3, withdrawn: true }]);
    calendar.says = { body: ics(event('20260115T150000Z')) };
    await readNow(sourceId);
    expect(await trips()).toMatchObject([{ tripId, revision: 4, withdrawn: false }]);
  });

  test('an entry whose time has come is not withdrawn for being over', async () => {
    calendar.says = { body: ics(event('20260115T120000Z')) };
    const { sourceId } = (await add(ical())).body;
    it.eventClock.advanceTo(START_MS + 5 * 3_600_000);
    calendar.says = { body: ics() };
    await readNow(sourceId);
    expect(await trips()).toMatchObject([{ revision: 1, withdrawn: false }]);
  });

  test.each([
    ['an error', { status: 500, body: 'x' }],
    ['gone', { status: 404 }],
    ['a redirect elsewhere', { status: 302, headers: { location: 'http://169.254.169.254/' } }],
    ['a page to sign in', { body: '<html>Sign in</html>' }],
    ['half a calendar', { body: ics(event('20260115T120000Z')).slice(0, 60) }],
    ['too much', { body: ics().replace('VERSION', `X-A:${'a'.repeat(1_000_001)}\r\nVERSION`) }],
  ])('a reading that brings %s fails and withdraws nothing', async (_name, answer) => {
    calendar.says = { body: ics(event('20260115T120000Z')) };
    const { sourceId } = (await add(ical())).body;
    calendar.says = answer;
    const { body } = await readNow(sourceId);
    expect(body.failure).toEqual(expect.any(String));
    expect(await trips()).toMatchObject([{ revision: 1, withdrawn: false }]);
  });

  test('what a driver changes by hand is theirs: the calendar no longer moves it', async () => {
    calendar.says = { body: ics(event('20260115T120000Z')) };
    const { sourceId } = (await add(ical())).body;
    const [{ tripId }] = await trips();
    await it.call('DELETE', `/v1/trips/${tripId}`, { token });
    calendar.says = { body: ics(event('20260115T150000Z')) };
    await readNow(sourceId);
    expect(await trips()).toMatchObject([{ tripId, revision: 2, withdrawn: true }]);
  });

  test('without a home, or with a place nobody knows, the problem is named', async () => {
    calendar.says = { body: ics(event('20260115T120000Z').replace('GEO:61;24.5', 'LOCATION:Somewhere')) };
    expect((await add(ical())).body.problems).toMatchObject([{ path: 'Dentist' }]);
    const places = [{ name: 'somewhere', lat: 61, lon: 24.5 }];
    expect((await add(ical({ places }))).body.problems).toEqual([]);
    await it.call('PATCH', `/v1/vehicles/${vehicleId}`, { token, body: { home: null } });
    calendar.says = { body: ics(event('20260115T120000Z')) };
    expect((await add(ical())).body.problems).toMatchObject([{ path: 'home' }]);
  });

  test('at a host that the settings do not name it is refused and not asked', async () => {
    for (const url of [
      'http://127.0.0.1:1/a.ics',
      'https://calendar.example/a.ics',
      'file:///etc/passwd',
      'x',
    ])
      expect((await add(ical({ url }))).body.error.problems).toMatchObject([{ path: 'url' }]);
    expect(calendar.asked).toEqual([]);
  });
});

describe('every week', () => {
  test('the next days are planned, and the day keeps its trip', async () => {
    const { body } = await add(weekly());
    expect(body).toMatchObject({ kind: 'weekly', failure: null, trip: { departAt: '07:30' } });
    expect(await trips()).toMatchObject([
      {
        source: 'driver',
        departAt: '2026-01-16T07:30:00.000Z',
        stops: [{ arriveAt: '2026-01-16T08:15:00.000Z' }],
      },
    ]);
  });

  test('removed, its trips ahead are withdrawn; the one that has been driven stays', async () => {
    const { sourceId } = (await add(weekly())).body;
    await it.call('DELETE', `/v1/trip-sources/${sourceId}`, { token });
    expect(await trips()).toMatchObject([{ withdrawn: true }]);
    const second = (await add(weekly())).body;
    it.eventClock.advanceTo(START_MS + 2 * 86_400_000);
    await it.call('DELETE', `/v1/trip-sources/${second.sourceId}`, { token });
    expect((await trips()).map(({ withdrawn }) => withdrawn).toSorted()).toEqual([false, true]);
    expect((await it.call('DELETE', `/v1/trip-sources/${sourceId}`, { token })).status).toBe(404);
  });
});

test('sources are the owner’s alone, and go with the car', async () => {
  const { sourceId } = (await add(weekly())).body;
  const stranger = (await it.addPerson()).token;
  expect((await add(weekly(), stranger)).status).toBe(404);
  expect((await it.call('DELETE', `/v1/trip-sources/${sourceId}`, { token: stranger })).status).toBe(404);
  await it.call('DELETE', `/v1/vehicles/${vehicleId}/ownership`, { token });
  expect(await it.state.tripSources.list('', 10)).toEqual([]);
});

test('once no purpose is switched on nothing is read', async () => {
  calendar.says = { body: ics(event('20260115T120000Z')) };
  const { sourceId } = (await add(ical())).body;
  const { textVersion } = (await it.call('GET', '/v1/purposes', { token })).body;
  for (const purpose of ['alert_driver', 'show_driver'])
    await it.call('PUT', `/v1/vehicles/${vehicleId}/consents/${purpose}`, {
      token,
      body: { granted: false, textVersion },
    });
  expect((await readNow(sourceId)).body.error.code).toBe('no-consent');
  expect(calendar.asked).toHaveLength(1);
  expect((await it.call('DELETE', `/v1/trip-sources/${sourceId}`, { token })).status).toBe(204);
  expect(await it.state.tripSources.list('', 10)).toEqual([]);
});

describe('rounds', () => {
  const row = (sourceId: string): TripSourceRow => ({
    ...{ sourceId, vehicleId: 'veh_aaaaaaaa', kind: 'weekly', createdAtMs: 0, keyId: 'key', box: 'box' },
  });

  test('every source is read once an interval, those found at the start are spread over the first', async () => {
    const clock = manualClock(0);
    const read: string[] = [];
    const reader: TripSourceReader = {
      read: async ({ sourceId }) => {
        read.push(sourceId);
        return {} as LastReading;
      },
      lastOf: () => undefined,
      forget: () => undefined,
      mayAsk: () => true,
    };
    for (const id of ['a', 'b']) await it.state.tripSources.insert(row(id));
    const chances = [0.1, 0.9];
    const random = (): number => chances.shift() ?? 0.5;
    const rounds = startRounds({
      ...{ state: it.state, realClock: clock, random, intervalMs: 1_000, reader },
      onError: (error) => {
        throw error;
      },
    });
    const at = async (ms: number): Promise<string> => {
      clock.advanceTo(ms);
      await vi.waitUntil(() => rounds.isIdle());
      return read.splice(0).join('');
    };
    expect(await at(0)).toBe('');
    expect(await at(99)).toBe('');
    expect(await at(100)).toBe('a');
    expect(await at(899)).toBe('');
    expect(await at(900)).toBe('b');
    expect(await at(1_099)).toBe('');
    expect(await at(1_100)).toBe('a');
    await rounds.stop();
    expect(await at(5_000)).toBe('');
  });
});
