import { distanceM, type Leg, type Position, polylineM, type RoutePoint } from '@outrider/domain';
import type { TripPlan, TripReading } from './trip-source.ts';

/** A line somebody drew or drove. */
export interface Road {
  readonly name: string | undefined;
  readonly points: readonly RoutePoint[];
}

/** What an uploaded road does not say itself. */
export interface RoadInput {
  readonly text: string;
  readonly departAtMs: number;
  readonly reserveSocPct?: number;
  /** Of the destination; the file's own name for it when absent. */
  readonly name?: string;
  /** Made from the file and its departure: the same file for the same moment is the same trip. */
  readonly entryId: string;
}

/** A leg's points in `trips.v1`. */
const LEG_POINTS_MAX = 20_000;
const LEGS_MAX = 100;
/** Recorders write a point a second; nearer than this to the last one kept it tells nothing of the road. */
const SPACING_M = 15;
/** A day's next part begins where the one before ended, give or take a car park. */
const GAP_M = 2_000;

/** One leg per road, in the order of the file; the end of each is a stop, the last one the destination. */
export function tripOfRoads(roads: readonly Road[], input: RoadInput): TripReading {
  const problems: { field: string; why: string }[] = [];
  const usable = roads.filter(({ points }) => polylineM(points) > SPACING_M);
  if (usable.length === 0) problems.push({ field: 'road', why: 'there is no line of two points or more' });
  if (usable.length > LEGS_MAX)
    problems.push({ field: 'road', why: `there are more than ${LEGS_MAX} lines` });
  usable.forEach(({ points }, index) => {
    const before = usable[index - 1]?.points.at(-1);
    if (before !== undefined && distanceM(before, points[0] as Position) > GAP_M)
      problems.push({
        field: `road ${index + 1}`,
        why: `begins more than ${GAP_M / 1000} km from where the one before ended`,
      });
  });
  const legs = usable.map(({ points }) => legOf(points));
  legs.forEach((leg, index) => {
    if (leg.points.length > LEG_POINTS_MAX)
      problems.push({ field: `road ${index + 1}`, why: `has more than ${LEG_POINTS_MAX} points` });
  });
  if (problems.length > 0) return { entries: [], cancelled: [], problems };
  return {
    entries: [{ entryId: input.entryId, plan: planOf(usable, legs, input) }],
    cancelled: [],
    problems: [],
  };
}

function planOf(roads: readonly Road[], legs: readonly Leg[], input: RoadInput): TripPlan {
  const first = roads[0]?.points[0] as RoutePoint;
  const { departAtMs, reserveSocPct } = input;
  return {
    departAtMs,
    ...(reserveSocPct !== undefined && { reserveSocPct }),
    origin: { name: 'Start', lat: first.lat, lon: first.lon },
    stops: roads.map(({ name, points }, index) => {
      const { lat, lon } = points.at(-1) as RoutePoint;
      const isLast = index === roads.length - 1;
      const said = isLast ? (input.name ?? name ?? 'Destination') : (name ?? `Stop ${index + 1}`);
      return { name: said, lat, lon, kind: isLast ? ('destination' as const) : ('via' as const) };
    }),
    legs,
  };
}

/** The whole line's length, told by fewer points; the last one always stays. */
function legOf(points: readonly RoutePoint[]): Leg {
  const kept: RoutePoint[] = [];
  points.forEach((point, index) => {
    const last = kept.at(-1);
    if (last === undefined || index === points.length - 1 || distanceM(last, point) >= SPACING_M)
      kept.push(point);
  });
  return { points: kept, distanceM: polylineM(points) };
}

/** A point when its numbers are ones a place and a height can have. Names are bounded as in the records. */
export function pointOf(lat: number, lon: number, elevationM: number | undefined): RoutePoint | undefined {
  if (!(Math.abs(lat) <= 90 && Math.abs(lon) <= 180)) return undefined;
  const isHeight = elevationM !== undefined && elevationM >= -500 && elevationM <= 9_000;
  return { lat, lon, ...(isHeight && { elevationM }) };
}

export const boundedName = (text: string | undefined): string | undefined =>
  text === undefined || text.trim() === '' ? undefined : text.trim().slice(0, 200);
