import { distanceM, kmhToMps, kmToM, type Position, type RoadSurface } from '@outrider/domain';
import { z } from 'zod';
import { type Caller, type CallerDeps, createCaller } from '../caller.ts';
import { smoothProfile } from '../elevation/profile.ts';
import { createGate } from '../lanes.ts';
import type { Probe } from '../probe.ts';
import { ProviderUnavailable } from '../provider.ts';
import { askValhalla } from './ask-valhalla.ts';
import { checkedRoute, decodeShape, noWay, scaledSpeeds } from './decode-shape.ts';
import type { MatrixProvider, RoadDistance, Route, RouteProvider } from './route-provider.ts';

const NAME = 'valhalla';
const TIMEOUT_MS = 3_000;
/** A plan of many stops asks for all its detours together, and a matrix takes a hundred times as long as a route. */
const MATRICES_AT_ONCE = 2;
/** Metres between two heights of a route. */
const HEIGHT_EVERY_M = 30;
/** Nearer than this two places are one. */
const SAME_PLACE_M = 1;
/** A charging place lies no further from its road. */
const MOVED_M = 1_000;

const maneuver = z.object({
  length: z.number().min(0),
  time: z.number().min(0),
  begin_shape_index: z.int().min(0),
  end_shape_index: z.int().min(0),
});
const leg = z.object({
  shape: z.string(),
  elevation_interval: z.number().positive().optional(),
  elevation: z.array(z.number().nullable()).optional(),
  maneuvers: z.array(maneuver).default([]),
});
const routeAnswer = z.object({
  trip: z.object({
    units: z.literal('kilometers'),
    summary: z.object({ length: z.number().min(0), time: z.number().min(0) }),
    legs: z.array(leg).length(1),
  }),
});
const edge = z.object({
  speed: z.number().positive(),
  surface: z.string().optional(),
  begin_shape_index: z.int().min(0),
  end_shape_index: z.int().min(0),
});
const edgesAnswer = z.object({ edges: z.array(edge).min(1) });
const degrees = z.number().optional();
const pair = z.object({
  distance: z.number().min(0).nullable(),
  time: z.number().min(0).nullable(),
  begin_lat: degrees,
  begin_lon: degrees,
  end_lat: degrees,
  end_lon: degrees,
});
const matrixAnswer = z.object({ units: z.literal('kilometers'), sources_to_targets: z.array(z.array(pair)) });
const statusAnswer = z.object({ version: z.string().max(40) });

export interface ValhallaOptions extends CallerDeps {
  /** Of a server of one's own; the public one forbids this use. */
  readonly baseUrl: string;
}

/**
 * Roads, their heights and their speeds from a Valhalla server.
 * Source: Valhalla's HTTP API, actions `route`, `trace_attributes` and `sources_to_targets`.
 */
export function valhalla(options: ValhallaOptions): RouteProvider & MatrixProvider & Probe {
  const caller = createCaller({ ...options, name: NAME, timeoutMs: TIMEOUT_MS });
  // Matrices that take too long are no reason to stop asking for routes.
  const matrixCaller = createCaller({ ...options, name: NAME, timeoutMs: TIMEOUT_MS });
  const gate = createGate(MATRICES_AT_ONCE);
  return {
    name: NAME,
    kind: 'routing',
    async probe(signal) {
      const { value } = await caller.askJson({ path: '/status', signal }, statusAnswer);
      return `version ${value.version}`;
    },
    route: (from, to, signal) => askRoute(caller, from, to, signal),
    async matrix(sources, targets, signal) {
      const question = { sources: sources.map(bare), targets: targets.map(bare), costing: 'auto' };
      const json = { ...question, units: 'kilometers' };
      const { sources_to_targets: rows } = await gate(() =>
        askValhalla(NAME, matrixCaller, { path: '/sources_to_targets', json, signal }, matrixAnswer),
      );
      if (rows.length !== sources.length || rows.some((row) => row.length !== targets.length))
        throw new ProviderUnavailable(NAME, 'the answer has other pairs than asked', { kind: 'bad-payload' });
      return rows.map((row, i) =>
        row.map((told, k) => roadBetween(told, sources[i] as Position, targets[k] as Position)),
      );
    },
  };
}

/**
 * Null where there is no way. The matrix says so seldom: a place on an island without a bridge it moves to the next
 * road that leads somewhere, however far, and two places it moved to the same spot are 0 m apart.
 */
function roadBetween(told: z.infer<typeof pair>, from: Position, to: Position): RoadDistance | null {
  const { distance, time, begin_lat, begin_lon, end_lat, end_lon } = told;
  if (distance === null || time === null) return null;
  const isMoved = (place: Position, lat: number | undefined, lon: number | undefined): boolean =>
    lat !== undefined && lon !== undefined && distanceM(place, { lat, lon }) > MOVED_M;
  if (isMoved(from, begin_lat, begin_lon) || isMoved(to, end_lat, end_lon)) return null;
  const road = { distanceM: kmToM(distance), durationS: time };
  return road.distanceM < distanceM(from, to) - 2 * MOVED_M ? null : road;
}

