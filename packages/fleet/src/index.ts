export type { StretchTruth } from './car.ts';
export type { Part } from './faults.ts';
export { createFleet, type Fleet, type FleetEvent, type FleetOptions } from './fleet.ts';
export type { ToldPlan } from './outing.ts';
export type { Advice, Warning } from './reactions.ts';
export type { Frame } from './sensors.ts';
export type { Forecast, Sky, Weather } from './sky.ts';
export type { Traits } from './traits.ts';
