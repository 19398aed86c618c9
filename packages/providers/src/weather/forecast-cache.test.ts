import { expect, test } from 'vitest';
import { impatientClock } from '../loopback.fixture.ts';
import { ProviderUnavailable } from '../provider.ts';
import { type CachedVendor, cachedVendor, keptForecasts } from './forecast-cache.ts';
import type { ForecastVendor, Place, PlaceForecast } from './place-forecast.ts';
import type { WeatherPoint } from './weather-provider.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NOON_MS = Date.UTC(2026, 0, 15, 12);
const never = new AbortController().signal;
const munich = { lat: 48.137, lon: 11.575 };

/** A vendor in memory: hourly, as far as it was asked, of one temperature. */
function rigOf(change: { tempC?: number; aheadH?: number; source?: WeatherPoint['source'] } = {}) {
  const clock = impatientClock(NOON_MS);
  const asked: (readonly Place[])[] = [];
  const state = { isDown: false, hold: Promise.resolve() };
  const { tempC = 5, aheadH = 400, source = 'open-meteo' } = change;
  const vendor: ForecastVendor = {
    name: source,
    source,
    ask(places, untilMs) {
      asked.push(places);
      const issuedAtMs = clock.nowMs();
      const hours = Math.min(aheadH, Math.ceil((untilMs - issuedAtMs) / HOUR_MS) + 1);
      return places.map(async (): Promise<PlaceForecast> => {
        await state.hold;
        if (state.isDown) throw new ProviderUnavailable(source, 'is down');
        const rows = Array.from({ length: hours }, (_, i) => ({
          atMs: issuedAtMs + i * HOUR_MS,
          tempC,
          wind: null,
          pressureHpa: null,
          wetMmPerH: null,
        }));
        return { issuedAtMs, elevationM: null, hours: rows };
      });
    },
  };
  const cached = cachedVendor(vendor, { clock, random: () => 0.5 });
  const ask = (points: readonly { lat: number; lon: number; inMs?: number }[], from = cached.provider) =>
    from.at(
      points.map(({ lat, lon, inMs = 0 }) => ({ lat, lon, atMs: clock.nowMs() + inMs })),
      clock.nowMs(),
      never,
    );
  return {
    clock,
    asked,
    state,
    cached,
    ask,
    kept: (...more: CachedVendor[]) => keptForecasts([cached, ...more], clock),
  };
}

test('all cars share what one has asked, for three quarters of an hour', async () => {
  const { ask, asked, clock } = rigOf();
  await ask([munich]);
  await ask([{ lat: 48.11, lon: 11.62, inMs: 30 * HOUR_MS }]);
  clock.pass(45 * MINUTE_MS - 1);
  await ask([munich]);
  expect(asked).toHaveLength(1);
  clock.pass(1);
  await ask([munich]);
  expect(asked).toHaveLength(2);
});

test('the jitter spreads it by a tenth', async () => {
  for (const [random, minutes] of [
    [() => 0, 40.5],
    [() => 0.999_999, 49.4],
  ] as const) {
    const { clock, cached } = rigOf();
    const other = cachedVendor(
      {
        name: 'x',
        source: 'open-meteo',
        ask: () => [Promise.resolve({ issuedAtMs: 0, elevationM: null, hours: [] })],
      },
      { clock, random },
    );
    await other.provider.at([{ ...munich, atMs: NOON_MS }], NOON_MS, never).catch(() => undefined);
    const freshMs = (other.kept.get('481,116')?.freshUntilMs ?? 0) - NOON_MS;
    expect(freshMs / MINUTE_MS).toBeCloseTo(minutes, 0);
    expect(cached.kept.size).toBe(0);
  }
});

test('what leaves us is rounded, one place per cell, and the same place again when it is time', async () => {
  const { ask, asked, clock } = rigOf();
  await ask([munich, { lat: 48.1412, lon: 11.5609 }, { lat: 48.4, lon: 11.74 }]);
  expect(asked[0]).toEqual([
    { lat: 48.14, lon: 11.58 },
    { lat: 48.4, lon: 11.74 },
  ]);
  clock.pass(HOUR_MS);
  await ask([{ lat: 48.11, lon: 11.62 }]);
  expect(asked[1]).toEqual([{ lat: 48.14, lon: 11.58 }]);
});

test('heights are asked for to ten metres', async () => {
  const { asked, cached } = rigOf();
  await cached.provider.at([{ ...munich, atMs: NOON_MS, elevationM: 518.7 }], NOON_MS, never);
  expect(asked[0]?.[0]?.elevationM).toBe(520);
});

