import type { ChargerOnRoute, Conditions, Position, ProgressStretch, Stop, Trip } from '@outrider/domain';
import {
  buildPrefix,
  type InputSigmas,
  type PrefixInput,
  type RoutePrefix,
  type RouteSegment,
  usualSigmas,
  type VehicleModel,
} from '@outrider/energy';

/** One stretch of the plan, ready for forecasts: `road` is what a speed cap is applied to. */
export interface ViewStretch {
  readonly stopId: string;
  readonly stopName: string;
  readonly stop: Position;
  /** Null for the way home that follows a plan. */
  readonly planned: Stop | null;
  readonly road: PrefixInput;
  readonly prefix: RoutePrefix;
  readonly chargers: readonly ChargerOnRoute[];
}

/** A snapshot of the world turned into running sums for one car. Built once per snapshot, read per record. */
export interface RouteView {
  readonly conditions: Conditions;
  readonly trip: Trip | null;
  readonly stretches: readonly ViewStretch[];
  /** The same stretches as the progress along them is measured. */
  readonly progressStretches: readonly ProgressStretch[];
  readonly sigmas: InputSigmas;
}

/** Null when the snapshot belongs to another plan or revision than the one known: the two are on their way. */
export function buildRouteView(
  conditions: Conditions,
  trip: Trip | null,
  vehicle: VehicleModel,
): RouteView | null {
  const isOfTrip =
    trip === null
      ? conditions.tripId === undefined
      : conditions.tripId === trip.tripId && conditions.tripRevision === trip.revision;
  if (!isOfTrip) return null;
  const stretches: ViewStretch[] = [];
  for (const stretch of conditions.stretches) {
    const planned = trip?.stops.find((stop) => stop.stopId === stretch.stopId) ?? null;
    const stop = planned ?? conditions.home;
    if (stop === undefined) continue;
    const road: PrefixInput = { vehicle, segments: stretch.segments.map(routeSegment) };
    stretches.push({
      stopId: stretch.stopId,
      stopName: planned?.name ?? 'home',
      stop: { lat: stop.lat, lon: stop.lon },
      planned,
      road,
      prefix: buildPrefix(road),
      chargers: stretch.chargers,
    });
  }
  const segmentsOf = new Map(conditions.stretches.map((stretch) => [stretch.stopId, stretch.segments]));
  return {
    conditions,
    trip,
    stretches,
    progressStretches: stretches.map(({ stopId, stop }) => ({
      stopId,
      stop,
      segments: segmentsOf.get(stopId) ?? [],
    })),
    sigmas: {
      ...usualSigmas,
      temperatureK: conditions.sigma.tempK,
      windMps: conditions.sigma.windMps,
      speedRatio: conditions.sigma.speedRatio,
      climbM: conditions.sigma.climbM,
    },
  };
}

type Segment = Conditions['stretches'][number]['segments'][number];

const WET = 1;

const routeSegment = (segment: Segment): RouteSegment => ({
  distanceM: segment.distanceM,
  speedMps: segment.speedMps,
  climbM: segment.climbM,
  bearingDeg: segment.bearingDeg,
  weather: {
    tempC: segment.tempC,
    pressureHpa: segment.pressureHpa,
    windSpeedMps: segment.windMps,
    windFromDeg: segment.windFromDeg,
    wetness: segment.isWet ? WET : 0,
  },
});
