import {
  type ChargerOnRoute,
  type Conditions,
  type ConnectorStandard,
  distanceM,
  type Position,
  type Stop,
  type Trip,
} from '@outrider/domain';
import { type ChargerIndex, inLanes, type WeatherPoint } from '@outrider/providers';
import { contentId } from '@outrider/runtime';
import { askRoad, type RoadDeps, withHeights } from './ask-road.ts';
import { driveMs, sigmaOf, startTimes, type TimedRoad, withWeather } from './build-conditions.ts';
import { type Road, roadOfLeg } from './build-stretches.ts';
import { withDetours } from './detours.ts';
import { AT_HOME_M, type WorldVehicle } from './vehicle.ts';
import { standingWeather, type WeatherDeps, weatherAlong } from './weather-along.ts';

export interface SnapshotDeps extends WeatherDeps, RoadDeps {
  readonly chargers: ChargerIndex;
  readonly plugs: ReadonlySet<ConnectorStandard>;
  readonly home: Position | undefined;
}

/** Chargers further from the road than this are not a remedy for a driver on it. */
const CORRIDOR_M = 8_000;
const NEARBY_M = 150_000;
const NEARBY_MAX = 40;
/** Roads of one plan that are asked for side by side: who is slow must not take the time of all. */
const ASKED_AT_ONCE = 4;
/** The stop id of the way home that follows a plan's last stop. */
export const HOME_STOP = 'home';

/** Looks at the world once, for one car. Never fails for want of a provider: the floor answers, flagged. */
export async function takeSnapshot(
  vehicle: WorldVehicle,
  deps: SnapshotDeps,
  nowMs: number,
): Promise<Conditions> {
  const { trip } = vehicle;
  const planned = trip === null ? [] : await plannedRoads(vehicle, trip, deps, nowMs);
  const home = await wayHome(vehicle, trip, planned, deps, nowMs);
  const drawn = home === undefined ? planned : [...planned, home];
  const [sampled, roads] = await Promise.all([
    weatherAlong(vehicle, drawn, deps, nowMs),
    withRoadDetours(vehicle, drawn, deps),
  ]);
  const standing = await standingWeather(vehicle, trip, deps, nowMs);
  const here = vehicle.position;
  const body = {
    vehicleId: vehicle.vehicleId,
    asOfMs: nowMs,
    ...(trip === null ? {} : { tripId: trip.tripId, tripRevision: trip.revision }),
    stretches: roads.map((timed, i) => ({
      stopId: timed.stopId,
      segments: withWeather(timed, sampled.perRoad[i] as readonly WeatherPoint[]),
      chargers: [...timed.chargers],
      routeSource: timed.road.source,
    })),
    nearby: here === null ? [] : deps.chargers.around(here, NEARBY_M, NEARBY_MAX, deps.plugs, nowMs),
    ...(deps.home === undefined || here === null
      ? {}
      : { home: { ...deps.home, distanceM: distanceM(here, deps.home) } }),
    standing,
    sigma: sigmaOf(roads, sampled.perRoad.flat()),
    weatherSource: sampled.source,
    weatherAgeS: sampled.ageS,
  };
  return { snapshotId: contentId(vehicle.vehicleId, nowMs, JSON.stringify(body)), ...body };
}

/**
 * Every road of the plan from its first stop on. Stretches already driven stay in place, so that `stretches[i]`
 * always leads to `stops[i]`; off the route, the stretch being driven begins where the car left it.
 */
async function plannedRoads(
  vehicle: WorldVehicle,
  trip: Trip,
  deps: SnapshotDeps,
  nowMs: number,
): Promise<TimedRoad[]> {
  const current = vehicle.progress?.stretch ?? 0;
  const roads = await Promise.all(
    inLanes([...trip.stops.entries()], ASKED_AT_ONCE, ([i, stop]) => {
      const leg = trip.legs?.[i];
      const from = vehicle.reroute?.stretch === i ? vehicle.reroute.from : undefined;
      return leg !== undefined && from === undefined
        ? withHeights(roadOfLeg(leg), stop, deps)
        : askRoad(from ?? trip.stops[i - 1] ?? trip.origin, stop, deps);
    }),
  );
  const starts = startTimes(trip, roads.slice(current), current, nowMs);
  return roads.map((road, i) => {
    const stop = trip.stops[i] as Stop;
    const startAtMs = starts[i - current] ?? nowMs;
    const drivenMs = i === current ? drivenMsOn(road, vehicle) : 0;
    const chargers = chargersAlong(road, stop, deps, nowMs, startAtMs - drivenMs);
    return { stopId: stop.stopId, road, startAtMs, chargers };
  });
}

