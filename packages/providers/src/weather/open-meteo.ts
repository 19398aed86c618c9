import { z } from 'zod';
import { type CallerDeps, createCaller } from '../caller.ts';
import { inLanes } from '../lanes.ts';
import { ProviderUnavailable } from '../provider.ts';
import type { Refusal } from '../refusal.ts';
import {
  airFlow,
  type ForecastHour,
  type ForecastVendor,
  PLAUSIBLE,
  type Place,
  type PlaceForecast,
  plausible,
} from './place-forecast.ts';

export interface OpenMeteoSettings {
  readonly url: string;
  /** Of a paid plan. */
  readonly key?: string;
}

const NAME = 'open-meteo';
const HOUR_MS = 3_600_000;
const TIMEOUT_MS = 3_000;
/** Per request; the free plan takes 1,000. */
const PLACES_MAX = 400;
/** Up to here places go into the address, which has to stay below 8 kB. */
const PLACES_IN_ADDRESS = 50;
/** As far ahead as a place costs one unit: 14 days. */
const HOURS_MAX = 14 * 24;
/**
 * Units, one per place. Free: 600 a minute, 5,000 an hour, 10,000 a day for everybody behind one address, of which
 * four fifths are used. The smallest paid plan has a million a month.
 */
const FREE_BUDGET = { perS: 8_000 / 86_400, burst: 480 };
const PAID_BUDGET = { perS: 800_000 / (30 * 86_400), burst: 2_000 };

const VARIABLES = [
  'temperature_2m',
  'wind_speed_10m',
  'wind_direction_10m',
  'precipitation',
  'snowfall',
  'surface_pressure',
] as const;

const column = z.array(z.number().nullable());

const location = z
  .object({
    elevation: z.number().nullish(),
    // Asked for, and checked all the same: without the question it would be km/h.
    hourly_units: z.object({ time: z.literal('unixtime'), wind_speed_10m: z.literal('m/s') }),
    hourly: z.object({
      time: z.array(z.int()).min(1),
      temperature_2m: column,
      wind_speed_10m: column,
      wind_direction_10m: column,
      precipitation: column,
      snowfall: column,
      surface_pressure: column,
    }),
  })
  .refine(({ hourly }) => VARIABLES.every((name) => hourly[name].length === hourly.time.length), {
    message: 'columns of different lengths',
  });
type Location = z.infer<typeof location>;

/** One place is an object, several are an array. */
const answer = z.union([z.array(location), location.transform((one) => [one])]);

/**
 * Open-Meteo (open-meteo.com, or one's own server): all places of a road in one request. Hourly; wind 10 m above the
 * ground in m/s; temperature moved to the height asked for. It does not say when its models ran, so a forecast counts
 * as issued when it was asked for.
 */
export function openMeteo({ url, key }: OpenMeteoSettings, deps: CallerDeps): ForecastVendor {
  const caller = createCaller({
    ...deps,
    name: NAME,
    baseUrl: url,
    timeoutMs: TIMEOUT_MS,
    budget: key === undefined ? FREE_BUDGET : PAID_BUDGET,
    readRefusal,
    secrets: [key],
    ...(key === undefined ? {} : { headers: { 'x-api-key': key } }),
  });
  // One at a time: the free plan refuses what comes beside another.
  let queue: Promise<unknown> = Promise.resolve();

  const askFor = async (places: readonly Place[], untilMs: number, signal: AbortSignal) => {
    const issuedAtMs = deps.clock.nowMs();
    const parameters = parametersOf(places, untilMs, issuedAtMs);
    const { value } = await caller.askJson(
      {
        path: 'v1/forecast',
        cost: places.length,
        signal,
        ...(places.length > PLACES_IN_ADDRESS ? { form: parameters } : { query: parameters }),
      },
      answer,
    );
    if (value.length !== places.length)
      throw new ProviderUnavailable(NAME, `answered ${value.length} places of ${places.length}`, {
        kind: 'bad-payload',
      });
    return value.map((one) => forecastOf(one, issuedAtMs));
  };

  return {
    name: NAME,
    source: NAME,
    ask(places, untilMs, signal) {
      const chunks = Array.from({ length: Math.ceil(places.length / PLACES_MAX) }, (_, i) =>
        places.slice(i * PLACES_MAX, (i + 1) * PLACES_MAX),
      );
      const answers = inLanes(chunks, 1, (chunk) => {
        const turn = queue.then(() => askFor(chunk, untilMs, signal));
        queue = turn.catch(() => undefined);
        return turn;
      });
      return places.map(async (_, i) => {
        const forecasts = await answers[Math.floor(i / PLACES_MAX)];
        return forecasts?.[i % PLACES_MAX] as PlaceForecast;
      });
    },
  };
}

function parametersOf(places: readonly Place[], untilMs: number, nowMs: number): Record<string, string> {
  const heights = places.flatMap(({ elevationM }) => (elevationM === undefined ? [] : [elevationM]));
  const thisHourMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  // Both ends, and one more: what falls in an hour stands in the row after it.
  const hours = Math.min(HOURS_MAX, Math.ceil((untilMs - thisHourMs) / HOUR_MS) + 2);
  return {
    latitude: places.map(({ lat }) => lat).join(','),
    longitude: places.map(({ lon }) => lon).join(','),
    ...(heights.length === places.length ? { elevation: heights.join(',') } : {}),
    hourly: VARIABLES.join(','),
    wind_speed_unit: 'ms',
    timeformat: 'unixtime',
    timezone: 'GMT',
    forecast_hours: String(hours),
  };
}

function forecastOf({ elevation, hourly }: Location, issuedAtMs: number): PlaceForecast {
  const hours = hourly.time.map((atS, i): ForecastHour => {
    const mps = plausible(hourly.wind_speed_10m[i], ...PLAUSIBLE.windMps);
    return {
      atMs: atS * 1000,
      tempC: plausible(hourly.temperature_2m[i], ...PLAUSIBLE.tempC),
      wind: airFlow(mps, plausible(hourly.wind_direction_10m[i], 0, 360)),
      pressureHpa: plausible(hourly.surface_pressure[i], ...PLAUSIBLE.pressureHpa),
      wetMmPerH: wetOf(hourly, i + 1),
    };
  });
  return { issuedAtMs, elevationM: plausible(elevation, ...PLAUSIBLE.elevationM), hours };
}

/** The row's sum of the hour before it, mm; snow is told in cm of depth, about 0.7 cm per mm of water. */
function wetOf(hourly: Location['hourly'], row: number): number | null {
  const rain = plausible(hourly.precipitation[row], ...PLAUSIBLE.wetMmPerH);
  const snow = plausible(hourly.snowfall[row], ...PLAUSIBLE.wetMmPerH);
  return rain === null && snow === null ? null : Math.max(rain ?? 0, (snow ?? 0) / 0.7);
}

const BOUNDARIES: readonly { readonly word: RegExp; readonly everyMs: number }[] = [
  { word: /minutely/i, everyMs: 60_000 },
  { word: /hourly/i, everyMs: HOUR_MS },
  { word: /daily/i, everyMs: 24 * HOUR_MS },
];

/** It sends no Retry-After: its counters are cleared when a UTC minute, hour or day begins, and it names which. */
function readRefusal(status: number, text: string, nowMs: number): Refusal {
  if (status !== 429) return {};
  const everyMs = BOUNDARIES.find(({ word }) => word.test(text))?.everyMs;
  if (everyMs !== undefined) return { retryAtMs: (Math.floor(nowMs / everyMs) + 1) * everyMs };
  return /concurrent/i.test(text) ? { retryAtMs: nowMs + 1_000 } : {};
}
