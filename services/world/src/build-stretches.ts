import {
  bearingDeg,
  between,
  distanceM,
  type Leg,
  type Position,
  type ProgressStretch,
  polylineM,
  type RoadSurface,
  type RoutePoint,
  type SourceFlag,
  type Trip,
} from '@outrider/domain';
import { type HeightProfile, heightAt, type Route } from '@outrider/providers';

/** Pieces are at most this long: the forecast's resolution (energy features are summed per piece). */
export const SEGMENT_M = 500;

/** Slower than this nothing on wheels is planned; faster neither. */
const SPEED_MPS = { least: 1, most: 90 };
/** Steeper is a mistake in the heights: no road climbs more than this per metre. */
const STEEPEST = 0.5;
/** What one snapshot may hold per stretch; a finer line loses points until it fits. */
const SEGMENTS_MAX = 20_000;
/** So many pieces of 500 m are 4,000 km; a longer way gets longer pieces, however absurd the line. */
const PIECES_MAX = 8_000;
/** Points nearer than this are one. */
const REPEATED_M = 0.01;
/** Where there is no way to drive, the stretch still has a piece: so long. */
const NO_WAY_M = 1;

/** A piece of road before the weather is known. */
export interface BareSegment extends Position {
  readonly distanceM: number;
  readonly speedMps: number;
  readonly climbM: number;
  readonly bearingDeg: number;
  readonly speedSdRatio?: number;
  readonly surface?: RoadSurface;
}

export interface Road {
  readonly segments: readonly BareSegment[];
  readonly source: SourceFlag;
  readonly hasElevation: boolean;
  /** Height where it begins, where all of its heights are known. */
  readonly startElevationM?: number;
}

/** When the planner gives no speed: the mean of a mixed drive. */
export const DEFAULT_SPEED_MPS = 70 / 3.6;

/**
 * One speed for a whole leg hides towns, ramps and traffic: so much it varies on the way. Judgement: on logged trips of
 * 70 km/h mean it was 0.4 to 0.5, and a long leg keeps more to one road; with less, winter drives are warned too late.
 */
const LEG_SPEED_SD_RATIO = 0.25;

/** The planner's own polyline, cut into pieces. `leg.distanceM` stretches it to the published road distance. */
export function roadOfLeg(leg: Leg): Road {
  const lengthM = polylineM(leg.points);
  const factor = leg.distanceM !== undefined && lengthM > 0 ? leg.distanceM / lengthM : 1;
  const speedMps = leg.speedMps ?? DEFAULT_SPEED_MPS;
  return atOneSpeed(cut(leg.points, factor, () => ({ speedMps }), 'planner-route'));
}

const atOneSpeed = (road: Road): Road => ({
  ...road,
  segments: road.segments.map((segment) => ({ ...segment, speedSdRatio: LEG_SPEED_SD_RATIO })),
});

/** A road as a route provider answered it: short pieces joined, each with the speed and the climb of its own. */
export function roadOfRoute({
  points,
  distanceM: roadM,
  durationS,
  speedsMps,
  surfaces,
  profile,
  source,
}: Route): Road {
  const lengthM = polylineM(points);
  const meanMps = durationS > 0 ? roadM / durationS : DEFAULT_SPEED_MPS;
  const factor = lengthM > 0 ? roadM / lengthM : 1;
  const pieceAt = (i: number): Piece => {
    const surface = surfaces?.[i];
    return { speedMps: speedsMps?.[i] ?? meanMps, ...(surface == null ? {} : { surface }) };
  };
  const road = cut(points, factor, pieceAt, source);
  const joined = { ...road, segments: joinPieces(road.segments, points.at(-1)) };
  const driven = speedsMps === undefined ? atOneSpeed(joined) : joined;
  return profile === undefined ? driven : onProfile(driven, profile);
}

/** The road with the heights of `profile`, which begins where it does. */
export function onProfile(road: Road, profile: HeightProfile): Road {
  let passedM = 0;
  const segments = road.segments.map((segment) => {
    const fromM = passedM;
    passedM += segment.distanceM;
    return { ...segment, climbM: heightAt(profile, passedM) - heightAt(profile, fromM) };
  });
  return { ...road, segments, hasElevation: true };
}

