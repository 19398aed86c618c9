import type { Position } from './fields.ts';

/** Mean Earth radius in metres (IUGG). */
const EARTH_RADIUS_M = 6_371_008.8;
const RAD = Math.PI / 180;

/** Great-circle distance in metres (haversine). */
export function distanceM(a: Position, b: Position): number {
  const dLat = (b.lat - a.lat) * RAD;
  const dLon = (b.lon - a.lon) * RAD;
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * RAD) * Math.cos(b.lat * RAD) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Initial course from a to b, degrees clockwise from north, 0 ≤ x < 360. */
export function bearingDeg(a: Position, b: Position): number {
  const dLon = (b.lon - a.lon) * RAD;
  const y = Math.sin(dLon) * Math.cos(b.lat * RAD);
  const x =
    Math.cos(a.lat * RAD) * Math.sin(b.lat * RAD) -
    Math.sin(a.lat * RAD) * Math.cos(b.lat * RAD) * Math.cos(dLon);
  return (Math.atan2(y, x) / RAD + 360) % 360;
}

/** Degrees from one longitude to another the short way round, −180 ≤ x < 180: roads cross the 180th meridian too. */
const eastwards = (fromDeg: number, toDeg: number): number => {
  const deg = toDeg - fromDeg;
  return deg >= -180 && deg < 180 ? deg : ((((deg + 180) % 360) + 360) % 360) - 180;
};

/** The point at `ratio` (0 … 1) of the straight line between two near points. */
export function between(a: Position, b: Position, ratio: number): Position {
  const lon = a.lon + eastwards(a.lon, b.lon) * ratio;
  return { lat: a.lat + (b.lat - a.lat) * ratio, lon: lon > 180 ? lon - 360 : lon < -180 ? lon + 360 : lon };
}

/**
 * Where `point` lies beside the line a–b: how far away, and at which share of the line (0 … 1).
 * On a local plane: exact enough for lines of up to some 100 km away from the poles.
 */
export function besideLine(
  point: Position,
  a: Position,
  b: Position,
): { readonly awayM: number; readonly ratio: number } {
  const kx = Math.cos(point.lat * RAD) * RAD * EARTH_RADIUS_M;
  const ky = RAD * EARTH_RADIUS_M;
  const bx = eastwards(a.lon, b.lon) * kx;
  const by = (b.lat - a.lat) * ky;
  const px = eastwards(a.lon, point.lon) * kx;
  const py = (point.lat - a.lat) * ky;
  const squared = bx * bx + by * by;
  const ratio = squared === 0 ? 0 : Math.min(1, Math.max(0, (px * bx + py * by) / squared));
  return { awayM: Math.hypot(px - ratio * bx, py - ratio * by), ratio };
}

/** Length of a polyline in metres. */
export function polylineM(points: readonly Position[]): number {
  let lengthM = 0;
  for (let i = 1; i < points.length; i++)
    lengthM += distanceM(points[i - 1] as Position, points[i] as Position);
  return lengthM;
}
