import type { DrivenTrip, UnmeasuredReason } from './driven-trip.ts';
import { COOL_DOWN, FEATURE_COUNT, TYRE_WARM_UP, WARM_UP } from './features.ts';
import {
  addWay,
  closeRoad,
  FASTEST_MPS,
  isClimbKnown,
  type MeterCar,
  newRoadSums,
  type RoadSums,
  type SegmentSample,
  segmentCar,
} from './road-meter.ts';
import { COLUMN_COUNT } from './segment-features.ts';
import { cabinFeatures } from './stretch.ts';
import { newOdometer, type Odometer, wayBetween } from './trip-way.ts';
import type { VehicleUse } from './vehicle-model.ts';

/** Grows when the meaning of a stored meter changes: one of another version is dropped with its drive. */
export const TRIP_METER_VERSION = 1;

/** What a car says at one moment, as far as it says it; null is "not said". */
export interface TripSample extends SegmentSample {
  readonly atMs: number;
  /** In gear, or moving without a known gear. */
  readonly isDriving: boolean;
  readonly speedMps: number | null;
  /** Read at this very moment: an old reading says nothing about the way since. */
  readonly odometerM: number | null;
  /** From the place known at the sample before, in a straight line. */
  readonly movedM: number | null;
  /** Out of the battery, measured at this very moment; negative while it recuperates. */
  readonly powerW: number | null;
  readonly socPct: number | null;
  readonly cabinTempC: number | null;
  readonly batteryTempC: number | null;
}

/**
 * One drive while it lasts: constant in size, plain JSON, so that it survives a restart in the middle. The road is
 * summed in pieces of about 500 m with the weather they had, as forecasts are: what is learned from one must
 * mean the same in the other.
 */
export interface TripMeter {
  readonly version: typeof TRIP_METER_VERSION;
  readonly startedAtMs: number;
  /** Load, roof and tyres do not change on the way. */
  readonly use: VehicleUse;
  readonly startCabinTempC: number | null;
  readonly startBatteryTempC: number | null;
  /** 1 = as the air, 0 = warm from a drive that has only just ended. */
  readonly startTyreColdRatio: number;
  readonly startSocPct: number | null;
  /** Least charge seen: a rise above it by more than a descent gives back is a charge. */
  readonly leastSocPct: number | null;
  readonly socStepPct: number;
  readonly last: TripSample;
  readonly odometer: Odometer | null;
  readonly road: RoadSums;
  readonly energyJ: number;
  readonly power: { readonly atMs: number; readonly powerW: number } | null;
  readonly powerSamples: number;
  readonly longestPowerGapS: number;
  readonly longestGapS: number;
  readonly towedM: number;
  readonly wasCharged: boolean;
  /** The meter as it was when the car came to stand: where the drive ends, if it does not go on soon. */
  readonly atRest: Omit<TripMeter, 'atRest'> | null;
}

/** Wheels count as still below this, and a place as another one from this on. */
const STILL_M = 10;
const MOVED_M = 100;
const TOWED_M = 1000;
/** As long as the charge was first heard of within this of the start, it is the charge at the start. */
const SOC_HEARD_WITHIN_M = 500;
const CHARGED_PCT = 3;
const SOC_STEPS_PCT = [1, 0.5, 0.1, 0.01];
/**
 * Power swings within seconds. On 30 drives of a BMW i3 its sum was off by 2.7 % when read every 5 s, and by 7.8 %
 * every 10 s: more than the charge is off.
 */
const MEAN_POWER_STEP_S = 5;
const LONGEST_POWER_GAP_S = 30;

/** Begins a drive at a moment at which the car still stood, or stood as far as anybody knows. */
export function startTripMeter(car: MeterCar, sample: TripSample, tyreColdRatio = 1): TripMeter {
  return {
    version: TRIP_METER_VERSION,
    startedAtMs: sample.atMs,
    use: car.use,
    startCabinTempC: sample.cabinTempC,
    startBatteryTempC: sample.batteryTempC,
    startTyreColdRatio: tyreColdRatio,
    startSocPct: sample.socPct,
    leastSocPct: sample.socPct,
    socStepPct: finerStep(1, sample.socPct),
    last: sample,
    odometer: sample.odometerM === null ? null : newOdometer(sample.odometerM, sample.atMs),
    road: newRoadSums(car, sample),
    energyJ: 0,
    power: sample.powerW === null ? null : { atMs: sample.atMs, powerW: sample.powerW },
    powerSamples: sample.powerW === null ? 0 : 1,
    longestPowerGapS: 0,
    longestGapS: 0,
    towedM: 0,
    wasCharged: false,
    atRest: null,
  };
}

