import { describe, expect, test } from 'vitest';
import type { Answering, Reply } from '../loopback.fixture.ts';
import { nwsGrid } from './nws-grid.ts';
import { weatherAt } from './place-forecast.ts';
import { weatherProviderContract } from './weather-provider.contract.ts';
import { HOUR_MS, NOON_MS, type Wire, wireTo } from './wire.fixture.ts';

const MILFORD = { lat: 41.24, lon: -73.01 };
const NEWARK = { lat: 39.66, lon: -75.69 };
const MUNICH = { lat: 48.14, lon: 11.58 };

type Values = readonly (readonly [string, number | null])[];
const layer = (uom: string, values: Values) => ({
  uom,
  values: values.map(([validTime, value]) => ({ validTime, value })),
});

const gridOf = (change: Readonly<Record<string, unknown>> = {}) => ({
  properties: {
    updateTime: '2026-01-15T09:42:00+00:00',
    validTimes: '2026-01-15T06:00:00+00:00/P7DT19H',
    elevation: { unitCode: 'wmoUnit:m', value: 12.192 },
    temperature: layer('wmoUnit:degC', [
      ['2026-01-15T10:00:00+00:00/PT3H', -3],
      ['2026-01-15T13:00:00+00:00/PT1H', -1],
      ['2026-01-15T14:00:00+00:00/P1DT6H', 1],
    ]),
    windSpeed: layer('wmoUnit:km_h-1', [['2026-01-15T10:00:00+00:00/P2D', 36]]),
    windDirection: layer('wmoUnit:degree_(angle)', [['2026-01-15T10:00:00+00:00/P2D', 90]]),
    quantitativePrecipitation: layer('wmoUnit:mm', [
      ['2026-01-15T06:00:00+00:00/PT6H', 0],
      ['2026-01-15T12:00:00+00:00/PT6H', 3],
    ]),
    pressure: { values: [] },
    ...change,
  },
});

const pointOf = (gridX: number): Reply => ({ body: { properties: { gridId: 'OKX', gridX, gridY: 70 } } });

/** Knows places west of the Atlantic. */
const answering =
  (grid: Reply = { body: gridOf() }): Answering =>
  ({ url: { pathname } }) => {
    if (pathname.startsWith('/gridpoints/')) return grid;
    const lon = Number(pathname.split(',')[1]);
    return lon < -60
      ? pointOf(Math.round(-lon))
      : { status: 404, body: { title: 'Data Unavailable For Requested Point' } };
  };

const wire = (answer: Answering = answering()): Promise<Wire> =>
  wireTo(answer, (url, deps) => nwsGrid({ url, contact: 'ops@example.org' }, deps));

weatherProviderContract(async () => ({
  provider: (await wire()).provider,
  points: [
    { ...MILFORD, atMs: NOON_MS },
    { ...NEWARK, atMs: NOON_MS + HOUR_MS },
  ],
  knownAtMs: NOON_MS,
  beyond: { ...MILFORD, atMs: NOON_MS + 72 * HOUR_MS },
}));

test('finds the cell once, then asks for its layers', async () => {
  const { ask, heard, clock } = await wire();
  await ask({ lat: 41.240049, lon: -73.01 });
  clock.pass(HOUR_MS);
  await ask({ lat: 41.240049, lon: -73.01 });
  expect(heard.map(({ url }) => url.pathname)).toEqual([
    '/points/41.24,-73.01',
    '/gridpoints/OKX/73,70',
    '/gridpoints/OKX/73,70',
  ]);
  expect(heard.every(({ url }) => url.search === '')).toBe(true);
  expect(heard[0]?.headers['user-agent']).toMatch(/^outrider\/\S+ ops@example\.org$/);
});

test('merged hours are opened again, in SI, sums spread over their hours', async () => {
  const { ask } = await wire();
  const [told] = await ask(MILFORD);
  expect(told).toMatchObject({ issuedAtMs: Date.UTC(2026, 0, 15, 9, 42), elevationM: 12.192 });
  expect(told?.hours).toHaveLength(3 + 1 + 30);
  const at = (offsetH: number) =>
    told && weatherAt(told, { ...MILFORD, atMs: NOON_MS + offsetH * HOUR_MS }, 'nws-grid', 0);
  expect([-2, 0, 0.5, 1, 2, 31].map((offset) => at(offset)?.tempC)).toEqual([-3, -3, -2, -1, 1, 1]);
  expect(at(0)?.wind).toMatchObject({ mps: expect.closeTo(7), fromDeg: expect.closeTo(90) });
  expect([-1, 0].map((offset) => at(offset)?.isWet)).toEqual([false, true]);
  expect(told?.hours.find(({ atMs }) => atMs === NOON_MS)?.wetMmPerH).toBe(0.5);
  expect(at(0)?.pressureHpa).toBeCloseTo(1_011.7, 0);
});

test.each([
  ['degF', 14, -10],
  ['unit:degC', -10, -10],
  ['wmoUnit:K', 263.15, -10],
])('a temperature in %s', async (uom, value, tempC) => {
  const temperature = layer(uom, [['2026-01-15T12:00:00+00:00/PT1H', value]]);
  const { ask } = await wire(answering({ body: gridOf({ temperature }) }));
  expect((await ask(MILFORD))[0]?.hours[0]?.tempC).toBeCloseTo(tempC, 9);
});

