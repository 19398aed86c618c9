import {
  forecastOf,
  horizonOf,
  isDriving,
  isPlugged,
  parkHere,
  plannedDepartureMs,
  roadM,
  stagesTo,
  whyUnknown,
} from '@outrider/energy';
import { bandFacts, known, knownOr, motionFacts, unknown, unknownBand } from '../fact.ts';
import { reachableChargers } from '../reachable.ts';
import type { Facts, Subject } from '../rule.ts';
import type { Situation } from '../situation.ts';

/** The stop with the least charge on the way that is being driven, or that begins when the car leaves unplugged. */
export function stopSubjects(situation: Situation): Subject[] {
  const { view, memory, state } = situation;
  const progress = memory.progress;
  if (view === null || view.trip === null || progress === null || isPlugged(state)) return [];
  if (progress.stretch >= view.stretches.length) return [];
  const to = horizonOf(view, progress.stretch, true);
  const stretch = view.stretches[to];
  return stretch === undefined
    ? []
    : [{ subject: stretch.stopId, facts: { ...motionFacts(situation), ...arrivalFacts(situation, to) } }];
}

function arrivalFacts(situation: Situation, to: number): Facts {
  const { view, nowMs, reserveSocPct } = situation;
  const departAtMs = plannedDepartureMs(situation);
  const base: Facts = {
    reserveSocPct: known(reserveSocPct),
    isUnderway:
      situation.state.phase === null
        ? unknown('speed and gear are not known')
        : known(isDriving(situation.state) && situation.memory.progress?.atStop === null),
    minutesToDeparture: isDriving(situation.state)
      ? known(0)
      : knownOr(
          departAtMs === null ? null : Math.max(0, (departAtMs - nowMs) / 60_000),
          'no departure is planned',
        ),
    isNextChargeStop: known(view?.stretches[to]?.planned?.kind === 'charge'),
  };
  const why = whyUnknown(situation);
  if (why !== undefined || view === null) return { ...base, ...unknownArrival(why ?? '') };
  const stages = [
    ...(departAtMs === null ? [] : parkHere(situation, departAtMs)),
    ...stagesTo(situation, view, to),
  ];
  const plan = forecastOf(situation, stages);
  const { reachable, lastExitM } = reachableChargers(situation, view, to);
  return {
    ...base,
    ...bandFacts(plan),
    belowReserveProbability: knownOr(plan.worstBelow(reserveSocPct)?.probability, NO_ROAD),
    emptyProbability: knownOr(plan.worstBelow(0)?.probability, NO_ROAD),
    distanceM: known(roadM(stages)),
    chargersAhead: known(reachable.length),
    pointOfNoReturnM: knownOr(lastExitM, 'no charger is on the way'),
  };
}

const NO_ROAD = 'there is no road ahead';

const unknownArrival = (reason: string): Facts => ({
  ...unknownBand(reason),
  belowReserveProbability: unknown(reason),
  emptyProbability: unknown(reason),
  distanceM: unknown(reason),
  chargersAhead: unknown(reason),
  pointOfNoReturnM: unknown(reason),
});
