import { N_PER_NM } from './motor.ts';
import type { TripLog } from './trip-log.ts';

/** What the heater can take; more may be asked for. */
const MOST_W = 5_500;
/** Seconds to either side over which asked and drawn power are compared: they need not be logged at one moment. */
const AROUND_S = 15;
/** Asked for and not even half drawn is not drawn: the request hangs too. */
const LEAST_DRAWN_RATIO = 0.5;
/** Motor and inverter, each way. */
const DRIVE_EFFICIENCY = 0.92;
/** What a switched-on car draws anyway. */
const BASE_W = 450;

/**
 * The heater's power: the LIN signal where there is one. Without it the power asked for, as long as the battery
 * feels it: what it gives beyond motor, air conditioning and base load must be at least half of that. The CAN
 * signal is no help: it hangs for minutes, at 0 while the heater works too, and shows bursts of 5.5 kW that the
 * battery does not feel.
 */
export function readHeater({ columns }: TripLog): Float64Array {
  const { heaterLinW, heaterAskedW } = columns;
  if (heaterLinW.some((watts) => !Number.isNaN(watts))) return heaterLinW.slice();
  const drawnW = columns.batteryW.map((watts, i) => {
    const motorW = N_PER_NM * (columns.motorNm[i] ?? 0) * (columns.speedMps[i] ?? 0);
    const driveW = motorW > 0 ? motorW / DRIVE_EFFICIENCY : motorW * DRIVE_EFFICIENCY;
    return watts - driveW - orZero(columns.airConW[i]) - BASE_W;
  });
  const meanDrawnW = smooth(drawnW);
  const meanAskedW = smooth(heaterAskedW);
  return heaterAskedW.map((watts, i) => {
    const isDrawn = (meanDrawnW[i] ?? 0) >= LEAST_DRAWN_RATIO * (meanAskedW[i] ?? 0);
    return isDrawn ? Math.min(MOST_W, orZero(watts)) : 0;
  });
}

const orZero = (value: number | undefined): number =>
  value === undefined || Number.isNaN(value) ? 0 : value;

/** Mean over the seconds around each; what is missing counts as 0. */
function smooth(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (const [i, value] of values.entries()) sums[i + 1] = (sums[i] ?? 0) + orZero(value);
  return values.map((_, i) => {
    const [from, to] = [Math.max(0, i - AROUND_S), Math.min(values.length, i + AROUND_S + 1)];
    return ((sums[to] ?? 0) - (sums[from] ?? 0)) / (to - from);
  });
}
