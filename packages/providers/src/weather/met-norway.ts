import type { Log } from '@outrider/runtime';
import { z } from 'zod';
import { type Answer, type CallerDeps, createCaller, decode } from '../caller.ts';
import { inLanes } from '../lanes.ts';
import { createMemory } from '../memory.ts';
import {
  airFlow,
  type ForecastHour,
  type ForecastVendor,
  PLAUSIBLE,
  type Place,
  type PlaceForecast,
  plausible,
  pressureRatio,
} from './place-forecast.ts';

export interface MetNorwaySettings {
  readonly url: string;
  /** Whom to write to when this program misbehaves; sent with every question, and refused without. */
  readonly contact: string;
}

export interface MetNorwayDeps extends CallerDeps {
  readonly log: Log;
}

const NAME = 'met-norway';
/** Its terms let it move within this, and want it followed. */
const DOMAIN = 'met.no';
const TIMEOUT_MS = 3_000;
const LANES = 4;
/** 20 a second are allowed to all who run this program; never more than 18 in any second from one. */
const BUDGET = { perS: 14, burst: 4 };
const PLACES_KEPT = 2_000;
const NOT_MODIFIED = 304;
const DEPRECATED = 203;

const amount = z.object({ details: z.object({ precipitation_amount: z.number().optional() }).optional() });

const forecast = z.object({
  geometry: z.object({ coordinates: z.array(z.number()).min(2).max(3) }),
  properties: z.object({
    meta: z.object({
      updated_at: z.iso.datetime({ offset: true }),
      units: z.object({ wind_speed: z.literal('m/s'), air_temperature: z.literal('celsius') }),
    }),
    timeseries: z
      .array(
        z.object({
          time: z.iso.datetime({ offset: true }),
          data: z.object({
            instant: z.object({
              details: z.object({
                air_temperature: z.number().optional(),
                wind_speed: z.number().optional(),
                wind_from_direction: z.number().optional(),
                air_pressure_at_sea_level: z.number().optional(),
              }),
            }),
            next_1_hours: amount.optional(),
            next_6_hours: amount.optional(),
          }),
        }),
      )
      .min(1),
  }),
});
type Forecast = z.infer<typeof forecast>;

interface Kept {
  readonly forecast: PlaceForecast;
  readonly lastModified: string | null;
  readonly expiresAtMs: number;
}

/**
 * MET Norway's Locationforecast 2.0 (api.met.no), one place per request. Best in the Nordic countries, worldwide all
 * the same. Nothing is asked for before it expires, and then only whether it has changed. It knows the pressure at
 * the sea, which is taken up to the ground; snow counts as its water.
 */
export function metNorway({ url, contact }: MetNorwaySettings, deps: MetNorwayDeps): ForecastVendor {
  const kept = createMemory<Kept>(PLACES_KEPT);
  let isWarned = false;
  const caller = createCaller({
    ...deps,
    name: NAME,
    baseUrl: url,
    headers: { 'user-agent': `outrider/0 ${contact}` },
    movesWithin: DOMAIN,
    timeoutMs: TIMEOUT_MS,
    budget: BUDGET,
  });

  const askFor = async (place: Place, signal: AbortSignal): Promise<PlaceForecast> => {
    const { lat, lon, elevationM } = place;
    const query = {
      lat: coordinate(lat),
      lon: coordinate(lon),
      ...(elevationM === undefined ? {} : { altitude: String(Math.round(elevationM)) }),
    };
    const key = Object.values(query).join();
    const before = kept.get(key);
    if (before !== undefined && deps.clock.nowMs() < before.expiresAtMs) return before.forecast;
    const told = await caller.askFor(
      {
        path: 'weatherapi/locationforecast/2.0/complete',
        query,
        alsoAnswers: before === undefined ? [] : [NOT_MODIFIED],
        signal,
        ...(before?.lastModified == null ? {} : { headers: { 'if-modified-since': before.lastModified } }),
      },
      (answer) => keptOf(answer, before),
    );
    if (told.status === DEPRECATED && !isWarned) {
      isWarned = true;
      deps.log.warn({ provider: NAME }, 'this product of the provider will end: an update is due');
    }
    kept.set(key, told.kept);
    return told.kept.forecast;
  };

  return {
    name: NAME,
    source: NAME,
    ask: (places, _untilMs, signal) => inLanes(places, LANES, (place) => askFor(place, signal)),
  };
}

/** More than four decimals are refused. */
const coordinate = (deg: number): string => String(Math.round(deg * 10_000) / 10_000);

function keptOf(answer: Answer, before: Kept | undefined): { readonly status: number; readonly kept: Kept } {
  const { status, headers, text, fetchedAtMs } = answer;
  const expiresMs = Date.parse(headers.get('expires') ?? '');
  const expiresAtMs = Number.isNaN(expiresMs) ? fetchedAtMs : expiresMs;
  if (status === NOT_MODIFIED && before !== undefined) return { status, kept: { ...before, expiresAtMs } };
  const told = forecastOf(decode(NAME, text, forecast));
  return { status, kept: { forecast: told, lastModified: headers.get('last-modified'), expiresAtMs } };
}

function forecastOf({ geometry, properties }: Forecast): PlaceForecast {
  const elevationM = plausible(geometry.coordinates[2], ...PLAUSIBLE.elevationM);
  const hours = properties.timeseries.map(({ time, data }): ForecastHour => {
    const { details } = data.instant;
    const tempC = plausible(details.air_temperature, ...PLAUSIBLE.tempC);
    const atSeaHpa = plausible(details.air_pressure_at_sea_level, ...PLAUSIBLE.pressureHpa);
    return {
      atMs: Date.parse(time),
      tempC,
      wind: airFlow(
        plausible(details.wind_speed, ...PLAUSIBLE.windMps),
        plausible(details.wind_from_direction, 0, 360),
      ),
      pressureHpa:
        atSeaHpa === null || elevationM === null || tempC === null
          ? null
          : atSeaHpa / pressureRatio(-elevationM, tempC),
      wetMmPerH: wetOf(data),
    };
  });
  return { issuedAtMs: Date.parse(properties.meta.updated_at), elevationM, hours };
}

/** Each of the next hours by itself, further ahead six together. */
function wetOf(data: Forecast['properties']['timeseries'][number]['data']): number | null {
  const hour = plausible(data.next_1_hours?.details?.precipitation_amount, ...PLAUSIBLE.wetMmPerH);
  const six = plausible(data.next_6_hours?.details?.precipitation_amount, ...PLAUSIBLE.wetMmPerH);
  return hour ?? (six === null ? null : six / 6);
}
