import { z } from 'zod';
import { type CallerDeps, createCaller } from '../caller.ts';
import { inLanes } from '../lanes.ts';
import { createMemory } from '../memory.ts';
import { ProviderUnavailable } from '../provider.ts';
import {
  airFlow,
  type ForecastVendor,
  PLAUSIBLE,
  type Place,
  type PlaceForecast,
  plausible,
  pressureRatio,
} from './place-forecast.ts';

export interface NwsGridSettings {
  readonly url: string;
  /** Whom to write to when this program misbehaves; sent with every question, and refused without. */
  readonly contact: string;
}

const NAME = 'nws-grid';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TIMEOUT_MS = 4_000;
const LANES = 4;
/** The limit is not published; whoever asks this seldom is not known to have met it. */
const BUDGET = { perS: 10, burst: 10 };
/** Offices write their grid every few hours. What is older comes from a cache that was forgotten. */
const OLDEST_MS = 12 * HOUR_MS;
const CELLS_KEPT = 2_000;
const CELL_KEPT_MS = 3 * DAY_MS;
const SEA_LEVEL_HPA = 1013.25;

const point = z.object({
  properties: z.object({
    gridId: z.string().regex(/^[A-Z]{3}$/),
    gridX: z.coerce.number().int().min(0).max(10_000),
    gridY: z.coerce.number().int().min(0).max(10_000),
  }),
});

const layer = z
  .object({
    uom: z.string().optional(),
    values: z.array(z.object({ validTime: z.string(), value: z.number().nullable() })),
  })
  .optional();

const grid = z.object({
  properties: z.object({
    updateTime: z.iso.datetime({ offset: true }),
    elevation: z.object({ unitCode: z.string(), value: z.number().nullable() }).optional(),
    temperature: layer,
    windSpeed: layer,
    windDirection: layer,
    quantitativePrecipitation: layer,
  }),
});
type Grid = z.infer<typeof grid>;

/** Null: not in its area. */
type Cell = { readonly path: string | null; readonly atMs: number };

/**
 * The grid of the US National Weather Service (api.weather.gov): United States only, one place per request after
 * one that finds the place's cell. It seldom tells the pressure: the standard atmosphere at its height is taken.
 */
export function nwsGrid({ url, contact }: NwsGridSettings, deps: CallerDeps): ForecastVendor {
  const { clock } = deps;
  const cells = createMemory<Cell>(CELLS_KEPT);
  const caller = createCaller({
    ...deps,
    name: NAME,
    baseUrl: url,
    headers: { 'user-agent': `outrider/0 ${contact}`, accept: 'application/geo+json' },
    timeoutMs: TIMEOUT_MS,
    budget: BUDGET,
  });

  const findCell = async (at: string, signal: AbortSignal): Promise<string> => {
    let cell = cells.get(at);
    if (cell === undefined || clock.nowMs() - cell.atMs > CELL_KEPT_MS) {
      cell = { path: await askCell(at, signal), atMs: clock.nowMs() };
      cells.set(at, cell);
    }
    if (cell.path === null)
      throw new ProviderUnavailable(NAME, 'knows the United States only', { kind: 'no-data' });
    return cell.path;
  };

  const askCell = async (at: string, signal: AbortSignal): Promise<string | null> => {
    try {
      const { value } = await caller.askJson({ path: `points/${at}`, signal }, point);
      const { gridId, gridX, gridY } = value.properties;
      return `gridpoints/${gridId}/${gridX},${gridY}`;
    } catch (error) {
      if (isNoData(error)) return null;
      throw error;
    }
  };

  const askGrid = async (path: string, signal: AbortSignal): Promise<PlaceForecast> => {
    const { value } = await caller.askJson({ path, signal }, grid);
    const told = forecastOf(value);
    if (clock.nowMs() - told.issuedAtMs > OLDEST_MS)
      throw new ProviderUnavailable(NAME, 'answers with an old forecast', { kind: 'unavailable' });
    return told;
  };

  const askFor = async (place: Place, signal: AbortSignal): Promise<PlaceForecast> => {
    const at = `${coordinate(place.lat)},${coordinate(place.lon)}`;
    try {
      return await askGrid(await findCell(at, signal), signal);
    } catch (error) {
      // Cells are redrawn now and then: the place is looked up once more.
      if (!isNoData(error) || cells.get(at)?.path === null) throw error;
      cells.delete(at);
      return askGrid(await findCell(at, signal), signal);
    }
  };

  return {
    name: NAME,
    source: NAME,
    ask: (places, _untilMs, signal) => inLanes(places, LANES, (place) => askFor(place, signal)),
  };
}

