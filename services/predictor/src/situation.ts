import type { Outlook } from '@outrider/energy';
import type { CarMemory } from './car-memory.ts';
import type { Drill } from './drill.ts';

/** Everything facts, remedies and the forecast are computed from: the car now, the road, the time. */
export interface Situation extends Outlook {
  readonly memory: CarMemory;
  /** The fleet its owner counts it to; absent: none. */
  readonly fleet?: string;
  /** Of a canary: what is tried on it. Absent: a car that is meant. */
  readonly drill?: Drill;
}
