import { type RouteProgress, SIGNAL } from '@outrider/domain';
import { drivenBatteryTempC, parkedBatteryTempC } from '../battery.ts';
import { type Learned, restoreLearned } from '../calibrate.ts';
import { type LiveFactor, noLiveFactor } from '../live-factor.ts';
import { restoreTripMeter, type TripMeter } from '../trip-meter.ts';
import type { VehicleModel } from '../vehicle-model.ts';
import { freshNumber, numberAt, type VehicleState } from './vehicle-state.ts';

/** What is known of a car beside its telemetry, as far as a forecast asks. */
export interface RoadMemory {
  readonly progress: RouteProgress | null;
  /** Battery temperature when the car does not say it. */
  readonly battery: { readonly tempC: number; readonly atMs: number } | null;
  /** This drive against the model, from its start. */
  readonly drive: DriveBasis | null;
  /** The drive under way as it is measured; null while the car stands, or nobody saw the drive begin. */
  readonly trip: TripMeter | null;
  /** How cold the tyres were when the last drive ended. */
  readonly tyres: { readonly coldRatio: number; readonly atMs: number } | null;
  /** Cabin temperature asked for on the last drive; null when the car does not say it. */
  readonly setTempC: number | null;
  /** The car says that a trailer is connected. */
  readonly isTowing: boolean;
  /** What is learned of this car; null = the prior of its model. */
  readonly learned: Learned | null;
}

export interface DriveBasis {
  readonly startedAtMs: number;
  readonly stretch: number;
  readonly alongM: number;
  readonly startSocPct: number;
  /** As last seen: a jump upwards from here is a charge on the way. */
  readonly lastSocPct: number;
  readonly drivenM: number;
  readonly predictedKwh: number;
  readonly live: LiveFactor;
}

export const liveFactorOf = ({ drive }: Pick<RoadMemory, 'drive'>): number =>
  (drive?.live ?? noLiveFactor).factor;

/** Mean power of a drive when only the temperature of the pack is wanted, kW. */
const DRIVING_POWER_KW = 15;

/** What battery models hold for; a sensor may say more. */
const COLDEST_C = -60;
const HOTTEST_C = 80;
/** A car that stood silent for longer was not driven: nobody drives for a day without a word. */
const LONGEST_DRIVE_S = 24 * 3600;

/**
 * The battery's temperature at `nowMs`: measured when the car says it, else carried on from the last estimate
 * (a parked pack soaks towards the air, a driven one warms itself), else the air's. `before` is the car during
 * the time since that estimate, `now` what it says at its end.
 */
export function estimateBattery(
  memory: RoadMemory['battery'],
  before: VehicleState,
  now: VehicleState,
  vehicle: VehicleModel,
  nowMs: number,
): RoadMemory['battery'] {
  const measured = freshNumber(now, SIGNAL.batteryTemp, nowMs);
  if (measured !== undefined)
    return { tempC: Math.min(HOTTEST_C, Math.max(COLDEST_C, measured.value)), atMs: nowMs };
  // The air at the end of a silent night says more about it than the evening's, and either more than nothing.
  const air = freshNumber(now, SIGNAL.airTemp, nowMs)?.value ?? numberAt(now, SIGNAL.airTemp);
  if (memory === null) return air === undefined ? null : { tempC: air, atMs: nowMs };
  const durationS = Math.max(0, (nowMs - memory.atMs) / 1000);
  const airTempC = air ?? memory.tempC;
  const tempC =
    before.phase?.motion === 'driving' && durationS < LONGEST_DRIVE_S
      ? drivenBatteryTempC(vehicle, memory.tempC, airTempC, DRIVING_POWER_KW, durationS)
      : parkedBatteryTempC(memory.tempC, airTempC, durationS);
  return { tempC, atMs: nowMs };
}

/** What of a checkpoint's memory a forecast asks; what is of another version or model is left out. */
export const restoreRoadMemory = (
  stored: Partial<RoadMemory>,
  { modelId }: VehicleModel,
): Pick<RoadMemory, 'trip' | 'learned'> => ({
  trip: restoreTripMeter(stored.trip),
  learned: restoreLearned(stored.learned, modelId) ?? null,
});
