import {
  buildPrefix,
  type DrivenTrip,
  type RoutePrefix,
  type RouteSegment,
  readStretch,
  type StretchStart,
  tyreColdAfterParking,
  tyreColdLeft,
  usualUse,
} from '@outrider/energy';
import { isCabinSaturated, type LoggedTrip, totalsOf } from '../logged-trip.ts';
import { car } from './car.ts';

/** Errors of what a planner is told, as it would be told them: ratio of the time, kelvin, metres. */
export interface InputErrors {
  readonly etaRatio: number;
  readonly airK: number;
  readonly climbM: number;
}

export const noErrors: InputErrors = { etaRatio: 1, airK: 0, climbM: 0 };

/** What is known of a trip at departure, and what it took in the end. */
export interface KnownTrip {
  readonly log: LoggedTrip;
  readonly km: number;
  readonly drivenKwh: number;
  readonly startSocPct: number;
  readonly endSocPct: number;
  readonly startAirC: number;
  readonly startBatteryC: number;
  /** Undefined where the sensor is missing or at its end. */
  readonly startCabinC: number | undefined;
  /** How cold the tyres are, by how long the car stood since the trip before; 1 where nobody knows. */
  readonly tyreColdRatio: number;
}

/** A note "directly after" without the trip before it. */
const SHORT_STOP_S = 600;
const LEAST_SPEED_MPS = 0.5;

/** Puts the trips, in the order they were driven, as a planner sees them. */
export function knownTrips(logs: readonly LoggedTrip[]): readonly KnownTrip[] {
  return logs.map((log, i) => {
    const { distanceKm, drivenKwh } = totalsOf(log);
    const cabinC = log.cabinC[0] ?? Number.NaN;
    const startAirC = firstOf(log.ambientC, 15);
    return {
      log,
      km: distanceKm,
      drivenKwh,
      startSocPct: log.socPct[0] ?? Number.NaN,
      endSocPct: log.socPct.at(-1) ?? Number.NaN,
      startAirC,
      startBatteryC: firstOf(log.batteryC, startAirC),
      startCabinC: Number.isNaN(cabinC) || (isCabinSaturated(cabinC) && cabinC < 20) ? undefined : cabinC,
      tyreColdRatio: tyreColdRatioOf(log, logs[i - 1]),
    };
  });
}

const firstOf = (values: Float64Array, otherwise: number): number =>
  values.find((value) => !Number.isNaN(value)) ?? otherwise;

function tyreColdRatioOf(log: LoggedTrip, before: LoggedTrip | undefined): number {
  const warmed = 1 - tyreColdLeft(before?.timeS.length ?? Number.POSITIVE_INFINITY);
  if (log.followsDirectly) return tyreColdAfterParking(1 - warmed, SHORT_STOP_S);
  if (before === undefined || log.startedAtMs === null || before.startedAtMs === null) return 1;
  const parkedS = (log.startedAtMs - before.startedAtMs) / 1000 - before.timeS.length;
  return parkedS < 0 ? 1 : tyreColdAfterParking(1 - warmed, parkedS);
}

/** The road as a planner knows it, in pieces of about `pieceM`; null = one piece. Mean speeds include stops. */
export function routeOf(trip: KnownTrip, pieceM: number | null, errors = noErrors): RoutePrefix {
  const { log } = trip;
  const cuts = cutsOf(log.speedMps, pieceM);
  const air = { tempC: trip.startAirC + errors.airK, wetness: /rain/i.test(log.weather) ? 1 : 0 };
  const lengthM = 1000 * trip.km;
  const segments: RouteSegment[] = [];
  for (let k = 1; k < cuts.length; k++) {
    const [from = 0, to = 0] = [cuts[k - 1], cuts[k]];
    const distanceM = sumOf(log.speedMps, from, to);
    const climbM = climbOf(log, from, to, distanceM / lengthM) + (errors.climbM * distanceM) / lengthM;
    const speedMps = Math.max(LEAST_SPEED_MPS, distanceM / ((to - from) * errors.etaRatio));
    segments.push({ distanceM, speedMps, climbM, elevationM: log.elevationM[from] ?? 0, weather: air });
  }
  return buildPrefix({
    vehicle: car,
    segments,
    use: { ...usualUse, payloadKg: usualUse.payloadKg + (log.payloadKg ?? 0) },
    setTempC: log.setTempC ?? 22,
    batteryTempC: trip.startBatteryC,
    startSocPct: Math.min(100, log.displayedSocPct[0] || 0),
  });
}

/** Seconds at which pieces of equal length begin, and the end. */
function cutsOf(speedMps: Float64Array, pieceM: number | null): readonly number[] {
  const lengthM = sumOf(speedMps, 0, speedMps.length);
  const count = pieceM === null ? 1 : Math.max(1, Math.round(lengthM / pieceM));
  const cuts = [0];
  let drivenM = 0;
  for (const [second, mps] of speedMps.entries()) {
    drivenM += mps;
    if (cuts.length < count && drivenM >= (cuts.length * lengthM) / count) cuts.push(second + 1);
  }
  return [...cuts, speedMps.length];
}

/** Where only the heights of start and end can be trusted, the road climbs evenly between them. */
function climbOf(log: LoggedTrip, from: number, to: number, share: number): number {
  const { elevationM, heights } = log;
  const last = elevationM.length - 1;
  const heightAt = (second: number): number => elevationM[Math.min(second, last)] ?? 0;
  const climbM =
    heights === 'profile' ? heightAt(to) - heightAt(from) : share * (heightAt(last) - heightAt(0));
  return Number.isNaN(climbM) ? 0 : climbM;
}

function sumOf(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i] ?? 0;
  return sum;
}

export const startOf = (trip: KnownTrip): StretchStart => ({
  ...(trip.startCabinC === undefined ? {} : { cabinTempC: trip.startCabinC }),
  tyreColdRatio: trip.tyreColdRatio,
  fromRest: true,
});

/** The finished trip as the calibration sees it. */
export function drivenTrip(trip: KnownTrip, pieceM: number | null): DrivenTrip {
  const route = routeOf(trip, pieceM);
  const { features } = readStretch(route, 0, route.lengthM, startOf(trip));
  return {
    endedAtMs: (trip.log.startedAtMs ?? 0) + 1000 * trip.log.timeS.length,
    features: [...features],
    meteredKwh: trip.drivenKwh,
    startSocPct: trip.startSocPct,
    endSocPct: trip.endSocPct,
    socStepPct: 0.1,
    distanceM: route.lengthM,
    durationS: trip.log.timeS.length,
    meanAirTempC: trip.startAirC,
    startBatteryTempC: trip.startBatteryC,
    longestGapS: 1,
    wasCharged: false,
    wasTowed: false,
    isClimbKnown: true,
  };
}
