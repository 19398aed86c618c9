export {
  type ArrivalForecast,
  type ArrivalInput,
  type CarState,
  forecastArrival,
  prepareForecast,
  type Reforecast,
  type Reforecaster,
  type SocForecast,
} from './arrival.ts';
export * from './battery.ts';
export type { ForecastCar } from './belief.ts';
export * from './calibrate.ts';
export { catalogue, modelOf, plugsOf, vehicleModel } from './catalogue.ts';
export * from './charging.ts';
export { EnergyInputError } from './check.ts';
export { conformalScale } from './conformal.ts';
export * from './decision.ts';
export type { DrivenTrip, UnmeasuredReason } from './driven-trip.ts';
export * from './features.ts';
export * from './flat-road.ts';
export { mergeFleet } from './fleet-prior.ts';
export * from './live-factor.ts';
export * from './noise.ts';
export * from './outlook/kept-car.ts';
export { basisOf, learnedOf } from './outlook/learning.ts';
export * from './outlook/outlook.ts';
export * from './outlook/plan-ahead.ts';
export * from './outlook/road-memory.ts';
export * from './outlook/rounded.ts';
export * from './outlook/route-view.ts';
export * from './outlook/tyres.ts';
export * from './outlook/vehicle-state.ts';
export * from './outlook/what-if.ts';
export * from './parking.ts';
export * from './plan.ts';
export * from './posterior.ts';
export { buildPrefix, type PrefixInput, type RoutePrefix, secondsTo, segmentAt } from './prefix.ts';
export * from './prior.ts';
export * from './probability.ts';
export type { MeterCar } from './road-meter.ts';
export type { RouteSegment, SegmentWeather } from './segment-features.ts';
export * from './solve.ts';
export { type StateOfHealth, withToldHealth } from './state-of-health.ts';
export {
  energyByInput,
  energyKwhOf,
  energyPerClimbM,
  readStretch,
  type Stretch,
  type StretchStart,
} from './stretch.ts';
export { surfaceRollingRatio } from './surface.ts';
export * from './trip-meter.ts';
export * from './use-priors.ts';
export * from './vehicle-model.ts';
