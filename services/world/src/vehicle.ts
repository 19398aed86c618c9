import {
  advanceProgress,
  distanceM,
  type Position,
  type ProgressStretch,
  type RouteProgress,
  SIGNAL,
  type SignalValue,
  type Trip,
  tripStart,
} from '@outrider/domain';
import type { Thermometer } from './build-conditions.ts';

/** What the world remembers of one car: its plan, where it is, what its thermometer says. */
export interface WorldVehicle {
  readonly vehicleId: string;
  readonly trip: Trip | null;
  readonly position: { readonly lat: number; readonly lon: number; readonly atMs: number } | null;
  readonly isStanding: boolean;
  readonly airTempC: { readonly value: number; readonly atMs: number } | null;
  readonly altitudeM: number | null;
  /** Height of home, remembered from when the car stood there: the way back may be a climb. */
  readonly homeAltitudeM: number | null;
  readonly progress: RouteProgress | null;
  /** The last snapshot, to decide when the next one is worth it. */
  readonly snapshot: SnapshotBasis | null;
}

export interface SnapshotBasis {
  readonly asOfMs: number;
  readonly tripRevision: string | null;
  readonly airTempC: number | null;
  readonly position: { readonly lat: number; readonly lon: number } | null;
  readonly isOffRoute: boolean;
  readonly stretches: readonly ProgressStretch[];
}

export const emptyVehicle = (vehicleId: string): WorldVehicle => ({
  vehicleId,
  trip: null,
  position: null,
  isStanding: true,
  airTempC: null,
  altitudeM: null,
  homeAltitudeM: null,
  progress: null,
  snapshot: null,
});

/** Folds the signals of one moment; older ones than known are ignored. */
export function foldSignals(
  vehicle: WorldVehicle,
  values: Readonly<Record<string, SignalValue>>,
  atMs: number,
): WorldVehicle {
  const number = (path: string) => (typeof values[path] === 'number' ? (values[path] as number) : undefined);
  const lat = number(SIGNAL.latitude);
  const lon = number(SIGNAL.longitude);
  const airTempC = number(SIGNAL.airTemp);
  const speedKmh = number(SIGNAL.speed);
  const isNewer = atMs >= (vehicle.position?.atMs ?? 0);
  const position = lat !== undefined && lon !== undefined && isNewer ? { lat, lon, atMs } : vehicle.position;
  const isStanding = speedKmh !== undefined && isNewer ? Math.abs(speedKmh) < 2 : vehicle.isStanding;
  const folded: WorldVehicle = {
    ...vehicle,
    position,
    isStanding,
    altitudeM: isNewer ? (number(SIGNAL.altitude) ?? vehicle.altitudeM) : vehicle.altitudeM,
    airTempC:
      airTempC !== undefined && atMs >= (vehicle.airTempC?.atMs ?? 0)
        ? { value: airTempC, atMs }
        : vehicle.airTempC,
  };
  if (
    position === vehicle.position ||
    position === null ||
    vehicle.snapshot === null ||
    vehicle.progress === null
  )
    return folded;
  return {
    ...folded,
    progress: advanceProgress(vehicle.snapshot.stretches, vehicle.progress, { ...position, isStanding }),
  };
}

/** Close enough to home to be at home. */
export const AT_HOME_M = 500;

/** Remembers how high home lies whenever the car is there. */
export function rememberHome(vehicle: WorldVehicle, home: Position | undefined): WorldVehicle {
  const { position, altitudeM } = vehicle;
  if (home === undefined || position === null || altitudeM === null) return vehicle;
  return distanceM(position, home) < AT_HOME_M ? { ...vehicle, homeAltitudeM: altitudeM } : vehicle;
}

/** Takes a new plan; a changed one starts from where the car is. */
export function withTrip(vehicle: WorldVehicle, trip: Trip | null, nowMs: number): WorldVehicle {
  if (trip === null || trip.withdrawn === true) return { ...vehicle, trip: null, progress: null };
  if (vehicle.trip?.tripId === trip.tripId && vehicle.trip.revision >= trip.revision) return vehicle;
  return {
    ...vehicle,
    trip,
    progress: tripStart(nowMs),
    snapshot: vehicle.snapshot && { ...vehicle.snapshot, stretches: [] },
  };
}

/** A thermometer reading older than this says nothing about now. */
const THERMOMETER_MAX_AGE_S = 6 * 3600;

export function thermometerAt(vehicle: WorldVehicle, nowMs: number): Thermometer | undefined {
  if (vehicle.airTempC === null) return undefined;
  const ageS = Math.max(0, (nowMs - vehicle.airTempC.atMs) / 1000);
  return ageS > THERMOMETER_MAX_AGE_S ? undefined : { tempC: vehicle.airTempC.value, ageS };
}
