import { isDriving } from '@outrider/energy';
import type { Situation } from './situation.ts';

/** A plan that departs within this time may be begun; what is driven earlier is something else. */
const EARLY_MS = 2 * 3_600_000;

/** The car has left on its plan, and a stop of the plan is still ahead: breaks and charges on the way count. */
export function isUnderWay({ nowMs, state, memory, view }: Situation): boolean {
  const { progress } = memory;
  if (view?.trip == null || progress === null || nowMs < view.trip.departAtMs - EARLY_MS) return false;
  // The first record of a drive may come without a place: the stop is left all the same.
  const hasLeft = progress.atStop !== -1 || isDriving(state);
  return hasLeft && view.stretches.slice(progress.stretch).some(({ planned }) => planned !== null);
}
