import { expect, test } from 'vitest';
import { ProviderUnavailable } from '../provider.ts';
import { type ForecastRow, forecastFile, forecastRow } from './forecast-file.ts';
import { weatherProviderContract } from './weather-provider.contract.ts';

const HOUR_MS = 3_600_000;
const NOON_MS = Date.UTC(2026, 0, 15, 12);
const milford = { lat: 41.24, lon: -73.01 };
const never = new AbortController().signal;

const row = (change: Partial<ForecastRow> = {}): ForecastRow => ({
  issuedAtMs: NOON_MS - 6 * HOUR_MS,
  fromMs: NOON_MS,
  toMs: NOON_MS + 6 * HOUR_MS,
  tempC: -3,
  sigmaK: 1.5,
  ...change,
});

const tempAt = async (rows: readonly ForecastRow[], atMs = NOON_MS, knownAtMs = NOON_MS) =>
  (await forecastFile(rows).at([{ ...milford, atMs }], knownAtMs, never))[0]?.tempC;

weatherProviderContract(() => ({
  provider: forecastFile([
    row(),
    row({ area: { ...milford, radiusM: 30_000 }, tempC: -6, windMps: 4, windFromDeg: 360 }),
  ]),
  points: [
    { ...milford, atMs: NOON_MS },
    { lat: 39.66, lon: -75.69, atMs: NOON_MS + HOUR_MS },
  ],
  knownAtMs: NOON_MS,
  beyond: { ...milford, atMs: NOON_MS + 6 * HOUR_MS },
}));

test.each([
  ['just before the row begins', NOON_MS - 1, undefined],
  ['when it begins', NOON_MS, -3],
  ['just before it ends', NOON_MS + 6 * HOUR_MS - 1, -3],
  ['when it ends', NOON_MS + 6 * HOUR_MS, undefined],
])('%s', async (_, atMs, tempC) => {
  const answer = tempAt([row()], atMs);
  if (tempC === undefined) await expect(answer).rejects.toThrow(ProviderUnavailable);
  else expect(await answer).toBe(tempC);
});

test('what was issued later than asked was not known then', async () => {
  const rows = [row(), row({ issuedAtMs: NOON_MS + 1, tempC: 5 })];
  expect(await tempAt(rows, NOON_MS + HOUR_MS, NOON_MS)).toBe(-3);
  expect(await tempAt(rows, NOON_MS + HOUR_MS, NOON_MS + 1)).toBe(5);
});

test('the newest of two forecasts counts, in whatever order they stand', async () => {
  const older = row({ tempC: -1 });
  const newer = row({ issuedAtMs: NOON_MS - HOUR_MS, tempC: -8 });
  expect(await tempAt([older, newer])).toBe(-8);
  expect(await tempAt([newer, older])).toBe(-8);
});

test('the nearest area wins over a newer wide one; outside its radius it says nothing', async () => {
  const here = row({ area: { lat: 41.24, lon: -73.02, radiusM: 5_000 }, tempC: -6 });
  const near = row({ area: { lat: 41.3, lon: -73.01, radiusM: 50_000 }, tempC: -4, issuedAtMs: NOON_MS });
  const everywhere = row({ tempC: 0, issuedAtMs: NOON_MS });
  expect(await tempAt([everywhere, near, here])).toBe(-6);
  expect(await tempAt([everywhere, near])).toBe(-4);
  const far = row({ area: { lat: 42.24, lon: -73.01, radiusM: 50_000 }, tempC: -20 });
  expect(await tempAt([far, everywhere])).toBe(0);
});

test('wind needs a speed and a direction', async () => {
  const weather = async (change: Partial<ForecastRow>) =>
    (await forecastFile([row(change)]).at([{ ...milford, atMs: NOON_MS }], NOON_MS, never))[0];
  expect((await weather({ windMps: 5 }))?.wind).toBeNull();
  expect((await weather({ windFromDeg: 90 }))?.wind).toBeNull();
  expect((await weather({ windMps: 0, windFromDeg: 0 }))?.wind).toEqual({ mps: 0, fromDeg: 0, sigmaMps: 2 });
  expect(await weather({})).toMatchObject({ pressureHpa: null, isWet: false });
  expect(await weather({ pressureHpa: 990, isWet: true })).toMatchObject({ pressureHpa: 990, isWet: true });
});

test.each<[string, unknown]>([
  ['a time that ends before it begins', { ...row(), toMs: NOON_MS - 1 }],
  ['no time at all', { ...row(), toMs: NOON_MS }],
  ['an unknown field', { ...row(), tempF: 20 }],
  ['a temperature as text', { ...row(), tempC: '-3' }],
  ['a temperature that is none', { ...row(), tempC: Number.NaN }],
  ['no doubt given', { ...row(), sigmaK: undefined }],
  ['an area of no size', { ...row(), area: { ...milford, radiusM: 0 } }],
])('a row with %s is refused', (_, value) => {
  expect(forecastRow.safeParse(value).success).toBe(false);
});

test('a plain row is taken', () => {
  expect(forecastRow.safeParse(row()).success).toBe(true);
});
