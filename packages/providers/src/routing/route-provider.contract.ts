import { distanceM, polylineM } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { ProviderUnavailable } from '../provider.ts';
import type { RouteProvider } from './route-provider.ts';

const WAYS = [
  ['across a town', { lat: 41.24, lon: -73.01 }, { lat: 41.26, lon: -72.99 }],
  ['across a state', { lat: 39.66, lon: -75.69 }, { lat: 41.25, lon: -73.01 }],
  ['across the 180th meridian', { lat: -16.8, lon: 179.9 }, { lat: -16.7, lon: -179.9 }],
] as const;

/** What every route provider keeps. `create` is called once per test. */
export function routeProviderContract(create: () => RouteProvider): void {
  describe('as a route provider', () => {
    const never = new AbortController().signal;

    test.each(WAYS)(
      '%s: a road from one place to the other, no shorter than the straight line',
      async (_, from, to) => {
        const route = await create().route(from, to, never);
        const [first, last] = [route.points[0], route.points.at(-1)];
        expect(first && distanceM(first, from)).toBeLessThan(500);
        expect(last && distanceM(last, to)).toBeLessThan(500);
        expect(route.distanceM).toBeGreaterThanOrEqual(distanceM(from, to) * 0.99);
        expect(polylineM(route.points)).toBeLessThanOrEqual(route.distanceM * 1.01);
      },
    );

    test.each(WAYS)('%s: driven at a speed that cars drive', async (_, from, to) => {
      const { distanceM: roadM, durationS } = await create().route(from, to, never);
      expect(roadM / durationS).toBeGreaterThan(3);
      expect(roadM / durationS).toBeLessThan(45);
    });

    test('from a place to itself is no way, and no error', async () => {
      const place = WAYS[0][1];
      const route = await create().route(place, place, never);
      expect(route.points.length).toBeGreaterThanOrEqual(2);
      expect(route.distanceM).toBe(0);
      expect(route.durationS).toBe(0);
    });

    test('asked in vain it says so by name, so that the next provider is asked', async () => {
      const answer = create().route(WAYS[0][1], WAYS[0][2], AbortSignal.abort());
      const error = await answer.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error === undefined || error instanceof ProviderUnavailable).toBe(true);
    });
  });
}
