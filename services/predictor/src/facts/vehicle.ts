import { distanceM, type Position, SIGNAL } from '@outrider/domain';
import { flatRoad, forecastPlan, type RoutePrefix, reachOf, secondsTo } from '@outrider/energy';
import { known, knownOr, motionFacts, unknown } from '../fact.ts';
import { carStateOf, type Situation, stagesTo, whyUnknown } from '../outlook.ts';
import { ENOUGH_PROBABILITY } from '../remedy.ts';
import type { Facts, Subject } from '../rule.ts';
import { freshNumber, freshPosition, numberAt } from '../vehicle-state.ts';
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
      },
    },
  ];
}

function speedFacts(situation: Situation): Facts {
  const speedKmh = freshNumber(situation.state, SIGNAL.speed, situation.nowMs)?.value;
  return { speedMps: knownOr(speedKmh === undefined ? null : speedKmh / 3.6, 'the speed is not known') };
}

/** Charging is direct current from about this power on. */
const FAST_KW = 40;

function batteryFacts(situation: Situation): Facts {
  const { memory, view, nowMs, state } = situation;
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
    batteryTempC:
      freshNumber(state, SIGNAL.batteryTemp, nowMs) === undefined && memory.battery === null
        ? unknown('no temperature is known')
        : known(memory.battery?.tempC ?? 0),
    isFastChargeAhead: known(isFastAhead),
    canAffordPreconditioning: isFastAhead
      ? knownOr(affordsPreconditioning(situation), 'nothing can be forecast now')
      : known(false),
    minutesToFastCharge: isFastAhead
      ? knownOr(minutesLeft, 'the road is not known')
      : unknown('no fast charger is next'),
  };
}

/** Whether the battery can be warmed on the way and the charger still be reached above the reserve. */
function affordsPreconditioning(situation: Situation): boolean | null {
  const { view, memory, reserveSocPct } = situation;
  if (view === null || whyUnknown(situation) !== undefined) return null;
  const warmed = afterWarming(situation);
  if (warmed === null) return true;
  const stages = stagesTo(situation, view, memory.progress?.stretch ?? 0);
  const plan = forecastPlan({
    car: situation.car,
    state: { ...carStateOf(situation), socPct: warmed.socPct },
    stages,
  });
  return (plan.worstBelow(reserveSocPct)?.probability ?? 0) < ENOUGH_PROBABILITY;
}

/** Speed assumed on roads nobody has planned, m/s: 80 km/h. */
const UNPLANNED_MPS = 22;
const LONGEST_M = 600_000;
/** Reach is the distance that nine of ten drives make. */
const REACH_PROBABILITY = 0.1;
/** A stretch of road below this is being there. */
const HERE_M = 500;

/**
 * Reach without a plan: home, or at least two charging places that probably work. With a plan the stops guard
 * the way, and these facts are unknown.
 */
function reachFacts(situation: Situation): Facts {
  const { view, nowMs, state, reserveSocPct } = situation;
  const hasTrip = view?.trip != null && (situation.memory.progress?.stretch ?? 0) < view.stretches.length;
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
  const flat = flatRoad({
    vehicle: situation.vehicle,
    lengthM: LONGEST_M,
    speedMps: UNPLANNED_MPS,
    weather: { tempC: numberAt(state, SIGNAL.airTemp) ?? 10 },
  });
  const { distanceM: reachM } = reachOf({
    prefix: flat,
    fromM: 0,
    car: situation.car,
    state: carState,
    reserveSocPct,
    probability: REACH_PROBABILITY,
  });
  const home = wayHome(situation, position);
  const inReach = view.conditions.nearby
    .map((place) => ({ ...place, roadM: roadTo(position, place) }))
    .filter((place) => place.roadM <= reachM);
  const second = inReach.map((place) => place.roadM).toSorted((a, b) => a - b)[1];
  const homeProbability = home === null ? null : home.roadM <= HERE_M ? 0 : home.belowReserveProbability;
  const margins = [
    home === null ? null : home.reachM - home.roadM,
    second === undefined ? null : reachM - second,
  ].filter((margin) => margin !== null);
  return {
    hasTrip: known(hasTrip),
    // Who has no home known is guarded by chargers alone.
    homeBelowReserveProbability: known(homeProbability ?? 1),
    worksProbabilityNearby: known(atLeastTwoWork(inReach.map((place) => place.worksProbability))),
    reachMarginM:
      margins.length === 0
        ? knownOr(null, 'neither home nor chargers are known')
        : known(Math.max(...margins)),
  };
}

const roadTo = (from: Position, to: Position): number => distanceM(from, to) * 1.3;

/** The way home as the world last drew it; hills included, since it comes as a stretch of the snapshot. */
function wayHome(
  situation: Situation,
  position: Position,
): { readonly roadM: number; readonly reachM: number; readonly belowReserveProbability: number } | null {
  const { view, reserveSocPct } = situation;
  const stretch = view?.stretches.at(-1);
  const home = view?.conditions.home;
  if (home === undefined) return null;
  const roadM = roadTo(position, home);
  if (roadM <= HERE_M || stretch === undefined)
    return { roadM, reachM: LONGEST_M, belowReserveProbability: 0 };
  const prefix: RoutePrefix = stretch.prefix;
  const state = carStateOf(situation);
  // The snapshot was drawn a little earlier on the way out: what has been driven since comes on top.
  const drawnM = Math.min(prefix.lengthM, Math.max(roadM, 1));
  const reach = reachOf({
    prefix,
    fromM: 0,
    car: situation.car,
    state,
    reserveSocPct,
    probability: REACH_PROBABILITY,
  });
  const atHome = reachOf({
    prefix,
    fromM: Math.max(0, prefix.lengthM - drawnM),
    car: situation.car,
    state,
    reserveSocPct,
    probability: REACH_PROBABILITY,
  });
  const belowReserveProbability = atHome.kind === 'beyond' ? atHome.probabilityAtEnd : 1;
  return { roadM, reachM: reach.kind === 'beyond' ? LONGEST_M : reach.distanceM, belowReserveProbability };
}

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
