import { distanceM, polylineM, type RoutePoint } from '@outrider/domain';
import type { Route } from '@outrider/providers';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_SPEED_MPS, planStretches, type Road, roadOfLeg, roadOfRoute } from './build-stretches.ts';
import { at, stopAt, tripOf } from './world.fixture.ts';

const lengthOf = (road: Pick<Road, 'segments'>) => road.segments.reduce((sum, one) => sum + one.distanceM, 0);
const climbOf = (road: Road) => road.segments.reduce((sum, one) => sum + one.climbM, 0);

const point = fc
  .record({
    east: fc.integer({ min: -80_000, max: 80_000 }),
    north: fc.integer({ min: -80_000, max: 80_000 }),
  })
  .map(({ east, north }) => at(east, north));
const line = fc.array(point, { minLength: 2, maxLength: 30 });

describe('the road of a leg', () => {
  test('is as long as the plan says, in pieces of at most 500 m', () => {
    fc.assert(
      fc.property(line, fc.integer({ min: 1_000, max: 900_000 }), (points, distance) => {
        const road = roadOfLeg({ points, distanceM: distance });
        fc.pre(points.some((one, i) => i > 0 && distanceM(one, points[i - 1] ?? one) > 100));
        expect(lengthOf(road)).toBeCloseTo(distance, 3);
        for (const { distanceM: pieceM } of road.segments) expect(pieceM).toBeLessThanOrEqual(500.001);
      }),
    );
  });

  test('without a published distance it is as long as its line', () => {
    fc.assert(
      fc.property(line, (points) => {
        const drawn = points.slice(1).reduce((sum, one, i) => sum + distanceM(points[i] ?? one, one), 0);
        fc.pre(drawn > 1);
        expect(Math.abs(lengthOf(roadOfLeg({ points })) - drawn)).toBeLessThan(0.01 * points.length + 0.001);
      }),
    );
  });

  test.each([
    [499.9, 1],
    [500, 1],
    [500.1, 2],
    [1_000, 2],
    [1_001, 3],
  ])('%d m are cut into %d', (distance, pieces) => {
    expect(roadOfLeg({ points: [at(0), at(700)], distanceM: distance }).segments).toHaveLength(pieces);
  });

  test('points that nearly repeat make no piece and lose no length', () => {
    const points = [at(0), at(0.001), at(0.002), at(900), at(900.001)];
    const road = roadOfLeg({ points, distanceM: 1_800 });
    expect(road.segments).toHaveLength(4);
    expect(lengthOf(road)).toBeCloseTo(1_800, 6);
  });

  test('repeated points hold no road', () => {
    const road = roadOfLeg({ points: [at(0), at(0), at(998), at(998)] });
    expect(road.segments).toHaveLength(2);
  });

  test('a leg that leads nowhere still is one piece', () => {
    const road = roadOfLeg({ points: [at(0), at(0)], distanceM: 5_000 });
    expect(road.segments).toEqual([expect.objectContaining({ ...at(0), distanceM: 1, climbM: 0 })]);
  });

  test('pieces lie on the line and look along it', () => {
    const { segments } = roadOfLeg({ points: [at(0), at(998)] });
    expect(segments.map(({ bearingDeg }) => Math.round(bearingDeg))).toEqual([90, 90]);
    expect(segments[1] && distanceM(segments[1], at(499))).toBeLessThan(1);
  });

  test.each([
    ['the planned speed', 30, 30],
    ['the mixed drive without one', undefined, DEFAULT_SPEED_MPS],
    ['a crawl no slower than 1 m/s', 0.001, 1],
  ])('%s', (_, speedMps, expected) => {
    const leg = { points: [at(0), at(1_000)], ...(speedMps === undefined ? {} : { speedMps }) };
    expect(roadOfLeg(leg).segments[0]?.speedMps).toBe(expected);
  });
});

describe('heights', () => {
  const withHeights = (...heights: readonly (number | undefined)[]): RoutePoint[] =>
    heights.map((elevationM, i) => ({
      ...at(i * 2_990),
      ...(elevationM === undefined ? {} : { elevationM }),
    }));

  test('add up to the difference of the ends', () => {
    const road = roadOfLeg({ points: withHeights(100, 400, 250) });
    expect(road.hasElevation).toBe(true);
    expect(climbOf(road)).toBeCloseTo(150, 6);
    expect(road.segments.filter(({ climbM }) => climbM > 0)).toHaveLength(6);
  });

  test('known in part only are not known, but those known are used', () => {
    const road = roadOfLeg({ points: withHeights(100, 400, undefined) });
    expect(road.hasElevation).toBe(false);
    expect(climbOf(road)).toBeCloseTo(300, 6);
  });

  test('a slip of the pen is not a cliff', () => {
    const cliff = [
      { ...at(0), elevationM: -500 },
      { ...at(100), elevationM: 9_000 },
    ];
    expect(climbOf(roadOfLeg({ points: cliff }))).toBeCloseTo(50, 3);
  });
});

