import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ManualClock, manualClock, silentLog, systemClock } from '@outrider/runtime';
import { type ComposeOptions, type Composition, composeServices } from './compose.ts';
import { readStandaloneSettings } from './settings.ts';

// A calendar, a car on its way to an appointment it will hardly reach, and every service between. For tests only.

export const START_MS = Date.UTC(2026, 0, 15, 8);
const HOME = { lat: 60, lon: 24 };
const METRES_PER_DEGREE = 111_195;

export type Json = ReturnType<typeof JSON.parse>;

/** A server on loopback. */
export interface Listener {
  readonly origin: string;
  close(): Promise<unknown>;
}

export async function listen(answer: () => string): Promise<Listener> {
  const server = createServer((_request, response) => response.end(answer()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

export const calendarOf = (...events: string[]): string =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${events.join('')}END:VCALENDAR\r\n`;
/** 133 km to the north. */
export const appointment = (start: string, place = 'GEO:61.2;24'): string =>
  `BEGIN:VEVENT\r\nUID:a\r\nDTSTART:${start}\r\nSUMMARY:Dentist\r\n${place}\r\nEND:VEVENT\r\n`;

export interface CalendarDrive {
  readonly clock: ManualClock;
  readonly all: Composition;
  /** What the calendar says from now on. */
  say(text: string): void;
  call(method: string, path: string, body?: object): Promise<Json>;
  /** The driver's car, as a path. */
  readonly car: string;
  /** @returns the source as the API shows it */
  addCalendar(): Promise<Json>;
  /** Drives north for `seconds`, with little charge, telling of it every ten, and whatever else is given. */
  drive(seconds: number, signals?: Readonly<Record<string, number>>): Promise<void>;
  stop(): Promise<void>;
}

export async function startCalendarDrive(
  environment: Readonly<Record<string, string>> = {},
  { headers = {}, ...seams }: Partial<ComposeOptions> & { readonly headers?: Record<string, string> } = {},
): Promise<CalendarDrive> {
  let text = '';
  const calendar = await listen(() => text);
  const clock = manualClock(START_MS);
  const engines = { BUS_URL: 'memory:', TELEMETRY_URL: 'memory:', STATE_URL: 'memory:' };
  const all = await composeServices({
    settings: readStandaloneSettings({
      ...{ ...engines, GATEWAY_PORT: '0', API_PORT: '0', API_CALENDAR_ORIGINS: calendar.origin },
      ...environment,
    }),
    ...{ eventClock: clock, realClock: systemClock, log: silentLog, chargers: [], weather: [] },
    ...seams,
  });
  await all.start();
  const { api, gateway } = all.addresses();
  const admin = (await all.adminToken()) ?? '';
  const { token } = await request('POST', `${api}/v1/people`, admin, { name: 'Driver', role: 'driver' });
  const call: CalendarDrive['call'] = (method, path, body) => request(method, `${api}${path}`, token, body);
  const { textVersion } = await call('GET', '/v1/purposes');
  const { vehicle, device } = await call('POST', '/v1/vehicles', {
    ...{ modelId: 'generic-suv', label: 'Car', home: HOME, textVersion },
    consents: { alert_driver: true, show_driver: true, guess_trips: true },
  });
  const car = `/v1/vehicles/${vehicle.vehicleId}`;
  return {
    ...{ clock, all, call, car },
    say(said) {
      text = said;
    },
    addCalendar: () =>
      call('POST', `${car}/trip-sources`, {
        ...{ kind: 'ical', label: 'Mine', timeZone: 'UTC', url: `${calendar.origin}/me.ics` },
      }),
    async drive(seconds, signals = {}) {
      for (let passed = 0; passed < seconds; passed += 10) {
        clock.advanceTo(clock.nowMs() + 10_000);
        const frames = [frameAt(clock.nowMs(), signals)];
        await request('POST', `${gateway}/v1/frames`, device.token, { frames }, headers);
        await all.idle();
      }
    },
    async stop() {
      await all.stop();
      await calendar.close();
    },
  };
}

async function request(
  method: string,
  url: string,
  token: string,
  body?: object,
  more: Record<string, string> = {},
): Promise<Json> {
  const response = await fetch(url, {
    method,
    headers: {
      ...more,
      authorization: `Bearer ${token}`,
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return response.status === 204 ? undefined : response.json();
}

function frameAt(atMs: number, more: Readonly<Record<string, number>>) {
  const lat = HOME.lat + ((atMs - START_MS) / 1000) * (20 / METRES_PER_DEGREE);
  return {
    observedAt: new Date(atMs).toISOString(),
    signals: {
      'Vehicle.Powertrain.TractionBattery.StateOfCharge.Current': 18,
      'Vehicle.Powertrain.Transmission.CurrentGear': 1,
      'Vehicle.Speed': 72,
      'Vehicle.CurrentLocation.Latitude': lat,
      'Vehicle.CurrentLocation.Longitude': HOME.lon,
      'Vehicle.Exterior.AirTemperature': 0,
      ...more,
    },
  };
}
