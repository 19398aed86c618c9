import { FASTEST_MPS } from './road-meter.ts';

/** What of a sample tells how far the car went; see TripSample. */
export interface WaySample {
  readonly atMs: number;
  readonly speedMps: number | null;
  readonly odometerM: number | null;
  readonly movedM: number | null;
}

/**
 * The odometer has the last word on distance, and speed fills in between its ticks: some count metres, some whole
 * kilometres, and some say the same for a minute.
 */
export interface Odometer {
  readonly readM: number;
  /** When it last changed. */
  readonly atMs: number;
  /** Way counted since then; below 0 is what speed has missed before. */
  readonly countedM: number;
  readonly hasTicked: boolean;
}

/** Speed × time is trusted for so long: what a car did in a longer silence nobody knows. */
const HELD_SPEED_S = 60;
/** Odometers in steps: the moment of a tick says little about the speed of a piece of 500 m. */
const COARSE_STEPS_M = [100, 160.9344, 1000, 1609.344];
/** Share of what speed has missed that each tick of such an odometer makes up for. */
const COARSE_GAIN = 0.2;
/** A tick may show a step's worth more than was driven since the last. */
const STEP_MARGIN_M = 2_000;

export const newOdometer = (readM: number, atMs: number): Odometer => ({
  readM,
  atMs,
  countedM: 0,
  hasTicked: false,
});

/** The way from one sample to the next, and the odometer after it. */
export function wayBetween(
  from: WaySample,
  to: WaySample,
  odometer: Odometer | null,
): { readonly distanceM: number; readonly odometer: Odometer | null } {
  const durationS = Math.max(0, (to.atMs - from.atMs) / 1000);
  const guessM = bySpeed(from, to, durationS);
  const fallbackM = guessM ?? Math.min(to.movedM ?? 0, FASTEST_MPS * durationS);
  const { odometerM: readM, atMs } = to;
  if (readM === null) return { distanceM: fallbackM, odometer: counted(odometer, fallbackM) };
  if (odometer === null) return { distanceM: fallbackM, odometer: newOdometer(readM, atMs) };
  const tickM = readM - odometer.readM;
  if (tickM === 0) return { distanceM: guessM ?? 0, odometer: counted(odometer, guessM ?? 0) };
  const mostM = FASTEST_MPS * ((atMs - odometer.atMs) / 1000) + STEP_MARGIN_M;
  const isPossible = tickM > 0 && tickM <= mostM;
  const isGuided = guessM !== null && isCoarse(readM) && isCoarse(odometer.readM);
  // Where between two ticks the drive began nobody knows.
  if (!isPossible || (isGuided && !odometer.hasTicked))
    return { distanceM: fallbackM, odometer: { ...newOdometer(readM, atMs), hasTicked: isPossible } };
  const missedM = tickM - odometer.countedM - fallbackM;
  const distanceM = Math.max(0, fallbackM + (isGuided ? COARSE_GAIN : 1) * missedM);
  const countedM = odometer.countedM + distanceM - tickM;
  return { distanceM, odometer: { readM, atMs, countedM, hasTicked: true } };
}

const bySpeed = (from: WaySample, to: WaySample, durationS: number): number | null =>
  from.speedMps === null || to.speedMps === null
    ? null
    : ((from.speedMps + to.speedMps) / 2) * Math.min(durationS, HELD_SPEED_S);

const counted = (odometer: Odometer | null, distanceM: number): Odometer | null =>
  odometer === null ? null : { ...odometer, countedM: odometer.countedM + distanceM };

const isCoarse = (odometerM: number): boolean =>
  COARSE_STEPS_M.some((step) => Math.abs(odometerM / step - Math.round(odometerM / step)) * step < 1);
