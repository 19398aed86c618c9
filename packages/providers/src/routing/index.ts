import { greatCircle } from './great-circle.ts';
import type { RouteProvider } from './route-provider.ts';

/** Every route provider. A new one is a file beside this, its test, and a line here. */
export const routeProviders: readonly RouteProvider[] = [greatCircle];

export * from './great-circle.ts';
export * from './route-provider.ts';
