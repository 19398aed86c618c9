import { EnergyInputError, requireFinite, requireWithin } from './check.ts';
import {
  AERO,
  aeroFeatureJPerM2,
  airDensityKgM3,
  BASE,
  CLIMB,
  COLD_ROLLING,
  COOLING,
  climbFeatureJ,
  coldBrakingRatio,
  coldKelvin,
  coolingKelvin,
  dragSpeedSquared,
  electricPerHeat,
  electricPerHeatSlope,
  FEATURE_COUNT,
  GRAVITY_MPS2,
  HEAT,
  headwindMps,
  heatingKelvin,
  ROLLING,
  regenShare,
  rollingFeatureJ,
  SPEED_CHANGES,
  speedChangeFeatureJ,
  standardPressureHpa,
} from './features.ts';
import { usualUse, type VehicleModel, type VehicleUse } from './vehicle-model.ts';

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
  /** Height gained, m; negative is a descent. */
  readonly climbM: number;
  /** Direction of travel, degrees from north. Without it wind is counted as crosswind. */
  readonly bearingDeg?: number;
  readonly elevationM?: number;
  readonly weather: SegmentWeather;
}

export interface PrefixInput {
  readonly vehicle: VehicleModel;
  readonly segments: readonly RouteSegment[];
  readonly use?: VehicleUse;
  /** Cabin set temperature; null = climate control off. Default 22 °C. */
  readonly setTempC?: number | null;
  /** Limits regeneration along the whole route. Default: the air temperature at its start. */
  readonly batteryTempC?: number;
  /** Above 95 % there is no regeneration; matters only for a start nearly full. */
  readonly startSocPct?: number;
}

/** Columns after the ten features: derivatives by temperature (4), wind (1) and relative speed (1). */
export const AERO_BY_TEMP = FEATURE_COUNT;
export const COLD_BY_TEMP = FEATURE_COUNT + 1;
export const HEAT_BY_TEMP = FEATURE_COUNT + 2;
export const COOLING_BY_TEMP = FEATURE_COUNT + 3;
export const AERO_BY_WIND = FEATURE_COUNT + 4;
export const AERO_BY_SPEED = FEATURE_COUNT + 5;
export const COLUMN_COUNT = FEATURE_COUNT + 6;

/**
 * A route in one weather for one car: running sums of every feature, so that any stretch costs a subtraction.
 * Row i of `sums` (COLUMN_COUNT wide) holds everything from the start to `atM[i]`. Its base column is the time, s.
 */
export interface RoutePrefix {
  readonly vehicle: VehicleModel;
  readonly use: VehicleUse;
  readonly setTempC: number | null;
  readonly totalMassKg: number;
  readonly coldBrakingRatio: number;
  /** Where segment i starts, m; one more than there are segments. */
  readonly atM: Float64Array;
  readonly sums: Float64Array;
  readonly speedMps: Float64Array;
  readonly tempC: Float64Array;
  readonly lengthM: number;
  readonly durationS: number;
}

const REGEN_BELOW_SOC_PCT = 95;

/** Builds the sums. Throws {@link EnergyInputError} on anything that is not a usable number. */
export function buildPrefix(input: PrefixInput): RoutePrefix {
  const { vehicle, segments, use = usualUse } = input;
  const first = segments[0];
  if (first === undefined) throw new EnergyInputError('a route needs at least one segment');
  const setTempC = input.setTempC === undefined ? 22 : input.setTempC;
  if (setTempC !== null) requireWithin('setTempC', setTempC, 10, 35);
  const batteryTempC = requireWithin('batteryTempC', input.batteryTempC ?? first.weather.tempC, -60, 80);
  const totalMassKg = vehicle.massKg + requireWithin('payloadKg', use.payloadKg, 0, 5000);
  requireWithin('extraDragAreaM2', use.extraDragAreaM2, 0, 5);
  requireWithin('rollingRatio', use.rollingRatio, 0.5, 2);
  const startSocPct = requireWithin('startSocPct', input.startSocPct ?? 0, 0, 100);

  const count = segments.length;
  const prefix = {
    vehicle,
    use,
    setTempC,
    totalMassKg,
    coldBrakingRatio: coldBrakingRatio(batteryTempC),
    atM: new Float64Array(count + 1),
    sums: new Float64Array((count + 1) * COLUMN_COUNT),
    speedMps: new Float64Array(count),
    tempC: new Float64Array(count),
  };
  const regenW = vehicle.maxRegenKw * 1000 * regenShare(batteryTempC);
  let fullForJ = (Math.max(0, startSocPct - REGEN_BELOW_SOC_PCT) / 100) * vehicle.usableKwh * 3.6e6;
  let previousMps = first.speedMps;
  for (let i = 0; i < count; i++) {
    const segment = segments[i] as RouteSegment;
    requireUsable(segment);
    prefix.atM[i + 1] = (prefix.atM[i] ?? 0) + segment.distanceM;
    prefix.speedMps[i] = segment.speedMps;
    prefix.tempC[i] = segment.weather.tempC;
    fullForJ -= addSegment(prefix, i, segment, previousMps, fullForJ > 0 ? 0 : regenW);
    previousMps = segment.speedMps;
  }
  const durationS = prefix.sums[count * COLUMN_COUNT + BASE] ?? 0;
  return { ...prefix, lengthM: prefix.atM[count] ?? 0, durationS };
}

