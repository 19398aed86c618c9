import { forecastFile, type WeatherPoint } from '@outrider/providers';
import { type Scenario, truthAt } from '@outrider/standalone';

// The weather of a drive in the words of Open-Meteo and MET Norway.

export interface Said {
  /** What is known at this moment of the drive. */
  readonly nowMs: number;
  /** How long ago the answer was made. */
  readonly ageMs: number;
}

const HOUR_MS = 3_600_000;
/** A model runs, and its results arrive, some hours before they are asked for. */
const RUN_BEFORE_MS = 2 * HOUR_MS;
const DAYS_MS = 48 * HOUR_MS;

/** What is forecast for a place and an hour; undefined where nobody says anything. */
export type Truth = (
  place: { readonly lat: number; readonly lon: number },
  atMs: number,
  nowMs: number,
) => Promise<WeatherPoint | undefined>;

/** What was forecast that day; where nobody kept it, what the drive then met. */
export function truthOf(scenario: Scenario): Truth {
  const kept = forecastFile(scenario.weather);
  const never = new AbortController().signal;
  return async (place, atMs, nowMs) => {
    const [told] = await kept.at([{ ...place, atMs }], nowMs, never).catch(() => []);
    const { outsideTempC } = truthAt(scenario, atMs);
    if (told !== undefined || outsideTempC === undefined) return told;
    return {
      ...{ tempC: outsideTempC, sigmaK: 2, wind: null, pressureHpa: null, isWet: false },
      ...{ issuedAtMs: nowMs, source: 'forecast-file' },
    };
  };
}

const hoursFrom = (fromMs: number, lastMs: number): number[] => {
  const firstMs = Math.floor(fromMs / HOUR_MS) * HOUR_MS;
  return Array.from(
    { length: Math.floor((lastMs - firstMs) / HOUR_MS) + 1 },
    (_, i) => firstMs + i * HOUR_MS,
  );
};

/** `/v1/forecast` for one place or several. An old answer holds the hours that were ahead of it. */
export async function openMeteoAnswer(
  truth: Truth,
  parameters: URLSearchParams,
  { nowMs, ageMs }: Said,
): Promise<unknown> {
  const numbers = (name: string): number[] => (parameters.get(name) ?? '').split(',').map(Number);
  const lons = numbers('longitude');
  const hours = Number(parameters.get('forecast_hours'));
  const madeMs = nowMs - ageMs;
  const places = await Promise.all(
    numbers('latitude').map(async (lat, i) => {
      const times = hoursFrom(madeMs, madeMs + (hours - 1) * HOUR_MS);
      const told = await Promise.all(
        times.map((atMs) => truth({ lat, lon: lons[i] ?? Number.NaN }, atMs, nowMs)),
      );
      return {
        latitude: lat,
        longitude: lons[i],
        elevation: 0,
        hourly_units: { time: 'unixtime', temperature_2m: '°C', wind_speed_10m: 'm/s' },
        hourly: {
          time: times.map((atMs) => atMs / 1000),
          temperature_2m: told.map((point) => point?.tempC ?? null),
          wind_speed_10m: told.map((point) => aloftMps(point)),
          wind_direction_10m: told.map((point) => point?.wind?.fromDeg ?? null),
          precipitation: told.map((point) => (point === undefined ? null : point.isWet ? 1 : 0)),
          snowfall: told.map(() => 0),
          surface_pressure: told.map((point) => point?.pressureHpa ?? null),
        },
      };
    }),
  );
  return places.length === 1 ? places[0] : places;
}

/** `/weatherapi/locationforecast/2.0/complete` for one place. */
export async function metNorwayAnswer(
  truth: Truth,
  parameters: URLSearchParams,
  { nowMs, ageMs }: Said,
): Promise<unknown> {
  const place = { lat: Number(parameters.get('lat')), lon: Number(parameters.get('lon')) };
  const madeMs = nowMs - ageMs - RUN_BEFORE_MS;
  const times = hoursFrom(madeMs, nowMs + DAYS_MS);
  const told = await Promise.all(times.map((atMs) => truth(place, atMs, nowMs)));
  return {
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [place.lon, place.lat, 0] },
    properties: {
      meta: {
        updated_at: new Date(madeMs).toISOString(),
        units: { wind_speed: 'm/s', air_temperature: 'celsius' },
      },
      timeseries: times.map((atMs, i) => ({
        time: new Date(atMs).toISOString(),
        data: dataOf(told[i]),
      })),
    },
  };
}

function dataOf(point: WeatherPoint | undefined) {
  const wind =
    point?.wind == null ? {} : { wind_speed: aloftMps(point), wind_from_direction: point.wind.fromDeg };
  const pressure = point?.pressureHpa == null ? {} : { air_pressure_at_sea_level: point.pressureHpa };
  const details = point === undefined ? {} : { air_temperature: point.tempC, ...wind, ...pressure };
  return {
    instant: { details },
    next_1_hours: { details: { precipitation_amount: point?.isWet === true ? 1 : 0 } },
  };
}

/** A car sits in 0.7 of the wind at the 10 m that forecasts speak of; the truth is told at the car. */
const CAR_TO_10_M = 0.7;
const aloftMps = (point: WeatherPoint | undefined): number | null =>
  point?.wind == null ? null : point.wind.mps / CAR_TO_10_M;
