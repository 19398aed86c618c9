import { SIGNAL } from '@outrider/domain';
import {
  addTripSample,
  type DrivenTrip,
  finishTrip,
  isCharging,
  isDriving,
  isPlugged,
  type MeterCar,
  numberAt,
  startTripMeter,
  type TripMeter,
  tyreColdRatio,
  type UnmeasuredReason,
  type VehicleState,
} from '@outrider/energy';
import { type Surroundings, tripSample } from './trip-sample.ts';

/** A stop shorter than this belongs to the drive: a barrier, a passenger getting out. */
const STOP_MS = 2 * 60_000;
/** After a silence longer than this nobody knows whether it is still the same drive. */
const SILENT_MS = 10 * 60_000;
/** A drive begins with the last word of the standing car, if that is no older. */
const JUST_NOW_MS = 60_000;
/** A car cannot lose or gain a point of charge standing for so long; older charge is another day's. */
const SOC_HELD_MS = 10 * 60_000;
/** A car that moved further while it was silent was under way already. */
const UNSEEN_M = 500;

export interface TripStep {
  readonly meter: TripMeter | null;
  /** The drive that this record has ended. */
  readonly ended: DrivenTrip | UnmeasuredReason | null;
}

/**
 * Follows drives from record to record, by event time alone: a drive begins when a standing car moves, and ends
 * when it has stood for two minutes, is plugged in, or was silent for long. `now` is `before` with one more record.
 */
export function followTrip(
  meter: TripMeter | null,
  before: VehicleState,
  now: VehicleState,
  car: MeterCar,
  around: Surroundings,
): TripStep {
  if (meter === null) return { meter: beginTrip(before, now, car, around), ended: null };
  const nowMs = now.observedToMs;
  const isSilent = nowMs - meter.last.atMs > SILENT_MS;
  const hasStood = meter.atRest !== null && nowMs - meter.atRest.last.atMs >= STOP_MS;
  if (isSilent || hasStood)
    return { meter: beginTrip(before, now, car, around), ended: finishTrip(meter, car) };
  const sample = tripSample(now, before, around, meter.startedAtMs - SOC_HELD_MS);
  if (isDriving(now) || !(isPlugged(now) || isCharging(now)))
    return { meter: addTripSample(meter, car, sample), ended: null };
  // What the cable has brought already is not the drive's.
  const socPct = sample.socPct === null ? null : Math.min(sample.socPct, meter.last.socPct ?? sample.socPct);
  const arrived = addTripSample(meter, car, { ...sample, socPct, powerW: null });
  return { meter: null, ended: finishTrip(arrived, car) };
}

/** Only a car that was seen standing begins a drive: of half a drive nobody knows how warm the cabin was. */
function beginTrip(
  before: VehicleState,
  now: VehicleState,
  car: MeterCar,
  around: Surroundings,
): TripMeter | null {
  if (!isDriving(now) || before.phase === null) return null;
  const coldRatio = tyreColdRatio(around.tyres, now.observedToMs);
  const silentMs = now.observedToMs - before.observedToMs;
  const wasStanding = !isDriving(before);
  if (!wasStanding && (silentMs <= SILENT_MS || hasMovedUnseen(before, now))) return null;
  if (silentMs > JUST_NOW_MS || !wasStanding)
    return startTripMeter(car, tripSample(now, null, around, now.observedToMs - SOC_HELD_MS), coldRatio);
  const first = tripSample(before, null, around, before.observedToMs - SOC_HELD_MS);
  const start = startTripMeter(car, first, coldRatio);
  return addTripSample(start, car, tripSample(now, before, around, start.startedAtMs - SOC_HELD_MS));
}

function hasMovedUnseen(before: VehicleState, now: VehicleState): boolean {
  const [from, to] = [numberAt(before, SIGNAL.odometer), numberAt(now, SIGNAL.odometer)];
  return from === undefined || to === undefined || to - from > UNSEEN_M;
}
