import { SIGNAL } from '@outrider/domain';
import {
  type DrivenTrip,
  flagAt,
  learnedOf,
  learnTrip,
  pullsTrailer,
  type RouteView,
  restoreRoadMemory,
  tyresAfter,
  type UnmeasuredReason,
  useOf,
  type VehicleModel,
  type VehicleState,
  type VehicleUse,
} from '@outrider/energy';
import type { LiveCar } from './car.ts';
import { type CarMemory, emptyMemory } from './car-memory.ts';
import { followTrip } from './trip-recorder.ts';

/** A drive that begins further from the planned departure is another drive. */
const DEPARTS_WITHIN_MS = 3 * 3_600_000;

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
  const car = { vehicle, use: memory.trip?.use ?? useNow(memory, view, now) };
  const { meter, ended } = followTrip(memory.trip, before, now, car, { view, ...memory });
  const isTowing = flagAt(now, SIGNAL.isTrailerConnected);
  const isSame = meter === memory.trip && isTowing === memory.isTowing;
  if (ended === null)
    return { memory: isSame ? memory : { ...memory, trip: meter, isTowing }, outcome: null };
  const after = { ...memory, trip: meter, isTowing, ...drivenHabits(memory, ended) };
  if (typeof ended === 'string') return { memory: after, outcome: ended };
  if (pullsTrailer(car.use)) return { memory: after, outcome: 'with-trailer' };
  const { learned, outcome } = learnTrip(vehicle, learnedOf(vehicle, memory), ended);
  // What the drive taught must not count a second time, as today's difference from the model.
  return { memory: outcome === 'learned' ? { ...after, learned, drive: null } : after, outcome };
}

/** A plan's load and tyres count for a drive on that plan, and not for one to the shop the day before. */
function useNow({ progress }: CarMemory, view: RouteView | null, now: VehicleState): VehicleUse {
  const isTowing = flagAt(now, SIGNAL.isTrailerConnected);
  const trip = progress === null || progress.isOffRoute ? null : (view?.trip ?? null);
  const departsNow = Math.abs(now.observedToMs - (trip?.departAtMs ?? 0)) <= DEPARTS_WITHIN_MS;
  const isOnPlan = progress?.atStop !== -1 || departsNow;
  return useOf({ ...(isOnPlan ? trip?.use : {}), isTowing }).use;
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
  ...restoreRoadMemory(stored, vehicle),
});
