/** Every weather provider. A new one is a file beside this, its test, and a line here. */
export const weatherProviderNames = ['forecast-file'] as const;

export * from './forecast-file.ts';
export * from './weather-provider.ts';
