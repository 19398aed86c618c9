import assert from 'node:assert/strict';
import type { Conditions } from '@outrider/domain';
import {
  type CallerDeps,
  heightAt,
  ProviderUnavailable,
  ROUTE_PROMISES,
  type RouteProvider,
  valhalla,
  valhallaHeights,
  type Way,
} from '@outrider/providers';
import type { RoadSources } from '@outrider/world';
import { type Drive, type DriveOutcome, drive } from './drive.ts';
import { heightM, PLACES } from './self-made-map.ts';

/** One way to ask the tiles. */
export interface Bench {
  readonly name: string;
  readonly baseUrl: string;
  readonly deps: CallerDeps;
  /** How often each path was asked. */
  readonly asked: ReadonlyMap<string, number>;
}

export interface Check {
  readonly name: string;
  /** Throws when it does not hold. @returns what was measured */
  check(bench: Bench): Promise<string | undefined>;
}

const never = new AbortController().signal;
const { town, hillTop, flatEnd, island, charger } = PLACES;
const adapter = ({ baseUrl, deps }: Bench) => valhalla({ ...deps, baseUrl });

const WAYS: readonly Way[] = [
  { name: 'across the town', from: { lat: 41.042, lon: -74.406 }, to: { lat: 41.056, lon: -74.392 } },
  { name: 'up the hill', from: town, to: hillTop },
  { name: 'down the hill', from: hillTop, to: town },
  { name: 'on the plain', from: town, to: flatEnd },
];

const contract: readonly Check[] = WAYS.flatMap((way) =>
  ROUTE_PROMISES.map(({ name, keep }) => ({
    name: `${way.name}: ${name}`,
    check: async (bench: Bench) => {
      await keep(adapter(bench), way);
      return undefined;
    },
  })),
);

const kindOf = (provider: RouteProvider, to: { readonly lat: number; readonly lon: number }) =>
  provider.route(town, to, never).then(
    () => 'a route',
    (error: unknown) => (error instanceof ProviderUnavailable ? error.kind : String(error)),
  );

const wire: readonly Check[] = [
  {
    name: 'heights of the route are those of the land',
    async check(bench) {
      const { profile, points } = await adapter(bench).route(town, hillTop, never);
      assert.ok(profile !== undefined);
      const end = points.at(-1) ?? town;
      const [atEnd, told] = [heightM(end), profile.valuesM.at(-1) ?? 0];
      assert.ok(Math.abs(atEnd - told) < 5, `${told} m instead of ${atEnd}`);
      assert.ok(Math.abs(heightAt(profile, 0) - heightM(town)) < 5);
      return `${Math.round(heightAt(profile, 0))} m to ${Math.round(told)} m`;
    },
  },
  {
    name: 'the town is slow, the motorway is fast',
    async check(bench) {
      const { speedsMps = [] } = await adapter(bench).route(town, hillTop, never);
      const [first, last] = [speedsMps[0] ?? 0, speedsMps.at(-1) ?? 0];
      assert.ok(first > 0 && last > 2.5 * first);
      return `${Math.round(first * 3.6)} and ${Math.round(last * 3.6)} km/h`;
    },
  },
  {
    name: 'the lane to the charger is gravel, the roads there are not',
    async check(bench) {
      const { surfaces = [], points } = await adapter(bench).route(town, charger, never);
      assert.equal(surfaces.length, points.length - 1);
      assert.equal(surfaces[0], null);
      assert.equal(surfaces.at(-1), 'gravel');
      return `${surfaces.filter((one) => one !== null).length} of ${surfaces.length} pieces`;
    },
  },
  {
    name: 'heights along any line, and holes beyond the map',
    async check({ baseUrl, deps }) {
      const places = [town, { lat: 41.7, lon: -74.6 }, { lat: 10, lon: 10 }];
      const heights = await valhallaHeights({ ...deps, baseUrl }).heights(places, never);
      assert.equal(heights[2], null);
      assert.ok(Math.abs((heights[1] ?? 0) - heightM({ lat: 41.7, lon: -74.6 })) < 5);
      return `${heights.map((one) => (one === null ? 'none' : `${one} m`)).join(', ')}`;
    },
  },
  {
    name: 'a matrix says how far by road, and where none leads',
    async check(bench) {
      const [[toLane, toIsland] = []] = await adapter(bench).matrix(
        [{ lat: 41.5, lon: -74.6 }],
        [charger, island],
        never,
      );
      assert.ok(toLane && toLane.distanceM > 900 && toLane.distanceM < 1_200);
      assert.equal(toIsland, null);
      return `${toLane.distanceM} m to the charger, none to the island`;
    },
  },
  {
    name: 'an island without a bridge is no-data, so that the next provider is asked',
    async check(bench) {
      assert.equal(await kindOf(adapter(bench), island), 'no-data');
      return undefined;
    },
  },
  {
    name: 'a place without a road for kilometres is no-data',
    async check(bench) {
      assert.equal(await kindOf(adapter(bench), PLACES.nowhere), 'no-data');
      return undefined;
    },
  },
  {
    name: 'another continent is bad-request',
    async check(bench) {
      assert.equal(await kindOf(adapter(bench), { lat: -33, lon: 151 }), 'bad-request');
      return undefined;
    },
  },
  {
    name: 'asked whether it is there it names its version',
    check: (bench) => adapter(bench).probe(never),
  },
];

