import {
  buildPrefix,
  forecastArrival,
  holdSpeed,
  type PrefixInput,
  type RoutePrefix,
  secondsTo,
  withSpeedCap,
} from '@outrider/energy';
import { carStateOf } from '../outlook.ts';
import { bandOf, ENOUGH_PROBABILITY, type Problem, type RemedySource, roundProbability } from '../remedy.ts';

/** Slower than this share of the planned speed nobody drives on the same road with others. */
const SLOWEST_RATIO = 0.72;
const SLOWEST_MPS = 50 / 3.6;

/** Drive slower from here to the end of the way. */
export const holdSpeedRemedy: RemedySource = {
  kind: 'hold-speed',
  simulate(problem) {
    const { situation } = problem;
    const road = wholeRoad(problem);
    if (road === null) return null;
    const prefix = buildPrefix(road.route);
    const fastestMps = Math.max(...road.route.segments.map((segment) => segment.speedMps));
    const slowestMps = Math.max(SLOWEST_MPS, fastestMps * SLOWEST_RATIO);
    const ask = {
      route: road.route,
      fromM: road.fromM,
      toM: prefix.lengthM,
      car: situation.car,
      state: carStateOf(situation),
      reserveSocPct: situation.reserveSocPct,
    };
    const answer = holdSpeed({ ...ask, maxProbability: ENOUGH_PROBABILITY, slowestMps });
    if (answer.kind === 'not-needed') return null;
    const slow = buildPrefix(withSpeedCap(road.route, answer.capMps));
    const arrival = forecastArrival({
      prefix: slow,
      fromM: road.fromM,
      toM: slow.lengthM,
      car: situation.car,
      state: ask.state,
    });
    const lastM = lastPlaceToSlowDown(
      problem,
      prefix,
      buildPrefix(withSpeedCap(road.route, slowestMps)),
      road.fromM,
      answer.kind === 'hold' ? ENOUGH_PROBABILITY : 0.5,
    );
    return {
      remedy: {
        kind: 'hold-speed',
        speedMps: answer.capMps,
        arrivalSocPct: bandOf(arrival.soc),
        belowReserveProbability: roundProbability(answer.probability),
      },
      ...(lastM === null
        ? {}
        : {
            deadlineAtMs: Math.round(
              situation.nowMs + (secondsTo(prefix, lastM) - secondsTo(prefix, road.fromM)) * 1000,
            ),
          }),
    };
  },
};

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
  const riskFrom = (placeM: number): number => {
    const there = forecastArrival({ prefix: planned, fromM, toM: placeM, car, state });
    const { batteryTempC, cabinTempC, soc } = there;
    const socPct = Math.max(-100, Math.min(100, soc.meanPct));
    return forecastArrival({
      prefix: slow,
      fromM: placeM,
      toM: slow.lengthM,
      car,
      state: { socPct, batteryTempC, cabinTempC, speedMps: state.speedMps ?? 0 },
    }).probabilityBelow(reserveSocPct);
  };
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
