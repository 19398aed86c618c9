import { bearingDeg, distanceM, SIGNAL } from '@outrider/domain';
import {
  freshNumber,
  freshSoc,
  isDriving,
  numberAt,
  type RouteView,
  type SegmentWeather,
  segmentAt,
  standardPressureHpa,
  type TripSample,
  type VehicleState,
} from '@outrider/energy';
import type { CarMemory } from './car-memory.ts';

/** What a sample rests on besides the car's own words. */
export interface Surroundings {
  readonly view: RouteView | null;
  readonly progress: CarMemory['progress'];
  readonly battery: CarMemory['battery'];
  readonly tyres: CarMemory['tyres'];
}

/** Weather forecasts are a quarter of an hour old on the road; hours after the last one they are another day's. */
const FRESH_WEATHER_MS = 2 * 3_600_000;
/** A road this uncertain in height was drawn flat. */
const FLAT_CLIMB_SIGMA_M = 10;
/** Nearer fixes than this do not tell a direction. */
const DIRECTION_M = 30;

/**
 * One moment of a drive as the meter takes it. `before` is the car at the sample before; charge counts if it was
 * heard of since `socSinceMs`.
 */
export function tripSample(
  state: VehicleState,
  before: VehicleState | null,
  around: Surroundings,
  socSinceMs: number,
): TripSample {
  const atMs = state.observedToMs;
  const driving = isDriving(state);
  const speedKmh = freshNumber(state, SIGNAL.speed, atMs)?.value;
  const weather = weatherAt(state, around, atMs);
  const way = wayBetween(before, state);
  const heading = heardNow(state, SIGNAL.heading);
  return {
    atMs,
    isDriving: driving,
    speedMps: driving ? (speedKmh === undefined ? null : Math.abs(speedKmh) / 3.6) : 0,
    // A car that stands still is where it last said.
    odometerM:
      heardNow(state, SIGNAL.odometer) ?? (driving ? null : orNull(numberAt(state, SIGNAL.odometer))),
    movedM: way?.distanceM ?? null,
    heightM: heightOf(state, around),
    bearingDeg: heading ?? way?.bearingDeg ?? null,
    powerW: powerOut(state),
    socPct: socSince(state, socSinceMs),
    airTempC: freshNumber(state, SIGNAL.airTemp, atMs)?.value ?? weather?.tempC ?? null,
    setTempC: orNull(freshNumber(state, SIGNAL.cabinSetTemp, atMs)?.value),
    cabinTempC: orNull(freshNumber(state, SIGNAL.cabinTemp, atMs)?.value),
    batteryTempC: around.battery?.tempC ?? null,
    weather,
  };
}

const orNull = (value: number | undefined): number | null => value ?? null;

/** A value that this very record brought. */
function heardNow(state: VehicleState, path: string): number | null {
  const latest = state.latest[path];
  return typeof latest?.value === 'number' && latest.atMs === state.observedToMs ? latest.value : null;
}

function socSince(state: VehicleState, sinceMs: number): number | null {
  const soc = freshSoc(state, state.observedToMs);
  return soc !== undefined && state.observedToMs - soc.ageS * 1000 >= sinceMs ? soc.value : null;
}

/** VSS counts power and current positive into the battery. */
function powerOut(state: VehicleState): number | null {
  const powerW = heardNow(state, SIGNAL.power);
  if (powerW !== null) return -powerW;
  const currentA = heardNow(state, SIGNAL.current);
  const volts = freshNumber(state, SIGNAL.voltage, state.observedToMs)?.value;
  return currentA === null || volts === undefined ? null : -currentA * volts;
}

function wayBetween(before: VehicleState | null, state: VehicleState) {
  if (before === null || heardNow(state, SIGNAL.latitude) === null) return undefined;
  const [from, to] = [placeOf(before), placeOf(state)];
  if (from === undefined || to === undefined) return undefined;
  const movedM = distanceM(from, to);
  return { distanceM: movedM, bearingDeg: movedM >= DIRECTION_M ? bearingDeg(from, to) : null };
}

function placeOf(state: VehicleState): { lat: number; lon: number } | undefined {
  const [lat, lon] = [numberAt(state, SIGNAL.latitude), numberAt(state, SIGNAL.longitude)];
  return lat === undefined || lon === undefined ? undefined : { lat, lon };
}

/** Where on the planned road the car is; undefined beside it or without one. */
function onRoad({ view, progress }: Surroundings) {
  const stretch = view?.stretches[progress?.stretch ?? 0];
  if (view === null || stretch === undefined || progress === null || progress.isOffRoute) return undefined;
  const alongM = Math.min(Math.max(0, progress.alongM), stretch.prefix.lengthM);
  const i = segmentAt(stretch.prefix, alongM);
  return { stretch, alongM, i, segment: stretch.road.segments[i] };
}

/** A car that tells its height is believed; else a surveyed road, measured from where the plan begins. */
function heightOf(state: VehicleState, around: Surroundings): number | null {
  if (state.latest[SIGNAL.altitude] !== undefined) return heardNow(state, SIGNAL.altitude);
  const road = onRoad(around);
  if (road === undefined || (around.view?.sigmas.climbM ?? Infinity) > FLAT_CLIMB_SIGMA_M) return null;
  const { stretch, alongM, i } = road;
  const [fromM, toM] = [stretch.prefix.atM[i] ?? 0, stretch.prefix.atM[i + 1] ?? 0];
  const share = toM > fromM ? (alongM - fromM) / (toM - fromM) : 0;
  const low = stretch.heightsM[i] ?? 0;
  return low + share * ((stretch.heightsM[i + 1] ?? low) - low);
}

/** The forecast for the road the car is on; off it only the pressure of the region, which changes slowly. */
function weatherAt(state: VehicleState, around: Surroundings, nowMs: number): Partial<SegmentWeather> | null {
  const { view } = around;
  const isFresh = view !== null && Math.abs(nowMs - view.conditions.asOfMs) <= FRESH_WEATHER_MS;
  const here = isFresh ? onRoad(around)?.segment?.weather : undefined;
  if (here !== undefined) return here;
  // Without a plan the world draws the way home, which begins where the car is.
  const near = isFresh && view.trip === null ? view.stretches[0]?.road.segments[0]?.weather : undefined;
  if (near !== undefined) return near;
  const altitudeM = numberAt(state, SIGNAL.altitude);
  return altitudeM === undefined ? null : { pressureHpa: standardPressureHpa(altitudeM) };
}
