import type { SourceFlag } from '@outrider/domain';
import type { Clock } from '@outrider/runtime';
import { createMemory, type Memory } from '../memory.ts';
import { ProviderUnavailable } from '../provider.ts';
import { type ForecastVendor, type Place, type PlaceForecast, weatherAt } from './place-forecast.ts';
import type { WeatherPoint, WeatherProvider, WeatherQuestion } from './weather-provider.ts';

export interface CacheDeps {
  /** Real time. */
  readonly clock: Clock;
  readonly random: () => number;
}

/** A vendor behind the forecasts it gave lately, which all cars share. */
export interface CachedVendor {
  /** Answers with what is fresh; asks for the rest, each place once however many cars want it. */
  readonly provider: WeatherProvider;
  readonly kept: Memory<KeptForecast>;
  readonly source: SourceFlag;
}

interface KeptForecast {
  readonly forecast: PlaceForecast;
  /** The first that was asked for in its cell. Asked for again, so that a vendor can say "unchanged". */
  readonly place: Place;
  /** Asked for until then, which may be further than the vendor looks. */
  readonly untilMs: number;
  readonly fetchedAtMs: number;
  readonly freshUntilMs: number;
}

interface Flight {
  readonly promise: Promise<KeptForecast>;
  readonly untilMs: number;
}

const HOUR_MS = 3_600_000;
/** 0.1 degrees, 7 to 11 km: finer than weather. */
const CELLS_PER_DEG = 10;
/** What leaves us is rounded to this, about a kilometre. */
const PLACES_PER_DEG = 100;
const ELEVATION_STEP_M = 10;
const FRESH_MS = 45 * 60_000;
/** Freshness is spread by this ratio either way, so that not all cells are asked for at the same moment. */
const FRESH_SPREAD = 0.1;
const KEPT_MS = 6 * HOUR_MS;
/** One question tells all hours of a place; so far ahead it costs no more. */
const AHEAD_MS = 48 * HOUR_MS;
/** Some 10 kB each. */
const CELLS_MAX = 2_000;
/** Longest wait for one vendor, retries included: the next has to have its turn within one look at the world. */
const PATIENCE_MS = 6_000;
/** The two clocks may differ by this before "what was known" is another time than now. */
const NOW_MS = 60_000;

export function cachedVendor(vendor: ForecastVendor, { clock, random }: CacheDeps): CachedVendor {
  const kept = createMemory<KeptForecast>(CELLS_MAX);
  const flights = new Map<string, Flight>();

  /** Asks for these cells together; each lands by itself. */
  const ask = (wanted: ReadonlyMap<string, Wanted>): void => {
    const untilMs = Math.max(clock.nowMs() + AHEAD_MS, ...[...wanted.values()].map((one) => one.untilMs));
    const places = [...wanted].map(([cell, { place }]) => kept.get(cell)?.place ?? place);
    const answers = vendor.ask(places, untilMs, AbortSignal.timeout(PATIENCE_MS));
    [...wanted.keys()].forEach((cell, i) => {
      const promise = (answers[i] as Promise<PlaceForecast>).then((forecast) => {
        const fetchedAtMs = clock.nowMs();
        const freshMs = FRESH_MS * (1 + FRESH_SPREAD * (2 * random() - 1));
        const place = places[i] as Place;
        const one = { forecast, place, untilMs, fetchedAtMs, freshUntilMs: fetchedAtMs + freshMs };
        kept.set(cell, one);
        return one;
      });
      const flight = { promise, untilMs };
      flights.set(cell, flight);
      const landed = () => void (flights.get(cell) === flight && flights.delete(cell));
      promise.then(landed, landed);
    });
  };

  return {
    kept,
    source: vendor.source,
    provider: {
      name: vendor.name,
      async at(points, knownAtMs, signal) {
        if (signal.aborted) throw new ProviderUnavailable(vendor.name, 'was asked when time was up');
        requireNow(vendor.name, knownAtMs, clock.nowMs());
        const cells = wantedCells(points);
        const missing = new Map(
          [...cells].filter(
            ([cell, { untilMs }]) =>
              !isFresh(kept.get(cell), untilMs, clock.nowMs()) && (flights.get(cell)?.untilMs ?? 0) < untilMs,
          ),
        );
        if (missing.size > 0) ask(missing);
        const told = await Promise.all(
          [...cells.keys()].map(
            async (cell) => [cell, await (flights.get(cell)?.promise ?? kept.get(cell))] as const,
          ),
        );
        const forecasts = new Map(told);
        return points.map((point) =>
          weatherOf(vendor.name, vendor.source, forecasts.get(cellOf(point)), point, knownAtMs, 0),
        );
      },
    },
  };
}

