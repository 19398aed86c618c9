import { between, type Position } from '@outrider/domain';
import {
  type ElevationProvider,
  greatCircle,
  type MatrixProvider,
  ProviderUnavailable,
  type RouteProvider,
  smoothProfile,
} from '@outrider/providers';
import { type Asking, askFirst } from './ask.ts';
import { onProfile, type Road, roadOfRoute } from './build-stretches.ts';
import type { Drawing } from './drawn-roads.ts';

/** Who knows roads, heights and detours; each list in the order they are asked. */
export interface RoadSources {
  /** None: the great circle answers. */
  readonly routing: readonly RouteProvider[];
  /** None: a road is flat unless its own source knows better. */
  readonly elevation?: readonly ElevationProvider[];
  /** None: detours are estimated. */
  readonly matrix?: readonly MatrixProvider[];
}

export interface RoadDeps extends Asking, RoadSources {
  /** Absent: nothing is remembered. */
  readonly drawing?: Drawing;
}

/** Metres between two heights asked for; a long road is sampled more coarsely. */
const HEIGHT_EVERY_M = 50;
const HEIGHTS_MAX = 10_000;

/** The road from one place to another, as it was drawn last; the floor answers when nobody else does. */
export async function askRoad(from: Position, to: Position, deps: RoadDeps): Promise<Road> {
  const ask = async () =>
    roadOfRoute(
      await askFirst([...deps.routing, greatCircle], deps.signal, (provider) =>
        provider.route(from, to, deps.signal),
      ),
    );
  const draw = async () => withHeights(await ask(), to, deps);
  return deps.drawing === undefined ? draw() : deps.drawing.draw(from, to, draw);
}

/**
 * A road whose source knows no heights, with those of the first that does. A straight line over the land is no road,
 * and its hills are nobody's: of the floor only the difference between both ends counts, and it stays flagged.
 */
export async function withHeights(
  road: Road,
  end: Position,
  { elevation = [], signal }: RoadDeps,
): Promise<Road> {
  const lengthM = road.segments.reduce((sum, segment) => sum + segment.distanceM, 0);
  if (road.hasElevation || elevation.length === 0 || lengthM < HEIGHT_EVERY_M) return road;
  const isGuess = road.source === 'great-circle';
  const everyM = isGuess ? lengthM : Math.max(HEIGHT_EVERY_M, lengthM / HEIGHTS_MAX);
  try {
    const raw = await askFirst(elevation, signal, (provider) =>
      provider.heights(placesAlong(road, end, everyM), signal),
    );
    const profile = smoothProfile(raw, everyM);
    if (profile === undefined) return road;
    return { ...onProfile(road, profile), hasElevation: !isGuess };
  } catch (error) {
    if (error instanceof ProviderUnavailable) return road;
    throw error;
  }
}

/** Places every so often along the road, from its beginning; the last may lie a little before its end. */
function placesAlong(road: Road, end: Position, everyM: number): readonly Position[] {
  const places: Position[] = [];
  let passedM = 0;
  road.segments.forEach((segment, i) => {
    const next = road.segments[i + 1] ?? end;
    while (places.length * everyM <= passedM + segment.distanceM + 1e-6)
      places.push(between(segment, next, (places.length * everyM - passedM) / segment.distanceM));
    passedM += segment.distanceM;
  });
  return places;
}