test('null and missing layers are holes', async () => {
  const temperature = layer('wmoUnit:degC', [
    ['2026-01-15T12:00:00+00:00/PT1H', -4],
    ['2026-01-15T13:00:00+00:00/PT1H', null],
    ['2026-01-15T14:00:00+00:00/PT1H', 0],
  ]);
  const windSpeed = layer('wmoUnit:km_h-1', [['2026-01-15T12:00:00+00:00/PT3H', null]]);
  const body = gridOf({ temperature, windSpeed, quantitativePrecipitation: undefined, elevation: undefined });
  const { ask } = await wire(answering({ body }));
  const [told] = await ask(MILFORD);
  expect(told && weatherAt(told, { ...MILFORD, atMs: NOON_MS + HOUR_MS }, 'nws-grid', 0)).toMatchObject({
    tempC: -2,
    wind: null,
    pressureHpa: null,
    isWet: false,
  });
});

test.each([
  ['twelve hours old', '2026-01-15T00:00:00+00:00', undefined],
  ['older', '2026-01-14T23:59:59+00:00', 'unavailable'],
  ['88 hours old', '2026-01-11T20:00:00+00:00', 'unavailable'],
])('a 200 with a forecast that is %s', async (_, updateTime, kind) => {
  const { ask, failure } = await wire(answering({ body: gridOf({ updateTime }) }));
  if (kind === undefined) expect(await ask(MILFORD)).toHaveLength(1);
  else expect((await failure(MILFORD)).kind).toBe(kind);
});

describe('places', () => {
  test('outside the United States are none of its, and are not asked for again', async () => {
    const { failure, heard } = await wire();
    expect((await failure(MUNICH)).kind).toBe('no-data');
    expect((await failure(MUNICH)).kind).toBe('no-data');
    expect(heard).toHaveLength(1);
  });

  test('whose cell was redrawn are looked up once more', async () => {
    let isRedrawn = false;
    const { ask, heard } = await wire(({ url: { pathname } }) => {
      if (pathname.startsWith('/points/')) return pointOf(isRedrawn ? 34 : 33);
      return pathname.endsWith(isRedrawn ? '/34,70' : '/33,70') ? { body: gridOf() } : { status: 404 };
    });
    await ask(MILFORD);
    isRedrawn = true;
    await ask(MILFORD);
    expect(heard.map(({ url }) => url.pathname).slice(2)).toEqual([
      '/gridpoints/OKX/33,70',
      '/points/41.24,-73.01',
      '/gridpoints/OKX/34,70',
    ]);
  });

  test('whose cell is nowhere end after two tries', async () => {
    const { failure, heard } = await wire(answering({ status: 404 }));
    expect((await failure(MILFORD)).kind).toBe('no-data');
    expect(heard).toHaveLength(4);
  });

  test('are looked up again after three days', async () => {
    const { ask, heard, clock } = await wire(
      answering({ body: gridOf({ updateTime: '2026-01-20T00:00:00Z' }) }),
    );
    await ask(MILFORD);
    clock.pass(72 * HOUR_MS);
    await ask(MILFORD);
    expect(heard).toHaveLength(3);
    clock.pass(1);
    await ask(MILFORD);
    expect(heard).toHaveLength(5);
  });
});

describe('a failure', () => {
  test.each<[string, Reply, string, number]>([
    ['no name in the question', { status: 403 }, 'auth', 1],
    ['an unexpected problem', { status: 500, body: { title: 'Unexpected Problem' } }, 'unavailable', 3],
    ['an expired grid', { status: 503, body: { title: 'Forecast Grid Expired' } }, 'unavailable', 3],
    ['too many', { status: 429 }, 'rate-limited', 1],
    ['text in a 200', { body: 'oops' }, 'bad-payload', 1],
    [
      'a unit nobody knows',
      { body: gridOf({ temperature: layer('wmoUnit:furlong', [['x/PT1H', 1]]) }) },
      'bad-payload',
      1,
    ],
    [
      'no interval',
      { body: gridOf({ temperature: layer('wmoUnit:degC', [['2026-01-15T12:00:00Z', 1]]) }) },
      'bad-payload',
      1,
    ],
    [
      'wind as text',
      {
        body: gridOf({
          windSpeed: { uom: 'wmoUnit:km_h-1', values: [{ validTime: 'x', value: '6 to 10 mph' }] },
        }),
      },
      'bad-payload',
      1,
    ],
    ['another shape', { body: {} }, 'bad-payload', 1],
  ])('%s', async (_, reply, kind, times) => {
    const { failure, heard } = await wire(answering(reply));
    expect((await failure(MILFORD)).kind).toBe(kind);
    expect(heard).toHaveLength(1 + times);
  });

  test('an office whose name is a path is no office', async () => {
    const { failure } = await wire(() => ({ body: { properties: { gridId: '../x', gridX: 1, gridY: 1 } } }));
    expect((await failure(MILFORD)).kind).toBe('bad-payload');
  });
});
