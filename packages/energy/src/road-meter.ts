import { clamp } from './check.ts';
import { coldBrakingRatio, regenShare } from './features.ts';
import {
  addSegmentFeatures,
  COLUMN_COUNT,
  fullAfter,
  fullFor,
  type SegmentCar,
  type SegmentWeather,
} from './segment-features.ts';
import type { VehicleModel, VehicleUse } from './vehicle-model.ts';

/** The car whose drive is measured, as it is loaded and shod. */
export interface MeterCar {
  readonly vehicle: VehicleModel;
  readonly use: VehicleUse;
}

/** What is known of the road and the air at one moment; null is unknown. */
export interface SegmentSample {
  /** From any zero, as long as it stays the same. */
  readonly heightM: number | null;
  readonly bearingDeg: number | null;
  readonly airTempC: number | null;
  readonly setTempC: number | null;
  readonly weather: Omit<SegmentWeather, 'tempC'> | null;
}

/** Features of the road driven so far, and the piece of it that is not long enough yet. */
export interface RoadSums {
  readonly columns: readonly number[];
  readonly distanceM: number;
  readonly durationS: number;
  readonly airTempCs: number;
  /** Of the first air heard of: forecasts take the battery to be as cold as that, all the way. */
  readonly startTempC: number | null;
  readonly airTempC: number | null;
  readonly setTempC: number | null;
  readonly previousMps: number;
  /** See `fullFor`. */
  readonly fullForJ: number;
  readonly openM: number;
  readonly openS: number;
  readonly heightSumM: number;
  readonly heightCount: number;
  /** Height at the end of the pieces before, and how far back that is. */
  readonly heightM: number | null;
  readonly sinceHeightM: number;
  readonly unknownHeightM: number;
}

/** The length that forecasts cut roads into. */
const SEGMENT_M = 500;
/** No car is faster: what says so is a step of the odometer. */
export const FASTEST_MPS = 70;
const USUAL_SET_TEMP_C = 22;
/** No road climbs more; a height that says so is a satellite's error, or another zero. */
const STEEPEST = 0.2;

/** What the features hold for; a sensor in the sun may say more. */
const usableTempC = (airTempC: number | null): number | null =>
  airTempC === null ? null : clamp(airTempC, -60, 60);

export function newRoadSums(
  car: MeterCar,
  sample: SegmentSample & { readonly socPct: number | null },
): RoadSums {
  return {
    columns: new Array<number>(COLUMN_COUNT).fill(0),
    distanceM: 0,
    durationS: 0,
    airTempCs: 0,
    startTempC: usableTempC(sample.airTempC),
    airTempC: usableTempC(sample.airTempC),
    setTempC: sample.setTempC,
    previousMps: 0,
    fullForJ: fullFor(car.vehicle, sample.socPct ?? 0),
    openM: 0,
    openS: 0,
    heightSumM: 0,
    heightCount: 0,
    heightM: sample.heightM,
    sinceHeightM: 0,
    unknownHeightM: 0,
  };
}

/** Adds a bit of way, and the piece to the sums once it is long enough. */
export function addWay(
  road: RoadSums,
  car: MeterCar,
  sample: SegmentSample,
  distanceM: number,
  durationS: number,
): RoadSums {
  const airTempC = usableTempC(sample.airTempC) ?? road.airTempC;
  const longer: RoadSums = {
    ...road,
    distanceM: road.distanceM + distanceM,
    durationS: road.durationS + durationS,
    startTempC: road.startTempC ?? airTempC,
    airTempC,
    setTempC: sample.setTempC ?? road.setTempC,
    openM: road.openM + distanceM,
    openS: road.openS + durationS,
    heightSumM: road.heightSumM + (sample.heightM ?? 0),
    heightCount: road.heightCount + (sample.heightM === null ? 0 : 1),
  };
  return longer.openM < SEGMENT_M ? longer : closePiece(longer, car, sample, meanHeight(longer));
}

/** The sums with the last piece in them, whatever its length. */
export const closeRoad = (road: RoadSums, car: MeterCar, sample: SegmentSample): RoadSums =>
  closePiece(road, car, sample, sample.heightM ?? meanHeight(road));

/** Satellites' heights jitter: the mean of a piece is steadier than any fix in it. */
const meanHeight = (road: RoadSums): number | null =>
  road.heightCount === 0 ? null : road.heightSumM / road.heightCount;

/** Heights were there for nearly all of the way. */
export const isClimbKnown = (road: RoadSums): boolean => road.unknownHeightM <= 0.1 * road.distanceM;

function closePiece(road: RoadSums, car: MeterCar, sample: SegmentSample, heightM: number | null): RoadSums {
  const { airTempC, openM, openS } = road;
  if (airTempC === null || openM < 1 || openS <= 0) return road;
  const sinceM = road.sinceHeightM + openM;
  const gainedM = heightM === null || road.heightM === null ? null : heightM - road.heightM;
  const isClimb = gainedM !== null && Math.abs(gainedM) <= STEEPEST * sinceM;
  const speedMps = Math.min(FASTEST_MPS, openM / openS);
  const segment = {
    distanceM: openM,
    speedMps,
    climbM: isClimb ? gainedM : 0,
    ...(sample.bearingDeg === null ? {} : { bearingDeg: sample.bearingDeg }),
    weather: { ...sample.weather, tempC: airTempC },
  };
  const columns = Float64Array.from(road.columns);
  const regenW =
    road.fullForJ > 0 ? 0 : car.vehicle.maxRegenKw * 1000 * regenShare(road.startTempC ?? airTempC);
  const usedJ = addSegmentFeatures(columns, 0, segmentCar(car, road), segment, road.previousMps, regenW);
  return {
    ...road,
    columns: [...columns],
    airTempCs: road.airTempCs + airTempC * openS,
    previousMps: speedMps,
    fullForJ: fullAfter(road.fullForJ, usedJ),
    openM: 0,
    openS: 0,
    heightSumM: 0,
    heightCount: 0,
    heightM: heightM ?? road.heightM,
    sinceHeightM: heightM === null ? sinceM : 0,
    unknownHeightM: road.unknownHeightM + (heightM === null ? openM : 0),
  };
}

/** The car as the features take it. */
export function segmentCar({ vehicle, use }: MeterCar, road: RoadSums): SegmentCar {
  return {
    vehicle,
    use,
    setTempC: clamp(road.setTempC ?? USUAL_SET_TEMP_C, 10, 35),
    totalMassKg: vehicle.massKg + use.payloadKg,
    coldBrakingRatio: coldBrakingRatio(road.startTempC ?? USUAL_SET_TEMP_C),
  };
}
