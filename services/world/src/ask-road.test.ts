import { type ChargerOnRoute, distanceM, type Position } from '@outrider/domain';
import {
  type ElevationProvider,
  type MatrixProvider,
  ProviderUnavailable,
  type RouteProvider,
} from '@outrider/providers';
import { describe, expect, test } from 'vitest';
import { askRoad, withHeights } from './ask-road.ts';
import { type Road, roadOfLeg } from './build-stretches.ts';
import { withDetours } from './detours.ts';
import { at } from './world.fixture.ts';

const signal = new AbortController().signal;
const climbOf = (road: Road) => road.segments.reduce((sum, one) => sum + one.climbM, 0);
/** Due east the land rises by one in a hundred. */
const hillside: ElevationProvider = {
  name: 'hillside',
  heights: async (points) => points.map((point) => 100 + distanceM(at(0), point) / 100),
};
const cannot = async (): Promise<never> => {
  throw new ProviderUnavailable('test', 'cannot tell');
};
const brokenOff = async (): Promise<never> => {
  throw new TypeError('cannot read');
};

describe('heights of a road whose source knows none', () => {
  const road = roadOfLeg({ points: [at(0), at(10_000)] });

  test('are those of the first that knows', async () => {
    const elevation = [{ name: 'none', heights: cannot }, hillside];
    const hilly = await withHeights(road, at(10_000), { routing: [], elevation, signal });
    expect(hilly.hasElevation).toBe(true);
    expect(climbOf(hilly)).toBeCloseTo(100, 0);
    expect(hilly.segments[3]?.climbM).toBeCloseTo((hilly.segments[3]?.distanceM ?? 0) / 100, 1);
  });

  test.each([
    ['nobody is asked', undefined],
    ['nobody knows', [{ name: 'none', heights: cannot }]],
    [
      'nothing is known here',
      [{ name: 'void', heights: async (p: readonly Position[]) => p.map(() => null) }],
    ],
  ])('stay unknown when %s', async (_, elevation) => {
    const deps = { routing: [], signal, ...(elevation === undefined ? {} : { elevation }) };
    expect(await withHeights(road, at(10_000), deps)).toEqual(road);
  });

  test('are not asked for where they are known', async () => {
    const points = [at(0), at(10_000)].map((place) => ({ ...place, elevationM: 5 }));
    const known = roadOfLeg({ points });
    expect(await withHeights(known, at(10_000), { routing: [], elevation: [hillside], signal })).toBe(known);
  });

  test('a mistake of ours is not a lack of heights', async () => {
    const elevation = [{ name: 'broken', heights: brokenOff }];
    await expect(withHeights(road, at(10_000), { routing: [], elevation, signal })).rejects.toThrow(
      TypeError,
    );
  });
});

describe('a road asked for', () => {
  const real: RouteProvider = {
    name: 'real',
    route: async (from, to) => ({
      points: [from, to],
      distanceM: 11_000,
      durationS: 500,
      source: 'provider',
    }),
  };

  test('is that of the first who knows one', async () => {
    const routing = [{ name: 'down', route: cannot }, real];
    expect((await askRoad(at(0), at(10_000), { routing, signal })).source).toBe('provider');
  });

  test('is the floor when nobody does: its ends’ heights count, the land between does not', async () => {
    const peak: ElevationProvider = {
      name: 'peak',
      heights: async (points) => points.map((_, i) => (i === 0 ? 0 : i === points.length - 1 ? 50 : 900)),
    };
    const deps = { routing: [{ name: 'down', route: cannot }], elevation: [peak], signal };
    const road = await askRoad(at(0), at(10_000), deps);
    expect(road).toMatchObject({ source: 'great-circle', hasElevation: false });
    expect(climbOf(road)).toBeCloseTo(50, 6);
    expect(new Set(road.segments.map(({ climbM }) => climbM.toFixed(6))).size).toBe(1);
  });
});

describe('detours', () => {
  const road = roadOfLeg({ points: [at(0), at(100_000)] });
  const chargerAt = (alongM: number): ChargerOnRoute => ({
    locationId: `at-${alongM}`,
    name: 'Posts',
    ...at(alongM, 1_000),
    alongM,
    detourM: 2_600,
    maxPowerKw: 150,
    powerType: 'DC',
    worksProbability: 0.9,
    statusAgeS: null,
  });
  const chargers = Array.from({ length: 30 }, (_, i) => chargerAt(i * 3_000));
  /** Every road is twice the straight line; nobody gets to a place `unreachable` east. */
  const matrixOf = (unreachable = Number.NaN) => {
    const asked: number[] = [];
    const provider: MatrixProvider = {
      name: 'matrix',
      matrix: async (sources, targets) => {
        asked.push(sources.length * targets.length);
        const isOut = (place: Position) => distanceM(place, at(unreachable, 1_000)) < 1;
        return sources.map((from) =>
          targets.map((to) =>
            isOut(from) || isOut(to) ? null : { distanceM: 2 * distanceM(from, to), durationS: 60 },
          ),
        );
      },
    };
    return { provider, asked };
  };

  test('there and back, of the best twenty, asked in groups of neighbours', async () => {
    const { provider, asked } = matrixOf();
    const found = await withDetours(chargers, road, at(100_000), { routing: [], matrix: [provider], signal });
    expect(found.map(({ locationId }) => locationId)).toEqual(chargers.map(({ locationId }) => locationId));
    expect(found.filter(({ detourM }) => Math.abs(detourM - 4_000) < 5)).toHaveLength(20);
    expect(found.filter(({ detourM }) => detourM === 2_600)).toHaveLength(10);
    expect(asked).toEqual(new Array(8).fill(25));
  });

  test.each([
    ['nobody is asked', undefined],
    ['nobody knows', [{ name: 'down', matrix: cannot }]],
  ])('stay estimates when %s', async (_, matrix) => {
    const deps = { routing: [], signal, ...(matrix === undefined ? {} : { matrix }) };
    expect(await withDetours(chargers, road, at(100_000), deps)).toEqual(chargers);
  });

  test('a place without a way on the map keeps its estimate', async () => {
    const { provider } = matrixOf(6_000);
    const found = await withDetours(chargers, road, at(100_000), { routing: [], matrix: [provider], signal });
    expect(found[2]?.detourM).toBe(2_600);
    expect(found[1]?.detourM).toBeCloseTo(4_000, 0);
  });

  test('from a road that is only a guess are guesses', async () => {
    const guess = { ...road, source: 'great-circle' as const };
    const { provider, asked } = matrixOf();
    await withDetours(chargers, guess, at(100_000), { routing: [], matrix: [provider], signal });
    expect(asked).toEqual([]);
  });
});
