// When the cars of this proof fall and rise, in event time.

/** Event time of one fall and one rise. */
export const PHASE_MS = 4 * 60_000;
/** A fall must be seen this long to count: the rule's minute twice, and the reorder window. */
export const SEEN_MS = 140_000;
/** And without a longer gap than this: a server that was away for most of a fall need not know of it. */
export const GAP_MAX_MS = 45_000;
/** What was acknowledged is judged within this time, a kill and a restart included. */
export const LAG_MAX_MS = 120_000;
/** A frame acknowledged within this time was news when it came. */
export const PROMPT_MS = 15_000;
/** Every car has been standing for this long: who has just parked may be about to plug in. */
export const PARKED_MS = 30 * 60_000;

/** Which phase an instant falls into. Cars are shifted so that alerts flow all the time. */
export function phaseAt(startMs: number, carIndex: number, carCount: number, atMs: number): number {
  const shiftMs = (carIndex / carCount) * 2 * PHASE_MS;
  return Math.floor((atMs - startMs + shiftMs) / PHASE_MS);
}
