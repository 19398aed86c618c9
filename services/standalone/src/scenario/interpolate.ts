import { distanceM, GEAR, kwToW, mpsToKmh, type Position, SIGNAL, type SignalValue } from '@outrider/domain';
import { pointAlong } from './geo.ts';
import type { Anchor, Scenario } from './scenario.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** What the drive was at one moment: straight lines between the anchors. */
export interface Truth {
  readonly atMs: number;
  readonly lat: number;
  readonly lon: number;
  readonly altitudeM?: number;
  readonly speedMps: number;
  readonly odometerM: number;
  readonly socPct: number;
  readonly rangeM?: number;
  readonly outsideTempC?: number;
  readonly cabinSetC?: number;
  readonly isPlugged: boolean;
  readonly isCharging: boolean;
  readonly chargeLimitPct?: number;
  /** Into the battery; negative while driving. Absent where nothing says. */
  readonly powerKw?: number;
  readonly gear: number;
  readonly isMoving: boolean;
}

/** One frame of native VSS-JSON: signals by path, in VSS units. */
export interface Frame {
  readonly atMs: number;
  readonly signals: Readonly<Record<string, SignalValue>>;
}

export interface FrameIntervals {
  /** Driving or charging. */
  readonly activeMs: number;
  readonly parkedMs: number;
  /** Parked, not charging, between 22:00 and 06:00 of the driver's time zone. */
  readonly nightMs: number;
}

export const FRAME_INTERVALS: FrameIntervals = {
  activeMs: MINUTE_MS,
  parkedMs: 5 * MINUTE_MS,
  nightMs: 15 * MINUTE_MS,
};

export const startMsOf = (scenario: Scenario): number => scenario.anchors[0]?.atMs ?? 0;
export const endMsOf = (scenario: Scenario): number => scenario.anchors.at(-1)?.atMs ?? 0;

/** The state at `atMs`, held before the first and after the last anchor. */
export function truthAt(scenario: Scenario, atMs: number): Truth {
  const { anchors } = scenario;
  const clampedMs = Math.min(Math.max(atMs, startMsOf(scenario)), endMsOf(scenario));
  const index = anchors.findLastIndex((anchor) => anchor.atMs <= clampedMs);
  const from = anchors[index];
  if (from === undefined) throw new Error(`scenario ${scenario.name} has no anchors`);
  return between(from, anchors[index + 1] ?? from, clampedMs, scenario.usableKwh);
}

function between(from: Anchor, to: Anchor, atMs: number, usableKwh: number): Truth {
  const spanMs = to.atMs - from.atMs;
  const share = spanMs > 0 ? (atMs - from.atMs) / spanMs : 0;
  const mix = (a: number, b: number) => a + (b - a) * share;
  const drivenM = to.odometerM - from.odometerM;
  const isMoving = drivenM > 0;
  const speedMps = isMoving ? (1000 * drivenM) / spanMs : 0;
  const maybe = (key: 'rangeM' | 'outsideTempC') => {
    const [a, b] = [from[key], to[key]];
    if (a === undefined || b === undefined) return {};
    return { [key]: key === 'rangeM' ? Math.max(0, mix(a, b)) : mix(a, b) };
  };
  const powerKw = powerBetween(from, to, spanMs, usableKwh, isMoving);
  return {
    atMs,
    ...positionBetween(from, to, share, isMoving),
    speedMps,
    odometerM: mix(from.odometerM, to.odometerM),
    socPct: mix(from.socPct, to.socPct),
    ...maybe('rangeM'),
    ...maybe('outsideTempC'),
    ...(from.cabinSetC === undefined ? {} : { cabinSetC: from.cabinSetC }),
    isPlugged: from.isPlugged,
    isCharging: from.isCharging,
    ...(from.chargeLimitPct === undefined ? {} : { chargeLimitPct: from.chargeLimitPct }),
    ...(powerKw === undefined ? {} : { powerKw }),
    gear: from.gear ?? (isMoving ? GEAR.drive : GEAR.park),
    isMoving,
  };
}

function positionBetween(from: Anchor, to: Anchor, share: number, isMoving: boolean) {
  if (!isMoving) {
    return {
      lat: from.lat,
      lon: from.lon,
      ...(from.altitudeM === undefined ? {} : { altitudeM: from.altitudeM }),
    };
  }
  if (from.route !== undefined && from.route === to.route && from.alongM !== undefined) {
    const alongM = from.alongM + ((to.alongM ?? from.alongM) - from.alongM) * share;
    const { lat, lon, elevationM } = pointAlong(from.route.line, alongM);
    return { lat, lon, ...(elevationM === undefined ? {} : { altitudeM: elevationM }) };
  }
  const mix = (a: number, b: number) => a + (b - a) * share;
  const hasAltitude = from.altitudeM !== undefined && to.altitudeM !== undefined;
  return {
    lat: mix(from.lat, to.lat),
    lon: mix(from.lon, to.lon),
    ...(hasAltitude ? { altitudeM: mix(from.altitudeM, to.altitudeM) } : {}),
  };
}

