import { systemClock } from '@outrider/runtime';
import { describe, expect, test } from 'vitest';
import { type Answering, type Heard, impatientClock, type Reply, vendorOn } from '../loopback.fixture.ts';
import { osrm } from './osrm.ts';
import { routeProviderContract } from './route-provider.contract.ts';
import { encodeShape, straightRoad } from './wire.fixture.ts';

const FROM = { lat: 41, lon: -73 };
const TO = { lat: 41.2, lon: -73 };
const never = new AbortController().signal;

/** Longitude first, as its URLs are; the first half of the way takes four times as long as the rest. */
function answer({ url }: Heard): Reply {
  const [, from, to] = /driving\/([^;]+);(.+)/.exec(url.pathname) ?? [];
  const placeOf = (text = '') => {
    const [lon = 0, lat = 0] = text.split(',').map(Number);
    return { lat, lon };
  };
  return { body: routeOf(placeOf(from), placeOf(to)) };
}

function routeOf(from: typeof FROM, to: typeof TO, change: { digits?: number; pieces?: number } = {}) {
  const { points, lengthsM, roadM } = straightRoad(from, to);
  const pieces = lengthsM.slice(0, change.pieces ?? lengthsM.length);
  const duration = pieces.map((lengthM, i) => lengthM / (i < 5 ? 10 : 40));
  return {
    code: 'Ok',
    routes: [
      {
        distance: roadM,
        // Turns take time that no piece has.
        duration: duration.reduce((sum, one) => sum + one, 30),
        geometry: encodeShape(points, change.digits),
        legs: [{ steps: [], annotation: { distance: pieces, duration } }],
      },
    ],
    waypoints: [{ distance: 4.2 }, { distance: 0.1 }],
  };
}

const create = async (answering: Answering = answer) => {
  const { baseUrl, heard } = await vendorOn(answering);
  return { ...osrm({ baseUrl, clock: systemClock, random: () => 0, fetch }), heard };
};
const kindOf = async (answering: Answering) => {
  const { baseUrl } = await vendorOn(answering);
  return osrm({ baseUrl, clock: impatientClock(0), random: () => 0, fetch })
    .route(FROM, TO, never)
    .then(
      () => 'a route',
      (error: { readonly kind?: string }) => error.kind,
    );
};

routeProviderContract(create);

test('asks longitude first, for all of the line with six decimal places', async () => {
  const one = await create();
  await one.route(FROM, TO, never);
  const { pathname, searchParams } = one.heard[0]?.url ?? new URL('http://nobody');
  expect(pathname).toBe('/route/v1/driving/-73,41;-73,41.2');
  expect(Object.fromEntries(searchParams)).toMatchObject({ overview: 'full', geometries: 'polyline6' });
});

describe('speeds', () => {
  test('of each piece, scaled to the whole with its turns', async () => {
    const { speedsMps = [] } = await (await create()).route(FROM, TO, never);
    expect((speedsMps[9] ?? 0) / (speedsMps[0] ?? 1)).toBeCloseTo(4, 6);
    expect(speedsMps[0]).toBeLessThan(10);
  });

  test('of another line than its own are not believed', async () => {
    const other = await create(() => ({ body: routeOf(FROM, TO, { pieces: 9 }) }));
    expect((await other.route(FROM, TO, never)).speedsMps).toBeUndefined();
  });
});

describe('what cannot be a route', () => {
  const error = (code: string): Reply => ({ status: 400, body: { code, message: 'in other words' } });
  test.each([
    ['NoRoute', error('NoRoute'), 'no-data'],
    ['NoSegment', error('NoSegment'), 'no-data'],
    ['TooBig', error('TooBig'), 'bad-request'],
    ['InvalidQuery', error('InvalidQuery'), 'bad-request'],
    ['Ok without a route', { body: { code: 'Ok' } }, 'bad-payload'],
    ['a page of text', { body: '<html></html>' }, 'bad-payload'],
    ['five decimal places', { body: routeOf(FROM, TO, { digits: 5 }) }, 'bad-payload'],
    [
      'longitude and latitude exchanged',
      { body: routeOf({ lat: -73, lon: 41 }, { lat: -73, lon: 41.2 }) },
      'bad-payload',
    ],
    ['down', { status: 502, body: 'bad gateway' }, 'unavailable'],
  ] as const)('%s', async (_, said, kind) => {
    expect(await kindOf(() => said as Reply)).toBe(kind);
  });

  test('an idle connection it has closed is opened again', async () => {
    let closed = 0;
    expect(await kindOf((heard) => (closed++ === 0 ? 'hang-up' : answer(heard)))).toBe('a route');
    expect(closed).toBe(2);
  });
});

test.each([
  ['Ok', 'answers'],
  ['NoSegment', 'answers'],
  ['InvalidService', 'answers InvalidService'],
])('asked whether it is there: %s', async (code, said) => {
  expect(
    await (await create(() => ({ status: code === 'Ok' ? 200 : 400, body: { code } }))).probe(never),
  ).toBe(said);
});
