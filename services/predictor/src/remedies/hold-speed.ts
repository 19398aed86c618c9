import {
  bandOf,
  buildPrefix,
  carStateOf,
  forecastArrival,
  forecastPlan,
  holdSpeed,
  type PrefixInput,
  type RoutePrefix,
  roundProbability,
  secondsTo,
  withSpeedCap,
} from '@outrider/energy';
import { ENOUGH_PROBABILITY, type Problem, type RemedySource, type Simulated } from '../remedy.ts';

/** Slower than this share of the planned speed nobody drives on the same road with others. */
const SLOWEST_RATIO = 0.72;
const SLOWEST_MPS = 50 / 3.6;
/** A map with a road faster than cars drive still gets advice. */
const FASTEST_CAP_MPS = 60;

/** With gloves and seat heating this is bearable; off is not asked of anybody (windows fog up). */
const SAVING_CABIN_C = 16;
/** What roads are drawn for where the car does not say what its driver wants. */
const USUAL_CABIN_C = 22;
/** Heating counts only where it is cold. */
const COLD_BELOW_C = 14;

/** Drive slower from here to the end of the way; with the heating down when the speed alone is not enough. */
export const holdSpeedRemedy: RemedySource = {
  kind: 'hold-speed',
  simulate(problem) {
    const road = wholeRoad(problem);
    if (road === null) return null;
    const warm = slowedDown(problem, road, undefined);
    if (warm === null) return null;
    const isCold = (road.route.segments[0]?.weather.tempC ?? COLD_BELOW_C) < COLD_BELOW_C;
    const isHeated = (road.route.setTempC ?? USUAL_CABIN_C) > SAVING_CABIN_C;
    if (!warm.isEnough && isCold && isHeated)
      return (slowedDown(problem, road, SAVING_CABIN_C) ?? warm).simulated;
    // Where nothing slower is left to ask for, "drive as you do" is no advice.
    return warm.isSlower ? warm.simulated : null;
  },
};

interface Road {
  readonly route: PrefixInput;
  readonly fromM: number;
}

/** The best speed at one cabin temperature; null when nothing needs to be done. */
function slowedDown(
  problem: Problem,
  road: Road,
  cabinTempC: number | undefined,
): { readonly simulated: Simulated; readonly isEnough: boolean; readonly isSlower: boolean } | null {
  const { situation } = problem;
  const route = cabinTempC === undefined ? road.route : { ...road.route, setTempC: cabinTempC };
  const planned = buildPrefix(road.route);
  const fastestMps = Math.max(...route.segments.map((segment) => segment.speedMps));
  const slowestMps = Math.min(FASTEST_CAP_MPS, Math.max(SLOWEST_MPS, fastestMps * SLOWEST_RATIO));
  const { car, reserveSocPct } = situation;
  const state = carStateOf(situation);
  const way = { fromM: road.fromM, toM: planned.lengthM, car, state };
  const answer = holdSpeed({ ...way, route, reserveSocPct, maxProbability: ENOUGH_PROBABILITY, slowestMps });
  if (answer.kind === 'not-needed' && cabinTempC === undefined) return null;
  // With the heating down the planned speed may do.
  const capMps = answer.kind === 'not-needed' ? fastestMps : answer.capMps;
  const arrival = forecastArrival({ ...way, prefix: buildPrefix(withSpeedCap(route, capMps)) });
  const isEnough = answer.kind !== 'not-enough';
  const slowest = buildPrefix(withSpeedCap(route, slowestMps));
  const lastM = lastPlaceToSlowDown(
    problem,
    planned,
    slowest,
    road.fromM,
    isEnough ? ENOUGH_PROBABILITY : 0.5,
  );
  return {
    isEnough,
    isSlower: capMps < fastestMps,
    simulated: {
      remedy: {
        kind: 'hold-speed',
        speedMps: capMps,
        ...(cabinTempC === undefined ? {} : { cabinTempC }),
        arrivalSocPct: bandOf(arrival.soc),
        belowReserveProbability: roundProbability(answer.probability),
      },
      ...(lastM === null ? {} : { deadlineAtMs: situation.nowMs + msBetween(planned, road.fromM, lastM) }),
    },
  };
}

const msBetween = (prefix: RoutePrefix, fromM: number, toM: number): number =>
  (secondsTo(prefix, toM) - secondsTo(prefix, fromM)) * 1000;

/** All stretches up to the horizon as one road; waits in between cost time, not energy, and are left out. */
function wholeRoad({
  situation,
  view,
  to,
}: Problem): { readonly route: PrefixInput; readonly fromM: number } | null {
  const progress = situation.memory.progress;
  const from = progress?.stretch ?? 0;
  const stretches = view.stretches.slice(from, to + 1);
  const first = stretches[0];
  if (first === undefined) return null;
  const route: PrefixInput = {
    ...first.road,
    segments: stretches.flatMap((stretch) => stretch.road.segments),
  };
  const fromM = Math.min(progress?.alongM ?? 0, first.prefix.lengthM);
  return { route, fromM };
}

const HALVINGS = 10;

/** The furthest place where slowing down to the least speed is still enough, driving as planned until there. */
function lastPlaceToSlowDown(
  { situation }: Problem,
  planned: RoutePrefix,
  slow: RoutePrefix,
  fromM: number,
  maxProbability: number,
): number | null {
  const { car, reserveSocPct } = situation;
  const state = carStateOf(situation);
  // One plan of two drives: what the first leaves open stays open in the second.
  const riskFrom = (placeM: number): number =>
    forecastPlan({
      car,
      state,
      stages: [
        { kind: 'drive', prefix: planned, fromM, toM: placeM },
        { kind: 'drive', prefix: slow, fromM: placeM, toM: slow.lengthM },
      ],
    })
      .stops.at(-1)
      ?.soc.probabilityBelow(reserveSocPct) ?? 1;
  if (riskFrom(fromM) >= maxProbability) return null;
  let good = fromM;
  let bad = planned.lengthM;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (good + bad) / 2;
    if (riskFrom(middle) < maxProbability) good = middle;
    else bad = middle;
  }
  return good;
}