/** Neighbours on one surface, together no longer than a piece may be, become one: as long, as slow and as steep. */
function joinPieces(pieces: readonly BareSegment[], end: Position | undefined): BareSegment[] {
  const joined: { begin: BareSegment; roadM: number; tookS: number; climbM: number }[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    const tookS = piece.distanceM / piece.speedMps;
    const isSame = last?.begin.surface === piece.surface;
    if (last === undefined || !isSame || last.roadM + piece.distanceM > SEGMENT_M)
      joined.push({ begin: piece, roadM: piece.distanceM, tookS, climbM: piece.climbM });
    else {
      last.roadM += piece.distanceM;
      last.tookS += tookS;
      last.climbM += piece.climbM;
    }
  }
  return joined.map(({ begin, roadM, tookS, climbM }, i) => {
    const next = joined[i + 1]?.begin ?? end;
    const isOne = roadM === begin.distanceM;
    return {
      ...begin,
      distanceM: roadM,
      speedMps: isOne ? begin.speedMps : roadM / tookS,
      climbM,
      bearingDeg: isOne || next === undefined ? begin.bearingDeg : bearingDeg(begin, next),
    };
  });
}

/** The plan's roads as far as the plan itself tells them, to find the car on: straight lines where it has no legs. */
export function planStretches(trip: Trip): ProgressStretch[] {
  return trip.stops.map((stop, i) => {
    const from = trip.stops[i - 1] ?? trip.origin;
    const points = trip.legs?.[i]?.points ?? [from, stop];
    return {
      stopId: stop.stopId,
      stop: { lat: stop.lat, lon: stop.lon },
      isGuess: trip.legs?.[i] === undefined,
      segments: roadOfLeg({ ...trip.legs?.[i], points: [...points] }).segments,
    };
  });
}

/** How a road is driven from one of its points to the next. */
type Piece = Pick<BareSegment, 'speedMps' | 'surface'>;

/** `pieceAt(i)` is the road from `points[i]` on. */
function cut(
  points: readonly RoutePoint[],
  factor: number,
  pieceAt: (i: number) => Piece,
  source: SourceFlag,
): Road {
  const hasElevation = points.every((point) => point.elevationM !== undefined);
  const drivenAt = (i: number): Piece => {
    const piece = pieceAt(i);
    return { ...piece, speedMps: Math.min(SPEED_MPS.most, Math.max(SPEED_MPS.least, piece.speedMps)) };
  };
  const pieceM = Math.max(SEGMENT_M, (polylineM(points) * factor) / PIECES_MAX);
  const segments: BareSegment[] = [];
  let repeatedM = 0;
  for (let i = 1; i < points.length; i++) {
    const [from, to] = [points[i - 1] as RoutePoint, points[i] as RoutePoint];
    const roadM = distanceM(from, to) * factor + repeatedM;
    // Repeated points are common in recorded roads and are no piece of their own.
    repeatedM = roadM < REPEATED_M ? roadM : 0;
    if (repeatedM === 0) segments.push(...piecesOf(from, to, roadM, pieceM, drivenAt(i - 1)));
  }
  const last = segments.pop();
  if (last !== undefined) segments.push({ ...last, distanceM: last.distanceM + repeatedM });
  if (segments.length > SEGMENTS_MAX) return cutCoarser(points, factor, pieceAt, source);
  const first = points[0];
  if (segments.length === 0 && first !== undefined)
    segments.push({
      lat: first.lat,
      lon: first.lon,
      distanceM: NO_WAY_M,
      ...drivenAt(0),
      climbM: 0,
      bearingDeg: 0,
    });
  const startElevationM = hasElevation ? first?.elevationM : undefined;
  return { segments, source, hasElevation, ...(startElevationM === undefined ? {} : { startElevationM }) };
}

/** Half of the points, the whole length. */
function cutCoarser(
  points: readonly RoutePoint[],
  factor: number,
  pieceAt: (i: number) => Piece,
  source: SourceFlag,
): Road {
  const fewer = points.filter((_, i) => i % 2 === 0 || i === points.length - 1);
  return cut(fewer, (factor * polylineM(points)) / polylineM(fewer), (i) => pieceAt(2 * i), source);
}

function piecesOf(
  from: RoutePoint,
  to: RoutePoint,
  roadM: number,
  longestM: number,
  driven: Piece,
): BareSegment[] {
  const pieces = Math.ceil(roadM / longestM - 1e-9);
  const pieceM = roadM / pieces;
  const climbM =
    from.elevationM === undefined || to.elevationM === undefined
      ? 0
      : (to.elevationM - from.elevationM) / pieces;
  const bearing = bearingDeg(from, to);
  return Array.from({ length: pieces }, (_, k) => ({
    ...between(from, to, k / pieces),
    distanceM: pieceM,
    ...driven,
    climbM: Math.min(STEEPEST * pieceM, Math.max(-STEEPEST * pieceM, climbM)),
    bearingDeg: bearing,
  }));
}
