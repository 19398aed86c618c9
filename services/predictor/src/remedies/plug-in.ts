import {
  carStateOf,
  forecastPlan,
  isDriving,
  isPlugged,
  type PlanStage,
  plannedDepartureMs,
  stagesTo,
} from '@outrider/energy';
import { plugHere } from '../plug-here.ts';
import { outcomeOf, type RemedySource } from '../remedy.ts';

/** Put the car on a plug where it stands, until it leaves. */
export const plugIn: RemedySource = {
  kind: 'plug-in',
  simulate({ situation, view, to }) {
    const { state, nowMs, car, reserveSocPct } = situation;
    const departAtMs = plannedDepartureMs(situation);
    if (departAtMs === null || departAtMs <= nowMs || isDriving(state) || isPlugged(state)) return null;
    const plug = plugHere(situation, view, to, departAtMs);
    if (plug === null) return null;
    const { name, deadlinePlace, station, airTempC, minutes, needed } = plug;
    const charge: PlanStage = { kind: 'charge', station, airTempC, until: { kind: 'minutes', minutes } };
    const stages = [charge, ...stagesTo(situation, view, to)];
    const plan = forecastPlan({ car, state: carStateOf(situation), stages });
    const outcome = outcomeOf(plan, reserveSocPct);
    if (outcome === null) return null;
    return {
      remedy: {
        kind: 'plug-in',
        ...{ name, powerKw: station.maxPowerKw },
        untilSocPct: Math.min(100, Math.floor(plan.stops[0]?.soc.meanPct ?? 0)),
        ...outcome,
      },
      ...(needed !== null && { deadlineAtMs: departAtMs - needed.minutes * 60_000 }),
      deadlinePlace,
    };
  },
};
