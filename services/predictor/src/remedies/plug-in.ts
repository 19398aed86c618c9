import { chargeMinutesFor, forecastPlan, type PlanStage } from '@outrider/energy';
import {
  carStateOf,
  chargerHere,
  isDriving,
  isPlugged,
  outsideC,
  parkHere,
  plannedDepartureMs,
  stagesTo,
  standingTempC,
} from '../outlook.ts';
import { ENOUGH_PROBABILITY, outcomeOf, type RemedySource } from '../remedy.ts';

/** After six days on any outlet nothing changes any more. */
const LONGEST_MINUTES = 6 * 24 * 60;
/** The weakest household outlet in use, 12 A at 120 V: what a night on any outlet gives at least. */
const OUTLET_KW = 1.44;

/** Put the car on a plug where it stands, until it leaves. */
export const plugIn: RemedySource = {
  kind: 'plug-in',
  simulate({ situation, view, to }) {
    const { state, nowMs, car, reserveSocPct } = situation;
    const departAtMs = plannedDepartureMs(situation);
    if (departAtMs === null || departAtMs <= nowMs || isDriving(state) || isPlugged(state)) return null;
    const at = situation.memory.progress?.atStop;
    const stop = at === null || at === undefined || at < 0 ? undefined : view.trip?.stops[at];
    const place = chargerHere(situation);
    const powerKw = place?.maxPowerKw ?? stop?.powerKw ?? OUTLET_KW;
    const station = {
      kind: place?.powerType === 'DC' ? ('dc' as const) : ('ac' as const),
      maxPowerKw: powerKw,
    };
    const airTempC = standingTempC(view.conditions, stop?.stopId) ?? outsideC(situation);
    const minutes = Math.min(LONGEST_MINUTES, Math.floor((departAtMs - nowMs) / 60_000));
    if (minutes < 1) return null;
    const after = stagesTo(situation, view, to);
    const charge: PlanStage = { kind: 'charge', station, airTempC, until: { kind: 'minutes', minutes } };
    const plan = forecastPlan({ car, state: carStateOf(situation), stages: [charge, ...after] });
    const outcome = outcomeOf(plan, reserveSocPct);
    if (outcome === null) return null;
    const needed = chargeMinutesFor({
      car,
      state: carStateOf(situation),
      before: parkHere(situation, nowMs),
      station,
      airTempC,
      after,
      reserveSocPct,
      maxProbability: ENOUGH_PROBABILITY,
      maxMinutes: minutes,
    });
    return {
      remedy: {
        kind: 'plug-in',
        name: place?.name ?? stop?.name ?? 'here',
        powerKw,
        untilSocPct: Math.min(100, Math.floor(plan.stops[0]?.soc.meanPct ?? 0)),
        ...outcome,
      },
      ...(needed.kind === 'charge' ? { deadlineAtMs: departAtMs - needed.minutes * 60_000 } : {}),
      deadlinePlace: stop?.name ?? 'here',
    };
  },
};