/** Battery power from the slope of the SOC, where the car drives or charges; a parked car's is not worth telling. */
function powerBetween(
  from: Anchor,
  to: Anchor,
  spanMs: number,
  usableKwh: number,
  isMoving: boolean,
): number | undefined {
  if (from.isCharging && from.chargePowerKw !== undefined) return from.chargePowerKw;
  if (spanMs <= 0 || !(isMoving || from.isCharging)) return undefined;
  return (((to.socPct - from.socPct) / 100) * usableKwh) / (spanMs / HOUR_MS);
}

/** Every frame the car sends, oldest first: at each anchor, and between anchors at the given intervals. */
export function framesOf(scenario: Scenario, intervals: FrameIntervals = FRAME_INTERVALS): readonly Frame[] {
  return frameTimesOf(scenario, intervals).map((atMs) => frameOf(truthAt(scenario, atMs)));
}

/** The signals of one moment. */
export function frameOf(truth: Truth): Frame {
  const round = (value: number, digits: number) => Number(value.toFixed(digits));
  const optional: readonly (readonly [string, number | undefined, number])[] = [
    [SIGNAL.range, truth.rangeM, 0],
    [SIGNAL.airTemp, truth.outsideTempC, 1],
    [SIGNAL.cabinSetTemp, truth.cabinSetC, 1],
    [SIGNAL.chargeLimit, truth.chargeLimitPct, 0],
    [SIGNAL.power, truth.powerKw === undefined ? undefined : kwToW(truth.powerKw), 0],
    [SIGNAL.altitude, truth.altitudeM, 1],
  ];
  return {
    atMs: truth.atMs,
    signals: {
      [SIGNAL.soc]: round(truth.socPct, 2),
      [SIGNAL.speed]: round(mpsToKmh(truth.speedMps), 1),
      [SIGNAL.odometer]: round(truth.odometerM, 0),
      [SIGNAL.latitude]: round(truth.lat, 6),
      [SIGNAL.longitude]: round(truth.lon, 6),
      [SIGNAL.isCharging]: truth.isCharging,
      [SIGNAL.isPlugged]: truth.isPlugged,
      [SIGNAL.gear]: truth.gear,
      ...Object.fromEntries(
        optional.flatMap(([path, value, digits]) =>
          value === undefined ? [] : [[path, round(value, digits)]],
        ),
      ),
    },
  };
}

function frameTimesOf(scenario: Scenario, intervals: FrameIntervals): readonly number[] {
  const hourOf = hourIn(scenario.driver.timeZone);
  const times: number[] = [];
  for (const [i, anchor] of scenario.anchors.entries()) {
    const next = scenario.anchors[i + 1];
    times.push(anchor.atMs);
    if (next === undefined) break;
    const isActive = anchor.isCharging || next.odometerM > anchor.odometerM;
    const stepAt = (atMs: number) => {
      if (isActive) return intervals.activeMs;
      const hour = hourOf(atMs);
      return hour >= 22 || hour < 6 ? intervals.nightMs : intervals.parkedMs;
    };
    for (let atMs = anchor.atMs + stepAt(anchor.atMs); atMs < next.atMs; atMs += stepAt(atMs))
      times.push(atMs);
  }
  return times;
}

function hourIn(timeZone: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat('en', { timeZone, hour: 'numeric', hourCycle: 'h23' });
  return (atMs) => Number(format.format(atMs));
}

const ARRIVED_WITHIN_M = 1_500;

/**
 * The car's next arrival at `place` after `afterMs`, to the minute: what a forecast for that stop is compared with.
 * A car that is there already must leave first. Undefined when it never comes.
 */
export function nextArrivalAt(scenario: Scenario, place: Position, afterMs: number): Truth | undefined {
  let wasAway = false;
  let best: { readonly truth: Truth; readonly awayM: number } | undefined;
  for (let atMs = afterMs; atMs <= endMsOf(scenario); atMs += MINUTE_MS) {
    const truth = truthAt(scenario, atMs);
    const awayM = distanceM(truth, place);
    if (awayM > ARRIVED_WITHIN_M) {
      if (best !== undefined) break;
      wasAway = true;
    } else if (wasAway && (best === undefined || awayM < best.awayM - 1)) {
      best = { truth, awayM };
    }
  }
  return best?.truth;
}
