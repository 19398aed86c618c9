import { EnergyInputError, requireFinite, requireWithin } from './check.ts';
import { BASE, coldBrakingRatio, ROLLING, regenShare, tyreColdLeft, tyreWarmUpFeatureJ } from './features.ts';
import {
  addSegmentFeatures,
  COLUMN_COUNT,
  fullAfter,
  fullFor,
  type RouteSegment,
  requireUsable,
  type SegmentCar,
} from './segment-features.ts';
import { usualUse, type VehicleModel, type VehicleUse } from './vehicle-model.ts';

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

/**
 * A route in one weather for one car: running sums of every feature, so that any stretch costs a subtraction.
 * Row i of `sums` (COLUMN_COUNT wide) holds everything from the start to `atM[i]`. Its base column is the time, s.
 */
export interface RoutePrefix extends SegmentCar {
  /** Where segment i starts, m; one more than there are segments. */
  readonly atM: Float64Array;
  readonly sums: Float64Array;
  readonly speedMps: Float64Array;
  readonly tempC: Float64Array;
  /**
   * f12 from the start of segment i to the end of the route, J, if the tyres were cold there. Sums from the front
   * would have to be scaled by e^(t/480 s), which no double survives on a long route.
   */
  readonly tyreWarmUpJ: Float64Array;
  readonly lengthM: number;
  readonly durationS: number;
  /**
   * The road in as many equal parts as it has segments: the last segment that begins before part n does, so that
   * a place is found in a step or two, whatever the lengths of segments are.
   */
  readonly segmentAtPart: Int32Array;
}

/** Builds the sums. Throws {@link EnergyInputError} on anything that is not a usable number. */
export function buildPrefix(input: PrefixInput): RoutePrefix {
  const { vehicle, segments, use = usualUse } = input;
  const first = segments[0];
  if (first === undefined) throw new EnergyInputError('a route needs at least one segment');
  const setTempC = input.setTempC === undefined ? 22 : input.setTempC;
  if (setTempC !== null) requireWithin('setTempC', setTempC, 10, 35);
  const batteryTempC = requireWithin('batteryTempC', input.batteryTempC ?? first.weather.tempC, -60, 80);
  requireUsableLoad(use);
  const startSocPct = requireWithin('startSocPct', input.startSocPct ?? 0, 0, 100);

  const count = segments.length;
  const prefix = {
    vehicle,
    use,
    setTempC,
    totalMassKg: vehicle.massKg + use.payloadKg,
    coldBrakingRatio: coldBrakingRatio(batteryTempC),
    atM: new Float64Array(count + 1),
    sums: new Float64Array((count + 1) * COLUMN_COUNT),
    speedMps: new Float64Array(count),
    tempC: new Float64Array(count),
    tyreWarmUpJ: new Float64Array(count + 1),
  };
  addSegments(prefix, segments, vehicle.maxRegenKw * 1000 * regenShare(batteryTempC), startSocPct);
  sumTyreWarmUp(prefix.sums, prefix.tyreWarmUpJ);
  const durationS = prefix.sums[count * COLUMN_COUNT + BASE] ?? 0;
  const lengthM = prefix.atM[count] ?? 0;
  return { ...prefix, lengthM, durationS, segmentAtPart: segmentAtParts(prefix.atM, lengthM) };
}

type Sums = SegmentCar & Pick<RoutePrefix, 'atM' | 'sums' | 'speedMps' | 'tempC'>;

function addSegments(
  prefix: Sums,
  segments: readonly RouteSegment[],
  regenW: number,
  startSocPct: number,
): void {
  let fullForJ = fullFor(prefix.vehicle, startSocPct);
  let previousMps = segments[0]?.speedMps ?? 0;
  for (const [i, segment] of segments.entries()) {
    requireUsable(segment);
    prefix.atM[i + 1] = (prefix.atM[i] ?? 0) + segment.distanceM;
    prefix.speedMps[i] = segment.speedMps;
    prefix.tempC[i] = segment.weather.tempC;
    const at = i * COLUMN_COUNT;
    const next = at + COLUMN_COUNT;
    prefix.sums.copyWithin(next, at, next);
    const acceptedW = fullForJ > 0 ? 0 : regenW;
    const usedJ = addSegmentFeatures(prefix.sums, next, prefix, segment, previousMps, acceptedW);
    fullForJ = fullAfter(fullForJ, usedJ);
    previousMps = segment.speedMps;
  }
}

