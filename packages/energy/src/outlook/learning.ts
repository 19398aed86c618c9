import { forecastBasis, type Learned, noLearning } from '../calibrate.ts';
import type { VehicleModel } from '../vehicle-model.ts';
import type { RoadMemory } from './road-memory.ts';

// Asked at every record, changed once a drive: what follows from a value is kept beside it.
const priors = new WeakMap<VehicleModel, Learned>();
const bases = new WeakMap<Learned, ReturnType<typeof forecastBasis>>();

/** What is known of this car: learned from its drives, or else its model's prior. */
export const learnedOf = (vehicle: VehicleModel, { learned }: Pick<RoadMemory, 'learned'>): Learned =>
  learned ?? keptIn(priors, vehicle, noLearning);

/** What its forecasts are made with. */
export const basisOf = (vehicle: VehicleModel, memory: Pick<RoadMemory, 'learned'>) =>
  keptIn(bases, learnedOf(vehicle, memory), forecastBasis);

function keptIn<K extends object, V>(kept: WeakMap<K, V>, key: K, make: (key: K) => V): V {
  const value = kept.get(key) ?? make(key);
  kept.set(key, value);
  return value;
}
