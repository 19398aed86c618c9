import { readSettings, SettingsError, silentLog } from '@outrider/runtime';
import { describe, expect, test } from 'vitest';
import { worldSettings } from './settings.ts';
import { takeSnapshot } from './snapshot.ts';
import { weatherSources } from './weather-sources.ts';
import { at, carAt, depsOf, HOUR_MS, MINUTE_MS, NOW_MS, tripOf } from './world.fixture.ts';

const ALL = {
  OPEN_METEO_URL: 'http://open-meteo.test',
  MET_NORWAY_URL: 'http://met-norway.test',
  NWS_URL: 'http://nws-grid.test',
  PROVIDER_CONTACT: 'ops@example.org',
};

const START_S = NOW_MS / 1000;
const HOURS = Array.from({ length: 60 }, (_, i) => i);

/** −8 °C and 10 m/s from the west at every place, as Open-Meteo tells it. */
function openMeteoAnswer(url: URL): unknown {
  const of = (value: number) => HOURS.map(() => value);
  const one = {
    elevation: 100,
    hourly_units: { time: 'unixtime', wind_speed_10m: 'm/s' },
    hourly: {
      time: HOURS.map((hour) => START_S + hour * 3_600),
      temperature_2m: of(-8),
      wind_speed_10m: of(10),
      wind_direction_10m: of(270),
      precipitation: of(0),
      snowfall: of(0),
      surface_pressure: of(1_001),
    },
  };
  const places = url.searchParams.get('latitude')?.split(',').length ?? 0;
  return places === 1 ? one : Array.from({ length: places }, () => one);
}

/** −7 °C, said half an hour ago by MET Norway. */
const metAnswer = (): unknown => ({
  geometry: { coordinates: [0, 0, 100] },
  properties: {
    meta: {
      updated_at: new Date(NOW_MS - 30 * MINUTE_MS).toISOString(),
      units: { air_temperature: 'celsius', wind_speed: 'm/s' },
    },
    timeseries: HOURS.map((hour) => ({
      time: new Date(NOW_MS + hour * HOUR_MS).toISOString(),
      data: {
        instant: { details: { air_temperature: -7, wind_speed: 10, wind_from_direction: 270 } },
      },
    })),
  },
});

function rig(environment: Readonly<Record<string, string>> = ALL) {
  const asked: string[] = [];
  const down = new Set<string>();
  let nowMs = NOW_MS;
  const clock = {
    nowMs: () => nowMs,
    onTick: () => () => undefined,
    sleep: async (delayMs: number) => {
      nowMs += delayMs;
    },
  };
  const answerOf = (url: URL): Response => {
    if (down.has(url.hostname)) return new Response('down', { status: 500 });
    if (url.hostname.startsWith('open')) return Response.json(openMeteoAnswer(url));
    if (url.hostname.startsWith('met')) return Response.json(metAnswer());
    return new Response('', { status: 404 });
  };
  const sources = weatherSources(readSettings(worldSettings, environment), {
    clock,
    random: () => 0.5,
    log: silentLog,
    fetch: async (input) => {
      const url = new URL(String(input));
      asked.push(url.hostname);
      return answerOf(url);
    },
  });
  const carNow = () => carAt(at(0), { trip: tripOf(), airTempC: { value: -3, atMs: nowMs } });
  return {
    sources,
    asked,
    down: (...names: string[]) => names.forEach((name) => void down.add(`${name}.test`)),
    pass: (ms: number) => {
      nowMs += ms;
    },
    look: () => takeSnapshot(carNow(), depsOf({ weather: sources.weather }), nowMs),
  };
}

test('by default nobody is asked', () => {
  const { sources } = rig({});
  expect(sources).toEqual({ weather: [], probes: [] });
});

test.each(['MET_NORWAY_URL', 'NWS_URL'])('%s without a contact does not start', (name) => {
  expect(() => rig({ [name]: 'http://vendor.test' })).toThrow(SettingsError);
});

test('the settings decide who is asked, and in which order', () => {
  const { sources } = rig({ ...ALL, NWS_URL: '', WEATHER_ORDER: 'met-norway,nws-grid,open-meteo' });
  expect(sources.weather.map(({ name }) => name)).toEqual(['met-norway', 'open-meteo', 'kept-forecasts']);
  expect(sources.probes.map(({ name }) => name)).toEqual(['met-norway', 'open-meteo']);
});

describe('who tells the weather of a road', () => {
  test('the first, in one question, and nobody else', async () => {
    const { look, asked } = rig();
    const snapshot = await look();
    expect(snapshot).toMatchObject({
      weatherSource: 'open-meteo',
      weatherAgeS: 0,
      sigma: { tempK: 1, windMps: 1.5 },
    });
    expect(snapshot.stretches[0]?.segments[0]).toMatchObject({
      tempC: -8,
      windMps: expect.closeTo(7),
      windFromDeg: expect.closeTo(270),
      pressureHpa: 1_001,
    });
    expect(asked).toEqual([
      'open-meteo.test',
      ...asked.slice(1).filter((host) => host !== 'open-meteo.test'),
    ]);
  });

  test('the second when the first is down, with the age of its own answer', async () => {
    const { look, down } = rig();
    down('open-meteo');
    expect(await look()).toMatchObject({ weatherSource: 'met-norway', weatherAgeS: 1_800 });
  });

  test('what was said lately when all are down, less sure and with its age', async () => {
    const { look, down, pass } = rig();
    await look();
    down('open-meteo', 'met-norway');
    pass(5 * HOUR_MS);
    const snapshot = await look();
    expect(snapshot).toMatchObject({ weatherSource: 'open-meteo', weatherAgeS: 5 * 3_600 });
    expect(snapshot.sigma.tempK).toBeGreaterThan(2);
    expect(snapshot.stretches[0]?.segments[0]?.tempC).toBe(-8);
  });

  test('the car itself when that is too old, and it is said', async () => {
    const { look, down, pass } = rig();
    await look();
    down('open-meteo', 'met-norway');
    pass(7 * HOUR_MS);
    expect(await look()).toMatchObject({ weatherSource: 'car-thermometer' });
  });

  test('the same road costs one question as long as its weather is fresh', async () => {
    const { look, asked, pass } = rig();
    await look();
    const once = asked.length;
    pass(30 * MINUTE_MS);
    await look();
    expect(asked).toHaveLength(once);
    pass(30 * MINUTE_MS);
    await look();
    expect(asked.length).toBeGreaterThan(once);
  });
});