test('two cars that ask at once cause one question', async () => {
  const { ask, asked, state } = rigOf();
  const gate = Promise.withResolvers<void>();
  state.hold = gate.promise;
  const both = [ask([munich]), ask([munich, { lat: 49, lon: 11 }])];
  gate.resolve();
  await Promise.all(both);
  expect(asked.map((places) => places.length)).toEqual([1, 1]);
});

test('further ahead than was asked before is asked again, further than the vendor looks is not told', async () => {
  const { ask, asked } = rigOf({ aheadH: 100 });
  await ask([munich]);
  await ask([{ ...munich, inMs: 48 * HOUR_MS }]);
  expect(asked).toHaveLength(1);
  await ask([{ ...munich, inMs: 49 * HOUR_MS }]);
  expect(asked).toHaveLength(2);
  await expect(ask([{ ...munich, inMs: 101 * HOUR_MS }])).rejects.toMatchObject({ kind: 'no-data' });
  await expect(ask([{ ...munich, inMs: 101 * HOUR_MS }])).rejects.toMatchObject({ kind: 'no-data' });
  expect(asked).toHaveLength(3);
});

test('a failure is not kept', async () => {
  const { ask, asked, state } = rigOf();
  state.isDown = true;
  await expect(ask([munich])).rejects.toThrow(ProviderUnavailable);
  state.isDown = false;
  expect((await ask([munich]))[0]?.tempC).toBe(5);
  expect(asked).toHaveLength(2);
});

test.each([
  ['a minute ago', -MINUTE_MS, true],
  ['longer ago', -MINUTE_MS - 1, false],
  ['in a minute', MINUTE_MS, true],
  ['later', MINUTE_MS + 1, false],
])('what was known %s can be told: %s', async (_, offsetMs, isTold) => {
  const { cached, asked, kept } = rigOf();
  const answer = cached.provider.at([{ ...munich, atMs: NOON_MS }], NOON_MS + offsetMs, never);
  if (isTold) expect((await answer)[0]?.issuedAtMs).toBeLessThanOrEqual(NOON_MS + offsetMs);
  else {
    await expect(answer).rejects.toMatchObject({ kind: 'no-data' });
    await expect(kept().at([{ ...munich, atMs: NOON_MS }], NOON_MS + offsetMs, never)).rejects.toThrow();
  }
  expect(asked).toHaveLength(isTold ? 1 : 0);
});

test('when time is up nobody is asked', async () => {
  const { cached, asked } = rigOf();
  await expect(
    cached.provider.at([{ ...munich, atMs: NOON_MS }], NOON_MS, AbortSignal.abort()),
  ).rejects.toThrow(ProviderUnavailable);
  expect(asked).toHaveLength(0);
});

test('a kept forecast is told for six hours, less sure the older it is', async () => {
  const { ask, clock, state, kept } = rigOf();
  await ask([munich]);
  state.isDown = true;
  const sigmas: number[] = [];
  for (const passMs of [0, 45 * MINUTE_MS, 2 * HOUR_MS, 3.25 * HOUR_MS]) {
    clock.pass(passMs);
    const [weather] = await ask([munich], kept());
    expect(weather).toMatchObject({ tempC: 5, source: 'open-meteo', issuedAtMs: NOON_MS });
    sigmas.push(weather?.sigmaK ?? 0);
  }
  expect(sigmas).toEqual([1, 1, 1.5, 1 + 5.25 / 4]);
  clock.pass(1);
  await expect(ask([munich], kept())).rejects.toMatchObject({ kind: 'no-data' });
});

test('of several vendors the one that spoke last is believed; a place nobody told of is none', async () => {
  const older = rigOf({ tempC: 1 });
  const newer = rigOf({ tempC: 2, source: 'met-norway' });
  await older.ask([munich]);
  newer.clock.pass(MINUTE_MS);
  await newer.ask([munich]);
  const [weather] = await older.ask([munich], older.kept(newer.cached));
  expect(weather).toMatchObject({ tempC: 2, source: 'met-norway' });
  await expect(older.ask([{ lat: 40, lon: 0 }], older.kept(newer.cached))).rejects.toThrow(
    ProviderUnavailable,
  );
});

test('memory is bounded', async () => {
  const { ask, cached } = rigOf();
  await ask(
    Array.from({ length: 2_100 }, (_, i) => ({ lat: 40 + Math.floor(i / 50) / 10, lon: (i % 50) / 10 })),
  );
  expect(cached.kept.size).toBe(2_000);
});
