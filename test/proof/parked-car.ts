import { GEAR, SIGNAL } from '@outrider/domain';

// What the cars of a proof say. Every car stands at the start of a road of 100 km, due to leave, without a cable;
// its charge falls to where the road is hopeless, and rises to where it is easy, again and again. The rule for
// leaving with too little must open one episode per fall, no more, no less. Parked, since a moving driver is sent
// nothing.

export const ORIGIN = { name: 'Start', lat: 61.0, lon: 25.0 } as const;
export const DESTINATION = { name: 'Far', lat: 61.9, lon: 25.0 } as const;
/** The rule whose episodes are counted. */
export const RULE_ID = 'departure-below-reserve';

/** Phases alternate; odd ones are falls. */
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
