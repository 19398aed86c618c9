import {
  advanceProgress,
  type Conditions,
  distanceM,
  expectedOn,
  type Fix,
  GEAR,
  isSameRoad,
  type Position,
  type ProgressStretch,
  type RouteProgress,
  resumeProgress,
  SIGNAL,
  type SignalValue,
  type Trip,
} from '@outrider/domain';
import type { Thermometer } from './build-conditions.ts';
import { planStretches } from './build-stretches.ts';
import { chooseTrip, isOver, stillWaiting } from './choose-trip.ts';
import type { DrawnRoads } from './drawn-roads.ts';

/** What the world remembers of one car: its plan, where it is, what its thermometer says. */
export interface WorldVehicle {
  readonly vehicleId: string;
  readonly trip: Trip | null;
  /** Plans for later; each is taken up when its time comes. */
  readonly waiting: readonly Trip[];
  readonly position: { readonly lat: number; readonly lon: number; readonly atMs: number } | null;
  readonly isStanding: boolean;
  /** The last gear known; a car in gear at a red light is not standing. */
  readonly gear: number | null;
  readonly airTempC: { readonly value: number; readonly atMs: number } | null;
  readonly altitudeM: number | null;
  /** Height of home, remembered from when the car stood there: the way back may be a climb. */
  readonly homeAltitudeM: number | null;
  readonly progress: RouteProgress | null;
  /** Set while the stretch being driven is not the plan's road but one drawn from where the car left it. */
  readonly reroute: Reroute | null;
  /** The last snapshot, to decide when the next one is worth it. */
  readonly snapshot: SnapshotBasis | null;
  /** Roads that the last look drew; those that the plan brings along are not among them. */
  readonly roads: DrawnRoads;
}

export interface Reroute {
  readonly stretch: number;
  readonly from: Position;
}

export interface SnapshotBasis {
  readonly asOfMs: number;
  readonly tripRevision: string | null;
  readonly airTempC: number | null;
  readonly position: { readonly lat: number; readonly lon: number } | null;
  /** When a road was last drawn anew, or the plan's own taken up again; null when never on this plan. */
  readonly reroutedAtMs: number | null;
  readonly stretches: readonly ProgressStretch[];
}

