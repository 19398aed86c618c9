import {
  type DrivenTrip,
  learnTrip,
  restoreLearned,
  restoreTripMeter,
  type UnmeasuredReason,
  usualUse,
  type VehicleModel,
} from '@outrider/energy';
import type { LiveCar } from './car.ts';
import { type CarMemory, emptyMemory } from './car-memory.ts';
import { learnedOf } from './learning.ts';
import type { RouteView } from './route-view.ts';
import { followTrip } from './trip-recorder.ts';
import { tyresAfter } from './tyres.ts';
import type { VehicleState } from './vehicle-state.ts';

export interface Remembered {
  readonly memory: CarMemory;
  /** What came of a drive that ended; null while none did. */
  readonly outcome: string | null;
}

/** Follows the drive with one more record, and learns from it when it has ended. `memory` is as of that record. */
export function rememberDrive(
  memory: CarMemory,
  before: VehicleState,
  now: VehicleState,
  vehicle: VehicleModel,
  view: RouteView | null,
): Remembered {
  try {
    return followed(memory, before, now, vehicle, view);
  } catch (error) {
    // A drive with a figure nobody thought of is lost; the car goes on as it was known.
    if (error instanceof RangeError) return { memory: { ...memory, trip: null }, outcome: 'failed' };
    throw error;
  }
}

function followed(
  memory: CarMemory,
  before: VehicleState,
  now: VehicleState,
  vehicle: VehicleModel,
  view: RouteView | null,
): Remembered {
  const car = { vehicle, use: usualUse };
  const { meter, ended } = followTrip(memory.trip, before, now, car, { view, ...memory });
  if (ended === null)
    return { memory: meter === memory.trip ? memory : { ...memory, trip: meter }, outcome: null };
  const after = { ...memory, trip: meter, ...drivenHabits(memory, ended) };
  if (typeof ended === 'string') return { memory: after, outcome: ended };
  const { learned, outcome } = learnTrip(vehicle, learnedOf(vehicle, memory), ended);
  return { memory: outcome === 'learned' ? { ...after, learned } : after, outcome };
}

/** What a drive leaves behind, whether or not it can be learned from. */
function drivenHabits({ trip, setTempC, tyres }: CarMemory, ended: DrivenTrip | UnmeasuredReason) {
  if (trip === null) return { setTempC, tyres };
  const endedAtMs = typeof ended === 'string' ? trip.last.atMs : ended.endedAtMs;
  return {
    setTempC: trip.road.setTempC ?? setTempC,
    tyres: tyresAfter(trip.startTyreColdRatio, trip.startedAtMs, endedAtMs),
  };
}

/** Nothing is known of the car but its model, and the drive under way is not learned from either. */
export const withoutLearning = (live: LiveCar): LiveCar => ({
  ...live,
  car: { ...live.car, memory: { ...live.car.memory, learned: null, trip: null } },
});

/** A stored memory, as far as it still means the same: what was learned by another method is learned anew. */
export const restoreMemory = (stored: Partial<CarMemory>, vehicle: VehicleModel): CarMemory => ({
  ...emptyMemory,
  ...stored,
  trip: restoreTripMeter(stored.trip),
  learned: restoreLearned(stored.learned, vehicle.modelId) ?? null,
});
