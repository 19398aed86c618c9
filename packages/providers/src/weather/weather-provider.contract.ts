import { describe, expect, test } from 'vitest';
import { ProviderUnavailable } from '../provider.ts';
import type { WeatherProvider } from './weather-provider.ts';

export interface WeatherContractCase {
  readonly provider: WeatherProvider;
  /** Places and times the provider can tell about when asked at `knownAtMs`. */
  readonly points: readonly { readonly lat: number; readonly lon: number; readonly atMs: number }[];
  readonly knownAtMs: number;
  /** Where or when it cannot. */
  readonly beyond: { readonly lat: number; readonly lon: number; readonly atMs: number };
}

/** What every weather provider keeps. `create` is called once per test. */
export function weatherProviderContract(
  create: () => WeatherContractCase | Promise<WeatherContractCase>,
): void {
  describe('as a weather provider', () => {
    const never = new AbortController().signal;

    test('answers point by point, in the order asked', async () => {
      const { provider, points, knownAtMs } = await create();
      const there = await provider.at(points, knownAtMs, never);
      const back = await provider.at(points.toReversed(), knownAtMs, never);
      expect(there).toHaveLength(points.length);
      expect(back.toReversed()).toEqual(there);
    });

    test('says how sure it is and when it was said, never after it was asked', async () => {
      const { provider, points, knownAtMs } = await create();
      for (const weather of await provider.at(points, knownAtMs, never)) {
        expect(weather.tempC).toBeGreaterThan(-80);
        expect(weather.tempC).toBeLessThan(70);
        expect(weather.sigmaK).toBeGreaterThanOrEqual(0);
        expect(weather.issuedAtMs).toBeLessThanOrEqual(knownAtMs);
        if (weather.wind !== null) {
          expect(weather.wind.mps).toBeGreaterThanOrEqual(0);
          expect(weather.wind.fromDeg).toBeGreaterThanOrEqual(0);
          expect(weather.wind.fromDeg).toBeLessThanOrEqual(360);
        }
      }
    });

    test('no points, no weather, no error', async () => {
      const { provider, knownAtMs } = await create();
      expect(await provider.at([], knownAtMs, never)).toEqual([]);
    });

    test('one point it cannot tell about, and it tells nothing', async () => {
      const { provider, points, knownAtMs, beyond } = await create();
      await expect(provider.at([...points, beyond], knownAtMs, never)).rejects.toThrow(ProviderUnavailable);
    });
  });
}
