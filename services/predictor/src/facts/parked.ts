import {
  forecastOf,
  horizonOf,
  isDriving,
  isPlugged,
  parkHere,
  plannedDepartureMs,
  type RouteView,
  roadM,
  stagesTo,
  whyUnknown,
} from '@outrider/energy';
import { bandFacts, known, knownOr, motionFacts, unknown, unknownBand } from '../fact.ts';
import { plugHere } from '../plug-here.ts';
import type { Facts, Subject } from '../rule.ts';
import type { Situation } from '../situation.ts';

/** Standing without a cable before a later planned drive: what the night, and that drive, will cost. */
export function parkedSubjects(situation: Situation): Subject[] {
  const { view, memory, state } = situation;
  const progress = memory.progress;
  if (view === null || view.trip === null || progress === null || isDriving(state) || isPlugged(state))
    return [];
  if (progress.atStop === null || progress.stretch >= view.stretches.length) return [];
  const to = horizonOf(view, progress.stretch, false);
  const stretch = view.stretches[to];
  return stretch === undefined
    ? []
    : [{ subject: stretch.stopId, facts: { ...motionFacts(situation), ...overnightFacts(situation, to) } }];
}

function overnightFacts(situation: Situation, to: number): Facts {
  const { view, nowMs, reserveSocPct, soc } = situation;
  const departAtMs = plannedDepartureMs(situation);
  const base: Facts = {
    reserveSocPct: known(reserveSocPct),
    hoursToDeparture: knownOr(
      departAtMs === null ? null : Math.max(0, (departAtMs - nowMs) / 3_600_000),
      'no departure is planned',
    ),
  };
  const why = whyUnknown(situation) ?? (departAtMs === null ? 'no departure is planned' : undefined);
  if (why !== undefined || view === null || departAtMs === null || soc === undefined) {
    const missing = unknown(why ?? '');
    return {
      ...base,
      ...unknownBand(why ?? ''),
      ...unknownBand(why ?? ''),
      overnightBelowReserveProbability: missing,
      minutesLeftToPlugIn: missing,
      neededSocPct: missing,
      expectedLossPct: missing,
      distanceM: missing,
    };
  }
  const waiting = parkHere(situation, departAtMs);
  const stages = [...waiting, ...stagesTo(situation, view, to)];
  const plan = forecastOf(situation, stages);
  const afterWaitPct = waiting.length === 0 ? soc.value : (plan.stops[0]?.soc.meanPct ?? soc.value);
  return {
    ...base,
    ...bandFacts(plan),
    overnightBelowReserveProbability: known(plan.worstBelow(reserveSocPct)?.probability ?? 0),
    ...plugFacts(situation, view, to, departAtMs),
    expectedLossPct: known(soc.value - afterWaitPct),
    distanceM: known(roadM(stages)),
  };
}

/** When a cable has to be in at the latest, and the charge that is enough. */
function plugFacts(situation: Situation, view: RouteView, to: number, departAtMs: number): Facts {
  const needed = plugHere(situation, view, to, departAtMs)?.needed ?? null;
  const why = 'a plug here is not needed, or not enough';
  if (needed === null) return { minutesLeftToPlugIn: unknown(why), neededSocPct: unknown(why) };
  const leftMin = (departAtMs - situation.nowMs) / 60_000 - needed.minutes;
  return {
    minutesLeftToPlugIn: known(leftMin),
    neededSocPct: known(Math.min(100, Math.ceil(needed.socPct))),
  };
}
