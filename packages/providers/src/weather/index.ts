/** Every weather provider. A new one is a file beside this, its test, and a line here. */
export const weatherProviderNames = ['forecast-file', 'open-meteo', 'met-norway', 'nws-grid'] as const;

export * from './forecast-cache.ts';
export * from './forecast-file.ts';
export * from './met-norway.ts';
export * from './nws-grid.ts';
export * from './open-meteo.ts';
export * from './place-forecast.ts';
export * from './weather-probe.ts';
export * from './weather-provider.ts';
