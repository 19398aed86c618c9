export * from './open.ts';
export * from './query-timeout.ts';
export * from './telemetry.ts';
