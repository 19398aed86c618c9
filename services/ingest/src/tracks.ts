import { distanceM, mpsToKmh, type Position } from '@outrider/domain';

export interface Point extends Position {
  readonly atMs: number;
}

/** Where a vehicle was, and where else it seems to be. */
export interface Track {
  readonly last: Point;
  /** A point that could not be reached from `last`; a second one near it means that `last` was wrong. */
  readonly doubted?: Point;
}

const SPEED_MAX_KMH = 400;
/** A receiver that finds its fix jumps; over so short a way that is no teleport. */
const JUMP_MAX_M = 1_000;

function isReachable(from: Point, to: Point): boolean {
  const wayM = distanceM(from, to);
  if (wayM <= JUMP_MAX_M) return true;
  const durationS = Math.abs(to.atMs - from.atMs) / 1000;
  return durationS > 0 && mpsToKmh(wayM / durationS) <= SPEED_MAX_KMH;
}

/** Whether a car can have come from where it was to `point`; both clocks of the car, in any order. */
export function followTrack(
  track: Track | undefined,
  point: Point,
): { readonly track: Track; readonly isSuspect: boolean } {
  if (track === undefined) return { track: { last: point }, isSuspect: false };
  if (isReachable(track.last, point))
    return { track: { last: point.atMs >= track.last.atMs ? point : track.last }, isSuspect: false };
  if (track.doubted !== undefined && isReachable(track.doubted, point))
    return { track: { last: point }, isSuspect: false };
  return { track: { last: track.last, doubted: point }, isSuspect: true };
}

/** Tracks of the vehicles heard last; forgetting one only means that its next point is believed. */
export function createTracks(vehiclesMax: number) {
  const tracks = new Map<string, Track>();
  return {
    isSuspect(vehicleId: string, point: Point): boolean {
      const { track, isSuspect } = followTrack(tracks.get(vehicleId), point);
      tracks.delete(vehicleId);
      tracks.set(vehicleId, track);
      if (tracks.size > vehiclesMax) {
        const [oldest] = tracks.keys();
        if (oldest !== undefined) tracks.delete(oldest);
      }
      return isSuspect;
    },
  };
}

export type Tracks = ReturnType<typeof createTracks>;
