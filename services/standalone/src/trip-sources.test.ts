import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ManualClock, manualClock, silentLog, systemClock } from '@outrider/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Composition, composeServices } from './compose.ts';
import { readStandaloneSettings } from './settings.ts';

// A calendar, a car on its way to an appointment it will hardly reach, and every service between.

const START_MS = Date.UTC(2026, 0, 15, 8);
const HOME = { lat: 60, lon: 24 };
const METRES_PER_DEGREE = 111_195;
/** What a moved entry may take from being seen to being planned. */
const REPLAN_MS = 5_000;

let calendarText = '';
let calendar: Server;
let clock: ManualClock;
let all: Composition;
let admin: string;

beforeEach(async () => {
  calendar = createServer((_request, response) => response.end(calendarText));
  await new Promise<void>((resolve) => calendar.listen(0, '127.0.0.1', resolve));
  clock = manualClock(START_MS);
  const engines = { BUS_URL: 'memory:', TELEMETRY_URL: 'memory:', STATE_URL: 'memory:' };
  all = await composeServices({
    settings: readStandaloneSettings({
      ...{ ...engines, GATEWAY_PORT: '0', API_PORT: '0', API_CALENDAR_ORIGINS: originOf(calendar) },
    }),
    ...{ eventClock: clock, realClock: systemClock, log: silentLog, chargers: [], weather: [] },
  });
  await all.start();
  admin = (await all.adminToken()) ?? '';
});
afterEach(async () => {
  await all.stop();
  await new Promise((resolve) => calendar.close(resolve));
});

const originOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

type Json = ReturnType<typeof JSON.parse>;

async function call(method: string, url: string, token: string, body?: object): Promise<Json> {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return response.status === 204 ? undefined : response.json();
}

const appointment = (start: string): string =>
  `BEGIN:VEVENT\r\nUID:a\r\nDTSTART:${start}\r\nSUMMARY:Dentist\r\nGEO:61.2;24\r\nEND:VEVENT\r\n`;
const calendarOf = (...events: string[]): string =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${events.join('')}END:VCALENDAR\r\n`;

async function register() {
  const { api } = all.addresses();
  const { token } = await call('POST', `${api}/v1/people`, admin, { name: 'Driver', role: 'driver' });
  const { textVersion } = await call('GET', `${api}/v1/purposes`, token);
  const { vehicle, device } = await call('POST', `${api}/v1/vehicles`, token, {
    ...{ modelId: 'generic-suv', label: 'Car', home: HOME, textVersion },
    consents: { alert_driver: true, show_driver: true },
  });
  return {
    driver: token as string,
    car: `${api}/v1/vehicles/${vehicle.vehicleId}`,
    device: device.token as string,
  };
}

/** Drives north for `seconds`, with little charge, telling of it every ten. */
async function drive(device: string, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 10) {
    clock.advanceTo(clock.nowMs() + 10_000);
    const lat = HOME.lat + ((clock.nowMs() - START_MS) / 1000) * (20 / METRES_PER_DEGREE);
    await call('POST', `${all.addresses().gateway}/v1/frames`, device, {
      frames: [
        {
          observedAt: new Date(clock.nowMs()).toISOString(),
          signals: {
            'Vehicle.Powertrain.TractionBattery.StateOfCharge.Current': 18,
            'Vehicle.Powertrain.Transmission.CurrentGear': 1,
            'Vehicle.Speed': 72,
            'Vehicle.CurrentLocation.Latitude': lat,
            'Vehicle.CurrentLocation.Longitude': HOME.lon,
            'Vehicle.Exterior.AirTemperature': 0,
          },
        },
      ],
    });
    await all.idle();
  }
}

test('a calendar’s entry is warned of; moved it is planned anew within 5 s, and gone it leaves no alert', async () => {
  const { driver, car, device } = await register();
  const firing = async (): Promise<readonly string[]> =>
    (await call('GET', `${car}/alerts`, driver)).alerts
      .filter(({ state }: Json) => state === 'firing')
      .map(({ ruleId }: Json) => ruleId);
  calendarText = calendarOf(appointment('20260115T093000Z'));
  const source = await call('POST', `${car}/trip-sources`, driver, {
    ...{ kind: 'ical', label: 'Mine', timeZone: 'UTC', url: `${originOf(calendar)}/me.ics` },
  });
  expect(source).toMatchObject({ failure: null, problems: [] });
  await drive(device, 240);
  expect(await firing()).toContain('arrival-below-reserve');

  calendarText = calendarOf(appointment('20260115T113000Z'));
  const seenMs = systemClock.nowMs();
  const read = `${all.addresses().api}/v1/trip-sources/${source.sourceId}/read`;
  await call('POST', read, driver);
  await all.idle();
  expect(systemClock.nowMs() - seenMs).toBeLessThan(REPLAN_MS);
  const { trips } = await call('GET', `${car}/trips`, driver);
  expect(trips).toMatchObject([{ revision: 2, stops: [{ arriveAt: '2026-01-15T11:30:00.000Z' }] }]);
  await drive(device, 60);
  const [forecast] = [await call('GET', `${car}/forecast`, driver)];
  expect(JSON.stringify(forecast)).toContain(trips[0].stops[0].stopId);
  expect(await firing()).toContain('arrival-below-reserve');

  calendarText = calendarOf();
  await call('POST', read, driver);
  await all.idle();
  await drive(device, 120);
  expect(await firing()).not.toContain('arrival-below-reserve');
  const { alerts } = await call('GET', `${car}/alerts`, driver);
  expect(alerts.filter(({ ruleId }: Json) => ruleId === 'arrival-below-reserve')).toMatchObject([
    { state: 'resolved' },
  ]);
});
