export { InfluxRefusal as SeriesRefusal } from './influx-http.ts';
export { backfillSeries, prepareSeries } from './influx-prepare.ts';
export * from './open.ts';
export * from './telemetry.ts';
