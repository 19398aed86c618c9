import {
  bearingDeg,
  between,
  distanceM,
  type Leg,
  type Position,
  polylineM,
  type RoutePoint,
  type SourceFlag,
} from '@outrider/domain';

/** Pieces are at most this long: the forecast's resolution (energy features are summed per piece). */
export const SEGMENT_M = 500;

/** A piece of road before the weather is known. */
export interface BareSegment extends Position {
  readonly distanceM: number;
  readonly speedMps: number;
  readonly climbM: number;
  readonly bearingDeg: number;
}

export interface Road {
  readonly segments: readonly BareSegment[];
  readonly source: SourceFlag;
  readonly hasElevation: boolean;
}

/** When the planner gives no speed: the mean of a mixed drive. */
export const DEFAULT_SPEED_MPS = 70 / 3.6;

/** The planner's own polyline, cut into pieces. `leg.distanceM` stretches it to the published road distance. */
export function roadOfLeg(leg: Leg): Road {
  const lengthM = polylineM(leg.points);
  const factor = leg.distanceM !== undefined && lengthM > 0 ? leg.distanceM / lengthM : 1;
  return cut(leg.points, factor, leg.speedMps ?? DEFAULT_SPEED_MPS, 'planner-route');
}

/** A road as a route provider answered it. */
export function roadOfRoute(
  points: readonly RoutePoint[],
  roadM: number,
  durationS: number,
  source: SourceFlag,
): Road {
  const lengthM = polylineM(points);
  return cut(
    points,
    lengthM > 0 ? roadM / lengthM : 1,
    durationS > 0 ? Math.min(90, roadM / durationS) : DEFAULT_SPEED_MPS,
    source,
  );
}

function cut(points: readonly RoutePoint[], factor: number, speedMps: number, source: SourceFlag): Road {
  const hasElevation = points.every((point) => point.elevationM !== undefined);
  const segments: BareSegment[] = [];
  for (let i = 1; i < points.length; i++) {
    const from = points[i - 1] as RoutePoint;
    const to = points[i] as RoutePoint;
    const roadM = distanceM(from, to) * factor;
    // Repeated points are common in recorded roads and hold no road.
    if (roadM < 0.01) continue;
    const pieces = Math.ceil(roadM / SEGMENT_M);
    const climbM = hasElevation ? ((to.elevationM ?? 0) - (from.elevationM ?? 0)) / pieces : 0;
    const bearing = bearingDeg(from, to);
    for (let k = 0; k < pieces; k++) {
      segments.push({
        ...between(from, to, k / pieces),
        distanceM: roadM / pieces,
        speedMps,
        climbM,
        bearingDeg: bearing,
      });
    }
  }
  return { segments, source, hasElevation };
}
