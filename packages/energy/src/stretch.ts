import { EnergyInputError, requireFinite, requireWithin } from './check.ts';
import {
  AERO,
  BASE,
  CABIN_TIME_CONSTANT_S,
  CLIMB,
  COLD_ROLLING,
  COOL_DOWN,
  COOLING,
  coolsDown,
  electricPerHeat,
  FEATURE_COUNT,
  GRAVITY_MPS2,
  HEAT,
  ROLLING,
  SPEED_CHANGES,
  STOP_AND_GO,
  speedChangeFeatureJ,
  TYRE_WARM_UP,
  tyreColdLeft,
  tyreWarmUpFeatureJ,
  WARM_UP,
  warmedShare,
  warmsUp,
} from './features.ts';
import type { RoutePrefix } from './prefix.ts';
import {
  AERO_BY_SPEED,
  AERO_BY_TEMP,
  AERO_BY_WIND,
  COLD_BY_TEMP,
  COLUMN_COUNT,
  COOLING_BY_TEMP,
  HEAT_BY_TEMP,
  type SegmentCar,
  STOP_AND_GO_BY_SPEED,
} from './segment-features.ts';

/** What the forecast is unsure about outside the car. One draw holds for the whole plan: fully correlated. */
export const INPUTS = ['temperature', 'wind', 'speed', 'payload', 'capacity', 'drag', 'rolling'] as const;
export const INPUT_COUNT = INPUTS.length;
export const BY_TEMPERATURE = 0; // per K
export const BY_WIND = 1; //        per m/s of headwind
export const BY_SPEED = 2; //       per unit of relative speed (0.1 = 10 % faster)
export const BY_PAYLOAD = 3; //     per kg
export const BY_CAPACITY = 4; //    per unit of relative capacity; enters where energy becomes SOC
export const BY_DRAG = 5; //        per m² of Cd·A beside the car's own
export const BY_ROLLING = 6; //     per unit of relative rolling resistance

/** How a stretch begins; features 7 and 9 and the first acceleration depend on it. */
export interface StretchStart {
  /** Cabin temperature at `fromM`. Unknown: as the air, less what the elapsed drive has warmed. */
  readonly cabinTempC?: number;
  /** Time since this drive began, s; warms the tyres, and the cabin while its temperature is unknown. */
  readonly elapsedDriveS?: number;
  /** How cold the tyres were when this drive began, 1 = as the air; default 1. */
  readonly tyreColdRatio?: number;
  /** The car stands at `fromM` and has to accelerate. */
  readonly fromRest?: boolean;
}

/** The features of one stretch and how they move with the inputs. */
export interface Stretch {
  readonly prefix: RoutePrefix;
  readonly fromM: number;
  readonly toM: number;
  readonly durationS: number;
  /** J per unit of θ, in the order of FEATURES. */
  readonly features: Float64Array;
  /** Sums of COLUMN_COUNT columns, derivatives included. */
  readonly columns: Float64Array;
  /** d(warm-up feature)/dT; 0 when the cabin temperature is known. */
  readonly warmUpByTemp: number;
  /** Air temperature at `fromM`. */
  readonly startTempC: number;
  /** Cabin temperature on arrival. */
  readonly endCabinTempC: number;
}

