import type { Position } from '@outrider/domain';
import { systemClock } from '@outrider/runtime';
import { describe, expect, test } from 'vitest';
import { type Answering, type Heard, impatientClock, type Reply, vendorOn } from '../loopback.fixture.ts';
import { routeProviderContract } from './route-provider.contract.ts';
import { valhalla } from './valhalla.ts';
import { encodeShape, straightRoad } from './wire.fixture.ts';

const FROM = { lat: 41, lon: -73 };
const TO = { lat: 41.2, lon: -73 };
const never = new AbortController().signal;

/** The first half of the way is a town, the rest a motorway. */
const SPEEDS = [30, 30, 30, 30, 30, 120, 120, 120, 120, 120];

interface Question {
  readonly locations?: readonly Position[];
  readonly encoded_polyline?: string;
  readonly sources?: readonly Position[];
  readonly targets?: readonly Position[];
}

function answer({ url, body }: Heard): Reply {
  const asked: Question = JSON.parse(body);
  if (url.pathname === '/trace_attributes')
    return {
      body: { edges: SPEEDS.map((speed, i) => ({ speed, begin_shape_index: i, end_shape_index: i + 1 })) },
    };
  if (url.pathname === '/sources_to_targets')
    return {
      body: {
        units: 'kilometers',
        sources_to_targets: asked.sources?.map(() =>
          asked.targets?.map((_, k) =>
            k === 0 ? { distance: 25.5, time: 900 } : { distance: null, time: null },
          ),
        ),
      },
    };
  const [from, to] = asked.locations as [Position, Position];
  return { body: tripOf(from, to) };
}

function tripOf(from: Position, to: Position, change: { shape?: string; units?: string } = {}) {
  const { points, roadM } = straightRoad(from, to);
  const [length, time] = [roadM / 1000, roadM / 20];
  const elevation = Array.from({ length: Math.floor(roadM / 30) + 1 }, (_, i) => 100 + i * 0.3);
  return {
    trip: {
      status: 0,
      units: change.units ?? 'kilometers',
      summary: { length, time },
      legs: [
        {
          summary: { length, time },
          maneuvers: [
            { type: 1, length: length / 2, time: time * 0.8, begin_shape_index: 0, end_shape_index: 5 },
            { type: 8, length: length / 2, time: time * 0.2, begin_shape_index: 5, end_shape_index: 10 },
            { type: 4, length: 0, time: 0, begin_shape_index: 10, end_shape_index: 10 },
          ],
          elevation_interval: 30,
          elevation,
          shape: change.shape ?? encodeShape(points),
        },
      ],
    },
  };
}

const create = async (answering: Answering = answer) => {
  const { baseUrl, heard } = await vendorOn(answering);
  return { ...valhalla({ baseUrl, clock: systemClock, random: () => 0, fetch }), heard };
};
const kindOf = async (answering: Answering) => {
  const { baseUrl } = await vendorOn(answering);
  return valhalla({ baseUrl, clock: impatientClock(0), random: () => 0, fetch })
    .route(FROM, TO, never)
    .then(
      () => 'a route',
      (error: { readonly kind?: string }) => error.kind,
    );
};

routeProviderContract(create);

test('asks for car, kilometres and heights, and tells nothing but two places', async () => {
  const one = await create();
  await one.route({ ...FROM, name: 'Home' } as Position, TO, never);
  const [route, trace] = one.heard;
  expect(JSON.parse(route?.body ?? '')).toEqual({
    locations: [FROM, TO],
    costing: 'auto',
    units: 'kilometers',
    directions_type: 'maneuvers',
    elevation_interval: 30,
  });
  expect(trace?.url.pathname).toBe('/trace_attributes');
});

describe('speeds', () => {
  const townAndMotorway = async (answering?: Answering) => {
    const { speedsMps = [] } = await (await create(answering)).route(FROM, TO, never);
    return (speedsMps[9] ?? 0) / (speedsMps[0] ?? 1);
  };

  test('of each edge, scaled to the whole', async () => {
    expect(await townAndMotorway()).toBeCloseTo(4, 6);
  });

  test.each([
    ['when it does not find its line again', { status: 400, body: { error_code: 443, error: 'edge walk' } }],
    [
      'when edges are missing',
      { body: { edges: [{ speed: 50, begin_shape_index: 0, end_shape_index: 3 }] } },
    ],
    ['when nobody answers', { status: 404, body: 'no such thing' }],
  ])('of each section between turns %s', async (_, said) => {
    const answering: Answering = (heard) =>
      heard.url.pathname === '/trace_attributes' ? said : answer(heard);
    expect(await townAndMotorway(answering)).toBeCloseTo(4, 6);
  });
});

