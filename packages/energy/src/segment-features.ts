import { requireFinite, requireWithin } from './check.ts';
import {
  AERO,
  aeroFeatureJPerM2,
  airDensityKgM3,
  BASE,
  CLIMB,
  COLD_ROLLING,
  COOLING,
  climbFeatureJ,
  coldKelvin,
  coolingKelvin,
  dragSpeedMps,
  dragSpeedSquared,
  electricPerHeat,
  electricPerHeatSlope,
  FEATURE_COUNT,
  GRAVITY_MPS2,
  HEAT,
  headwindMps,
  heatingKelvin,
  ROLLING,
  rollingFeatureJ,
  SPEED_CHANGES,
  STOP_AND_GO,
  speedChangeFeatureJ,
  standardPressureHpa,
  stopAndGoShare,
  stopAndGoShareSlope,
  TYRE_WARM_UP,
  tyreColdLeft,
  tyreWarmUpFeatureJ,
} from './features.ts';
import type { VehicleModel, VehicleUse } from './vehicle-model.ts';

/** The weather where and when the car passes. */
export interface SegmentWeather {
  readonly tempC: number;
  /** Without it: the standard atmosphere at the segment's elevation. */
  readonly pressureHpa?: number;
  readonly windSpeedMps?: number;
  /** Degrees the wind comes from, 0 = north. */
  readonly windFromDeg?: number;
  /** 0 dry, 1 wet, 3 snow, 5 deep slush. */
  readonly wetness?: number;
}

/** About 500 m of road; longer ones are fine where nothing changes. */
export interface RouteSegment {
  readonly distanceM: number;
  readonly speedMps: number;
  /** Standard deviation of the speed on the way, relative to the mean; air drag feels it. Default 0. */
  readonly speedSdRatio?: number;
  /** Height gained, m; negative is a descent. */
  readonly climbM: number;
  /** Direction of travel, degrees from north. Without it wind is counted as crosswind. */
  readonly bearingDeg?: number;
  readonly elevationM?: number;
  /** How hard it rolls, relative to asphalt (`surfaceRollingRatio`). Default 1. */
  readonly rollingRatio?: number;
  readonly weather: SegmentWeather;
}

/** What a segment's features depend on besides the road: the car, as it is loaded and heated on this drive. */
export interface SegmentCar {
  readonly vehicle: VehicleModel;
  readonly use: VehicleUse;
  /** null = climate control off. */
  readonly setTempC: number | null;
  readonly totalMassKg: number;
  readonly coldBrakingRatio: number;
}

/** Columns after the features: derivatives by temperature (4), wind (1) and relative speed (2). */
export const AERO_BY_TEMP = FEATURE_COUNT;
export const COLD_BY_TEMP = FEATURE_COUNT + 1;
export const HEAT_BY_TEMP = FEATURE_COUNT + 2;
export const COOLING_BY_TEMP = FEATURE_COUNT + 3;
export const AERO_BY_WIND = FEATURE_COUNT + 4;
export const AERO_BY_SPEED = FEATURE_COUNT + 5;
export const STOP_AND_GO_BY_SPEED = FEATURE_COUNT + 6;
export const COLUMN_COUNT = FEATURE_COUNT + 7;

/** Refuses a segment with anything in it that is not a usable number. */
export function requireUsable(segment: RouteSegment): void {
  requireWithin('distanceM', segment.distanceM, 0.001, 1e7);
  requireWithin('speedMps', segment.speedMps, 0.5, 100);
  requireWithin('speedSdRatio', segment.speedSdRatio ?? 0, 0, 1);
  requireWithin('climbM', segment.climbM, -5000, 5000);
  requireWithin('rollingRatio', segment.rollingRatio ?? 1, 0.5, 5);
  const { tempC, pressureHpa, windSpeedMps, windFromDeg, wetness } = segment.weather;
  requireWithin('tempC', tempC, -60, 60);
  if (pressureHpa !== undefined) requireWithin('pressureHpa', pressureHpa, 400, 1100);
  if (windSpeedMps !== undefined) requireWithin('windSpeedMps', windSpeedMps, 0, 80);
  if (windFromDeg !== undefined) requireFinite('windFromDeg', windFromDeg);
  if (wetness !== undefined) requireWithin('wetness', wetness, 0, 5);
  if (segment.bearingDeg !== undefined) requireFinite('bearingDeg', segment.bearingDeg);
  if (segment.elevationM !== undefined) requireWithin('elevationM', segment.elevationM, -500, 9000);
}

/**
 * Adds one segment to the row of COLUMN_COUNT sums that begins at `at`; the base column is the time, s, and the
 * tyres were cold at its zero. Returns the energy at the wheel, J, a rough measure of what was used. `regenW` is
 * what the battery accepts.
 */
