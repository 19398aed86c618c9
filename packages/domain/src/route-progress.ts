import type { Position } from './fields.ts';
import { besideLine, distanceM } from './geo.ts';

/** The way to one stop, as pieces: `lat`/`lon` is where the piece begins. */
export interface ProgressStretch {
  readonly stopId: string;
  readonly segments: readonly (Position & { readonly distanceM: number })[];
  /** Where the stretch ends. */
  readonly stop: Position;
}

/** How far along its plan a car is. `stretch` is the one it drives, or drives next when it stands at a stop. */
export interface RouteProgress {
  readonly stretch: number;
  readonly alongM: number;
  /** Index of the stop the car stands at; -1 is the origin; null on the road. */
  readonly atStop: number | null;
  /** Since when the car has been beside the road; null while on it. */
  readonly offSinceMs: number | null;
  /** More than 1 km off, or off for 2 minutes: the plan's road does not describe this drive any more. */
  readonly isOffRoute: boolean;
  readonly atMs: number;
}

export const tripStart = (atMs: number): RouteProgress => ({
  stretch: 0,
  alongM: 0,
  atStop: -1,
  offSinceMs: null,
  isOffRoute: false,
  atMs,
});

/** Closer than this is "on the road": GPS, carriageways, and the polyline's own coarseness. */
const BESIDE_M = 250;
const OFF_ROUTE_M = 1_000;
const OFF_ROUTE_MS = 2 * 60_000;
/** Within this of a stop, standing, the car is at the stop. */
const AT_STOP_M = 1_000;
/** A car can be this much further than its last fix suggests: 60 m/s and a margin for a coarse first fix. */
const MAX_SPEED_MPS = 60;
const MARGIN_M = 2_000;

export interface Fix extends Position {
  readonly atMs: number;
  readonly isStanding: boolean;
}

/**
 * Moves the progress to a new fix. Only looks ahead, only as far as a car can have come, so a road that is
 * driven twice (out and back) is not mixed up.
 */
export function advanceProgress(
  stretches: readonly ProgressStretch[],
  before: RouteProgress,
  fix: Fix,
): RouteProgress {
  const current = stretches[before.stretch];
  if (current === undefined) return { ...before, atMs: fix.atMs };
  const stop = fix.isStanding ? stopHere(stretches, before, fix) : undefined;
  if (stop !== undefined)
    return {
      stretch: stop + 1,
      alongM: 0,
      atStop: stop,
      offSinceMs: null,
      isOffRoute: false,
      atMs: fix.atMs,
    };
  if (before.atStop !== null && fix.isStanding && distanceM(placeOfStop(stretches, before), fix) <= AT_STOP_M)
    return { ...before, atMs: fix.atMs };
  const reachM = ((fix.atMs - before.atMs) / 1000) * MAX_SPEED_MPS + MARGIN_M;
  const found = nearestAhead(stretches, before, fix, reachM);
  if (found === undefined || found.awayM > BESIDE_M) {
    const offSinceMs = before.offSinceMs ?? fix.atMs;
    const isOffRoute =
      (found?.awayM ?? Number.POSITIVE_INFINITY) > OFF_ROUTE_M || fix.atMs - offSinceMs >= OFF_ROUTE_MS;
    // Near enough to count on the road's own length, far enough to start the two minutes.
    if (found !== undefined && !isOffRoute)
      return { ...found.progress, offSinceMs, isOffRoute, atMs: fix.atMs };
    return { ...before, atStop: null, offSinceMs, isOffRoute, atMs: fix.atMs };
  }
  return { ...found.progress, offSinceMs: null, isOffRoute: false, atMs: fix.atMs };
}

function placeOfStop(stretches: readonly ProgressStretch[], progress: RouteProgress): Position {
  const reached =
    progress.atStop !== null && progress.atStop >= 0 ? stretches[progress.atStop]?.stop : undefined;
  return reached ?? (stretches[progress.stretch]?.segments[0] as Position);
}

/** The next stop ahead where a standing car is, looking at this stretch's stop only: stops are not skipped by standing near them. */
function stopHere(
  stretches: readonly ProgressStretch[],
  before: RouteProgress,
  fix: Fix,
): number | undefined {
  const stretch = stretches[before.stretch];
  if (stretch === undefined || distanceM(stretch.stop, fix) > AT_STOP_M) return undefined;
  const lengthM = stretch.segments.reduce((sum, segment) => sum + segment.distanceM, 0);
  // A loop passes its own end at the start: the stop counts once most of the way is done.
  return before.alongM >= lengthM / 2 || lengthM <= AT_STOP_M ? before.stretch : undefined;
}

interface Found {
  readonly awayM: number;
  readonly progress: RouteProgress;
}

function nearestAhead(
  stretches: readonly ProgressStretch[],
  before: RouteProgress,
  fix: Fix,
  reachM: number,
): Found | undefined {
  let best: Found | undefined;
  let aheadM = -before.alongM;
  for (let s = before.stretch; s < stretches.length && aheadM <= reachM; s++) {
    const { segments, stop } = stretches[s] as ProgressStretch;
    let alongM = 0;
    for (let i = 0; i < segments.length && aheadM + alongM <= reachM; i++) {
      const segment = segments[i] as Position & { readonly distanceM: number };
      const isBehind = s === before.stretch && alongM + segment.distanceM < before.alongM;
      if (!isBehind) {
        const { awayM, ratio } = besideLine(fix, segment, segments[i + 1] ?? stop);
        if (best === undefined || awayM < best.awayM - 1) {
          const along = alongM + ratio * segment.distanceM;
          best = {
            awayM,
            progress: {
              stretch: s,
              alongM: s === before.stretch ? Math.max(before.alongM, along) : along,
              atStop: null,
              offSinceMs: null,
              isOffRoute: false,
              atMs: fix.atMs,
            },
          };
        }
      }
      alongM += segment.distanceM;
    }
    aheadM += alongM;
  }
  return best;
}
