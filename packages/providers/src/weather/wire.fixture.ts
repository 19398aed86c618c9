import { type Answering, impatientClock, vendorOn } from '../loopback.fixture.ts';
import { ProviderUnavailable } from '../provider.ts';
import { cachedVendor } from './forecast-cache.ts';
import type { ForecastVendor, Place, PlaceForecast } from './place-forecast.ts';
import type { WeatherProvider } from './weather-provider.ts';

// Weather vendors on loopback, for tests only.

export const HOUR_MS = 3_600_000;
export const NOON_MS = Date.UTC(2026, 0, 15, 12);
export const MUNICH = { lat: 48.14, lon: 11.58 };
export const FREISING = { lat: 48.4, lon: 11.74 };

export interface Wire {
  readonly vendor: ForecastVendor;
  readonly provider: WeatherProvider;
  readonly heard: Awaited<ReturnType<typeof vendorOn>>['heard'];
  readonly clock: ReturnType<typeof impatientClock>;
  /** The vendor's words, past the cache. */
  ask(...places: readonly Place[]): Promise<PlaceForecast[]>;
  /** The kind of its failure. */
  failure(...places: readonly Place[]): Promise<ProviderUnavailable>;
}

export async function wireTo(
  answer: Answering,
  create: (
    url: string,
    deps: { clock: Wire['clock']; random: () => number; fetch: typeof fetch },
  ) => ForecastVendor,
): Promise<Wire> {
  const { baseUrl, heard } = await vendorOn(answer);
  const clock = impatientClock(NOON_MS);
  const deps = { clock, random: () => 0.5, fetch };
  const vendor = create(baseUrl, deps);
  const ask = (...places: readonly Place[]): Promise<PlaceForecast[]> =>
    Promise.all(vendor.ask(places, clock.nowMs() + 6 * HOUR_MS, new AbortController().signal));
  return {
    vendor,
    provider: cachedVendor(vendor, deps).provider,
    heard,
    clock,
    ask,
    async failure(...places) {
      const error = await ask(...places).catch((reason: unknown) => reason);
      if (error instanceof ProviderUnavailable) return error;
      throw new TypeError('it answered, or failed in another way', { cause: error });
    },
  };
}
