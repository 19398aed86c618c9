import type { Position, SourceFlag } from '@outrider/domain';
import type { WeatherPoint, WeatherQuestion } from './weather-provider.ts';

/** A moment of a forecast, as a vendor tells it; null where it says nothing. */
export interface ForecastHour {
  readonly atMs: number;
  readonly tempC: number | null;
  /** Where the air goes, m/s, 10 m above the ground. */
  readonly wind: AirFlow | null;
  /** At the ground. */
  readonly pressureHpa: number | null;
  /** Rain, or snow as water, from this moment to the next. */
  readonly wetMmPerH: number | null;
}

export interface AirFlow {
  readonly eastMps: number;
  readonly northMps: number;
}

/** What a vendor says about one place, in order of time. */
export interface PlaceForecast {
  readonly issuedAtMs: number;
  /** Of the ground the forecast is for, m above the sea. */
  readonly elevationM: number | null;
  readonly hours: readonly ForecastHour[];
}

export interface Place extends Position {
  readonly elevationM?: number;
}

/** One vendor of forecasts: what its wire says, brought into one form. */
export interface ForecastVendor {
  readonly name: string;
  readonly source: SourceFlag;
  /**
   * What is forecast for each place, from now until `untilMs` or as far as the vendor looks. Each promise rejects
   * with `ProviderUnavailable` when the vendor cannot tell for that place.
   */
  ask(places: readonly Place[], untilMs: number, signal: AbortSignal): readonly Promise<PlaceForecast>[];
}

const HOUR_MS = 3_600_000;
/** Neighbours further apart than this say nothing about the time between them. */
const LONGEST_GAP_MS = 6 * HOUR_MS;
/** A forecast that begins this little later than asked still counts. */
const EARLY_MS = HOUR_MS;
/** Standard atmosphere: colder with height, K per m. */
const LAPSE_K_PER_M = 0.0065;
/** Judgement: a car sits in 0.6 to 0.8 of the wind that blows 10 m above open ground. */
const WIND_AT_CAR = 0.7;
/** A drizzle below this leaves the road dry, mm/h. Judgement. */
const WET_FROM_MM_PER_H = 0.1;

/**
 * The weather a forecast gives for one point: temperature, pressure and the wind's two components linear between
 * the moments before and after, never the wind's angle; temperature and pressure moved to the road's height.
 * `staleMs` is how much older it is than it should be: the older, the less sure.
 * @returns undefined where the forecast does not reach
 */
export function weatherAt(
  { hours, elevationM, issuedAtMs }: PlaceForecast,
  point: WeatherQuestion,
  source: SourceFlag,
  staleMs: number,
): WeatherPoint | undefined {
  const tempC = valueAt(hours, point.atMs, ({ tempC }) => tempC);
  if (tempC === undefined) return undefined;
  const aboveM = point.elevationM === undefined || elevationM === null ? 0 : point.elevationM - elevationM;
  const pressureHpa = valueAt(hours, point.atMs, ({ pressureHpa }) => pressureHpa);
  const sigma = sigmaAt(point.atMs - issuedAtMs, staleMs);
  return {
    tempC: tempC - LAPSE_K_PER_M * aboveM,
    sigmaK: sigma.tempK,
    wind: windAt(hours, point.atMs, sigma.windMps),
    pressureHpa: pressureHpa === undefined ? null : pressureHpa * pressureRatio(aboveM, tempC),
    isWet: (hours.findLast(({ atMs }) => atMs <= point.atMs)?.wetMmPerH ?? 0) >= WET_FROM_MM_PER_H,
    issuedAtMs,
    source,
  };
}

/** Pressure so many metres further up, as a ratio, in air of `tempC` below (barometric formula with a lapse). */
export const pressureRatio = (aboveM: number, tempC: number): number =>
  (1 - (LAPSE_K_PER_M * aboveM) / (tempC + 273.15)) ** 5.2559;

/**
 * One standard deviation of a forecast. Judgement, to be calibrated: 1 K and 1.5 m/s up to six hours ahead, 2 K and
 * 2.5 m/s at a day, then as much more each day; and for each hour a forecast is kept longer than it should be, a
 * quarter more of either. The wind's is not scaled to the height of a car: the scale itself is doubtful.
 */
export function sigmaAt(
  leadMs: number,
  staleMs: number,
): { readonly tempK: number; readonly windMps: number } {
  const laterH = Math.max(0, leadMs / HOUR_MS - 6);
  const staleH = staleMs / HOUR_MS;
  return {
    tempK: Math.min(6, 1 + laterH / 18 + staleH / 4),
    windMps: Math.min(6, 1.5 + laterH / 18 + staleH / 4),
  };
}

/** Where the air goes when it comes from `fromDeg`; null when either is unknown. */
export function airFlow(mps: number | null | undefined, fromDeg: number | null | undefined): AirFlow | null {
  if (mps == null || (fromDeg == null && mps > 0)) return null;
  const toRad = (((fromDeg ?? 0) + 180) * Math.PI) / 180;
  return { eastMps: mps * Math.sin(toRad), northMps: mps * Math.cos(toRad) };
}

/** A figure within what the air can do, or null: a hole, a slip, a marker for "missing". */
export const plausible = (value: number | null | undefined, least: number, most: number): number | null =>
  value != null && value >= least && value <= most ? value : null;

/** What air and road can be; anything else a vendor says is a hole. */
export const PLAUSIBLE = {
  tempC: [-80, 60],
  windMps: [0, 80],
  pressureHpa: [400, 1_100],
  wetMmPerH: [0, 500],
  elevationM: [-500, 9_000],
} as const;

function windAt(hours: readonly ForecastHour[], atMs: number, sigmaMps: number): WeatherPoint['wind'] {
  const eastMps = valueAt(hours, atMs, ({ wind }) => wind?.eastMps ?? null);
  const northMps = valueAt(hours, atMs, ({ wind }) => wind?.northMps ?? null);
  if (eastMps === undefined || northMps === undefined) return null;
  const fromDeg = (Math.atan2(-eastMps, -northMps) * 180) / Math.PI;
  return { mps: WIND_AT_CAR * Math.hypot(eastMps, northMps), fromDeg: (fromDeg + 360) % 360, sigmaMps };
}

/** A value between the nearest moments that tell it; undefined where none does or they lie too far apart. */
function valueAt(
  hours: readonly ForecastHour[],
  atMs: number,
  pick: (hour: ForecastHour) => number | null,
): number | undefined {
  const told = (hour: ForecastHour) => pick(hour) !== null;
  const before = hours.findLast((hour) => hour.atMs <= atMs && told(hour));
  const after = hours.find((hour) => hour.atMs >= atMs && told(hour));
  if (after === undefined) return undefined;
  const to = pick(after) ?? 0;
  if (before === undefined) return after.atMs - atMs <= EARLY_MS ? to : undefined;
  if (after.atMs - before.atMs > LONGEST_GAP_MS) return undefined;
  if (after.atMs === before.atMs) return to;
  const from = pick(before) ?? 0;
  return from + ((to - from) * (atMs - before.atMs)) / (after.atMs - before.atMs);
}
