import type { Conditions, Trip } from '@outrider/domain';
import type { VehicleModel } from '../vehicle-model.ts';
import { type Outlook, outlookOf } from './outlook.ts';
import { type RoadMemory, restoreRoadMemory } from './road-memory.ts';
import { buildRouteView } from './route-view.ts';
import type { VehicleState } from './vehicle-state.ts';

// A car as a checkpoint holds it, as far as whoever wants its forecast reads it.

/** Blobs of the checkpoint: the car under its id, what the world said under this suffix. */
export const WORLD_SUFFIX = '/world';
/** Of a car's blob; who meets a higher one leaves it alone. */
export const CAR_VERSION = 1;

export interface KeptState {
  readonly state: VehicleState;
  readonly memory: RoadMemory;
}
export interface KeptWorld {
  readonly conditions: Conditions | null;
  /** The plan that the road was drawn for. */
  readonly drawnTrip: Trip | null;
}

/** What the car's forecast is made from at `nowMs`. */
export function restoreOutlook(
  { state, memory }: KeptState,
  { conditions, drawnTrip }: KeptWorld,
  vehicle: VehicleModel,
  reserveSocPct: number,
  nowMs: number,
): Outlook {
  const kept = { ...memory, ...restoreRoadMemory(memory, vehicle) };
  const view = conditions === null ? null : buildRouteView(conditions, drawnTrip, vehicle, kept);
  return outlookOf({ state, memory: kept, view, vehicle, reserveSocPct }, nowMs);
}
