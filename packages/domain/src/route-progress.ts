import type { Position } from './fields.ts';
import { besideLine, distanceM } from './geo.ts';

/** The way to one stop, as pieces: `lat`/`lon` is where the piece begins. */
export interface ProgressStretch {
  readonly stopId: string;
  readonly segments: readonly (Position & { readonly distanceM: number })[];
  /** Where the stretch ends. */
  readonly stop: Position;
  /** Nobody knows its road: it is a straight line, and no car drives on it. */
  readonly isGuess?: boolean;
}

/** How far along its plan a car is. `stretch` is the one it drives, or drives next when it stands at a stop. */
export interface RouteProgress {
  readonly stretch: number;
  readonly alongM: number;
  /** Index of the stop the car stands at; -1 is the origin; null on the road. */
  readonly atStop: number | null;
  /** Since when the car has been beside the road; null while on it. */
  readonly offSinceMs: number | null;
  /**
   * More than 1 km off, or off for 2 minutes: the plan's road does not describe this drive any more. Of a road
   * that is a guess: further from its end than the guess is long.
   */
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
export const BESIDE_ROAD_M = 250;
const OFF_ROUTE_M = 1_000;
const OFF_ROUTE_MS = 2 * 60_000;
/** Within this of a stop, standing, the car is at the stop. */
const AT_STOP_M = 1_000;
/** A car can be this much further than its last fix suggests: 60 m/s and a margin for a coarse first fix. */
const MAX_SPEED_MPS = 60;
const MARGIN_M = 2_000;
/** Where a road crosses itself, the nearer pass is the likelier one: metres beside per metre ahead. */
const AHEAD_COST = 0.01;
/** The same for road that no car can have driven since the last fix: only a coarse fix explains it. */
const BEYOND_REACH_COST = 0.2;

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
  if (isAtStopAhead(stretches, before, fix)) return standingAtStop(before.stretch, fix);
  if (fix.isStanding && isAtStopLeft(stretches, before, fix))
    return {
      ...before,
      alongM: 0,
      atStop: before.stretch - 1,
      offSinceMs: null,
      isOffRoute: false,
      atMs: fix.atMs,
    };
  if (current.isGuess === true) return advanceGuess(stretches, before, fix);
  const found = nearestAhead(stretches, before, fix);
  if (found === undefined || found.awayM > BESIDE_ROAD_M) {
    const offSinceMs = before.offSinceMs ?? fix.atMs;
    const isOffRoute =
      (found?.awayM ?? Number.POSITIVE_INFINITY) > OFF_ROUTE_M || fix.atMs - offSinceMs >= OFF_ROUTE_MS;
    // Near enough to count on the road's own length, far enough to start the two minutes.
    if (found !== undefined && !isOffRoute)
      return { ...found.progress, offSinceMs, isOffRoute, atMs: fix.atMs };
    return { ...before, atStop: null, offSinceMs, isOffRoute, atMs: fix.atMs };
  }
  // Where fixes are far apart, most of the way can lie between the last one and the stop.
  if (isAtStopAhead(stretches, found.progress, fix)) return standingAtStop(found.progress.stretch, fix);
  return { ...found.progress, offSinceMs: null, isOffRoute: false, atMs: fix.atMs };
}

/** So near a car has to have come to a stop that it passes, and so far it has to have left it behind again. */
const PASSED_M = 3_000;
const PAST_M = 500;

/**
 * On a road that nobody knows only the straight line to its end says how far the car has come. It counts what is
 * left of it, never back: who drives away has the way left that he had, until the end is further than that.
 */
function advanceGuess(stretches: readonly ProgressStretch[], before: RouteProgress, fix: Fix): RouteProgress {
  const stretch = stretches[before.stretch] as ProgressStretch;
  const wayM = lengthM(stretch);
  const lineM = distanceM(stretch.segments[0] ?? stretch.stop, stretch.stop);
  const awayM = distanceM(fix, stretch.stop);
  const nearestM = wayM > 0 ? ((wayM - before.alongM) / wayM) * lineM : 0;
  const hasNext = before.stretch + 1 < stretches.length;
  if (hasNext && nearestM <= PASSED_M && awayM >= nearestM + PAST_M)
    return advanceProgress(
      stretches,
      { ...onRoad(before.atMs), stretch: before.stretch + 1, alongM: 0 },
      fix,
    );
  const alongM = lineM > 0 ? Math.max(before.alongM, wayM * (1 - awayM / lineM)) : before.alongM;
  const isOffRoute = awayM > wayM - alongM + OFF_ROUTE_M;
  return {
    ...onRoad(fix.atMs),
    ...{ stretch: before.stretch, alongM, isOffRoute },
    offSinceMs: isOffRoute ? (before.offSinceMs ?? fix.atMs) : null,
  };
}

/** A fix taken of a car that nobody has followed on these roads: a new plan, or a road drawn anew. */
export type Expected = Pick<RouteProgress, 'stretch' | 'atStop'>;

/** Where a revised plan expects the car: on its way to the stop it was on its way to. */
export function expectedOn(
  before: RouteProgress | null,
  stopIdsBefore: readonly string[],
  stopIds: readonly string[],
): Expected {
  const next = before === null ? undefined : stopIdsBefore[before.stretch];
  const stretch = next === undefined ? -1 : stopIds.indexOf(next);
  if (before === null || stretch < 0) return { stretch: 0, atStop: -1 };
  return { stretch, atStop: before.atStop === null ? null : stretch - 1 };
}

/**
 * Finds the car on roads it has not been followed on. It counts as where it is expected unless it is seen
 * beside the road further on; of a road driven twice, the first pass counts.
 */
