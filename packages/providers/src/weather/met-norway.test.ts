import { type Log, silentLog } from '@outrider/runtime';
import { describe, expect, test } from 'vitest';
import { type Answering, type Reply, vendorOn } from '../loopback.fixture.ts';
import { metNorway } from './met-norway.ts';
import { weatherAt } from './place-forecast.ts';
import { weatherProviderContract } from './weather-provider.contract.ts';
import { FREISING, HOUR_MS, MUNICH, NOON_MS, type Wire, wireTo } from './wire.fixture.ts';

const never = new AbortController().signal;
const LAST_MODIFIED = 'Thu, 15 Jan 2026 11:31:07 GMT';

interface Details {
  readonly [name: string]: number;
}

const entry = (offsetH: number, details: Details, ahead: Readonly<Record<string, number>> = {}) => ({
  time: new Date(NOON_MS + offsetH * HOUR_MS).toISOString().replace('.000', ''),
  data: {
    instant: { details },
    ...Object.fromEntries(
      Object.entries(ahead).map(([name, mm]) => [
        name,
        { summary: { symbol_code: 'rain' }, details: { precipitation_amount: mm } },
      ]),
    ),
  },
});

const STILL = { air_pressure_at_sea_level: 1_013.25, wind_speed: 4, wind_from_direction: 270 };

const featureOf = (change: { elevationM?: number; timeseries?: unknown[]; units?: object } = {}) => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: [11.58, 48.14, change.elevationM ?? 520] },
  properties: {
    meta: {
      updated_at: '2026-01-15T11:20:00Z',
      units: change.units ?? { air_temperature: 'celsius', wind_speed: 'm/s' },
    },
    timeseries: change.timeseries ?? [
      entry(0, { ...STILL, air_temperature: -2 }, { next_1_hours: 0.5, next_6_hours: 3 }),
      entry(1, { ...STILL, air_temperature: -1 }, { next_1_hours: 0 }),
      entry(2, { ...STILL, air_temperature: 0 }, { next_6_hours: 6 }),
      entry(8, { ...STILL, air_temperature: 6 }),
    ],
  },
});

const good = (change: Parameters<typeof featureOf>[0] = {}, more: Reply = {}): Reply => ({
  headers: { 'last-modified': LAST_MODIFIED, expires: new Date(NOON_MS + HOUR_MS / 2).toUTCString() },
  body: featureOf(change),
  ...more,
});

const wire = (answer: Answering = () => good(), log: Log = silentLog): Promise<Wire> =>
  wireTo(answer, (url, deps) => metNorway({ url, contact: 'ops@example.org' }, { ...deps, log }));

weatherProviderContract(async () => ({
  provider: (await wire()).provider,
  points: [
    { ...MUNICH, atMs: NOON_MS },
    { ...FREISING, atMs: NOON_MS + HOUR_MS / 2 },
  ],
  knownAtMs: NOON_MS,
  beyond: { ...MUNICH, atMs: NOON_MS + 9 * HOUR_MS },
}));

test('says who asks and whom to write to, and no more of the place than four decimals', async () => {
  const { ask, heard } = await wire();
  await ask({ lat: 48.123456, lon: -11.98764, elevationM: 519.6 });
  expect(heard[0]?.headers['user-agent']).toMatch(/^outrider\/\S+ ops@example\.org$/);
  expect(heard[0]?.url.pathname).toBe('/weatherapi/locationforecast/2.0/complete');
  expect(Object.fromEntries(heard[0]?.url.searchParams ?? [])).toEqual({
    lat: '48.1235',
    lon: '-11.9876',
    altitude: '520',
  });
});

test('its pressure at the sea is taken up to the ground', async () => {
  const { ask } = await wire(() =>
    good({ elevationM: 1_000, timeseries: [entry(0, { ...STILL, air_temperature: 8.5 })] }),
  );
  const [told] = await ask(MUNICH);
  // Standard atmosphere at 1000 m: 8.5 °C, 898.7 hPa.
  expect(told?.hours[0]?.pressureHpa).toBeCloseTo(898.7, 0);
  expect(told).toMatchObject({ issuedAtMs: Date.UTC(2026, 0, 15, 11, 20), elevationM: 1_000 });
});

test('rain is told by the hour, further ahead by six', async () => {
  const { ask } = await wire();
  const [told] = await ask(MUNICH);
  expect(told?.hours.map(({ wetMmPerH }) => wetMmPerH)).toEqual([0.5, 0, 1, null]);
});

test('hours six apart are bridged, and what an entry leaves out is a hole', async () => {
  const { ask } = await wire(() =>
    good({
      timeseries: [
        entry(0, { air_temperature: 0 }),
        entry(1, { wind_speed: 3 }),
        entry(6, { air_temperature: 6 }),
      ],
    }),
  );
  const [told] = await ask(MUNICH);
  const at = told && weatherAt(told, { ...MUNICH, atMs: NOON_MS + HOUR_MS }, 'met-norway', 0);
  expect(at).toMatchObject({ tempC: 1, wind: null, pressureHpa: null, isWet: false });
});

