import type { Conditions, Position, Trip } from '@outrider/domain';
import {
  ProviderUnavailable,
  type WeatherPoint,
  type WeatherProvider,
  type WeatherQuestion,
} from '@outrider/providers';
import { type Asking, askFirst } from './ask.ts';
import {
  fromThermometer,
  outdoorC,
  samplePoints,
  type Thermometer,
  type TimedRoad,
} from './build-conditions.ts';
import { thermometerAt, type WorldVehicle } from './vehicle.ts';

export interface WeatherDeps extends Asking {
  readonly weather: readonly WeatherProvider[];
}

export interface SampledRoads {
  /** As `samplePoints` asked, road by road. */
  readonly perRoad: readonly (readonly WeatherPoint[])[];
  /** Of the road being driven. */
  readonly source: Conditions['weatherSource'];
  readonly ageS: number | null;
}

interface SampledRoad {
  readonly points: readonly WeatherPoint[];
  readonly source: Conditions['weatherSource'];
  readonly ageS: number | null;
}

/**
 * The weather along every road. Each is asked for by itself: that nobody forecasts the way home in three days
 * must not take the forecast from the road being driven.
 */
export async function weatherAlong(
  vehicle: WorldVehicle,
  roads: readonly TimedRoad[],
  deps: WeatherDeps,
  nowMs: number,
): Promise<SampledRoads> {
  const thermometer = thermometerAt(vehicle, nowMs);
  const sampled = await Promise.all(roads.map((road) => weatherOn(road, thermometer, deps, nowMs)));
  const driven = sampled[Math.min(vehicle.progress?.stretch ?? 0, sampled.length - 1)];
  return {
    perRoad: sampled.map(({ points }) => points),
    source: driven?.source ?? floorSource(thermometer),
    ageS: driven === undefined ? (thermometer?.ageS ?? null) : driven.ageS,
  };
}

async function weatherOn(
  road: TimedRoad,
  thermometer: Thermometer | undefined,
  deps: WeatherDeps,
  nowMs: number,
): Promise<SampledRoad> {
  const wanted = samplePoints(road);
  const told = await forecastFor(wanted, deps, nowMs);
  if (told === undefined)
    return {
      points: wanted.map(({ atMs }) => fromThermometer(thermometer, atMs, nowMs)),
      source: floorSource(thermometer),
      ageS: thermometer?.ageS ?? null,
    };
  const oldest = oldestOf(told);
  return {
    points: told,
    source: oldest?.source ?? floorSource(thermometer),
    ageS: Math.max(0, nowMs - (oldest?.issuedAtMs ?? nowMs)) / 1000,
  };
}

const floorSource = (thermometer: Thermometer | undefined): Conditions['weatherSource'] =>
  thermometer === undefined ? 'climatology' : 'car-thermometer';

/** The one that says how old a forecast of several vendors is, and whose. */
const oldestOf = (points: readonly WeatherPoint[]): WeatherPoint | undefined =>
  points.reduce<WeatherPoint | undefined>(
    (oldest, point) => (oldest === undefined || point.issuedAtMs < oldest.issuedAtMs ? point : oldest),
    undefined,
  );

/** What the first provider says that can tell for all of these; undefined when none can. */
async function forecastFor(
  points: readonly WeatherQuestion[],
  deps: WeatherDeps,
  nowMs: number,
): Promise<readonly WeatherPoint[] | undefined> {
  try {
    return await askFirst(deps.weather, deps.signal, (provider) => provider.at(points, nowMs, deps.signal));
  } catch (error) {
    if (error instanceof ProviderUnavailable) return undefined;
    throw error;
  }
}

interface Wait {
  readonly stopId?: string;
  readonly place: Position;
  readonly fromMs: number;
  readonly toMs: number;
}

const DAY_MS = 24 * 3_600_000;

/** The air where the car will stand: where it is now for the next day, and at each planned stop. */
export async function standingWeather(
  vehicle: WorldVehicle,
  trip: Trip | null,
  deps: WeatherDeps,
  nowMs: number,
): Promise<Conditions['standing']> {
  const here: Wait[] =
    vehicle.position === null ? [] : [{ place: vehicle.position, fromMs: nowMs, toMs: nowMs + DAY_MS }];
  const waits = [...here, ...(trip?.stops ?? []).flatMap((stop) => waitAt(stop, nowMs))];
  const thermometer = thermometerAt(vehicle, nowMs);
  return Promise.all(
    waits.map(async (wait) => {
      const { stopId, fromMs, toMs } = wait;
      const told = await forecastFor(standingPoints(wait), deps, nowMs);
      const points = told ?? [fromThermometer(thermometer, (fromMs + toMs) / 2, nowMs)];
      return {
        ...(stopId === undefined ? {} : { stopId }),
        fromMs,
        toMs,
        tempC: outdoorC(mean(points.map((point) => point.tempC))),
        sigmaK: mean(points.map((point) => point.sigmaK)),
        source: oldestOf(points)?.source ?? floorSource(thermometer),
      };
    }),
  );
}

function waitAt(stop: Trip['stops'][number], nowMs: number): Wait[] {
  const { stopId, arriveAtMs, departAtMs } = stop;
  const fromMs = Math.max(nowMs, arriveAtMs ?? nowMs);
  return departAtMs === undefined || departAtMs <= fromMs
    ? []
    : [{ stopId, place: { lat: stop.lat, lon: stop.lon }, fromMs, toMs: departAtMs }];
}

const STANDING_SAMPLES = 4;

const standingPoints = ({ place, fromMs, toMs }: Wait): WeatherQuestion[] =>
  Array.from({ length: STANDING_SAMPLES }, (_, i) => ({
    lat: place.lat,
    lon: place.lon,
    atMs: Math.round(fromMs + ((toMs - fromMs) * (i + 0.5)) / STANDING_SAMPLES),
  }));

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