/** More than four decimals are redirected. */
const coordinate = (deg: number): string => String(Math.round(deg * 10_000) / 10_000);

const isNoData = (error: unknown): boolean =>
  error instanceof ProviderUnavailable && error.kind === 'no-data';

function forecastOf({ properties }: Grid): PlaceForecast {
  const { elevation } = properties;
  const elevationM = elevation === undefined ? null : plausible(elevation.value, ...PLAUSIBLE.elevationM);
  const temp = hourly(properties.temperature);
  const speed = hourly(properties.windSpeed);
  const fromDeg = hourly(properties.windDirection);
  const wet = hourly(properties.quantitativePrecipitation, true);
  const hours = [...temp.keys()].sort((a, b) => a - b);
  return {
    issuedAtMs: Date.parse(properties.updateTime),
    elevationM,
    hours: hours.map((atMs) => {
      const tempC = plausible(temp.get(atMs), ...PLAUSIBLE.tempC);
      return {
        atMs,
        tempC,
        wind: airFlow(plausible(speed.get(atMs), ...PLAUSIBLE.windMps), plausible(fromDeg.get(atMs), 0, 360)),
        pressureHpa:
          elevationM === null || tempC === null ? null : SEA_LEVEL_HPA / pressureRatio(-elevationM, tempC),
        wetMmPerH: plausible(wet.get(atMs), ...PLAUSIBLE.wetMmPerH),
      };
    }),
  };
}

/** What one of a layer's own units is in ours; WMO names, with or without the list they are from. */
const UNITS: Readonly<Record<string, (value: number) => number>> = {
  degC: (value) => value,
  degF: (value) => (value - 32) / 1.8,
  K: (value) => value - 273.15,
  'm_s-1': (value) => value,
  'km_h-1': (value) => value / 3.6,
  kt: (value) => value * 0.514444,
  'degree_(angle)': (value) => value,
  mm: (value) => value,
  'kg_m-2': (value) => value,
  m: (value) => 1000 * value,
};

/** A layer by the hour, in SI: equal hours come merged into one interval. A sum is spread over its hours. */
function hourly(layer: Grid['properties']['temperature'], isSum = false): ReadonlyMap<number, number> {
  const values = new Map<number, number>();
  if (layer === undefined || layer.values.length === 0) return values;
  const convert = UNITS[layer.uom?.replace(/^.*:/, '') ?? ''];
  if (convert === undefined)
    throw new ProviderUnavailable(NAME, `the answer is in ${layer.uom ?? 'no unit'}`, {
      kind: 'bad-payload',
    });
  for (const { validTime, value } of layer.values) {
    const { fromMs, hours } = intervalOf(validTime);
    if (value === null) continue;
    for (let hour = 0; hour < hours; hour++)
      values.set(fromMs + hour * HOUR_MS, convert(value) / (isSum ? hours : 1));
  }
  return values;
}

/** `2026-01-15T12:00:00+00:00/P1DT6H`: a moment and a duration (ISO 8601), in whole hours and at most 15 days. */
function intervalOf(validTime: string): { readonly fromMs: number; readonly hours: number } {
  const [from = '', duration = ''] = validTime.split('/');
  const parts = /^P(?:(\d{1,2})D)?(?:T(?:(\d{1,3})H)?(?:\d+M)?)?$/.exec(duration);
  const fromMs = Date.parse(from);
  if (parts === null || Number.isNaN(fromMs))
    throw new ProviderUnavailable(NAME, `the answer has no interval in ${validTime.slice(0, 60)}`, {
      kind: 'bad-payload',
    });
  const hours = 24 * Number(parts[1] ?? 0) + Number(parts[2] ?? 0);
  return { fromMs: Math.floor(fromMs / HOUR_MS) * HOUR_MS, hours: Math.min(15 * 24, Math.max(1, hours)) };
}
