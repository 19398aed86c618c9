import type { TripLog } from './trip-log.ts';

/** The CAN signal of the heater hangs when the heater goes off. A heater at work flickers. */
const HUNG_MIN_S = 5;
/** Means of a constant differ by rounding only. */
const SAME_W = 0.5;

/**
 * The heater's power: the LIN signal where there is one. The CAN signal shows bursts of 5.5 kW that the battery
 * does not feel (a standing car draws 0.8 kW all the while), and hangs for minutes. It counts only while the car
 * asks for heat and the value moves.
 */
export function readHeater({ columns: { heaterLinW, heaterCanW, heaterAskedW } }: TripLog): Float64Array {
  if (heaterLinW.some((watts) => !Number.isNaN(watts))) return heaterLinW.slice();
  return clearHung(heaterCanW).map((watts, i) => (heaterAskedW[i] === 0 ? 0 : watts));
}

function clearHung(watts: Float64Array): Float64Array {
  const cleared = watts.slice();
  let from = 0;
  for (let i = 1; i <= watts.length; i++) {
    if (i < watts.length && Math.abs(watts[i]! - watts[from]!) < SAME_W) continue;
    if (i - from > HUNG_MIN_S) cleared.fill(0, from, i);
    from = i;
  }
  return cleared;
}