/** What the car leaves the town with: enough for the plain, and with nothing to spare on the hill. */
const SOC_PCT = 48;
const HEADWIND_MPS = 12;

const onRoads = (bench: Bench, change: Partial<Drive>): Promise<DriveOutcome> => {
  const provider = adapter(bench);
  const elevation = [valhallaHeights({ ...bench.deps, baseUrl: bench.baseUrl })];
  const roads: RoadSources = { routing: [provider], elevation, matrix: [provider] };
  return drive({ to: flatEnd, roads, headwindMps: 0, socPct: SOC_PCT, ...change });
};

const warned = ({ alerts }: DriveOutcome): boolean => alerts.some(({ state }) => state === 'firing');
const arrivalOf = ({ forecast }: DriveOutcome): string => {
  const [stop] = forecast.stops;
  return `arrives with ${stop?.arrivalSocPct.p50.toFixed(0)} %, below the reserve with probability ${stop?.belowReserveProbability.toFixed(2)}`;
};
const climbOf = ({ stretches }: Conditions): number =>
  (stretches[0]?.segments ?? []).reduce((sum, { climbM }) => sum + climbM, 0);

const drives: readonly Check[] = [
  {
    name: 'flat and calm: the road is real, and nobody is warned',
    async check(bench) {
      const outcome = await onRoads(bench, {});
      assert.equal(outcome.conditions.stretches[0]?.routeSource, 'provider');
      assert.ok(Math.abs(climbOf(outcome.conditions)) < 5);
      assert.ok(!warned(outcome), arrivalOf(outcome));
      return arrivalOf(outcome);
    },
  },
  {
    name: 'hill and headwind: as far, and the driver is warned',
    async check(bench) {
      const outcome = await onRoads(bench, { to: hillTop, headwindMps: HEADWIND_MPS });
      assert.ok(Math.abs(climbOf(outcome.conditions) - 800) < 20);
      assert.ok(warned(outcome), arrivalOf(outcome));
      return `${arrivalOf(outcome)}; ${[...new Set(outcome.alerts.map(({ ruleId }) => ruleId))].join(', ')}`;
    },
  },
  {
    name: 'the detour to the charger is that of the lane',
    async check(bench) {
      const { conditions } = await onRoads(bench, { to: hillTop });
      const [lane] = conditions.stretches[0]?.chargers ?? [];
      assert.ok(lane !== undefined && lane.detourM > 1_800 && lane.detourM < 2_400, `${lane?.detourM} m`);
      assert.ok((bench.asked.get('/sources_to_targets') ?? 0) > 1);
      return `${Math.round(lane.detourM)} m there and back`;
    },
  },
  {
    name: 'without a server the floor answers, flagged, and knows no hill',
    async check(bench) {
      const outcome = await onRoads(bench, {
        to: hillTop,
        headwindMps: HEADWIND_MPS,
        roads: { routing: [] },
      });
      assert.equal(outcome.conditions.stretches[0]?.routeSource, 'great-circle');
      assert.equal(climbOf(outcome.conditions), 0);
      return arrivalOf(outcome);
    },
  },
];

export const CHECKS: readonly Check[] = [...contract, ...wire, ...drives];