export const emptyVehicle = (vehicleId: string): WorldVehicle => ({
  vehicleId,
  trip: null,
  waiting: [],
  position: null,
  isStanding: true,
  gear: null,
  airTempC: null,
  altitudeM: null,
  homeAltitudeM: null,
  progress: null,
  reroute: null,
  snapshot: null,
  roads: new Map(),
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
  const isNewer = atMs >= (vehicle.position?.atMs ?? 0);
  const position = lat !== undefined && lon !== undefined && isNewer ? { lat, lon, atMs } : vehicle.position;
  const gear = (isNewer ? number(SIGNAL.gear) : undefined) ?? vehicle.gear;
  const isStanding = isNewer
    ? standing(gear, number(SIGNAL.speed), values[SIGNAL.isCharging] === true, vehicle.isStanding)
    : vehicle.isStanding;
  const folded: WorldVehicle = {
    ...vehicle,
    position,
    isStanding,
    gear,
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
  const { stretches } = vehicle.snapshot;
  const fix = { ...position, isStanding };
  return {
    ...folded,
    // The first place known of it, on a plan or after a restart: it may be anywhere on the way.
    progress:
      vehicle.position === null
        ? resumeProgress(stretches, vehicle.progress, fix, atMs)
        : advanceProgress(stretches, vehicle.progress, fix),
  };
}

/** Below this a car without a known gear counts as standing: GPS and wheel sensors jitter. */
const STANDING_SPEED_KMH = 2;

function standing(
  gear: number | null,
  speedKmh: number | undefined,
  isCharging: boolean,
  before: boolean,
): boolean {
  if (gear === GEAR.park || isCharging) return true;
  if (gear !== null && gear !== GEAR.neutral) return false;
  return speedKmh === undefined ? before : Math.abs(speedKmh) < STANDING_SPEED_KMH;
}

export const fixOf = ({ position, isStanding }: WorldVehicle): Fix | null =>
  position === null ? null : { ...position, isStanding };

/** Close enough to home to be at home. */
export const AT_HOME_M = 500;

/** Remembers how high home lies whenever the car is there. */
export function rememberHome(vehicle: WorldVehicle, home: Position | undefined): WorldVehicle {
  const { position, altitudeM } = vehicle;
  if (home === undefined || position === null || altitudeM === null) return vehicle;
  return distanceM(position, home) < AT_HOME_M ? { ...vehicle, homeAltitudeM: altitudeM } : vehicle;
}

/** Takes a plan, or takes one back that was withdrawn. The one that counts now is taken up; none that is over. */
export function withTrip(vehicle: WorldVehicle, trip: Trip, nowMs: number): WorldVehicle {
  const known = [...(vehicle.trip === null ? [] : [vehicle.trip]), ...vehicle.waiting];
  const before = known.find(({ tripId }) => tripId === trip.tripId);
  if (before !== undefined && before.revision >= trip.revision) return vehicle;
  if (before === undefined && (trip.withdrawn === true || isOver(trip, nowMs))) return vehicle;
  if (trip.withdrawn === true) return withoutTrip(vehicle, trip.tripId, nowMs);
  if (before !== undefined && before === vehicle.trip) return onTrip(vehicle, trip, nowMs);
  const waiting = vehicle.waiting.filter(({ tripId }) => tripId !== trip.tripId);
  return withDueTrip({ ...vehicle, waiting: [...waiting, trip] }, nowMs);
}

/** Takes back one plan, or all of them. */
export function withoutTrip(vehicle: WorldVehicle, tripId: string | undefined, nowMs: number): WorldVehicle {
  if (tripId === undefined) return { ...offTrip(vehicle), waiting: [] };
  const waiting = vehicle.waiting.filter((trip) => trip.tripId !== tripId);
  return withDueTrip({ ...(vehicle.trip?.tripId === tripId ? offTrip(vehicle) : vehicle), waiting }, nowMs);
}

/** The car on the plan whose time it is; the same car when that is the one it is on. */
export function withDueTrip(vehicle: WorldVehicle, nowMs: number): WorldVehicle {
  if (vehicle.waiting.length === 0) return vehicle;
  const chosen = chooseTrip(hasArrived(vehicle) ? null : vehicle.trip, vehicle.waiting, nowMs);
  if (chosen === null || chosen === vehicle.trip) return vehicle;
  const known = [...(vehicle.trip === null ? [] : [vehicle.trip]), ...vehicle.waiting];
  return { ...onTrip(vehicle, chosen, nowMs), waiting: stillWaiting(known, chosen, nowMs) };
}

/** The car stands at the end of its plan, the way home included. */
function hasArrived({ progress, snapshot }: WorldVehicle): boolean {
  const last = (snapshot?.stretches.length ?? 0) - 1;
  return last >= 0 && progress?.atStop === last;
}

const offTrip = (vehicle: WorldVehicle): WorldVehicle => ({
  ...vehicle,
  trip: null,
  progress: null,
  reroute: null,
});

/** Takes up a plan. The car goes on where it is: a revision comes while driving too. */
function onTrip(vehicle: WorldVehicle, trip: Trip, nowMs: number): WorldVehicle {
  const known = vehicle.trip;
  const idsOf = (plan: Trip) => plan.stops.map(({ stopId }) => stopId);
  const before = known?.tripId === trip.tripId ? vehicle.progress : null;
  const expected = expectedOn(before, known === null ? [] : idsOf(known), idsOf(trip));
  return {
    ...vehicle,
    trip,
    progress: resumeProgress(planStretches(trip), expected, fixOf(vehicle), nowMs),
    reroute: null,
    snapshot: vehicle.snapshot && { ...vehicle.snapshot, stretches: [], reroutedAtMs: null },
  };
}

/** The car after a look: found again where the road being driven has become another one. */
export function withSnapshot(
  vehicle: WorldVehicle,
  stretches: readonly ProgressStretch[],
  looked: Pick<SnapshotBasis, 'asOfMs' | 'tripRevision' | 'reroutedAtMs'>,
): WorldVehicle {
  const { progress, snapshot } = vehicle;
  const isSame =
    progress === null || isSameRoad(snapshot?.stretches[progress.stretch], stretches[progress.stretch]);
  return {
    ...vehicle,
    progress: isSame ? progress : resumeProgress(stretches, progress, fixOf(vehicle), looked.asOfMs),
    snapshot: { ...looked, airTempC: vehicle.airTempC?.value ?? null, position: vehicle.position, stretches },
  };
}

/** What this car's last look said, after a restart: enough to know whether another one is worth it. */
export function withLastLook(
  vehicle: WorldVehicle,
  snapshot: Pick<Conditions, 'asOfMs' | 'tripId' | 'tripRevision'>,
  stretches: readonly ProgressStretch[],
  roads: DrawnRoads = new Map(),
): WorldVehicle {
  const { asOfMs, tripId, tripRevision } = snapshot;
  return {
    ...vehicle,
    roads,
    snapshot: {
      asOfMs,
      tripRevision: tripId === undefined ? null : `${tripId}@${tripRevision}`,
      airTempC: null,
      position: null,
      reroutedAtMs: null,
      stretches,
    },
  };
}

/** A thermometer reading older than this says nothing about now. */
const THERMOMETER_MAX_AGE_S = 6 * 3600;

export function thermometerAt(vehicle: WorldVehicle, nowMs: number): Thermometer | undefined {
  if (vehicle.airTempC === null) return undefined;
  const ageS = Math.max(0, (nowMs - vehicle.airTempC.atMs) / 1000);
  return ageS > THERMOMETER_MAX_AGE_S ? undefined : { tempC: vehicle.airTempC.value, ageS };
}
