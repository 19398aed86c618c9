import { tyreColdAfterParking, tyreColdLeft } from '../features.ts';
import type { RoadMemory } from './road-memory.ts';

type Tyres = RoadMemory['tyres'];

/** How cold the tyres of a standing car are: 1 = as the air, which is also what is taken where nothing is known. */
export const tyreColdRatio = (tyres: Tyres, nowMs: number): number =>
  tyres === null ? 1 : tyreColdAfterParking(tyres.coldRatio, Math.max(0, nowMs - tyres.atMs) / 1000);

/** The tyres at the end of a drive. */
export const tyresAfter = (startColdRatio: number, startedAtMs: number, endedAtMs: number): Tyres => ({
  coldRatio: startColdRatio * tyreColdLeft(Math.max(0, endedAtMs - startedAtMs) / 1000),
  atMs: endedAtMs,
});