describe('asks no more than it must', () => {
  test('nothing before it expires, then only whether it changed', async () => {
    let changed = false;
    const { ask, heard, clock } = await wire(({ headers }) =>
      headers['if-modified-since'] === undefined || changed
        ? good()
        : { status: 304, headers: { expires: new Date(NOON_MS + 2 * HOUR_MS).toUTCString() } },
    );
    const [first] = await ask(MUNICH);
    clock.pass(HOUR_MS / 2 - 1);
    expect(await ask(MUNICH)).toEqual([first]);
    expect(heard).toHaveLength(1);
    clock.pass(1);
    expect(await ask(MUNICH)).toEqual([first]);
    // Word by word what it had said.
    expect(heard[1]?.headers['if-modified-since']).toBe(LAST_MODIFIED);
    clock.pass(HOUR_MS);
    await ask(MUNICH);
    expect(heard).toHaveLength(2);
    changed = true;
    clock.pass(HOUR_MS / 2);
    await ask(MUNICH);
    expect(heard).toHaveLength(3);
  });

  test('an "unchanged" to a question never asked is no answer', async () => {
    const { failure } = await wire(() => ({ status: 304 }));
    expect((await failure(MUNICH)).kind).toBe('bad-request');
  });

  test('never more than four at once, nor 18 in a second', async () => {
    let running = 0;
    let most = 0;
    const { ask, clock, heard } = await wire(() => {
      most = Math.max(most, ++running);
      setImmediate(() => running--);
      return good();
    });
    await ask(...Array.from({ length: 32 }, (_, i) => ({ lat: 48, lon: i / 10 })));
    expect(heard).toHaveLength(32);
    expect(most).toBeLessThanOrEqual(4);
    // 4 at once, the other 28 at 14 a second.
    expect(clock.nowMs() - NOON_MS).toBeGreaterThanOrEqual(2_000);
  });
});

test('a product that will end is used, and named in the log once', async () => {
  const warned: string[] = [];
  const log: Log = { ...silentLog, warn: (_, message) => warned.push(message) };
  const { ask } = await wire(() => good({}, { status: 203 }), log);
  expect((await ask(MUNICH))[0]?.hours[0]?.tempC).toBe(-2);
  await ask(FREISING);
  expect(warned).toHaveLength(1);
});

test('nothing is said about a product that will stay', async () => {
  const warned: string[] = [];
  const { ask } = await wire(undefined, { ...silentLog, warn: (_, message) => warned.push(message) });
  await ask(MUNICH);
  expect(warned).toEqual([]);
});

test('a move on its own server is followed, with what is known', async () => {
  const { ask, heard } = await wire(({ url }) =>
    url.pathname.startsWith('/moved')
      ? good()
      : { status: 308, headers: { location: `/moved${url.pathname}${url.search}` } },
  );
  expect((await ask(MUNICH))[0]?.hours[0]?.tempC).toBe(-2);
  expect(heard[1]?.url.searchParams.get('lat')).toBe('48.14');
  expect(heard[1]?.headers['user-agent']).toContain('ops@example.org');
});

test('a move to a server that is not its own is not', async () => {
  const other = await vendorOn(() => good());
  const { failure } = await wire(() => ({ status: 301, headers: { location: `${other.baseUrl}/x` } }));
  expect((await failure(MUNICH)).kind).toBe('bad-request');
  expect(other.heard).toEqual([]);
});

describe('a refusal', () => {
  test.each([
    ['the bare question or a name it does not like', 403, 'auth'],
    ['outside its area', 422, 'no-data'],
    ['a bad question, with a page for people', 400, 'bad-request'],
    ['too many', 429, 'rate-limited'],
    ['a place it does not know', 404, 'no-data'],
    ['elsewhere', 301, 'bad-request'],
  ])('%s', async (_, status, kind) => {
    const { failure, heard } = await wire(() => ({ status, body: '<html>no</html>' }));
    expect((await failure(MUNICH)).kind).toBe(kind);
    expect(heard).toHaveLength(1);
  });

  test('one spares it the other places', async () => {
    const { failure, heard } = await wire(() => ({ status: 403 }));
    await failure(...Array.from({ length: 40 }, (_, i) => ({ lat: 48, lon: i / 10 })));
    expect(heard.length).toBeLessThanOrEqual(4);
  });
});

describe('an answer that cannot be used', () => {
  test.each<[string, unknown]>([
    ['text', 'Bad gateway'],
    ['no hours', featureOf({ timeseries: [] })],
    ['knots', featureOf({ units: { air_temperature: 'celsius', wind_speed: 'kt' } })],
    ['a time that is none', featureOf({ timeseries: [{ ...entry(0, STILL), time: 'noon' }] })],
    ['another shape', { type: 'Feature' }],
  ])('%s', async (_, body) => {
    const { failure } = await wire(() => ({ body }));
    expect((await failure(MUNICH)).kind).toBe('bad-payload');
  });
});

test.each([
  ['as high as roads are', 9_000, true],
  ['higher', 9_001, false],
  ['absurdly low', -1e300, false],
])('ground %s', async (_, elevationM, isBelieved) => {
  const { ask, provider } = await wire(() => good({ elevationM }));
  expect((await ask(MUNICH))[0]?.elevationM).toBe(isBelieved ? elevationM : null);
  const [weather] = await provider.at([{ ...MUNICH, elevationM: 500, atMs: NOON_MS }], NOON_MS, never);
  expect(Number.isFinite(weather?.tempC)).toBe(true);
  expect(weather?.pressureHpa ?? 1_000).toBeGreaterThan(300);
});
