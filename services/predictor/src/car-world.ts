import {
  type Conditions,
  expectedOn,
  type Fix,
  isSameRoad,
  type RouteProgress,
  resumeProgress,
  SIGNAL,
  type Trip,
} from '@outrider/domain';
import { buildRouteView, isDriving, type RouteView, type VehicleState } from '@outrider/energy';
import type { LiveCar } from './car.ts';
import { isSamePlan } from './source-switch.ts';

// What a plan or a look at the world does to a car. Pure.

/** So many plans are kept per car; the one that departs first is the first to go. */
const TRIPS_MAX = 20;

/**
 * Takes a plan, or takes one back. Until the world has drawn a plan's road the old view stays, so that nothing
 * flickers; a withdrawn plan ends at once.
 */
export function withTrip(live: LiveCar, trip: Trip): LiveCar {
  const known = live.world.trips[trip.tripId];
  if (known !== undefined && known.revision >= trip.revision) return live;
  if (trip.withdrawn === true) return withoutTrip(live, trip.tripId);
  const trips = [...Object.values(live.world.trips).filter((one) => one.tripId !== trip.tripId), trip]
    .toSorted((a, b) => a.departAtMs - b.departAtMs)
    .slice(-TRIPS_MAX);
  const world = { ...live.world, trips: Object.fromEntries(trips.map((one) => [one.tripId, one])) };
  return withDrawnView({ ...live, world }, world.waiting ?? world.conditions);
}

/** Takes back one plan, or all of them. */
export function withoutTrip(live: LiveCar, tripId: string | undefined): LiveCar {
  if (tripId === undefined)
    return { ...withoutPlan(live), world: { ...live.world, trips: {}, drawnTrip: null } };
  const { [tripId]: _gone, ...trips } = live.world.trips;
  const isDrawn = live.world.drawnTrip?.tripId === tripId;
  const world = { ...live.world, trips, drawnTrip: isDrawn ? null : live.world.drawnTrip };
  return { ...(isDrawn ? withoutPlan(live) : live), world };
}

/** Nothing is planned any more; the next snapshot shows the way home and the places around. */
const withoutPlan = (live: LiveCar): LiveCar => ({
  ...live,
  view: null,
  car: { ...live.car, memory: { ...live.car.memory, progress: null, drive: null, carried: {} } },
});

/**
 * Takes a snapshot of the world. An older one than is known changes nothing; one of a plan that is not here yet
 * waits for it, and until then the car goes on with the one before.
 */
export function withConditions(live: LiveCar, conditions: Conditions): LiveCar {
  const newest = live.world.waiting ?? live.world.conditions;
  if (newest !== null && conditions.asOfMs < newest.asOfMs) return live;
  return withDrawnView({ ...live, world: { ...live.world, waiting: conditions } }, conditions);
}

/** The view of the plan that the snapshot was drawn for, once both are here. */
function withDrawnView(live: LiveCar, conditions: Conditions | null): LiveCar {
  if (conditions === null) return live;
  const { trips, drawnTrip } = live.world;
  const trip = conditions.tripId === undefined ? null : (trips[conditions.tripId] ?? drawnTrip);
  const view = buildRouteView(conditions, trip, live.vehicle, live.car.memory);
  if (view === null) return live;
  const progress = progressOn(live, view, conditions.asOfMs);
  const isFollowed = progress !== null && progress === live.car.memory.progress;
  const memory = {
    ...{ ...live.car.memory, progress },
    ...(isFollowed ? {} : { drive: null }),
    ...(isSamePlan(live.view?.trip ?? null, view.trip) ? {} : { carried: {} }),
  };
  const world = { ...live.world, conditions, waiting: null, drawnTrip: trip };
  return { ...live, view, world, car: { ...live.car, memory } };
}

/**
 * Where the car is on the roads of a new view. It goes on as it was where its road is still the same; on another
 * plan, a revision made under way, or a road drawn anew it is found again.
 */
function progressOn(live: LiveCar, view: RouteView, asOfMs: number): RouteProgress | null {
  if (view.trip === null) return null;
  const before = live.car.memory.progress;
  const { drawnTrip } = live.world;
  const old = live.view?.progressStretches ?? [];
  const isSame = isSamePlan(drawnTrip, view.trip);
  if (before !== null && isSame && isSameRoad(old[before.stretch], view.progressStretches[before.stretch]))
    return before;
  const idsOf = (stretches: RouteView['progressStretches']) => stretches.map(({ stopId }) => stopId);
  const expected =
    before !== null && isSame
      ? before
      : expectedOn(
          drawnTrip?.tripId === view.trip.tripId ? before : null,
          idsOf(old),
          idsOf(view.progressStretches),
        );
  return resumeProgress(
    view.progressStretches,
    { stretch: expected.stretch, atStop: expected.atStop },
    lastFix(live.car.state),
    asOfMs,
  );
}

/** The last place the car spoke of, whatever its age: a car stays where it is while it is silent. */
function lastFix(state: VehicleState): Fix | null {
  const [lat, lon] = [state.latest[SIGNAL.latitude], state.latest[SIGNAL.longitude]];
  if (typeof lat?.value !== 'number' || typeof lon?.value !== 'number') return null;
  return {
    lat: lat.value,
    lon: lon.value,
    atMs: Math.max(lat.atMs, lon.atMs),
    isStanding: !isDriving(state),
  };
}
