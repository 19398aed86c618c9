export * from './open.ts';
export * from './telemetry.ts';