/** Index of the segment that holds `m`; the last one at the very end. */
export function segmentAt(prefix: RoutePrefix, m: number): number {
  const { atM } = prefix;
  let low = 0;
  let high = atM.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((atM[middle] ?? 0) <= m) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Time from the start of the route to `m`, s. */
export function secondsTo(prefix: RoutePrefix, m: number): number {
  requireOnRoute(prefix, 'm', m);
  const i = segmentAt(prefix, m);
  const a = i * COLUMN_COUNT + BASE;
  const share = shareOfSegment(prefix, i, m);
  const before = prefix.sums[a] ?? 0;
  return before + share * ((prefix.sums[a + COLUMN_COUNT] ?? 0) - before);
}

/** Features of `[fromM, toM)`, exact at segment ends and linear inside a segment. */
export function readStretch(
  prefix: RoutePrefix,
  fromM: number,
  toM: number,
  start: StretchStart = {},
): Stretch {
  requireOnRoute(prefix, 'fromM', fromM);
  requireOnRoute(prefix, 'toM', toM);
  if (toM < fromM) throw new EnergyInputError(`toM (${toM}) lies before fromM (${fromM})`);
  const columns = new Float64Array(COLUMN_COUNT);
  const i = segmentAt(prefix, fromM);
  addRow(columns, prefix, segmentAt(prefix, toM), toM, 1);
  addRow(columns, prefix, i, fromM, -1);
  const features = columns.slice(0, FEATURE_COUNT);
  const durationS = columns[BASE] ?? 0;
  if (start.fromRest === true && toM > fromM) {
    const change = speedChangeFeatureJ(
      prefix.totalMassKg,
      0,
      prefix.speedMps[i] ?? 0,
      prefix.coldBrakingRatio,
    );
    features[SPEED_CHANGES] = (features[SPEED_CHANGES] ?? 0) + change;
  }
  const startTempC = prefix.tempC[i] ?? 0;
  const cabin = cabinFeatures(prefix, startTempC, durationS, start);
  features[WARM_UP] = cabin.warmUp;
  features[COOL_DOWN] = cabin.coolDown;
  features[TYRE_WARM_UP] = tyreWarmUpJ(prefix, i, fromM, toM, durationS, start);
  const { warmUpByTemp, endCabinTempC } = cabin;
  return { prefix, fromM, toM, durationS, features, columns, warmUpByTemp, startTempC, endCabinTempC };
}

/**
 * f7 and f9, J·K/J. The cabin's distance from the set temperature decays as e^(−t/480 s), so a cabin temperature
 * read now says exactly what is left to heat, however long the drive has lasted.
 */
export function cabinFeatures(
  car: Pick<SegmentCar, 'setTempC' | 'vehicle'>,
  outsideC: number,
  durationS: number,
  start: StretchStart,
) {
  const { setTempC, vehicle } = car;
  const known = start.cabinTempC;
  if (known !== undefined) requireFinite('cabinTempC', known);
  const elapsedS = requireFinite('elapsedDriveS', start.elapsedDriveS ?? 0);
  if (setTempC === null) {
    return { warmUp: 0, coolDown: 0, warmUpByTemp: 0, endCabinTempC: known ?? outsideC };
  }
  const left = Math.exp(-elapsedS / CABIN_TIME_CONSTANT_S);
  const deficitK = known === undefined ? (setTempC - outsideC) * left : setTempC - known;
  const share = warmedShare(durationS);
  const perHeat = electricPerHeat(vehicle.heater, outsideC);
  const heats = deficitK > 0 && warmsUp(outsideC);
  return {
    warmUp: heats ? share * deficitK * perHeat : 0,
    coolDown: deficitK < 0 && coolsDown(outsideC) ? share * -deficitK : 0,
    warmUpByTemp: heats && known === undefined ? -share * left * perHeat : 0,
    endCabinTempC: setTempC - deficitK * (1 - share),
  };
}

/** f12, J: what cold tyres still cost between two places. */
function tyreWarmUpJ(
  prefix: RoutePrefix,
  i: number,
  fromM: number,
  toM: number,
  durationS: number,
  start: StretchStart,
): number {
  const elapsedS = start.elapsedDriveS ?? 0;
  const coldRatio = requireWithin('tyreColdRatio', start.tyreColdRatio ?? 1, 0, 1) * tyreColdLeft(elapsedS);
  const restJ = tyreWarmUpRestJ(prefix, segmentAt(prefix, toM), toM);
  return coldRatio * (tyreWarmUpRestJ(prefix, i, fromM) - tyreColdLeft(durationS) * restJ);
}

/** f12 from `m` in segment i to the end of the route, if the tyres were cold there. */
function tyreWarmUpRestJ(prefix: RoutePrefix, i: number, m: number): number {
  const a = i * COLUMN_COUNT;
  const b = a + COLUMN_COUNT;
  const segmentS = (prefix.sums[b + BASE] ?? 0) - (prefix.sums[a + BASE] ?? 0);
  const rollingW = ((prefix.sums[b + ROLLING] ?? 0) - (prefix.sums[a + ROLLING] ?? 0)) / segmentS;
  const leftS = (1 - shareOfSegment(prefix, i, m)) * segmentS;
  return tyreWarmUpFeatureJ(rollingW, leftS) + tyreColdLeft(leftS) * (prefix.tyreWarmUpJ[i + 1] ?? 0);
}

/** θ·f, kWh. */
export function energyKwhOf(stretch: Stretch, theta: readonly number[]): number {
  let joules = 0;
  for (let k = 0; k < FEATURE_COUNT; k++) joules += (theta[k] ?? 0) * (stretch.features[k] ?? 0);
  return joules / 3.6e6;
}

/** dE/dinput in kWh per unit, in the order of INPUTS; capacity costs no energy and stays 0. */
export function energyByInput(stretch: Stretch, theta: readonly number[]): Float64Array {
  const { columns: c, features: f } = stretch;
  const t = (k: number) => theta[k] ?? 0;
  const v = (row: Float64Array, k: number) => row[k] ?? 0;
  const byInput = new Float64Array(INPUT_COUNT);
  byInput[BY_TEMPERATURE] =
    (t(AERO) * v(c, AERO_BY_TEMP) +
      t(COLD_ROLLING) * v(c, COLD_BY_TEMP) +
      t(HEAT) * v(c, HEAT_BY_TEMP) +
      t(COOLING) * v(c, COOLING_BY_TEMP) +
      t(WARM_UP) * stretch.warmUpByTemp) /
    3.6e6;
  byInput[BY_WIND] = (t(AERO) * v(c, AERO_BY_WIND)) / 3.6e6;
  byInput[BY_SPEED] =
    (t(AERO) * v(c, AERO_BY_SPEED) +
      t(STOP_AND_GO) * v(c, STOP_AND_GO_BY_SPEED) -
      t(BASE) * v(f, BASE) -
      t(HEAT) * v(f, HEAT) -
      t(COOLING) * v(f, COOLING) +
      2 * t(SPEED_CHANGES) * v(f, SPEED_CHANGES)) /
    3.6e6;
  byInput[BY_PAYLOAD] =
    (t(ROLLING) * v(f, ROLLING) +
      t(CLIMB) * v(f, CLIMB) +
      t(COLD_ROLLING) * v(f, COLD_ROLLING) +
      t(STOP_AND_GO) * v(f, STOP_AND_GO) +
      t(TYRE_WARM_UP) * v(f, TYRE_WARM_UP) +
      t(SPEED_CHANGES) * v(f, SPEED_CHANGES)) /
    (3.6e6 * stretch.prefix.totalMassKg);
  addUseSlopes(stretch, byInput, t);
  return byInput;
}

function addUseSlopes({ prefix, features: f }: Stretch, byInput: Float64Array, t: (k: number) => number) {
  const { vehicle, use } = prefix;
  const v = (k: number) => t(k) * (f[k] ?? 0);
  const dragAreaM2 = vehicle.dragCoefficient * vehicle.frontalAreaM2 + use.extraDragAreaM2;
  byInput[BY_DRAG] = v(AERO) / (3.6e6 * dragAreaM2);
  byInput[BY_ROLLING] = (v(ROLLING) + v(STOP_AND_GO) + v(TYRE_WARM_UP)) / (3.6e6 * use.rollingRatio);
}

/** kWh per metre of error in the net climb. */
export function energyPerClimbM(stretch: Stretch, theta: readonly number[]): number {
  return ((theta[CLIMB] ?? 0) * stretch.prefix.totalMassKg * GRAVITY_MPS2) / 3.6e6;
}

function shareOfSegment(prefix: RoutePrefix, i: number, m: number): number {
  const a = prefix.atM[i] ?? 0;
  const b = prefix.atM[i + 1] ?? a;
  return b > a ? (m - a) / (b - a) : 0;
}

/** Adds `sign` times the running sums at `m`. */
function addRow(into: Float64Array, prefix: RoutePrefix, i: number, m: number, sign: number): void {
  const { sums } = prefix;
  const share = shareOfSegment(prefix, i, m);
  const a = i * COLUMN_COUNT;
  const b = a + COLUMN_COUNT;
  for (let k = 0; k < COLUMN_COUNT; k++) {
    const before = sums[a + k] ?? 0;
    into[k] = (into[k] ?? 0) + sign * (before + share * ((sums[b + k] ?? 0) - before));
  }
}

/** A metre of rounding at the far end is forgiven by the caller's clamp, not here. */
function requireOnRoute(prefix: RoutePrefix, name: string, m: number): void {
  requireFinite(name, m);
  if (m < 0 || m > prefix.lengthM + 1e-6) {
    throw new EnergyInputError(`${name} (${m} m) is not on the route of ${prefix.lengthM} m`);
  }
}
