/** Every route provider, in the order they are asked. A new one is a file beside this, its test, and a word here. */
export const routeProviderNames = ['valhalla', 'osrm', 'great-circle'] as const;

export * from './great-circle.ts';
export * from './in-process/valhalla-tiles.ts';
export * from './osrm.ts';
export { ROUTE_PROMISES, type RoutePromise, type Way } from './route-promises.ts';
export * from './route-provider.ts';
export { type ValhallaOptions, valhalla } from './valhalla.ts';
