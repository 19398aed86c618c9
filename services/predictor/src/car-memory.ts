import type { RoadMemory } from '@outrider/energy';
import type { Carried } from './source-switch.ts';
import type { StretchWatch } from './stretch-watch.ts';
import type { TyresAir } from './tyre-air.ts';

/** What the predictor works out about a car beside its telemetry; part of the checkpoint. */
export interface CarMemory extends RoadMemory {
  /** How much air is in the tyres, and was. Absent while nobody told, and in checkpoints from before. */
  readonly tyresAir?: TyresAir;
  /** What rules still judge by the sources before the last ones. */
  readonly carried: Carried;
  /** The stretch whose warnings are judged when it ends; null while there is none. */
  readonly watch: StretchWatch | null;
}

export const emptyMemory: CarMemory = {
  progress: null,
  battery: null,
  drive: null,
  trip: null,
  tyres: null,
  setTempC: null,
  isTowing: false,
  learned: null,
  carried: {},
  watch: null,
};