/** Detours by road for what lies ahead; roads that lie behind are no longer worth a question. */
const withRoadDetours = (
  { trip, progress }: WorldVehicle,
  roads: readonly TimedRoad[],
  deps: SnapshotDeps,
): Promise<TimedRoad[]> =>
  Promise.all(
    roads.map(async (timed, i) => {
      const end = trip?.stops[i] ?? deps.home;
      if (end === undefined || i < (progress?.stretch ?? 0)) return timed;
      return { ...timed, chargers: await withDetours(timed.chargers, timed.road, end, deps) };
    }),
  );

/** How long the car has been driving on this road, at its planned speeds; a road drawn anew begins at the car. */
function drivenMsOn(road: Road, { progress, reroute }: WorldVehicle): number {
  if (progress === null || reroute?.stretch === progress.stretch) return 0;
  const lengthM = road.segments.reduce((sum, segment) => sum + segment.distanceM, 0);
  return lengthM === 0 ? 0 : driveMs(road) * Math.min(1, progress.alongM / lengthM);
}

/** `startAtMs`: when the car is, or was, at the beginning of the road. */
const chargersAlong = (
  road: Road,
  end: Position,
  deps: SnapshotDeps,
  nowMs: number,
  startAtMs: number,
): ChargerOnRoute[] =>
  road.segments.length === 0
    ? []
    : deps.chargers.alongRoute(road.segments, end, CORRIDOR_M, deps.plugs, nowMs, startAtMs);

/** A plan that does not end on a plug includes its way back; without a plan the way home is the stretch to guard. */
async function wayHome(
  vehicle: WorldVehicle,
  trip: Trip | null,
  planned: readonly TimedRoad[],
  deps: SnapshotDeps,
  nowMs: number,
): Promise<TimedRoad | undefined> {
  const last = trip?.stops.at(-1);
  if (deps.home === undefined || last?.kind === 'charge' || last?.plugged === true) return undefined;
  const from = last ?? vehicle.position;
  if (from === null || from === undefined || distanceM(from, deps.home) < AT_HOME_M) return undefined;
  // Lost on the way home as well: then the way begins where the car is.
  const lostAt =
    trip !== null && vehicle.reroute?.stretch === trip.stops.length ? vehicle.reroute.from : undefined;
  const road =
    (last === undefined || lostAt !== undefined ? undefined : roadBack(trip, deps.home)) ??
    withKnownHeights(
      await askRoad(lostAt ?? from, deps.home, deps),
      last === undefined ? vehicle.altitudeM : null,
      vehicle.homeAltitudeM,
    );
  const before = (vehicle.progress?.stretch ?? 0) < planned.length ? planned.at(-1) : undefined;
  const arriveAtMs = before === undefined ? nowMs : before.startAtMs + driveMs(before.road);
  const startAtMs = Math.max(nowMs, last?.departAtMs ?? arriveAtMs);
  const chargers = chargersAlong(road, deps.home, deps, nowMs, startAtMs);
  return {
    stopId: HOME_STOP,
    road,
    startAtMs,
    chargers,
  };
}

/** A road without heights, between two places whose heights the car has measured: its climb, spread evenly. */
function withKnownHeights(road: Road, fromM: number | null, toM: number | null): Road {
  if (road.hasElevation || fromM === null || toM === null) return road;
  const lengthM = road.segments.reduce((sum, segment) => sum + segment.distanceM, 0);
  return {
    ...road,
    segments: road.segments.map((segment) => ({
      ...segment,
      climbM: ((toM - fromM) * segment.distanceM) / lengthM,
    })),
  };
}

/** A plan that began at home goes back the way it came: its own road, turned round, hills included. */
function roadBack(trip: Trip | null, home: Position): Road | undefined {
  if (trip?.legs === undefined || distanceM(trip.origin, home) >= AT_HOME_M) return undefined;
  const points = trip.legs.flatMap((leg) => leg.points).toReversed();
  const distances = trip.legs.map((leg) => leg.distanceM);
  const speeds = trip.legs.flatMap((leg) => (leg.speedMps === undefined ? [] : [leg.speedMps]));
  return roadOfLeg({
    points,
    ...(distances.every((distance) => distance !== undefined)
      ? { distanceM: distances.reduce<number>((sum, distance) => sum + distance, 0) }
      : {}),
    ...(speeds.length > 0 ? { speedMps: speeds.reduce((sum, speed) => sum + speed, 0) / speeds.length } : {}),
  });
}
