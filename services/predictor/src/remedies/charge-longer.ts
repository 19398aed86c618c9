import {
  carStateOf,
  chargeMinutesFor,
  chargerHere,
  forecastPlan,
  isPlugged,
  outsideC,
  type PlanStage,
  plannedDepartureMs,
  stagesTo,
  standingTempC,
  stationHere,
} from '@outrider/energy';
import { ENOUGH_PROBABILITY, outcomeOf, type RemedySource } from '../remedy.ts';

/** Stay on this cable: so many more minutes, or until full when even that is not surely enough. */
export const chargeLonger: RemedySource = {
  kind: 'charge-longer',
  simulate({ situation, view, to }) {
    const station = stationHere(situation);
    if (station === null || !isPlugged(situation.state)) return null;
    const airTempC = standingTempC(view.conditions, undefined) ?? outsideC(situation);
    const after = stagesTo(situation, view, to);
    const state = carStateOf(situation);
    const { car, reserveSocPct } = situation;
    const answer = chargeMinutesFor({
      car,
      state,
      before: [],
      station,
      airTempC,
      after,
      reserveSocPct,
      maxProbability: ENOUGH_PROBABILITY,
    });
    if (answer.kind === 'not-needed' || answer.minutes < 1) return null;
    const charge: PlanStage = {
      kind: 'charge',
      station,
      airTempC,
      until: { kind: 'minutes', minutes: answer.minutes },
    };
    const outcome = outcomeOf(forecastPlan({ car, state, stages: [charge, ...after] }), reserveSocPct);
    const place = chargerHere(situation);
    const departAtMs = plannedDepartureMs(situation);
    if (outcome === null) return null;
    return {
      remedy: {
        kind: 'charge-longer',
        ...(place === undefined ? {} : { locationId: place.locationId }),
        name: place?.name ?? 'here',
        minutes: answer.minutes,
        untilSocPct: Math.min(100, Math.ceil(answer.socAfterPct)),
        powerKw: station.maxPowerKw,
        ...outcome,
      },
      ...(departAtMs === null ? {} : { deadlineAtMs: departAtMs }),
      deadlinePlace: place?.name ?? 'here',
    };
  },
};
