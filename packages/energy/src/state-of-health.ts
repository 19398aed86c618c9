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