/** Adds what happened since the sample before. */
export function addTripSample(meter: TripMeter, car: MeterCar, sample: TripSample): TripMeter {
  const { last } = meter;
  const durationS = Math.max(0, (sample.atMs - last.atMs) / 1000);
  const { distanceM, odometer } = wayBetween(last, sample, meter.odometer);
  const isStill = distanceM < STILL_M && hasWheels(last) && hasWheels(sample);
  const movedM = Math.min(sample.movedM ?? 0, FASTEST_MPS * durationS);
  const driven = {
    ...meter,
    last: sample,
    odometer,
    road: addWay(meter.road, car, sample, distanceM, durationS),
    longestGapS: Math.max(meter.longestGapS, durationS),
    towedM: meter.towedM + (isStill && movedM >= MOVED_M ? movedM : 0),
    ...chargeSeen(meter, sample),
    ...(sample.powerW === null ? {} : powerSeen(meter, sample.atMs, sample.powerW)),
  };
  return { ...driven, atRest: atRestOf(meter, driven, sample) };
}

/** Where the drive would end if the car went on standing; a stop that was left again belongs to the drive. */
function atRestOf(before: TripMeter, driven: TripMeter, sample: TripSample): TripMeter['atRest'] {
  if (sample.isDriving) return null;
  if (before.atRest !== null) return before.atRest;
  const { atRest: _none, ...rest } = driven;
  return rest;
}

const hasWheels = (sample: TripSample): boolean => sample.speedMps !== null || sample.odometerM !== null;

function chargeSeen(meter: TripMeter, { socPct }: TripSample) {
  if (socPct === null) return {};
  const isEarly = meter.road.distanceM <= SOC_HEARD_WITHIN_M;
  const least = meter.leastSocPct ?? socPct;
  return {
    startSocPct: meter.startSocPct ?? (isEarly ? socPct : null),
    leastSocPct: Math.min(least, socPct),
    socStepPct: finerStep(meter.socStepPct, socPct),
    wasCharged: meter.wasCharged || socPct >= least + CHARGED_PCT,
  };
}

/** The coarsest usual step that this value fits, no coarser than what the values before fitted. */
function finerStep(stepPct: number, socPct: number | null): number {
  if (socPct === null) return stepPct;
  const fits = (step: number) => Math.abs(socPct / step - Math.round(socPct / step)) < 1e-6;
  return SOC_STEPS_PCT.find((step) => step <= stepPct && fits(step)) ?? (SOC_STEPS_PCT.at(-1) as number);
}

function powerSeen(meter: TripMeter, atMs: number, powerW: number) {
  const before = meter.power ?? { atMs: meter.startedAtMs, powerW };
  const gapS = (atMs - before.atMs) / 1000;
  return {
    energyJ: meter.energyJ + (gapS * (before.powerW + powerW)) / 2,
    power: { atMs, powerW },
    powerSamples: meter.powerSamples + 1,
    longestPowerGapS: Math.max(meter.longestPowerGapS, gapS),
  };
}

/** A stored meter, if it can still be gone on with. */
export const restoreTripMeter = (stored: TripMeter | null | undefined): TripMeter | null =>
  stored?.version === TRIP_METER_VERSION && stored.road?.columns?.length === COLUMN_COUNT ? stored : null;

/** Ends the drive where the car last came to stand, or else where it was last heard of. */
export function finishTrip(meter: TripMeter, car: MeterCar): DrivenTrip | UnmeasuredReason {
  const end = meter.atRest ?? meter;
  const road = closeRoad(end.road, car, end.last);
  const airTempC = road.startTempC;
  if (road.distanceM < 1 || road.durationS <= 0) return 'did-not-move';
  if (airTempC === null) return 'air-unknown';
  // A display may take a moment to follow: what it says of the stop's first minutes counts.
  const endSocPct = meter.last.socPct;
  if (end.startSocPct === null || endSocPct === null) return 'charge-unknown';
  const durationS = (end.last.atMs - end.startedAtMs) / 1000;
  const cabinTempC = end.startCabinTempC;
  const cabin = cabinFeatures(segmentCar(car, road), airTempC, durationS, {
    ...(cabinTempC === null ? {} : { cabinTempC }),
  });
  const features = road.columns.slice(0, FEATURE_COUNT);
  features[WARM_UP] = cabin.warmUp;
  features[COOL_DOWN] = cabin.coolDown;
  features[TYRE_WARM_UP] = end.startTyreColdRatio * (features[TYRE_WARM_UP] ?? 0);
  return {
    endedAtMs: end.last.atMs,
    features,
    meteredKwh: meteredKwh(end, durationS),
    startSocPct: end.startSocPct,
    endSocPct,
    socStepPct: meter.socStepPct,
    distanceM: road.distanceM,
    durationS,
    meanAirTempC: road.airTempCs / road.durationS,
    startBatteryTempC: end.startBatteryTempC,
    longestGapS: end.longestGapS,
    wasCharged: meter.wasCharged,
    wasTowed: end.towedM >= TOWED_M,
    isClimbKnown: isClimbKnown(road),
  };
}

function meteredKwh(end: Omit<TripMeter, 'atRest'>, durationS: number): number | null {
  if (end.power === null) return null;
  const tailS = (end.last.atMs - end.power.atMs) / 1000;
  const isSeen =
    Math.max(end.longestPowerGapS, tailS) <= LONGEST_POWER_GAP_S &&
    durationS <= MEAN_POWER_STEP_S * end.powerSamples;
  return isSeen ? (end.energyJ + tailS * end.power.powerW) / 3.6e6 : null;
}