/** Refuses a use with anything in it that is not a usable number. */
function requireUsableLoad(use: VehicleUse): void {
  requireWithin('payloadKg', use.payloadKg, 0, 5000);
  requireWithin('extraDragAreaM2', use.extraDragAreaM2, 0, 5);
  requireWithin('rollingRatio', use.rollingRatio, 0.5, 2);
}

function segmentAtParts(atM: Float64Array, lengthM: number): Int32Array {
  const count = atM.length - 1;
  const parts = new Int32Array(count + 1);
  let next = 0;
  for (let i = 0; i < count; i++)
    for (const part = partOf(atM[i] ?? 0, lengthM, count); next <= part; next++)
      parts[next] = Math.max(0, i - 1);
  return parts.fill(count - 1, next);
}

/** Never falls as `m` rises, rounding included: what is found by it is found again. */
const partOf = (m: number, lengthM: number, count: number): number =>
  Math.min(count - 1, Math.trunc((m / lengthM) * count));

function sumTyreWarmUp(sums: Float64Array, intoJ: Float64Array): void {
  for (let i = intoJ.length - 2; i >= 0; i--) {
    const a = i * COLUMN_COUNT;
    const b = a + COLUMN_COUNT;
    const durationS = (sums[b + BASE] ?? 0) - (sums[a + BASE] ?? 0);
    const rollingJ = (sums[b + ROLLING] ?? 0) - (sums[a + ROLLING] ?? 0);
    intoJ[i] =
      tyreWarmUpFeatureJ(rollingJ / durationS, durationS) + tyreColdLeft(durationS) * (intoJ[i + 1] ?? 0);
  }
}

/** Index of the segment that holds `m`; the last one at the very end. */
export function segmentAt(prefix: RoutePrefix, m: number): number {
  const { atM, segmentAtPart } = prefix;
  const part = partOf(m, prefix.lengthM, atM.length - 1);
  let low = segmentAtPart[part] ?? 0;
  let high = segmentAtPart[part + 1] ?? 0;
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

export function shareOfSegment(prefix: RoutePrefix, i: number, m: number): number {
  const a = prefix.atM[i] ?? 0;
  const b = prefix.atM[i + 1] ?? a;
  return b > a ? (m - a) / (b - a) : 0;
}

/** The running sums at `toM` (in segment j) less those at `fromM` (in segment i). */
export function subtractRows(
  into: Float64Array,
  prefix: RoutePrefix,
  i: number,
  fromM: number,
  j: number,
  toM: number,
): void {
  const { sums } = prefix;
  const fromShare = shareOfSegment(prefix, i, fromM);
  const toShare = shareOfSegment(prefix, j, toM);
  const from = i * COLUMN_COUNT;
  const to = j * COLUMN_COUNT;
  for (let k = 0; k < COLUMN_COUNT; k++) {
    const a = sums[from + k] ?? 0;
    const b = sums[to + k] ?? 0;
    const atFrom = a + fromShare * ((sums[from + COLUMN_COUNT + k] ?? 0) - a);
    const atTo = b + toShare * ((sums[to + COLUMN_COUNT + k] ?? 0) - b);
    into[k] = atTo - atFrom;
  }
}

/** A metre of rounding at the far end is forgiven by the caller's clamp, not here. */
export function requireOnRoute(prefix: RoutePrefix, name: string, m: number): void {
  requireFinite(name, m);
  if (m < 0 || m > prefix.lengthM + 1e-6) {
    throw new EnergyInputError(`${name} (${m} m) is not on the route of ${prefix.lengthM} m`);
  }
}
