import { BESIDE_ROAD_M, besideLine } from '@outrider/domain';
import { planStretches } from './build-stretches.ts';
import type { Reroute, WorldVehicle } from './vehicle.ts';

/** The car has left the plan's road, drives one that was drawn for it, and is beside the plan's again. */
export const isBackOnPlan = (vehicle: WorldVehicle): boolean =>
  vehicle.reroute !== null && isBesidePlan(vehicle);

/** From where the stretch being driven has to be drawn; null while the plan's own road is driven. */
export function rerouteOf(vehicle: WorldVehicle): Reroute | null {
  const { progress, position, reroute } = vehicle;
  if (progress === null || position === null || isBackOnPlan(vehicle)) return null;
  const { stretch, isOffRoute } = progress;
  if (isOffRoute) return { stretch, from: { lat: position.lat, lon: position.lon } };
  return reroute?.stretch === stretch ? reroute : null;
}

/** Only a road the plan itself draws can be come back to: a guessed one is as good as the next guess. */
function isBesidePlan({ trip, progress, position }: WorldVehicle): boolean {
  if (trip?.legs === undefined || progress === null || position === null) return false;
  const stretch = planStretches(trip)[progress.stretch];
  return (
    stretch?.segments.some(
      (segment, i) =>
        besideLine(position, segment, stretch.segments[i + 1] ?? stretch.stop).awayM <= BESIDE_ROAD_M,
    ) ?? false
  );
}