export function addSegmentFeatures(
  into: Float64Array,
  at: number,
  car: SegmentCar,
  segment: RouteSegment,
  previousMps: number,
  regenW: number,
): number {
  const { vehicle, use, totalMassKg } = car;
  const { distanceM, speedMps, climbM, weather, rollingRatio = 1 } = segment;
  const eta = vehicle.drivelineEfficiency;
  const weightN = totalMassKg * GRAVITY_MPS2;
  const durationS = distanceM / speedMps;
  const { tempC, wetness = 0 } = weather;
  const density = airDensityKgM3(tempC, weather.pressureHpa ?? standardPressureHpa(segment.elevationM ?? 0));
  const windMps = weather.windSpeedMps ?? 0;
  const knowsSide = weather.windFromDeg !== undefined && segment.bearingDeg !== undefined;
  const headMps = knowsSide ? headwindMps(windMps, weather.windFromDeg ?? 0, segment.bearingDeg ?? 0) : 0;
  const crossMps = Math.sqrt(Math.max(0, windMps * windMps - headMps * headMps));
  const dragArea = vehicle.dragCoefficient * vehicle.frontalAreaM2;
  const loadedDrag = (dragArea + use.extraDragAreaM2) / dragArea;
  const dragMps = dragSpeedMps(speedMps, segment.speedSdRatio ?? 0);
  const drag2 = dragSpeedSquared(dragMps, headMps, crossMps);
  const rolling = use.rollingRatio * rollingRatio * rollingFeatureJ(weightN, distanceM, wetness, eta);
  const aero = loadedDrag * aeroFeatureJPerM2(density, drag2, distanceM, eta);
  const resistanceJ = eta * (vehicle.rollingCoefficient * rolling + dragArea * aero); // at the wheel, so without the driveline's share
  const aeroPerAirMps =
    loadedDrag * aeroFeatureJPerM2(density, 2 * Math.max(0, dragMps + headMps), distanceM, eta);

  add(into, at + ROLLING, rolling);
  add(into, at + AERO, aero);
  add(into, at + CLIMB, climbFeatureJ(weightN, climbM, resistanceJ, regenW * durationS));
  addTyreWarmUp(into, at, rolling, durationS);
  add(into, at + BASE, durationS);
  add(into, at + COLD_ROLLING, (weightN * distanceM * coldKelvin(tempC)) / eta);
  add(into, at + COLD_BY_TEMP, coldKelvin(tempC) > 0 ? -(weightN * distanceM) / eta : 0);
  const changeJ = speedChangeFeatureJ(totalMassKg, previousMps, speedMps, car.coldBrakingRatio);
  add(into, at + SPEED_CHANGES, changeJ);
  addStopAndGo(into, at, rolling, speedMps);
  add(into, at + AERO_BY_TEMP, -aero / (tempC + 273.15));
  add(into, at + AERO_BY_WIND, aeroPerAirMps);
  add(into, at + AERO_BY_SPEED, aeroPerAirMps * dragMps);
  addClimate(into, at, car, tempC, durationS);
  return resistanceJ + weightN * climbM;
}

/** Before the segment's own time is added: the tyres are as warm as the drive so far made them. */
function addTyreWarmUp(into: Float64Array, at: number, rollingJ: number, durationS: number): void {
  const coldRatio = tyreColdLeft(into[at + BASE] ?? 0);
  add(into, at + TYRE_WARM_UP, coldRatio * tyreWarmUpFeatureJ(rollingJ / durationS, durationS));
}

function addStopAndGo(into: Float64Array, at: number, rollingJ: number, speedMps: number): void {
  add(into, at + STOP_AND_GO, rollingJ * stopAndGoShare(speedMps));
  add(into, at + STOP_AND_GO_BY_SPEED, rollingJ * stopAndGoShareSlope(speedMps));
}

function addClimate(into: Float64Array, at: number, car: SegmentCar, tempC: number, durationS: number): void {
  const { heater } = car.vehicle;
  const perHeat = electricPerHeat(heater, tempC);
  const heatK = heatingKelvin(tempC, car.setTempC);
  const coolK = coolingKelvin(tempC, car.setTempC);
  add(into, at + HEAT, durationS * heatK * perHeat);
  add(into, at + COOLING, durationS * coolK);
  const heatSlope = heatK > 0 ? durationS * (heatK * electricPerHeatSlope(heater, tempC) - perHeat) : 0;
  add(into, at + HEAT_BY_TEMP, heatSlope);
  add(into, at + COOLING_BY_TEMP, coolK > 0 ? durationS : 0);
}

function add(into: Float64Array, index: number, value: number): void {
  into[index] = (into[index] ?? 0) + value;
}

/** Above this a battery takes nothing back. */
const REGEN_BELOW_SOC_PCT = 95;

/** Energy to use before the battery takes any back, J; negative is room below that. */
export const fullFor = (vehicle: VehicleModel, socPct: number): number =>
  ((socPct - REGEN_BELOW_SOC_PCT) / 100) * vehicle.usableKwh * 3.6e6;

/** The same after a segment that used so much: a full battery is not filled further. */
export const fullAfter = (fullForJ: number, usedJ: number): number =>
  fullForJ - (fullForJ > 0 ? Math.max(0, usedJ) : usedJ);