describe('surfaces', () => {
  const madeOf = async (...surfaces: readonly (string | undefined)[]) => {
    const edges = surfaces.map((surface, i) => ({
      ...{ speed: 50, ...(surface === undefined ? {} : { surface }) },
      ...{ begin_shape_index: (10 / surfaces.length) * i, end_shape_index: (10 / surfaces.length) * (i + 1) },
    }));
    const answering: Answering = (heard) =>
      heard.url.pathname === '/trace_attributes' ? { body: { edges } } : answer(heard);
    return (await (await create(answering)).route(FROM, TO, never)).surfaces;
  };

  test('of each piece, null where it is smooth or has another name', async () => {
    expect(await madeOf('paved_smooth', 'paved_rough', 'gravel', 'dirt', 'toString')).toEqual(
      [null, 'rough', 'gravel', 'unpaved', null].flatMap((one) => [one, one]),
    );
    expect(await madeOf('compacted', 'path')).toEqual(
      ['gravel', 'unpaved'].flatMap((one) => Array.from({ length: 5 }, () => one)),
    );
  });

  test('absent where nothing is said', async () => {
    expect(await madeOf(undefined)).toBeUndefined();
  });
});

test('heights are smoothed and as long as the road', async () => {
  const { profile, distanceM } = await (await create()).route(FROM, TO, never);
  expect(profile?.everyM).toBe(30);
  expect(profile?.valuesM.at(-1)).toBeCloseTo(100 + Math.floor(distanceM / 30) * 0.3, 1);
});

describe('what cannot be a route', () => {
  test.each([
    ['no edge near', { status: 400, body: { error_code: 171, error: 'No suitable edges' } }, 'no-data'],
    ['no path', { status: 400, body: { error_code: 442, error: 'No path' } }, 'no-data'],
    ['too long', { status: 400, body: { error_code: 154, error: 'Path distance' } }, 'bad-request'],
    ['no costing', { status: 400, body: { error_code: 125, error: 'No costing' } }, 'bad-request'],
    ['another text', { body: 'Service is starting' }, 'bad-payload'],
    ['a key it wants', { status: 401, body: {} }, 'auth'],
    ['too many questions', { status: 429, body: {} }, 'rate-limited'],
    ['down', { status: 503, body: {} }, 'unavailable'],
    ['miles', { body: tripOf(FROM, TO, { units: 'miles' }) }, 'bad-payload'],
    [
      'five decimal places',
      { body: tripOf(FROM, TO, { shape: encodeShape(straightRoad(FROM, TO).points, 5) }) },
      'bad-payload',
    ],
    [
      'seven decimal places',
      { body: tripOf(FROM, TO, { shape: encodeShape(straightRoad(FROM, TO).points, 7) }) },
      'bad-payload',
    ],
    ['half a line', { body: tripOf(FROM, TO, { shape: 'w' }) }, 'bad-payload'],
    ['a road 11 km away', { body: tripOf({ lat: 41.1, lon: -73 }, TO) }, 'no-data'],
  ] as const)('%s is %s', async (_, said, kind) => {
    expect(await kindOf(() => said as Reply)).toBe(kind);
  });

  test('a connection that is closed is tried again', async () => {
    let closed = 0;
    expect(await kindOf((heard) => (closed++ === 0 ? 'hang-up' : answer(heard)))).toBe('a route');
  });
});

describe('as a matrix', () => {
  test('metres and seconds, null where there is no way', async () => {
    expect(await (await create()).matrix([FROM], [TO, FROM], never)).toEqual([
      [{ distanceM: 25_500, durationS: 900 }, null],
    ]);
  });

  test.each([
    ['0 m to a place 22 km away', { distance: 0, time: 0 }],
    ['from a road 11 km away', { distance: 40, time: 900, begin_lat: 41.1, begin_lon: -73 }],
    ['to a road 11 km away', { distance: 40, time: 900, end_lat: 41.1, end_lon: -73 }],
  ])('%s is no way', async (_, told) => {
    const moved = await create(() => ({ body: { units: 'kilometers', sources_to_targets: [[told]] } }));
    expect(await moved.matrix([FROM], [TO], never)).toEqual([[null]]);
  });

  test('two are asked for at once, and who has given up is not asked for', async () => {
    const one = await create(() => null);
    const givingUp = new AbortController();
    const asked = Array.from({ length: 5 }, () => one.matrix([FROM], [TO], givingUp.signal));
    await expect.poll(() => one.heard.length).toBe(2);
    givingUp.abort();
    for (const { status } of await Promise.allSettled(asked)) expect(status).toBe('rejected');
    expect(one.heard).toHaveLength(2);
  });

  test('one that fails every time does not stop routes', async () => {
    const { baseUrl, heard } = await vendorOn((question) =>
      question.url.pathname === '/sources_to_targets' ? { status: 500 } : answer(question),
    );
    const one = valhalla({ baseUrl, clock: impatientClock(0), random: () => 0, fetch });
    for (let i = 0; i < 3; i++)
      await expect(one.matrix([FROM], [TO], never)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(heard).toHaveLength(5);
    expect((await one.route(FROM, TO, never)).source).toBe('provider');
  });

  test('other pairs than asked are refused', async () => {
    const none = await create(() => ({ body: { units: 'kilometers', sources_to_targets: [] } }));
    await expect(none.matrix([FROM], [TO], never)).rejects.toMatchObject({ kind: 'bad-payload' });
  });
});

test('asked whether it is there it names its version', async () => {
  const one = await create(() => ({ body: { version: '3.6.1' } }));
  expect(await one.probe(never)).toBe('version 3.6.1');
});