export function resumeProgress(
  stretches: readonly ProgressStretch[],
  expected: Expected,
  fix: Fix | null,
  atMs: number,
): RouteProgress {
  const start = { ...expected, alongM: 0, offSinceMs: null, isOffRoute: false, atMs };
  if (fix === null || isAtStopLeft(stretches, start, fix)) return start;
  for (let s = expected.stretch; s < stretches.length; s++) {
    const found = nearestOn(stretches, s, 0, {
      fix,
      freeM: Number.POSITIVE_INFINITY,
      reachM: Number.POSITIVE_INFINITY,
    });
    if (found !== undefined && found.awayM <= BESIDE_ROAD_M)
      return advanceProgress(stretches, { ...found.progress, atMs: fix.atMs }, fix);
  }
  return start;
}

/** Whether two roads are one and the same, so that a distance along one is a distance along the other. */
export function isSameRoad(a: ProgressStretch | undefined, b: ProgressStretch | undefined): boolean {
  if (a === undefined || b === undefined || a.segments.length !== b.segments.length) return a === b;
  return a.segments.every((segment, i) => {
    const other = b.segments[i];
    return other?.lat === segment.lat && other.lon === segment.lon && other.distanceM === segment.distanceM;
  });
}

/**
 * Standing where the stretch begins, or not far from it again: moving from the charger to another parking
 * space is no departure.
 */
function isAtStopLeft(stretches: readonly ProgressStretch[], progress: RouteProgress, fix: Fix): boolean {
  if (progress.alongM > AT_STOP_M) return false;
  const stretch = stretches[progress.stretch];
  const place = stretches[progress.stretch - 1]?.stop ?? stretch?.segments[0] ?? stretch?.stop;
  return place !== undefined && distanceM(place, fix) <= AT_STOP_M;
}

/** Whether a standing car is at the stop its stretch ends at; no stop is skipped by standing near the one after it. */
function isAtStopAhead(stretches: readonly ProgressStretch[], progress: RouteProgress, fix: Fix): boolean {
  const stretch = stretches[progress.stretch];
  if (!fix.isStanding || stretch === undefined || distanceM(stretch.stop, fix) > AT_STOP_M) return false;
  // A loop passes its own end at the start: the stop counts once most of the way is done.
  const wayM = lengthM(stretch);
  return progress.alongM >= wayM / 2 || wayM <= AT_STOP_M;
}

const standingAtStop = (stop: number, fix: Fix): RouteProgress => ({
  stretch: stop + 1,
  alongM: 0,
  atStop: stop,
  offSinceMs: null,
  isOffRoute: false,
  atMs: fix.atMs,
});

interface Found {
  readonly awayM: number;
  readonly progress: RouteProgress;
}

interface Search {
  readonly fix: Fix;
  /** Road ahead that a car can have driven, and how far to look at all. */
  readonly freeM: number;
  readonly reachM: number;
}

/** The place on the road ahead where the car is: on the first stretch that it is beside, else the nearest. */
function nearestAhead(
  stretches: readonly ProgressStretch[],
  before: RouteProgress,
  fix: Fix,
): Found | undefined {
  const drivenM = (Math.max(0, fix.atMs - before.atMs) / 1000) * MAX_SPEED_MPS;
  let freeM = drivenM;
  let reachM = drivenM + MARGIN_M;
  let best: Found | undefined;
  for (let s = before.stretch; s < stretches.length && reachM >= 0; s++) {
    const fromM = s === before.stretch ? before.alongM : 0;
    const found = nearestOn(stretches, s, fromM, { fix, freeM, reachM });
    if (found !== undefined && (best === undefined || found.awayM < best.awayM)) best = found;
    // Where the way goes on along the same road or back on it, the next stretch begins when this one is left.
    if (best !== undefined && best.awayM <= BESIDE_ROAD_M) return best;
    const restM = lengthM(stretches[s]) - fromM;
    freeM -= restM;
    reachM -= restM;
  }
  return best;
}

/** The likeliest place on one stretch from `fromM` on. */
function nearestOn(
  stretches: readonly ProgressStretch[],
  s: number,
  fromM: number,
  { fix, freeM, reachM }: Search,
): Found | undefined {
  const { segments, stop } = stretches[s] as ProgressStretch;
  let best: Found | undefined;
  let leastCost = Number.POSITIVE_INFINITY;
  let passedM = 0;
  for (let i = 0; i < segments.length && passedM - fromM <= reachM; i++) {
    const segment = segments[i] as Position & { readonly distanceM: number };
    if (passedM + segment.distanceM >= fromM) {
      const { awayM, ratio } = besideLine(fix, segment, segments[i + 1] ?? stop);
      const alongM = Math.max(fromM, passedM + ratio * segment.distanceM);
      const aheadM = alongM - fromM;
      const cost =
        awayM +
        (freeM === Number.POSITIVE_INFINITY
          ? 0
          : AHEAD_COST * aheadM + BEYOND_REACH_COST * Math.max(0, aheadM - Math.max(0, freeM)));
      if (cost < leastCost - 1) {
        leastCost = cost;
        best = { awayM, progress: { ...onRoad(fix.atMs), stretch: s, alongM } };
      }
    }
    passedM += segment.distanceM;
  }
  return best;
}

const onRoad = (atMs: number) => ({ atStop: null, offSinceMs: null, isOffRoute: false, atMs });

const lengthM = (stretch: ProgressStretch | undefined): number =>
  stretch?.segments.reduce((sum, segment) => sum + segment.distanceM, 0) ?? 0;
