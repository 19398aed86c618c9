import { describe, expect, test } from 'vitest';
import type { Answering, Heard } from '../loopback.fixture.ts';
import { openMeteo } from './open-meteo.ts';
import { weatherAt } from './place-forecast.ts';
import { weatherProbe } from './weather-probe.ts';
import { weatherProviderContract } from './weather-provider.contract.ts';
import { FREISING, HOUR_MS, MUNICH, NOON_MS, type Wire, wireTo } from './wire.fixture.ts';

const parametersOf = ({ url, body }: Heard): URLSearchParams =>
  url.searchParams.size > 0 ? url.searchParams : new URLSearchParams(body);

/** One place as Open-Meteo tells it: 1 K warmer each hour, wind from the south, rain in the hour after noon. */
function locationOf(hours: number, change: Record<string, unknown> = {}, firstC = -5) {
  const row = <T>(value: (i: number) => T) => Array.from({ length: hours }, (_, i) => value(i));
  return {
    latitude: 48.125,
    longitude: 11.625,
    generationtime_ms: 0.1,
    utc_offset_seconds: 0,
    timezone: 'GMT',
    elevation: 519,
    hourly_units: { time: 'unixtime', temperature_2m: '°C', wind_speed_10m: 'm/s' },
    hourly: {
      time: row((i) => NOON_MS / 1000 + i * 3_600),
      temperature_2m: row((i) => firstC + i),
      wind_speed_10m: row(() => 5),
      wind_direction_10m: row(() => 180),
      precipitation: row((i) => (i === 1 ? 0.8 : 0)),
      snowfall: row(() => 0),
      surface_pressure: row(() => 950.5),
      ...change,
    },
  };
}

/** Answers as the real one does: an object for one place, an array for more, no more hours than it has. */
const answering =
  (change: Record<string, unknown> = {}): Answering =>
  (heard) => {
    const asked = parametersOf(heard);
    const places = asked.get('latitude')?.split(',') ?? [];
    const hours = Math.min(200, Number(asked.get('forecast_hours')));
    const all = places.map((lat) => locationOf(hours, change, Number(lat) > 48.2 ? -9 : -5));
    return { body: all.length === 1 ? all[0] : all };
  };

const wire = (answer: Answering = answering(), key?: string): Promise<Wire> =>
  wireTo(answer, (url, deps) => openMeteo({ url, ...(key === undefined ? {} : { key }) }, deps));

weatherProviderContract(async () => ({
  provider: (await wire()).provider,
  points: [
    { ...MUNICH, atMs: NOON_MS },
    { ...FREISING, atMs: NOON_MS + HOUR_MS / 2 },
  ],
  knownAtMs: NOON_MS,
  beyond: { ...MUNICH, atMs: NOON_MS + 400 * HOUR_MS },
}));

test('asks in SI, for the hours that are wanted, and says nothing of the car', async () => {
  const { ask, heard } = await wire();
  await ask(MUNICH, FREISING);
  const asked = heard[0] as Heard;
  expect(asked.url.pathname).toBe('/v1/forecast');
  expect(Object.fromEntries(parametersOf(asked))).toEqual({
    latitude: '48.14,48.4',
    longitude: '11.58,11.74',
    hourly: 'temperature_2m,wind_speed_10m,wind_direction_10m,precipitation,snowfall,surface_pressure',
    wind_speed_unit: 'ms',
    timeformat: 'unixtime',
    timezone: 'GMT',
    forecast_hours: '8',
  });
  expect(asked.headers['x-api-key']).toBeUndefined();
});

test('the weather of an hour is what its columns say', async () => {
  const { ask } = await wire();
  const [munich] = await ask(MUNICH);
  expect(munich).toMatchObject({ issuedAtMs: NOON_MS, elevationM: 519 });
  const at = (offsetH: number) =>
    munich && weatherAt(munich, { ...MUNICH, atMs: NOON_MS + offsetH * HOUR_MS }, 'open-meteo', 0);
  expect(at(0.5)).toMatchObject({
    tempC: -4.5,
    pressureHpa: 950.5,
    // What fell before one o'clock fell since noon.
    isWet: true,
    wind: { mps: expect.closeTo(3.5), fromDeg: expect.closeTo(180) },
    source: 'open-meteo',
  });
  expect(at(1.5)?.isWet).toBe(false);
});

test('heights are sent when every place has one', async () => {
  const { ask, heard } = await wire();
  await ask({ ...MUNICH, elevationM: 520 }, { ...FREISING, elevationM: 450 });
  await ask({ ...MUNICH, elevationM: 520 }, FREISING);
  expect(heard.map((one) => parametersOf(one).get('elevation'))).toEqual(['520,450', null]);
});

test('a key goes into a header, where no log of addresses has it', async () => {
  const { ask, heard } = await wire(answering(), 'secret-key');
  await ask(MUNICH);
  expect(heard[0]?.headers['x-api-key']).toBe('secret-key');
  expect(heard[0]?.url.search).not.toContain('secret');
});

