import { distanceM } from '@outrider/domain';
import { isBackOnPlan } from './reroute.ts';
import type { SnapshotBasis, WorldVehicle } from './vehicle.ts';

/** Why a new snapshot is worth its cost; the reason is a metric label. */
export type SnapshotReason = 'first' | 'trip' | 'off-route' | 'thermometer' | 'moved' | 'charger' | 'age';

const REROUTE_EVERY_MS = 60_000;
/** Along a busy road something changes all the time. */
const CHARGERS_EVERY_MS = 60_000;
const DRIVING_EVERY_MS = 15 * 60_000;
const STANDING_EVERY_MS = 60 * 60_000;
const THERMOMETER_STEP_K = 1.5;
/** Without a plan the chargers around change with the place. */
const MOVED_M = 3_000;

/**
 * Whether the world should look again, and why.
 * @param isOutdated a charging place that the car was told of works otherwise by now
 */
export function needsSnapshot(
  vehicle: WorldVehicle,
  nowMs: number,
  isOutdated = false,
): SnapshotReason | undefined {
  const { snapshot, trip, position } = vehicle;
  if (trip === null && position === null) return undefined;
  if (snapshot === null) return 'first';
  if (snapshot.tripRevision !== revisionOf(vehicle)) return 'trip';
  // After a restart, until the car speaks: a look from nowhere would know less than the last one.
  if (position === null) return undefined;
  if (mayReroute(snapshot, nowMs) && (vehicle.progress?.isOffRoute || isBackOnPlan(vehicle)))
    return 'off-route';
  if (
    vehicle.airTempC !== null &&
    (snapshot.airTempC === null || Math.abs(vehicle.airTempC.value - snapshot.airTempC) >= THERMOMETER_STEP_K)
  )
    return 'thermometer';
  if (snapshot.position === null || (trip === null && distanceM(position, snapshot.position) >= MOVED_M))
    return 'moved';
  if (isOutdated && nowMs - snapshot.asOfMs >= CHARGERS_EVERY_MS) return 'charger';
  return nowMs - snapshot.asOfMs >= (vehicle.isStanding ? STANDING_EVERY_MS : DRIVING_EVERY_MS)
    ? 'age'
    : undefined;
}

const mayReroute = ({ reroutedAtMs }: SnapshotBasis, nowMs: number): boolean =>
  reroutedAtMs === null || nowMs - reroutedAtMs >= REROUTE_EVERY_MS;

export const revisionOf = (vehicle: WorldVehicle): string | null =>
  vehicle.trip === null ? null : `${vehicle.trip.tripId}@${vehicle.trip.revision}`;
