import { type Forecast, leastSure, SIGNAL, SIGNALS } from '@outrider/domain';
import { forecastArrival, forecastPlan, type PlanStage, POSTERIOR_VERSION } from '@outrider/energy';
import { contentId } from '@outrider/runtime';
import {
  carStateOf,
  isDriving,
  parkHere,
  plannedDepartureMs,
  type Situation,
  stagesTo,
  stopTempC,
  waitAt,
  whyUnknown,
} from './outlook.ts';
import { reachableChargers } from './reachable.ts';
import { bandOf, roundProbability } from './remedy.ts';
import type { RouteView, ViewStretch } from './route-view.ts';
import { isUnderWay } from './under-way.ts';
import type { VehicleState } from './vehicle-state.ts';

const CURVE_POINTS = 40;

/**
 * The forecast as people and programs read it: every stop ahead. The battery along the road is left out:
 * `withCurve` adds it to the few forecasts that are published.
 */
export function forecastRecord(situation: Situation, last: Forecast | null = null): Forecast {
  const { nowMs, state, view, car, soc, reserveSocPct } = situation;
  const why = whyUnknown(situation) ?? whySilent(situation);
  const base = {
    forecastId: contentId(state.vehicleId, nowMs, view?.conditions.snapshotId ?? ''),
    vehicleId: state.vehicleId,
    madeAtMs: nowMs,
    socPct: soc?.value ?? 0,
    reserveSocPct,
    modelVersion: `linear-${POSTERIOR_VERSION} ${car.vehicle.modelId}`,
    ...(view?.trip == null ? {} : { tripId: view.trip.tripId, isUnderWay: isUnderWay(situation) }),
    ...(view === null ? {} : { snapshotId: view.conditions.snapshotId }),
  };
  if (why !== undefined || view === null)
    return { ...base, stops: [], curve: [], ...unknownNow(situation, why, base.tripId, last) };
  const at = situation.memory.progress?.stretch ?? 0;
  const { lastExitM } =
    at < view.stretches.length ? reachableChargers(situation, view, at) : { lastExitM: null };
  return {
    ...base,
    stops: stopsAhead(situation, view),
    curve: [],
    validUntilMs: knownUntilMs(state) ?? nowMs,
    ...(lastExitM !== null && lastExitM >= 0 ? { deadlineM: lastExitM } : {}),
  };
}

/** A car that drives and says nothing for longer may be anywhere. */
const SILENT_DRIVE_MS = 10 * 60_000;

/** Until when a forecast rests on something, if the car says no more; undefined when its charge was never known. */
export function knownUntilMs(state: VehicleState): number | undefined {
  const ends = [SIGNAL.soc, SIGNAL.socDisplayed].flatMap((path) => {
    const known = state.latest[path];
    return typeof known?.value === 'number' ? [known.atMs + (SIGNALS[path]?.maxAgeS ?? 0) * 1000] : [];
  });
  if (ends.length === 0) return undefined;
  return Math.min(
    Math.max(...ends),
    isDriving(state) ? state.observedToMs + SILENT_DRIVE_MS : Number.POSITIVE_INFINITY,
  );
}

const isSilent = ({ state, nowMs }: Situation): boolean =>
  isDriving(state) && nowMs > state.observedToMs + SILENT_DRIVE_MS;

const whySilent = (situation: Situation): string | undefined =>
  isSilent(situation) ? 'the car fell silent on the road' : undefined;

/** What is said instead, with what was known last: never nothing, which reads as "fine". */
function unknownNow(
  situation: Situation,
  why: string | undefined,
  tripId: string | undefined,
  last: Forecast | null,
): Partial<Forecast> {
  const { nowMs, state } = situation;
  const before = last !== null && last.tripId === tripId ? last : null;
  const known = before === null || before.unknown !== undefined ? before?.lastKnown : lastKnownOf(before);
  return {
    unknown: why ?? 'the road is not known yet',
    unknownSinceMs: before?.unknownSinceMs ?? (isSilent(situation) ? state.observedToMs : nowMs),
    ...(known !== undefined && { lastKnown: known }),
  };
}

function lastKnownOf({ madeAtMs, socPct, stops }: Forecast): Forecast['lastKnown'] {
  const stop = leastSure(stops);
  return { madeAtMs, socPct, ...(stop !== undefined && { stop }) };
}

/** The same forecast with the battery along the road to the next stop. */
export const withCurve = (forecast: Forecast, situation: Situation): Forecast =>
  forecast.unknown !== undefined || situation.view === null
    ? forecast
    : { ...forecast, curve: curveOf(situation, situation.view) };

