/** Those asked over the network, in the usual order. A new one is a file beside this, its test, and a line here. */
export const WEATHER_VENDORS = ['open-meteo', 'met-norway', 'nws-grid'] as const;
export type WeatherVendor = (typeof WEATHER_VENDORS)[number];

/** Every weather provider. */
export const weatherProviderNames = ['forecast-file', ...WEATHER_VENDORS] as const;

export * from './forecast-cache.ts';
export * from './forecast-file.ts';
export * from './met-norway.ts';
export * from './nws-grid.ts';
export * from './open-meteo.ts';
export * from './place-forecast.ts';
export * from './weather-probe.ts';
export * from './weather-provider.ts';
