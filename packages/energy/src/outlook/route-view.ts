import type { ChargerOnRoute, Conditions, Position, ProgressStretch, Stop, Trip } from '@outrider/domain';
import { EnergyInputError } from '../check.ts';
import { type InputSigmas, usualSigmas } from '../noise.ts';
import { buildPrefix, type PrefixInput, type RoutePrefix } from '../prefix.ts';
import type { RouteSegment } from '../segment-features.ts';
import { surfaceRollingRatio } from '../surface.ts';
import { useOf } from '../use-priors.ts';
import type { VehicleModel, VehicleUse } from '../vehicle-model.ts';
import type { RoadMemory } from './road-memory.ts';

/** One stretch of the plan, ready for forecasts: `road` is what a speed cap is applied to. */
export interface ViewStretch {
  readonly stopId: string;
  readonly stopName: string;
  readonly stop: Position;
  /** Null for the way home that follows a plan. */
  readonly planned: Stop | null;
  readonly road: PrefixInput;
  readonly prefix: RoutePrefix;
  /** Height at the start of each segment and at the end, from where the plan begins. */
  readonly heightsM: Float64Array;
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
  /** The car as it is loaded and shod on this plan. */
  readonly use: VehicleUse;
}

type CarSays = Pick<RoadMemory, 'setTempC' | 'isTowing'>;
const SILENT: CarSays = { setTempC: null, isTowing: false };

/**
 * Null when the snapshot belongs to another plan or revision than the one known (the two are on their way), or
 * holds figures no road has. `said` is what the car itself says of how it is used.
 */
export function buildRouteView(
  conditions: Conditions,
  trip: Trip | null,
  vehicle: VehicleModel,
  said: CarSays = SILENT,
): RouteView | null {
  try {
    return viewOf(conditions, trip, vehicle, said);
  } catch (error) {
    if (error instanceof EnergyInputError) return null;
    throw error;
  }
}

function viewOf(
  conditions: Conditions,
  trip: Trip | null,
  vehicle: VehicleModel,
  { setTempC, isTowing }: CarSays,
): RouteView | null {
  const isOfTrip =
    trip === null
      ? conditions.tripId === undefined
      : conditions.tripId === trip.tripId && conditions.tripRevision === trip.revision;
  if (!isOfTrip) return null;
  const { use, sigmas } = useOf({ ...trip?.use, isTowing });
  const stretches: ViewStretch[] = [];
  const progressStretches: ProgressStretch[] = [];
  let heightM = 0;
  for (const [i, stretch] of conditions.stretches.entries()) {
    // The world draws one stretch per stop, in their order; what follows them is the way home.
    const planned = trip?.stops[i] ?? null;
    const stop = planned ?? conditions.home;
    if (stop === undefined) continue;
    const road: PrefixInput = {
      ...{ vehicle, use, segments: stretch.segments.map(routeSegment) },
      ...(setTempC === null ? {} : { setTempC }),
    };
    const heightsM = heightsAlong(road.segments, heightM);
    heightM = heightsM.at(-1) ?? heightM;
    const to = { stopId: stretch.stopId, stop: { lat: stop.lat, lon: stop.lon } };
    const isGuess = stretch.routeSource === 'great-circle';
    progressStretches.push({ ...to, segments: stretch.segments, isGuess });
    const { chargers } = stretch;
    const stopName = planned?.name ?? 'home';
    stretches.push({ ...to, stopName, planned, road, prefix: buildPrefix(road), heightsM, chargers });
  }
  const allSigmas = { ...sigmasOf(conditions), ...sigmas };
  return { conditions, trip, stretches, progressStretches, use, sigmas: allSigmas };
}

const sigmasOf = ({ sigma }: Conditions): InputSigmas => ({
  ...usualSigmas,
  temperatureK: sigma.tempK,
  windMps: sigma.windMps,
  speedRatio: sigma.speedRatio,
  climbM: sigma.climbM,
});

function heightsAlong(segments: readonly RouteSegment[], fromM: number): Float64Array {
  const heightsM = new Float64Array(segments.length + 1).fill(fromM);
  for (const [i, { climbM }] of segments.entries()) heightsM[i + 1] = (heightsM[i] ?? 0) + climbM;
  return heightsM;
}

type Segment = Conditions['stretches'][number]['segments'][number];

const WET = 1;

const routeSegment = (segment: Segment): RouteSegment => ({
  distanceM: segment.distanceM,
  speedMps: segment.speedMps,
  ...(segment.speedSdRatio === undefined ? {} : { speedSdRatio: segment.speedSdRatio }),
  climbM: segment.climbM,
  bearingDeg: segment.bearingDeg,
  ...(segment.surface === undefined ? {} : { rollingRatio: surfaceRollingRatio(segment.surface) }),
  weather: {
    tempC: segment.tempC,
    pressureHpa: segment.pressureHpa,
    windSpeedMps: segment.windMps,
    windFromDeg: segment.windFromDeg,
    wetness: segment.isWet ? WET : 0,
  },
});