function stopsAhead(situation: Situation, view: RouteView): Forecast['stops'] {
  const { nowMs, reserveSocPct, car } = situation;
  const from = situation.memory.progress?.stretch ?? 0;
  if (from >= view.stretches.length) return [];
  const waiting = waitingHere(situation);
  const stages: PlanStage[] = [...waiting];
  const ends: { readonly stretch: ViewStretch; readonly stage: number }[] = [];
  for (let i = from; i < view.stretches.length; i++) {
    const stretch = view.stretches[i] as ViewStretch;
    stages.push(...stagesTo(situation, view, i).slice(i === from ? 0 : -1));
    ends.push({ stretch, stage: stages.length - 1 });
    const between = afterStop(view, stretch);
    // Beyond a charge whose end nobody planned nothing can be said.
    if (between === null) break;
    stages.push(...between);
  }
  const plan = forecastPlan({ car, state: carStateOf(situation), stages });
  const durationTo = (stage: number) =>
    plan.stops.slice(0, stage + 1).reduce((sum, stop) => sum + stop.durationS, 0);
  let roadM = 0;
  return ends.flatMap(({ stretch, stage }, i) => {
    const stop = plan.stops[stage];
    const drive = stages[stage];
    if (stop === undefined || drive?.kind !== 'drive') return [];
    roadM += drive.toM - drive.fromM;
    return [
      {
        stopId: stretch.stopId,
        name: stretch.stopName,
        distanceM: roadM,
        arriveAtMs: Math.round(
          i === 0
            ? nowMs + durationTo(stage) * 1000
            : Math.max(nowMs + durationTo(stage) * 1000, stretch.planned?.arriveAtMs ?? 0),
        ),
        arrivalSocPct: bandOf(stop.soc),
        belowReserveProbability: roundProbability(stop.soc.probabilityBelow(reserveSocPct)),
      },
    ];
  });
}

/** Standing until the plan has it leave; nothing where it drives, or nobody planned when. */
function waitingHere(situation: Situation): PlanStage[] {
  const departAtMs = isDriving(situation.state) ? null : plannedDepartureMs(situation);
  return departAtMs === null ? [] : parkHere(situation, departAtMs);
}

/** What happens at a stop before the next drive; null when a charge there has no planned end. */
function afterStop(view: RouteView, stretch: ViewStretch): PlanStage[] | null {
  const { planned } = stretch;
  if (planned?.kind === 'charge' || planned?.plugged === true) {
    if (planned.chargeToSocPct === undefined) return null;
    const maxPowerKw = planned.powerKw ?? 11;
    return [
      {
        kind: 'charge',
        station: { kind: maxPowerKw > 25 ? 'dc' : 'ac', maxPowerKw },
        until: { kind: 'soc', socPct: planned.chargeToSocPct },
        airTempC: stopTempC(view, stretch),
      },
    ];
  }
  return waitAt(view, stretch);
}

/** It begins with what is left when the car leaves, and ends with what the stop's own forecast says. */
function curveOf(situation: Situation, view: RouteView): Forecast['curve'] {
  const { memory, car } = situation;
  const stretch = view.stretches[memory.progress?.stretch ?? 0];
  if (stretch === undefined) return [];
  const { prefix } = stretch;
  const fromM = Math.min(memory.progress?.alongM ?? 0, prefix.lengthM);
  const restM = prefix.lengthM - fromM;
  const state = carStateOf(situation);
  const waiting = waitingHere(situation);
  return Array.from({ length: CURVE_POINTS + 1 }, (_, i) => {
    const distanceM = (restM * i) / CURVE_POINTS;
    const toM = Math.min(prefix.lengthM, fromM + distanceM);
    const drive: PlanStage = { kind: 'drive', prefix, fromM, toM };
    const soc =
      waiting.length === 0
        ? forecastArrival({ prefix, fromM, toM, car, state }).soc
        : forecastPlan({ car, state, stages: [...waiting, drive] }).stops.at(-1)?.soc;
    return { distanceM, socPct: bandOf(soc as NonNullable<typeof soc>) };
  });
}

/** Half of the time for which the last one may be shown is over, and there is more now. */
const isRenewed = (last: Forecast, next: Forecast): boolean =>
  last.validUntilMs !== undefined &&
  next.validUntilMs !== undefined &&
  next.validUntilMs > last.validUntilMs &&
  next.madeAtMs - last.madeAtMs >= (last.validUntilMs - last.madeAtMs) / 2;

const P50_STEP_PCT = 0.5;
const PROBABILITY_STEP = 0.02;
const EVERY_MS = 60_000;

/** Whether a new forecast says something the last one did not. */
export function isNewsworthy(last: Forecast | null, next: Forecast): boolean {
  if (
    last === null ||
    last.tripId !== next.tripId ||
    last.isUnderWay !== next.isUnderWay ||
    last.unknown !== next.unknown ||
    last.stops.length !== next.stops.length
  )
    return true;
  if (isRenewed(last, next)) return true;
  if (next.madeAtMs - last.madeAtMs >= EVERY_MS && Math.abs(next.socPct - last.socPct) >= 0.1) return true;
  return next.stops.some((stop, i) => {
    const before = last.stops[i];
    return (
      before === undefined ||
      before.stopId !== stop.stopId ||
      Math.abs(before.arrivalSocPct.p50 - stop.arrivalSocPct.p50) >= P50_STEP_PCT ||
      Math.abs(before.belowReserveProbability - stop.belowReserveProbability) >= PROBABILITY_STEP
    );
  });
}
