import { GEAR, SIGNAL } from '@outrider/domain';

// What the cars of this proof say. Every car stands at the start of a road of 100 km, due to leave, without a
// cable; its charge falls to where the road is hopeless, and rises to where it is easy, again and again. The
// rule for leaving with too little must open one episode per fall, no more, no less. Parked, since a moving
// driver is sent nothing.

/** Event time of one fall and one rise. */
export const PHASE_MS = 5 * 60_000;
/** The rule's `for`, twice, with room for the reorder window. */
export const HOLD_MS = 150_000;

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
