import type { Metrics } from '@outrider/runtime';

/** What the predictor counts. Labels are topics, never a vehicle. */
export const createCounters = (metrics: Metrics) => ({
  late: metrics.counter(
    'predictor_records_late_total',
    'Records that came after the reorder window; stored, but not judged.',
  ),
  failed: metrics.counter(
    'predictor_judgements_failed_total',
    'Judgements that could not be computed; the car counted as unknown.',
  ),
  trips: metrics.counter('predictor_trips_total', 'Drives that ended: learned from, or why not.', [
    'outcome',
  ]),
  ownerless: metrics.counter(
    'predictor_vehicles_ownerless_total',
    'Cars forgotten, since who owned them then does not own them now.',
  ),
  unknownVehicle: metrics.counter(
    'predictor_records_unknown_vehicle_total',
    'Records of vehicles that are not registered.',
  ),
  unreadable: metrics.counter(
    'predictor_records_unreadable_total',
    'Records that could not be read, by topic.',
    ['topic'],
  ),
  wakeUps: metrics.counter(
    'predictor_wakeups_total',
    'Times the timer rang because a car was due, or something was to be stored or told.',
  ),
  forecasts: metrics.counter('predictor_forecasts_total', 'Forecasts published.'),
  cars: metrics.gauge('predictor_vehicles', 'Vehicles in memory.'),
});
