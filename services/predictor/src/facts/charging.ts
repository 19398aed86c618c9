import { SIGNAL } from '@outrider/domain';
import { type ChargeStage, chargeMinutesFor, type PlanForecast, type PlanStage } from '@outrider/energy';
import { bandFacts, known, knownOr, motionFacts, unknown, unknownBand } from '../fact.ts';
import {
  carStateOf,
  forecastOf,
  horizonOf,
  isCharging,
  isDriving,
  isPlugged,
  outsideC,
  plannedDepartureMs,
  roadM,
  type Situation,
  stagesTo,
  standingTempC,
  stationHere,
  whyUnknown,
} from '../outlook.ts';
import { ENOUGH_PROBABILITY } from '../remedy.ts';
import type { Facts, Subject } from '../rule.ts';
import { numberAt } from '../vehicle-state.ts';

/** Charging counts as complete this close to the limit. */
const AT_LIMIT_PCT = 0.5;
/** A week: every battery is full by then, whenever the car leaves. */
const LONGEST_CHARGE_MIN = 7 * 24 * 60;

/** On a cable, with a planned drive after it: what happens if the driver unplugs now, or when planned. */
export function chargingSubjects(situation: Situation): Subject[] {
  const { view, memory, state } = situation;
  const progress = memory.progress;
  if (view === null || view.trip === null || progress === null || isDriving(state) || !isPlugged(state))
    return [];
  if (progress.atStop === null || progress.stretch >= view.stretches.length) return [];
  const to = horizonOf(view, progress.stretch, false);
  const stretch = view.stretches[to];
  return stretch === undefined
    ? []
    : [{ subject: stretch.stopId, facts: { ...motionFacts(situation), ...unplugFacts(situation, to) } }];
}

function unplugFacts(situation: Situation, to: number): Facts {
  const { view, nowMs, reserveSocPct, state } = situation;
  const departAtMs = plannedDepartureMs(situation);
  const base: Facts = {
    reserveSocPct: known(reserveSocPct),
    isChargeComplete: known(isComplete(situation)),
    minutesToPlannedDeparture: knownOr(
      departAtMs === null ? null : (departAtMs - nowMs) / 60_000,
      'no departure is planned',
    ),
  };
  const why = whyUnknown(situation);
  if (why !== undefined || view === null) {
    const missing = unknown(why ?? '');
    return {
      ...base,
      ...unknownBand(why ?? ''),
      unplugNowBelowReserveProbability: missing,
      asPlannedBelowReserveProbability: missing,
      minutesNeeded: missing,
      distanceM: missing,
    };
  }
  const after = stagesTo(situation, view, to);
  const unplugNow = forecastOf(situation, after);
  const station = stationHere(situation);
  const minutesLeft = departAtMs === null ? 0 : Math.max(0, (departAtMs - nowMs) / 60_000);
  const airTempC = standingTempC(view.conditions, undefined) ?? outsideC(situation);
  const planned: PlanStage[] =
    station !== null && isCharging(state) && minutesLeft > 0
      ? [chargeAsPlanned(situation, { kind: 'charge', station, airTempC }, minutesLeft)]
      : [];
  const asPlanned = planned.length === 0 ? unplugNow : forecastOf(situation, [...planned, ...after]);
  const needed =
    station === null
      ? null
      : chargeMinutesFor({
          car: situation.car,
          state: carStateOf(situation),
          before: [],
          station,
          airTempC,
          after,
          reserveSocPct,
          maxProbability: ENOUGH_PROBABILITY,
        });
  return {
    ...base,
    ...bandFacts(asPlanned),
    unplugNowBelowReserveProbability: known(riskOf(unplugNow, reserveSocPct)),
    asPlannedBelowReserveProbability: known(riskOf(asPlanned, reserveSocPct)),
    minutesNeeded:
      needed?.kind === 'charge'
        ? known(needed.minutes)
        : needed?.kind === 'not-needed'
          ? known(0)
          : unknown('no charge here is enough'),
    distanceM: known(roadM(after)),
  };
}

/** On until the departure, or until the limit the driver set, whichever comes first. */
function chargeAsPlanned(
  situation: Situation,
  charge: Omit<ChargeStage, 'until'>,
  minutes: number,
): ChargeStage {
  const untilDeparture: ChargeStage = {
    ...charge,
    until: { kind: 'minutes', minutes: Math.min(LONGEST_CHARGE_MIN, minutes) },
  };
  const limitPct = numberAt(situation.state, SIGNAL.chargeLimit);
  if (limitPct === undefined) return untilDeparture;
  const endPct = forecastOf(situation, [untilDeparture]).stops[0]?.soc.meanPct ?? 0;
  return endPct > limitPct ? { ...charge, until: { kind: 'soc', socPct: limitPct } } : untilDeparture;
}

const riskOf = (plan: PlanForecast, reserveSocPct: number): number =>
  plan.worstBelow(reserveSocPct)?.probability ?? 0;

/**
 * The cable is in and no energy flows any more, at the limit or because the car ended it. A cable that was just
 * put in, or waits for cheaper hours, has not charged yet: that is no end.
 */
function isComplete(situation: Situation): boolean {
  const { state, soc } = situation;
  if (isCharging(state)) return false;
  const limitPct = numberAt(state, SIGNAL.chargeLimit);
  const isAtLimit = limitPct !== undefined && soc !== undefined && soc.value >= limitPct - AT_LIMIT_PCT;
  return isAtLimit || state.chargeEndedMs !== null;
}