describe('what one snapshot can hold', () => {
  test('a line of too many points keeps its length in fewer pieces', () => {
    const points = Array.from({ length: 20_000 }, (_, i) => at(i * 20, (i % 2) * 3));
    const road = roadOfLeg({ points, distanceM: 5_000_000 });
    expect(road.segments.length).toBeLessThanOrEqual(20_000);
    expect(lengthOf(road)).toBeCloseTo(5_000_000, 0);
  });

  test('an absurd line from pole to pole and back does not take all memory', () => {
    const points = Array.from({ length: 20_000 }, (_, i) => ({ lat: i % 2 === 0 ? -89 : 89, lon: i % 180 }));
    expect(roadOfLeg({ points }).segments.length).toBeLessThanOrEqual(20_000);
  });
});

describe('the road of a provider', () => {
  const routeOf = (points: readonly RoutePoint[], change: Partial<Route> = {}): Route => {
    const distance = change.distanceM ?? 10_000;
    return { points, distanceM: distance, durationS: distance / 20, source: 'provider', ...change };
  };

  test('has its length, its mean speed and its source', () => {
    const route = routeOf([at(0), at(10_000)], { distanceM: 13_000, source: 'great-circle' });
    const road = roadOfRoute(route);
    expect(lengthOf(road)).toBeCloseTo(13_000, 6);
    expect(road.segments[0]?.speedMps).toBeCloseTo(20, 6);
    expect(road).toMatchObject({ source: 'great-circle', hasElevation: false });
    expect(roadOfRoute(routeOf([at(0), at(0)], { distanceM: 0 })).segments).toHaveLength(1);
  });

  test('is slow in town and fast outside', () => {
    const speedsMps = [10, 30];
    const { segments } = roadOfRoute(routeOf([at(0), at(2_000), at(10_000)], { speedsMps }));
    expect(segments[0]?.speedMps).toBe(10);
    expect(segments.at(-1)?.speedMps).toBe(30);
  });

  test('in many short pieces becomes few, as long, as slow, as steep', () => {
    const points = Array.from({ length: 101 }, (_, i) => ({ ...at(i * 100, (i % 2) * 5), elevationM: i }));
    const speedsMps = points.slice(1).map((_, i) => (i % 2 === 0 ? 10 : 30));
    const lengthM = polylineM(points);
    const road = roadOfRoute(routeOf(points, { speedsMps, distanceM: lengthM }));
    expect(road.segments.length).toBeLessThanOrEqual(26);
    expect(lengthOf(road)).toBeCloseTo(lengthM, 3);
    expect(climbOf(road)).toBeCloseTo(100, 6);
    expect(road.segments[0]?.speedMps).toBeCloseTo(15, 6);
    expect(Math.abs((road.segments[0]?.bearingDeg ?? 0) - 90)).toBeLessThan(1);
  });

  test('climbs as its heights say, between its points too', () => {
    const profile = { everyM: 1_000, valuesM: [100, 100, 200, 100, 100, 100, 100, 100, 100, 100, 150] };
    const road = roadOfRoute(routeOf([at(0), at(10_000)], { profile }));
    expect(road.hasElevation).toBe(true);
    expect(climbOf(road)).toBeCloseTo(50, 6);
    expect(road.segments.filter(({ climbM }) => climbM > 1)).toHaveLength(4);
    expect(road.segments.filter(({ climbM }) => climbM < -1)).toHaveLength(2);
  });
});

test('a plan without legs is followed on straight lines', () => {
  const { legs: _, ...plan } = tripOf({ stops: [stopAt('a', at(3_000)), stopAt('b', at(3_000, 4_000))] });
  const stretches = planStretches(plan);
  expect(stretches.map(({ stopId }) => stopId)).toEqual(['a', 'b']);
  expect(stretches.map((one) => Math.round(lengthOf({ segments: [...one.segments] as never })))).toEqual([
    3_000, 4_000,
  ]);
});

test('a change of surface begins a piece of its own, and both keep their length', () => {
  const points = [0, 100, 200, 300, 400].map((eastM) => at(eastM));
  const { segments } = roadOfRoute({
    points,
    distanceM: 400,
    durationS: 40,
    surfaces: [null, null, 'gravel', 'gravel'],
    source: 'provider',
  });
  expect(segments.map(({ surface }) => surface)).toEqual([undefined, 'gravel']);
  expect(segments.map(({ distanceM }) => Math.round(distanceM))).toEqual([200, 200]);
});
