import type { Position } from './fields.ts';
import { distanceM } from './geo.ts';
import {
  advanceProgress,
  type Fix,
  type ProgressStretch,
  type RouteProgress,
  tripStart,
} from './route-progress.ts';

// Roads on a plane, and cars driven along them. For tests only.

export const ORIGIN = { lat: 41, lon: -73 };
export const KX = 111_195 * Math.cos((ORIGIN.lat * Math.PI) / 180);

/** Metres east and north of the origin. */
export const at = (eastM: number, northM = 0): Position => ({
  lat: ORIGIN.lat + northM / 111_195,
  lon: ORIGIN.lon + eastM / KX,
});

/** A road through these points, in pieces of at most 500 m. */
export function stretchThrough(stopId: string, ...points: readonly Position[]): ProgressStretch {
  const segments = points.slice(1).flatMap((to, i) => {
    const from = points[i] as Position;
    const roadM = distanceM(from, to);
    const pieces = Math.max(1, Math.ceil(roadM / 500));
    return Array.from({ length: pieces }, (_, k) => ({
      lat: from.lat + ((to.lat - from.lat) * k) / pieces,
      lon: from.lon + ((to.lon - from.lon) * k) / pieces,
      distanceM: roadM / pieces,
    }));
  });
  return { stopId, segments, stop: points.at(-1) as Position };
}

export const lengthOf = (stretch: ProgressStretch) =>
  stretch.segments.reduce((sum, one) => sum + one.distanceM, 0);

/** The place so far along one stretch. */
export function placeAlong(stretch: ProgressStretch, alongM: number): Position {
  let passedM = 0;
  for (const [i, segment] of stretch.segments.entries()) {
    const end = stretch.segments[i + 1] ?? stretch.stop;
    if (passedM + segment.distanceM >= alongM) {
      const ratio = (alongM - passedM) / segment.distanceM;
      return {
        lat: segment.lat + (end.lat - segment.lat) * ratio,
        lon: segment.lon + (end.lon - segment.lon) * ratio,
      };
    }
    passedM += segment.distanceM;
  }
  return stretch.stop;
}

export const fixAt = (place: Position, atS: number, isStanding = false): Fix => ({
  ...place,
  atMs: atS * 1000,
  isStanding,
});

export const follow = (
  stretches: readonly ProgressStretch[],
  fixes: readonly Fix[],
  from: RouteProgress = tripStart(0),
): RouteProgress => fixes.reduce((progress, fix) => advanceProgress(stretches, progress, fix), from);
