import { distanceM, type Position, SIGNAL, TESLA_SIGNAL } from '@outrider/domain';
import {
  carStateOf,
  forecastPlan,
  freshNumber,
  freshPosition,
  type PlanStage,
  reachOf,
  secondsTo,
  stagesTo,
  undrawnRoad,
  whyUnknown,
} from '@outrider/energy';
import { partFacts } from '../car-parts.ts';
import { known, knownOr, motionFacts, unknown } from '../fact.ts';
import { alertsIn } from '../own-word.ts';
import type { Fact, Facts, Subject } from '../rule.ts';
import type { Situation } from '../situation.ts';
import { wordAtMs } from '../vehicle-state.ts';
import { afterWarming } from '../warming.ts';

/** One car, one subject. */
export function vehicleSubjects(situation: Situation): Subject[] {
  return [
    {
      subject: 'vehicle',
      facts: {
        ...motionFacts(situation),
        ...batteryFacts(situation),
        ...reachFacts(situation),
        ...speedFacts(situation),
        ...ownWordFacts(situation),
        ...partFacts(situation),
      },
    },
  ];
}

function speedFacts(situation: Situation): Facts {
  const speedKmh = freshNumber(situation.state, SIGNAL.speed, situation.nowMs)?.value;
  return { speedMps: knownOr(speedKmh === undefined ? null : speedKmh / 3.6, 'the speed is not known') };
}

/** An error is news for so long. */
const ERROR_MS = 3_600_000;

function ownWordFacts({ state, nowMs }: Situation): Facts {
  const error = state.latest[TESLA_SIGNAL.lastError];
  const connection = state.latest[TESLA_SIGNAL.connection];
  const isLost = connection?.value === 'DISCONNECTED' && connection.atMs >= state.observedToMs;
  const isNews = error !== undefined && nowMs - error.atMs <= ERROR_MS;
  return {
    carAlerts: known(alertsIn(state.latest).join(' ')),
    carError: isNews ? known(error.value) : unknown('the car reported none in the last hour'),
    silentMinutes: known(Math.max(0, nowMs - wordAtMs(state)) / 60_000),
    isConnected: connection === undefined ? unknown('nobody tells of its connection') : known(!isLost),
  };
}

/** Charging is direct current from about this power on. */
const FAST_KW = 40;

function batteryFacts(situation: Situation): Facts {
  const { memory, view } = situation;
  const progress = memory.progress;
  const next = view?.stretches[progress?.stretch ?? 0];
  const isFastAhead =
    view?.trip != null &&
    next?.planned?.kind === 'charge' &&
    (next.planned.powerKw ?? FAST_KW) >= FAST_KW &&
    progress?.atStop === null;
  const fromM = Math.min(progress?.alongM ?? 0, next?.prefix.lengthM ?? 0);
  const minutesLeft =
    next === undefined
      ? null
      : (secondsTo(next.prefix, next.prefix.lengthM) - secondsTo(next.prefix, fromM)) / 60;
  return {
    batteryTempC: knownOr(memory.battery?.tempC, 'no temperature is known'),
    isFastChargeAhead: known(isFastAhead),
    warmedBelowReserveProbability: isFastAhead ? warmedRisk(situation) : unknown('no fast charger is next'),
    minutesToFastCharge: isFastAhead
      ? knownOr(minutesLeft, 'the road is not known')
      : unknown('no fast charger is next'),
  };
}

/** The risk at that charger when the battery is warmed on the way there. */
function warmedRisk(situation: Situation): Fact {
  const { view, memory, reserveSocPct } = situation;
  const why = whyUnknown(situation);
  if (view === null || why !== undefined) return unknown(why ?? 'the road is not known');
  const warmed = afterWarming(situation);
  if (warmed === null) return unknown('nothing has to be warmed');
  const state = { ...carStateOf(situation), socPct: warmed.socPct };
  const stages = stagesTo(situation, view, memory.progress?.stretch ?? 0);
  const plan = forecastPlan({ car: situation.car, state, stages });
  return known(plan.worstBelow(reserveSocPct)?.probability ?? 0);
}

/** Speed assumed on roads nobody has planned, m/s: 80 km/h. */
const UNPLANNED_MPS = 22;
const LONGEST_M = 600_000;
/** Reach is the distance that nine of ten drives make. */
const REACH_PROBABILITY = 0.1;
/** A stretch of road below this is being there. */
const HERE_M = 500;

/** A guess guards nobody: what only informs must not keep a warning back. */
const hasPlan = ({ view, memory }: Situation): boolean =>
  view?.trip != null && view.trip.isGuess !== true && (memory.progress?.stretch ?? 0) < view.stretches.length;