/**
 * What the vendors said up to six hours ago, the newest first, with a doubt that grows with its age. Asks nobody.
 */
export function keptForecasts(vendors: readonly CachedVendor[], clock: Clock): WeatherProvider {
  const name = 'kept-forecasts';
  return {
    name,
    async at(points, knownAtMs) {
      const nowMs = clock.nowMs();
      requireNow(name, knownAtMs, nowMs);
      return points.map((point) => {
        const [newest] = vendors
          .flatMap(({ kept, source }) => {
            const one = kept.get(cellOf(point));
            return one === undefined || nowMs - one.fetchedAtMs > KEPT_MS ? [] : [{ one, source }];
          })
          .filter(({ one, source }) => weatherAt(one.forecast, point, source, 0) !== undefined)
          .sort((a, b) => b.one.fetchedAtMs - a.one.fetchedAtMs);
        const staleMs = Math.max(0, nowMs - (newest?.one.freshUntilMs ?? nowMs));
        return weatherOf(name, newest?.source ?? 'none', newest?.one, point, knownAtMs, staleMs);
      });
    },
  };
}

interface Wanted {
  readonly place: Place;
  readonly untilMs: number;
}

/** The cells of these points, each with a place to ask for and the last moment that is wanted of it. */
function wantedCells(points: readonly WeatherQuestion[]): Map<string, Wanted> {
  const cells = new Map<string, Wanted>();
  for (const point of points) {
    const known = cells.get(cellOf(point));
    cells.set(cellOf(point), {
      place: known?.place ?? placeOf(point),
      untilMs: Math.max(known?.untilMs ?? 0, point.atMs),
    });
  }
  return cells;
}

const cellOf = ({ lat, lon }: WeatherQuestion): string =>
  `${Math.round(lat * CELLS_PER_DEG)},${Math.round(lon * CELLS_PER_DEG)}`;

const placeOf = ({ lat, lon, elevationM }: WeatherQuestion): Place => ({
  lat: Math.round(lat * PLACES_PER_DEG) / PLACES_PER_DEG,
  lon: Math.round(lon * PLACES_PER_DEG) / PLACES_PER_DEG,
  ...(elevationM === undefined
    ? {}
    : { elevationM: Math.round(elevationM / ELEVATION_STEP_M) * ELEVATION_STEP_M }),
});

const isFresh = (one: KeptForecast | undefined, untilMs: number, nowMs: number): boolean =>
  one !== undefined && nowMs < one.freshUntilMs && one.untilMs >= untilMs;

/** A vendor on the network knows the present only; what it would have said at another time nobody can ask. */
function requireNow(name: string, knownAtMs: number, nowMs: number): void {
  if (Math.abs(knownAtMs - nowMs) > NOW_MS)
    throw new ProviderUnavailable(name, 'tells what is known now, not then', { kind: 'no-data' });
}

function weatherOf(
  name: string,
  source: SourceFlag,
  one: KeptForecast | undefined,
  point: WeatherQuestion,
  knownAtMs: number,
  staleMs: number,
): WeatherPoint {
  const weather = one && weatherAt(one.forecast, point, source, staleMs);
  if (weather === undefined)
    throw new ProviderUnavailable(name, 'tells nothing of this place and time', { kind: 'no-data' });
  return { ...weather, issuedAtMs: Math.min(weather.issuedAtMs, knownAtMs) };
}
