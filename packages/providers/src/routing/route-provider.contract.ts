import { describe, test } from 'vitest';
import { ROUTE_PROMISES, type Way } from './route-promises.ts';
import type { RouteProvider } from './route-provider.ts';

const WAYS: readonly Way[] = [
  { name: 'across a town', from: { lat: 41.24, lon: -73.01 }, to: { lat: 41.26, lon: -72.99 } },
  { name: 'across a state', from: { lat: 39.66, lon: -75.69 }, to: { lat: 41.25, lon: -73.01 } },
  { name: 'across the 180th meridian', from: { lat: -16.8, lon: 179.9 }, to: { lat: -16.7, lon: -179.9 } },
];

/** What every route provider keeps. `create` is called once per test. */
export function routeProviderContract(create: () => RouteProvider | Promise<RouteProvider>): void {
  describe.each(WAYS)('as a route provider, $name', (way) => {
    test.each(ROUTE_PROMISES)('$name', async ({ keep }) => {
      await keep(await create(), way);
    });
  });
}
