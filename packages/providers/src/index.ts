export * from './caller.ts';
export * from './charging/index.ts';
export * from './first-available.ts';
export * from './probe.ts';
export * from './provider.ts';
export * from './routing/index.ts';
export * from './trips/index.ts';
export * from './weather/index.ts';
