import { type Forecast, leastSure, SIGNAL, SIGNALS } from '@outrider/domain';
import {
  curveAhead,
  isDriving,
  POSTERIOR_VERSION,
  stopsAhead,
  type VehicleState,
  whyUnknown,
} from '@outrider/energy';
import { contentId } from '@outrider/runtime';
import { reachableChargers } from './reachable.ts';
import type { Situation } from './situation.ts';
import { isUnderWay } from './under-way.ts';

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
    : { ...forecast, curve: curveAhead(situation, situation.view) };

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
