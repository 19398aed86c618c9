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
import { type RoutePrefix, requireOnRoute, segmentAt, shareOfSegment, subtractRows } from './prefix.ts';
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
  readonly cabinTempC?: number | undefined;
  /** Time since this drive began, s; warms the tyres, and the cabin while its temperature is unknown. */
  readonly elapsedDriveS?: number | undefined;
  /** How cold the tyres were when this drive began, 1 = as the air; default 1. */
  readonly tyreColdRatio?: number | undefined;
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
  /** Air temperature at `fromM` and at `toM`. */
  readonly startTempC: number;
  readonly endTempC: number;
  /** Cabin temperature on arrival. */
  readonly endCabinTempC: number;
}

/** A stretch to be read into again and again: re-forecasting leaves nothing behind to collect. */
export type StretchRoom = { -readonly [Field in keyof Stretch]: Stretch[Field] };

export const newStretch = (prefix: RoutePrefix): StretchRoom => ({
  ...{
    prefix,
    fromM: 0,
    toM: 0,
    durationS: 0,
    warmUpByTemp: 0,
    startTempC: 0,
    endTempC: 0,
    endCabinTempC: 0,
  },
  ...roomOf(),
});
function roomOf() {
  const columns = new Float64Array(COLUMN_COUNT);
  return { columns, features: columns.subarray(0, FEATURE_COUNT) };
}

/** Features of `[fromM, toM)`, exact at segment ends and linear inside a segment. */
export function readStretch(
  prefix: RoutePrefix,
  fromM: number,
  toM: number,
  start: StretchStart = {},
): Stretch {
  return readStretchInto(newStretch(prefix), prefix, fromM, toM, start);
}

/** `readStretch` into a stretch that is read already and needed no more. */
export function readStretchInto(
  into: StretchRoom,
  prefix: RoutePrefix,
  fromM: number,
  toM: number,
  start: StretchStart,
): StretchRoom {
  const { features, columns } = into;
  requireOnRoute(prefix, 'fromM', fromM);
  requireOnRoute(prefix, 'toM', toM);
  if (toM < fromM) throw new EnergyInputError(`toM (${toM}) lies before fromM (${fromM})`);
  const i = segmentAt(prefix, fromM);
  const j = segmentAt(prefix, toM);
  subtractRows(columns, prefix, i, fromM, j, toM);
  const durationS = columns[BASE] ?? 0;
  if (start.fromRest === true && toM > fromM) {
    const toMps = prefix.speedMps[i] ?? 0;
    const change = speedChangeFeatureJ(prefix.totalMassKg, 0, toMps, prefix.coldBrakingRatio);
    features[SPEED_CHANGES] = (features[SPEED_CHANGES] ?? 0) + change;
  }
  into.prefix = prefix;
  into.fromM = fromM;
  into.toM = toM;
  into.durationS = durationS;
  into.startTempC = prefix.tempC[i] ?? 0;
  into.endTempC = prefix.tempC[j] ?? 0;
  const cabin = cabinFeatures(prefix, into.startTempC, durationS, start);
  features[WARM_UP] = cabin.warmUp;
  features[COOL_DOWN] = cabin.coolDown;
  into.warmUpByTemp = cabin.warmUpByTemp;
  into.endCabinTempC = cabin.endCabinTempC;
  features[TYRE_WARM_UP] = tyreWarmUpJ(into, i, j, start);
  return into;
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

/** f12, J: what cold tyres still cost between two places, in the segments i and j. */
function tyreWarmUpJ(stretch: Stretch, i: number, j: number, start: StretchStart): number {
  const { prefix, fromM, toM, durationS } = stretch;
  const elapsedS = start.elapsedDriveS ?? 0;
  const coldRatio = requireWithin('tyreColdRatio', start.tyreColdRatio ?? 1, 0, 1) * tyreColdLeft(elapsedS);
  const restJ = tyreWarmUpRestJ(prefix, j, toM);
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
export function energyKwhOf(stretch: Stretch, theta: ArrayLike<number>): number {
  let joules = 0;
  for (let k = 0; k < FEATURE_COUNT; k++) joules += (theta[k] ?? 0) * (stretch.features[k] ?? 0);
  return joules / 3.6e6;
}

/** dE/dinput in kWh per unit, in the order of INPUTS; capacity costs no energy and stays 0. */
export function energyByInput(stretch: Stretch, theta: ArrayLike<number>): Float64Array {
  return energyByInputInto(new Float64Array(INPUT_COUNT), stretch, theta);
}

export function energyByInputInto(
  byInput: Float64Array,
  { columns: c, features: f, prefix, warmUpByTemp }: Stretch,
  theta: ArrayLike<number>,
): Float64Array {
  const { vehicle, use, totalMassKg } = prefix;
  const dragAreaM2 = vehicle.dragCoefficient * vehicle.frontalAreaM2 + use.extraDragAreaM2;
  const changes = product(theta, SPEED_CHANGES, f, SPEED_CHANGES);
  const tyres =
    product(theta, ROLLING, f, ROLLING) +
    product(theta, STOP_AND_GO, f, STOP_AND_GO) +
    product(theta, TYRE_WARM_UP, f, TYRE_WARM_UP);
  byInput[BY_TEMPERATURE] =
    (product(theta, AERO, c, AERO_BY_TEMP) +
      product(theta, COLD_ROLLING, c, COLD_BY_TEMP) +
      product(theta, HEAT, c, HEAT_BY_TEMP) +
      product(theta, COOLING, c, COOLING_BY_TEMP) +
      (theta[WARM_UP] ?? 0) * warmUpByTemp) /
    3.6e6;
  byInput[BY_WIND] = product(theta, AERO, c, AERO_BY_WIND) / 3.6e6;
  byInput[BY_SPEED] =
    (product(theta, AERO, c, AERO_BY_SPEED) +
      product(theta, STOP_AND_GO, c, STOP_AND_GO_BY_SPEED) -
      (product(theta, BASE, f, BASE) + product(theta, HEAT, f, HEAT) + product(theta, COOLING, f, COOLING)) +
      2 * changes) /
    3.6e6;
  byInput[BY_PAYLOAD] =
    (tyres + product(theta, CLIMB, f, CLIMB) + product(theta, COLD_ROLLING, f, COLD_ROLLING) + changes) /
    (3.6e6 * totalMassKg);
  byInput[BY_CAPACITY] = 0;
  byInput[BY_DRAG] = product(theta, AERO, f, AERO) / (3.6e6 * dragAreaM2);
  byInput[BY_ROLLING] = tyres / (3.6e6 * use.rollingRatio);
  return byInput;
}

const product = (theta: ArrayLike<number>, k: number, row: Float64Array, column: number): number =>
  (theta[k] ?? 0) * (row[column] ?? 0);

/** kWh per metre of error in the net climb. */
export function energyPerClimbM(stretch: Stretch, theta: ArrayLike<number>): number {
  return ((theta[CLIMB] ?? 0) * stretch.prefix.totalMassKg * GRAVITY_MPS2) / 3.6e6;
}
