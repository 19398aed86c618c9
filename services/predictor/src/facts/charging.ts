import { SIGNAL } from '@outrider/domain';
import {
  type ChargeStage,
  type ChargingStation,
  carStateOf,
  chargeMinutesFor,
  forecastOf,
  horizonOf,
  isCharging,
  isDriving,
  isPlugged,
  numberAt,
  outsideC,
  type PlanForecast,
  type PlanStage,
  plannedDepartureMs,
  roadM,
  stagesTo,
  standingTempC,
  stationHere,
  whyUnknown,
} from '@outrider/energy';
import { bandFacts, known, knownOr, motionFacts, unknown, unknownBand } from '../fact.ts';
import { ENOUGH_PROBABILITY } from '../remedy.ts';
import type { Facts, Subject } from '../rule.ts';
import type { Situation } from '../situation.ts';

/** Charging counts as complete this close to the limit. */
const AT_LIMIT_PCT = 0.5;
/** A week: every battery is full by then, whenever the car leaves. */
const LONGEST_CHARGE_MIN = 7 * 24 * 60;
const NO_CHARGE = 'no charge here is enough';

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
    ...stallFacts(situation),
    pluggedMinutes: knownOr(
      state.pluggedSinceMs === null ? null : (nowMs - state.pluggedSinceMs) / 60_000,
      'no cable is connected',
    ),
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
      limitNeededPct: missing,
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
  return {
    ...base,
    ...bandFacts(asPlanned),
    unplugNowBelowReserveProbability: known(riskOf(unplugNow, reserveSocPct)),
    asPlannedBelowReserveProbability: known(riskOf(asPlanned, reserveSocPct)),
    ...neededFacts(situation, station, airTempC, after),
    distanceM: known(roadM(after)),
  };
}

/** How long to charge here, and the limit that lets it; a limit that is high enough already needs no other. */
function neededFacts(
  situation: Situation,
  station: ChargingStation | null,
  airTempC: number,
  after: readonly PlanStage[],
): Facts {
  if (station === null) return { minutesNeeded: unknown(NO_CHARGE), limitNeededPct: unknown(NO_CHARGE) };
  const needed = chargeMinutesFor({
    car: situation.car,
    state: carStateOf(situation),
    before: [],
    station,
    airTempC,
    after,
    reserveSocPct: situation.reserveSocPct,
    maxProbability: ENOUGH_PROBABILITY,
  });
  const minutes = needed.kind === 'charge' ? needed.minutes : needed.kind === 'not-needed' ? 0 : null;
  const limitPct = numberAt(situation.state, SIGNAL.chargeLimit);
  const wantedPct = needed.kind === 'charge' ? Math.min(100, Math.ceil(needed.socAfterPct)) : null;
  const isTooLow = limitPct !== undefined && wantedPct !== null && limitPct < wantedPct;
  return {
    minutesNeeded: knownOr(minutes, NO_CHARGE),
    limitNeededPct: knownOr(isTooLow ? wantedPct : null, 'the limit is not in the way'),
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

/** A charge that ends further from its limit than this was interrupted. */
const STALLED_PCT = 3;
/** Direct current, or as much: a car on a trip. */
const FAST_KW = 40;

function stallFacts(situation: Situation): Facts {
  const { state, nowMs } = situation;
  const station = stationHere(situation);
  return {
    minutesSinceCharging: knownOr(
      state.chargeEndedMs === null ? null : (nowMs - state.chargeEndedMs) / 60_000,
      'it charges, or has not yet',
    ),
    pctBelowLimit: knownOr(belowLimitPct(situation), 'no limit or no charge is known'),
    isFastCharger:
      station === null
        ? unknown('what it is plugged into is not known')
        : known(station.kind === 'dc' || station.maxPowerKw >= FAST_KW),
  };
}

function belowLimitPct({ state, soc }: Situation): number | undefined {
  const limitPct = numberAt(state, SIGNAL.chargeLimit);
  return limitPct === undefined || soc === undefined ? undefined : limitPct - soc.value;
}

/**
 * The cable is in and no energy flows any more, at the limit or because the car ended it near there. A cable that
 * was just put in, or waits for cheaper hours, has not charged yet, and a charge that broke off is not complete.
 */
function isComplete(situation: Situation): boolean {
  const { state } = situation;
  if (isCharging(state)) return false;
  const missingPct = belowLimitPct(situation);
  if (missingPct !== undefined && missingPct <= AT_LIMIT_PCT) return true;
  return state.chargeEndedMs !== null && (missingPct ?? 0) < STALLED_PCT;
}
