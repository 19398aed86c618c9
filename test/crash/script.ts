import { GEAR, SIGNAL } from '@outrider/domain';

// What the cars of this proof say. Every car stands at the start of a road of 100 km, due to leave, without a
// cable; its charge falls to where the road is hopeless, and rises to where it is easy, again and again. The
// rule for leaving with too little must open one episode per fall, no more, no less. Parked, since a moving
// driver is sent nothing.

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

export const ORIGIN = { name: 'Start', lat: 61.0, lon: 25.0 } as const;
export const DESTINATION = { name: 'Far', lat: 61.9, lon: 25.0 } as const;
/** The rule whose episodes are counted. */
export const RULE_ID = 'departure-below-reserve';

/** Which phase an instant falls into; odd ones are falls. Cars are shifted so that alerts flow all the time. */
export function phaseAt(startMs: number, carIndex: number, carCount: number, atMs: number): number {
  const shiftMs = (carIndex / carCount) * 2 * PHASE_MS;
  return Math.floor((atMs - startMs + shiftMs) / PHASE_MS);
}

export const isFall = (phase: number): boolean => phase % 2 === 1;

/** One frame; `number` is unique per car and comes back as the odometer of the stored row. */
export function signalsOf(phase: number, number: number): Readonly<Record<string, number | boolean>> {
  return {
    [SIGNAL.odometer]: number,
    [SIGNAL.soc]: isFall(phase) ? 12 : 90,
    [SIGNAL.gear]: GEAR.park,
    [SIGNAL.isPlugged]: false,
    [SIGNAL.speed]: 0,
    [SIGNAL.latitude]: ORIGIN.lat,
    [SIGNAL.longitude]: ORIGIN.lon,
    [SIGNAL.airTemp]: 5,
  };
}