function requireUsable(segment: RouteSegment): void {
  requireWithin('distanceM', segment.distanceM, 0.001, 1e7);
  requireWithin('speedMps', segment.speedMps, 0.5, 100);
  requireWithin('climbM', segment.climbM, -5000, 5000);
  const { tempC, pressureHpa, windSpeedMps, windFromDeg, wetness } = segment.weather;
  requireWithin('tempC', tempC, -60, 60);
  if (pressureHpa !== undefined) requireWithin('pressureHpa', pressureHpa, 400, 1100);
  if (windSpeedMps !== undefined) requireWithin('windSpeedMps', windSpeedMps, 0, 80);
  if (windFromDeg !== undefined) requireFinite('windFromDeg', windFromDeg);
  if (wetness !== undefined) requireWithin('wetness', wetness, 0, 5);
  if (segment.bearingDeg !== undefined) requireFinite('bearingDeg', segment.bearingDeg);
  if (segment.elevationM !== undefined) requireWithin('elevationM', segment.elevationM, -500, 9000);
}

/** Adds segment i to row i and writes row i + 1. Returns the energy at the wheel, J, a rough measure of what was used. */
function addSegment(
  prefix: Omit<RoutePrefix, 'lengthM' | 'durationS'>,
  i: number,
  segment: RouteSegment,
  previousMps: number,
  regenW: number,
): number {
  const { vehicle, use, sums, setTempC, totalMassKg } = prefix;
  const { distanceM, speedMps, climbM, weather } = segment;
  const eta = vehicle.drivelineEfficiency;
  const weightN = totalMassKg * GRAVITY_MPS2;
  const durationS = distanceM / speedMps;
  const tempC = weather.tempC;
  const density = airDensityKgM3(tempC, weather.pressureHpa ?? standardPressureHpa(segment.elevationM ?? 0));
  const windMps = weather.windSpeedMps ?? 0;
  const knowsSide = weather.windFromDeg !== undefined && segment.bearingDeg !== undefined;
  const headMps = knowsSide ? headwindMps(windMps, weather.windFromDeg ?? 0, segment.bearingDeg ?? 0) : 0;
  const crossMps = Math.sqrt(Math.max(0, windMps * windMps - headMps * headMps));
  const dragArea = vehicle.dragCoefficient * vehicle.frontalAreaM2;
  const loadedDrag = (dragArea + use.extraDragAreaM2) / dragArea;
  const drag2 = dragSpeedSquared(speedMps, headMps, crossMps);
  const rolling = use.rollingRatio * rollingFeatureJ(weightN, distanceM, weather.wetness ?? 0, eta);
  const aero = loadedDrag * aeroFeatureJPerM2(density, drag2, distanceM, eta);
  const resistanceJ = eta * (vehicle.rollingCoefficient * rolling + dragArea * aero); // at the wheel, so without the driveline's share
  const climb = climbFeatureJ(weightN, climbM, resistanceJ, regenW * durationS);
  const perHeat = electricPerHeat(vehicle.heater, tempC);
  const heatK = heatingKelvin(tempC, setTempC);
  const coolK = coolingKelvin(tempC, setTempC);
  const airMps = Math.max(0, speedMps + headMps);
  const aeroPerAirMps = loadedDrag * aeroFeatureJPerM2(density, 2 * airMps, distanceM, eta);

  const at = i * COLUMN_COUNT;
  const next = at + COLUMN_COUNT;
  sums.copyWithin(next, at, next);
  const add = (column: number, value: number) => {
    sums[next + column] = (sums[next + column] ?? 0) + value;
  };
  add(ROLLING, rolling);
  add(AERO, aero);
  add(CLIMB, climb);
  add(BASE, durationS);
  add(COLD_ROLLING, (weightN * distanceM * coldKelvin(tempC)) / eta);
  add(HEAT, durationS * heatK * perHeat);
  add(COOLING, durationS * coolK);
  add(SPEED_CHANGES, speedChangeFeatureJ(totalMassKg, previousMps, speedMps, prefix.coldBrakingRatio));
  add(AERO_BY_TEMP, -aero / (tempC + 273.15));
  add(COLD_BY_TEMP, coldKelvin(tempC) > 0 ? -(weightN * distanceM) / eta : 0);
  add(
    HEAT_BY_TEMP,
    heatK > 0 ? durationS * (heatK * electricPerHeatSlope(vehicle.heater, tempC) - perHeat) : 0,
  );
  add(COOLING_BY_TEMP, coolK > 0 ? durationS : 0);
  add(AERO_BY_WIND, aeroPerAirMps);
  add(AERO_BY_SPEED, aeroPerAirMps * speedMps);
  return resistanceJ + weightN * climbM;
}