/**
 * Reach without a plan: home, or at least two charging places that probably work. With a plan the stops guard
 * the way, and these facts are unknown.
 */
function reachFacts(situation: Situation): Facts {
  const { view, nowMs, state, reserveSocPct } = situation;
  const hasTrip = hasPlan(situation);
  const position = freshPosition(state, nowMs);
  const why = hasTrip
    ? 'a plan guards the way'
    : view === null || situation.soc === undefined
      ? whyUnknown(situation)
      : position === undefined
        ? 'the position is not known or too old'
        : undefined;
  if (why !== undefined || view === null || position === undefined) {
    const missing = unknown(why ?? '');
    return {
      hasTrip: known(hasTrip),
      homeBelowReserveProbability: missing,
      worksProbabilityNearby: missing,
      reachMarginM: missing,
    };
  }
  const carState = carStateOf(situation);
  const flat = undrawnRoad(situation, LONGEST_M, UNPLANNED_MPS);
  const { distanceM: reachM } = reachOf({
    prefix: flat,
    fromM: 0,
    car: situation.car,
    state: carState,
    reserveSocPct,
    probability: REACH_PROBABILITY,
  });
  const home = wayHome(situation, position);
  const places = view.conditions.nearby.map((place) => ({ ...place, roadM: roadTo(position, place) }));
  const inReach = places.filter((place) => place.roadM <= reachM);
  // Also when it is out of reach: then the margin says by how much.
  const second = places.map((place) => place.roadM).toSorted((a, b) => a - b)[1];
  const margins = [home?.marginM ?? null, second === undefined ? null : reachM - second].filter(
    (margin) => margin !== null,
  );
  return {
    hasTrip: known(hasTrip),
    // Who has no home known is guarded by chargers alone.
    homeBelowReserveProbability: known(home?.belowReserveProbability ?? 1),
    worksProbabilityNearby: known(atLeastTwoWork(inReach.map((place) => place.worksProbability))),
    reachMarginM:
      margins.length === 0
        ? knownOr(null, 'neither home nor chargers are known')
        : known(Math.max(...margins)),
  };
}

const roadTo = (from: Position, to: Position): number => distanceM(from, to) * 1.3;

/**
 * The way home as the world last drew it, hills included, and what is left of the battery there. The margin is
 * that rest as road, at the mean consumption of the way: it shrinks steadily, also before home is out of reach.
 */
function wayHome(
  situation: Situation,
  position: Position,
): { readonly belowReserveProbability: number; readonly marginM: number } | null {
  const { view, reserveSocPct, soc } = situation;
  const home = view?.conditions.home;
  if (home === undefined || soc === undefined) return null;
  const wayM = roadTo(position, home);
  if (wayM <= HERE_M) return { belowReserveProbability: 0, marginM: LONGEST_M };
  // The last stretch of a plan that is over leads to its last stop, not home.
  const prefix = view?.stretches.findLast((stretch) => stretch.planned === null)?.prefix;
  const drawnM = prefix?.lengthM ?? 0;
  const stages: PlanStage[] = [
    // The snapshot was drawn a little earlier on the way out: what has been driven since comes on top.
    ...(wayM > drawnM + 1 ? [flatStage(situation, wayM - drawnM)] : []),
    ...(prefix === undefined
      ? []
      : [{ kind: 'drive', prefix, fromM: Math.max(0, drawnM - wayM), toM: drawnM } as const]),
  ];
  const arrival = forecastPlan({ car: situation.car, state: carStateOf(situation), stages }).stops.at(
    -1,
  )?.soc;
  if (arrival === undefined) return null;
  const perMetre = Math.max(1e-9, soc.value - arrival.meanPct) / wayM;
  return {
    belowReserveProbability: arrival.probabilityBelow(reserveSocPct),
    marginM: (arrival.quantilePct(REACH_PROBABILITY) - reserveSocPct) / perMetre,
  };
}

const flatStage = (situation: Situation, lengthM: number): PlanStage => ({
  kind: 'drive',
  prefix: undrawnRoad(situation, lengthM, UNPLANNED_MPS),
  fromM: 0,
  toM: lengthM,
});

/** P(at least two of these work), each on its own. */
export function atLeastTwoWork(probabilities: readonly number[]): number {
  let none = 1;
  let one = 0;
  for (const works of probabilities) {
    one = one * (1 - works) + none * works;
    none *= 1 - works;
  }
  return Math.max(0, 1 - none - one);
}