async function askRoute(caller: Caller, from: Position, to: Position, signal: AbortSignal): Promise<Route> {
  if (distanceM(from, to) < SAME_PLACE_M) return noWay(from);
  const json = {
    locations: [bare(from), bare(to)],
    costing: 'auto',
    units: 'kilometers',
    directions_type: 'maneuvers',
    elevation_interval: HEIGHT_EVERY_M,
  };
  const { trip } = await askValhalla(NAME, caller, { path: '/route', json, signal }, routeAnswer);
  const [only] = trip.legs as [z.infer<typeof leg>];
  const points = decodeShape(NAME, only.shape);
  const profile =
    only.elevation === undefined || only.elevation_interval === undefined
      ? undefined
      : smoothProfile(only.elevation, only.elevation_interval);
  const durationS = trip.summary.time;
  const route = checkedRoute(
    NAME,
    {
      points,
      distanceM: kmToM(trip.summary.length),
      durationS,
      source: 'provider',
      ...(profile === undefined ? {} : { profile }),
    },
    from,
    to,
  );
  const edges = await edgesOf(caller, only.shape, signal);
  const allowed = edgeSpeeds(edges, points.length) ?? maneuverSpeeds(only, points);
  const speedsMps = allowed && scaledSpeeds(points, allowed, durationS);
  const surfaces = surfacesOf(edges, points.length);
  return {
    ...route,
    ...(speedsMps === undefined ? {} : { speedsMps }),
    ...(surfaces === undefined ? {} : { surfaces }),
  };
}

type Edges = z.infer<typeof edgesAnswer>['edges'];

/** The pieces of road it went over; none when it does not find its own line again, as happens. */
async function edgesOf(caller: Caller, shape: string, signal: AbortSignal): Promise<Edges> {
  const attributes = ['edge.speed', 'edge.surface', 'edge.begin_shape_index', 'edge.end_shape_index'];
  const json = {
    encoded_polyline: shape,
    shape_match: 'edge_walk',
    costing: 'auto',
    units: 'kilometers',
    filters: { action: 'include', attributes },
  };
  try {
    const { edges } = await askValhalla(
      NAME,
      caller,
      { path: '/trace_attributes', json, signal },
      edgesAnswer,
    );
    return edges;
  } catch (error) {
    if (error instanceof ProviderUnavailable) return [];
    throw error;
  }
}

/** What it expects on each piece of road; undefined when one is left out. */
const edgeSpeeds = (edges: Edges, points: number): readonly number[] | undefined =>
  spread(
    edges.map((one) => ({ ...one, speedMps: kmhToMps(one.speed) })),
    points,
  );

/** Its words for what is not smooth; `path` and `impassable` are what no car should be sent over. */
const SURFACES: Readonly<Record<string, RoadSurface>> = {
  paved_rough: 'rough',
  compacted: 'gravel',
  gravel: 'gravel',
  dirt: 'unpaved',
  path: 'unpaved',
  impassable: 'unpaved',
};

/** Undefined when nothing is said of any piece. */
function surfacesOf(edges: Edges, points: number): readonly (RoadSurface | null)[] | undefined {
  if (!edges.some(({ surface }) => surface !== undefined)) return undefined;
  const surfaces = new Array<RoadSurface | null>(points - 1).fill(null);
  for (const { surface = '', begin_shape_index: from, end_shape_index: to } of edges)
    surfaces.fill(Object.hasOwn(SURFACES, surface) ? (SURFACES[surface] as RoadSurface) : null, from, to);
  return surfaces;
}

/** The mean between two turns: coarser, but in the route's own answer. */
function maneuverSpeeds(
  { maneuvers }: z.infer<typeof leg>,
  points: readonly Position[],
): readonly number[] | undefined {
  const driven = maneuvers.filter(({ length, time }) => length > 0 && time > 0);
  return spread(
    driven.map((one) => ({ ...one, speedMps: kmToM(one.length) / one.time })),
    points.length,
  );
}

/** The speed of each piece of a line; undefined when pieces are left without one. */
function spread(
  parts: readonly {
    readonly speedMps: number;
    readonly begin_shape_index: number;
    readonly end_shape_index: number;
  }[],
  points: number,
): readonly number[] | undefined {
  const speedsMps = new Array<number>(points - 1).fill(0);
  for (const part of parts) speedsMps.fill(part.speedMps, part.begin_shape_index, part.end_shape_index);
  return speedsMps.includes(0) ? undefined : speedsMps;
}

/** Just the place: whatever else the caller knows of it stays here. */
const bare = ({ lat, lon }: Position): Position => ({ lat, lon });