test('a long list goes as a form, in parts, one after the other, and comes back in order', async () => {
  let running = 0;
  const { ask, heard } = await wire((one) => {
    expect(++running).toBe(1);
    setImmediate(() => running--);
    return answering()(one);
  });
  const places = Array.from({ length: 401 }, (_, i) => ({ lat: i % 2 === 0 ? 48.1 : 48.3, lon: 11 }));
  const told = await ask(...places);
  expect(heard.map(({ method }) => method)).toEqual(['POST', 'GET']);
  expect(told.map(({ hours }) => hours[0]?.tempC)).toEqual(places.map(({ lat }) => (lat > 48.2 ? -9 : -5)));
});

test('the budget is counted in places', async () => {
  const { ask, failure, heard } = await wire();
  const places = (count: number) => Array.from({ length: count }, (_, i) => ({ lat: 48, lon: i / 10 }));
  await ask(...places(400));
  await ask(...places(80));
  expect((await failure(MUNICH)).kind).toBe('rate-limited');
  expect(heard).toHaveLength(2);
});

test('holes are holes: neighbours bridge them, what is left is not told', async () => {
  const column = (values: (number | null)[]) => [...values, ...Array(4).fill(null)];
  const { ask } = await wire(
    answering({
      temperature_2m: column([-4, null, 0, 1]),
      wind_speed_10m: column([null, null, null, null]),
      surface_pressure: column([2_000, null, null, null]),
    }),
  );
  const [told] = await ask(MUNICH);
  const bridged = told && weatherAt(told, { ...MUNICH, atMs: NOON_MS + HOUR_MS }, 'open-meteo', 0);
  expect(bridged).toMatchObject({ tempC: -2, wind: null, pressureHpa: null });
  expect(
    told && weatherAt(told, { ...MUNICH, atMs: NOON_MS + 4 * HOUR_MS }, 'open-meteo', 0),
  ).toBeUndefined();
});

describe('an answer that cannot be used', () => {
  test.each<[string, unknown]>([
    ['a text in a 200, where the stream broke off', 'Unexpected error while streaming data: timeout'],
    ['fewer places than asked', [locationOf(8)]],
    ['columns of different lengths', [locationOf(8), locationOf(8, { temperature_2m: [1] })]],
    ['a missing column', [locationOf(8), locationOf(8, { wind_speed_10m: undefined })]],
    [
      'km/h',
      [locationOf(8), { ...locationOf(8), hourly_units: { time: 'unixtime', wind_speed_10m: 'km/h' } }],
    ],
    ['text in a column', [locationOf(8), locationOf(8, { temperature_2m: Array(8).fill('-5') })]],
    ['no hours at all', [locationOf(8), locationOf(0)]],
    ['an error in a 200', { error: true, reason: 'no' }],
  ])('%s', async (_, body) => {
    const { failure } = await wire(() => ({ body }));
    expect((await failure(MUNICH, FREISING)).kind).toBe('bad-payload');
  });
});

describe('a refusal', () => {
  const AFTER_NOON_MS = NOON_MS + 10 * 60_000 + 20_000;
  test.each<[string, number, string, string, number | undefined]>([
    ['too many a minute', 429, 'Minutely API request limit exceeded.', 'rate-limited', NOON_MS + 11 * 60_000],
    ['too many an hour', 429, 'Hourly API request limit exceeded.', 'rate-limited', NOON_MS + HOUR_MS],
    ['too many a day', 429, 'Daily API request limit exceeded.', 'rate-limited', NOON_MS + 12 * HOUR_MS],
    ['too many, nobody says of what', 429, 'Too many.', 'rate-limited', undefined],
    ['a bad question', 400, 'Cannot resolve variable', 'bad-request', undefined],
    ['no key', 401, 'key', 'auth', undefined],
    ['too small a plan', 403, 'plan', 'auth', undefined],
  ])('%s', async (_, status, reason, kind, retryAtMs) => {
    const { failure, clock, heard } = await wire(() => ({ status, body: { error: true, reason } }));
    clock.pass(AFTER_NOON_MS - NOON_MS);
    const told = await failure(MUNICH);
    expect([told.kind, told.retryAtMs]).toEqual([kind, retryAtMs]);
    expect(heard).toHaveLength(1);
    if (retryAtMs === undefined) return;
    // Nobody asks before, and the first moment after is allowed.
    await failure(MUNICH);
    expect(heard).toHaveLength(1);
    clock.pass(retryAtMs - AFTER_NOON_MS);
    await failure(MUNICH);
    expect(heard).toHaveLength(2);
  });

  test('asked beside another question it waits a second', async () => {
    let first = true;
    const { ask, clock } = await wire((heard) => {
      if (!first) return answering()(heard);
      first = false;
      return { status: 429, body: { error: true, reason: 'Too many concurrent requests' } };
    });
    expect(await ask(MUNICH)).toHaveLength(1);
    expect(clock.slept).toEqual([1_000]);
  });

  test('overload is tried again', async () => {
    let first = true;
    const { ask } = await wire((heard) => {
      if (!first) return answering()(heard);
      first = false;
      return { status: 503, body: { error: true, reason: 'overloaded' } };
    });
    expect(await ask(MUNICH)).toHaveLength(1);
  });
});

test('a probe says in one line what it was told', async () => {
  const { vendor, clock } = await wire();
  const probe = weatherProbe(vendor, MUNICH, clock);
  expect(probe).toMatchObject({ name: 'open-meteo', kind: 'weather' });
  expect(await probe.probe(new AbortController().signal)).toBe(
    '-5.0 °C, wind 3.5 m/s, 2 moments, 0 min old, in 0 ms',
  );
});
