import type { ChargerOnRoute, Conditions, RoadSegment, Trip } from '@outrider/domain';
import type { WeatherPoint, WeatherQuestion } from '@outrider/providers';
import type { Road } from './build-stretches.ts';

/** The road to one stop and the time the car is expected at its beginning. */
export interface TimedRoad {
  readonly stopId: string;
  readonly road: Road;
  readonly startAtMs: number;
  readonly chargers: readonly ChargerOnRoute[];
}

export interface Thermometer {
  readonly tempC: number;
  readonly ageS: number;
}

const STANDARD_PRESSURE_HPA = 1013.25;
/** What the forecast knows of wind when nobody says anything: still air, and this much doubt (m/s). */
const UNKNOWN_WIND_SIGMA_MPS = 3;
/** The car's thermometer is good for here and now (K), and less for each hour ahead. */
const THERMOMETER_SIGMA_K = 1.5;
const THERMOMETER_DRIFT_K_PER_H = 1;
const THERMOMETER_SIGMA_MAX_K = 8;
/** Without thermometer or forecast: a mild guess with a wide doubt, flagged. */
const CLIMATE = { tempC: 10, sigmaK: 10 };
/** Planners' speeds against the clock, one standard deviation. */
const SPEED_SIGMA_RATIO = 0.07;
/** The same where nobody knows the road; it stands for the road's length as well. Judgement. */
const GUESSED_SPEED_SIGMA_RATIO = 0.2;
/** Roads without heights are taken as flat: this much net climb is left open. */
const FLAT_SIGMA_M = 15;

/** A piece of road takes its weather from the sample at or before it. */
export const SAMPLE_EVERY_M = 10_000;

/** Where and when weather is wanted along a road: every 10 km, with the road's height where it has one. */
export function samplePoints(timed: TimedRoad): WeatherQuestion[] {
  const points: WeatherQuestion[] = [];
  let elevationM = timed.road.startElevationM;
  let nextAtM = 0;
  let passedM = 0;
  let atMs = timed.startAtMs;
  for (const segment of timed.road.segments) {
    if (passedM >= nextAtM) {
      points.push({
        lat: segment.lat,
        lon: segment.lon,
        atMs: Math.round(atMs),
        ...(elevationM === undefined ? {} : { elevationM: Math.round(elevationM) }),
      });
      nextAtM += SAMPLE_EVERY_M;
    }
    if (elevationM !== undefined) elevationM += segment.climbM;
    passedM += segment.distanceM;
    atMs += (segment.distanceM / segment.speedMps) * 1000;
  }
  return points;
}

/** What the car's own thermometer says about a point `atMs`; the guess without one. */
export function fromThermometer(
  thermometer: Thermometer | undefined,
  atMs: number,
  nowMs: number,
): WeatherPoint {
  const hoursAhead = Math.max(0, (atMs - nowMs) / 3_600_000) + (thermometer?.ageS ?? 0) / 3600;
  const sigmaK =
    thermometer === undefined
      ? CLIMATE.sigmaK
      : Math.min(THERMOMETER_SIGMA_MAX_K, THERMOMETER_SIGMA_K + THERMOMETER_DRIFT_K_PER_H * hoursAhead);
  return {
    tempC: thermometer?.tempC ?? CLIMATE.tempC,
    sigmaK,
    wind: null,
    pressureHpa: null,
    isWet: false,
    issuedAtMs: nowMs,
    source: thermometer === undefined ? 'climatology' : 'car-thermometer',
  };
}

/** The road's pieces with the weather of `samples`, taken as `samplePoints` asked for them. */
export function withWeather(timed: TimedRoad, samples: readonly WeatherPoint[]): RoadSegment[] {
  let sample = -1;
  let nextAtM = 0;
  let passedM = 0;
  return timed.road.segments.map((segment) => {
    if (passedM >= nextAtM) {
      sample = Math.min(samples.length - 1, sample + 1);
      nextAtM += SAMPLE_EVERY_M;
    }
    passedM += segment.distanceM;
    const weather = samples[sample] as WeatherPoint;
    return {
      ...segment,
      tempC: outdoorC(weather.tempC),
      pressureHpa: weather.pressureHpa ?? STANDARD_PRESSURE_HPA,
      windMps: weather.wind?.mps ?? 0,
      windFromDeg: weather.wind?.fromDeg ?? 0,
      isWet: weather.isWet,
    };
  });
}

/** One doubt for the whole route, since weather and traffic errors are correlated along it. */
export function sigmaOf(roads: readonly TimedRoad[], weather: readonly WeatherPoint[]): Conditions['sigma'] {
  const mean = (values: readonly number[]) =>
    values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
  const winds = weather.map(({ wind }) => wind?.sigmaMps ?? UNKNOWN_WIND_SIGMA_MPS);
  return {
    tempK: mean(weather.map(({ sigmaK }) => sigmaK)),
    windMps: winds.length === 0 ? UNKNOWN_WIND_SIGMA_MPS : mean(winds),
    speedRatio: roads.some(({ road }) => road.source === 'great-circle')
      ? GUESSED_SPEED_SIGMA_RATIO
      : SPEED_SIGMA_RATIO,
    climbM: roads.every(({ road }) => road.hasElevation) ? 0 : FLAT_SIGMA_M,
  };
}

/** Colder or hotter no road has been: a thermometer in the sun, a row with a slip. */
export const outdoorC = (tempC: number): number => Math.min(60, Math.max(-60, tempC));

/** How long a road takes at its planned speeds, ms. */
export const driveMs = (road: Road): number =>
  road.segments.reduce((sum, segment) => sum + (segment.distanceM / segment.speedMps) * 1000, 0);

/** When the car starts towards each stop of the trip, as planned, never before `nowMs` for the stretch it is on. */
export function startTimes(
  trip: Trip,
  roads: readonly Road[],
  firstStretch: number,
  nowMs: number,
): number[] {
  const times: number[] = [];
  let atMs = firstStretch === 0 ? Math.max(trip.departAtMs, nowMs) : nowMs;
  roads.forEach((road, k) => {
    const stop = trip.stops[firstStretch + k];
    const previous = trip.stops[firstStretch + k - 1];
    if (previous?.departAtMs !== undefined) atMs = Math.max(atMs, previous.departAtMs);
    times.push(atMs);
    atMs += driveMs(road);
    if (stop?.arriveAtMs !== undefined) atMs = Math.max(atMs, stop.arriveAtMs);
  });
  return times;
}
