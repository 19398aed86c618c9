import { z } from 'zod';
import { batteryEnergy, usableBetweenKwh } from './battery.ts';
import { clamp } from './check.ts';
import type { DrivenTrip } from './driven-trip.ts';
import type { VehicleModel } from './vehicle-model.ts';

/** Usable energy relative to the new car, and how well that is known. */
export const sohSchema = z.object({
  ratio: z.number().min(0.5).max(1.15),
  sdRatio: z.number().min(0).max(1),
});
export type StateOfHealth = z.infer<typeof sohSchema>;

/** Judgement: data sheets and packs differ by some percent, and few cars in use are new. */
export const newSoh: StateOfHealth = { ratio: 1, sdRatio: 0.05 };

/** Packs age by one or two percent a year; a trip is about a day. */
const DRIFT_SD_RATIO = 0.001;
/** Fewer points than this are mostly rounding and rest effects. */
const LEAST_USED_PCT = 4;
/** What energy over ΔSOC differs from trip to trip: temperature, load, relaxation. */
const TRIP_SD_RATIO = 0.03;

/** Learns the usable energy from what the meter says over what the charge fell by; only where both were seen. */
export function learnSoh(soh: StateOfHealth, model: VehicleModel, trip: DrivenTrip): StateOfHealth {
  const usedPct = trip.startSocPct - trip.endSocPct;
  if (trip.meteredKwh === null || usedPct < LEAST_USED_PCT) return soh;
  const whenNewKwh = usableBetweenKwh(batteryEnergy(model), trip.startSocPct, trip.endSocPct);
  const seen = trip.meteredKwh / whenNewKwh;
  const rounding = (trip.socStepPct * Math.sqrt(2 / 12)) / usedPct;
  const noise = TRIP_SD_RATIO ** 2 + rounding ** 2;
  const prior = soh.sdRatio ** 2 + DRIFT_SD_RATIO ** 2;
  const gain = prior / (prior + noise);
  return {
    ratio: clamp(soh.ratio + gain * (seen - soh.ratio), 0.5, 1.15),
    sdRatio: Math.sqrt((1 - gain) * prior),
  };
}

/** A car's own figure is a guess too: makers round it, show it late, and count from a capacity of their own. Judgement. */
const TOLD_SD_RATIO = 0.03;
/** A pack that says less is hardly driven: rather a figure that means something else. */
const LEAST_TOLD_RATIO = 0.5;

/**
 * What is known of the battery beside what the car says of its health itself, 1 = new; undefined: it says nothing. For
 * one forecast, never to be learned: a car says the same each time, and would be believed more each time.
 */
export function withToldHealth(soh: StateOfHealth, toldRatio: number | undefined): StateOfHealth {
  if (toldRatio === undefined || !(toldRatio >= LEAST_TOLD_RATIO)) return soh;
  const prior = soh.sdRatio ** 2;
  const gain = prior / (prior + TOLD_SD_RATIO ** 2);
  return {
    ratio: clamp(soh.ratio + gain * (toldRatio - soh.ratio), 0.5, 1.15),
    sdRatio: Math.sqrt((1 - gain) * prior),
  };
}
