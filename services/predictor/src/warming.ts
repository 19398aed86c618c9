import { batteryEnergy, socAfterUsing } from '@outrider/energy';
import type { Situation } from './situation.ts';

/** Warm enough for most of the charging power: the cold factor is 0.93 there. */
export const WARM_C = 20;
/** Battery heaters give about this much. */
export const HEATER_KW = 5;

/** What warming the battery for a fast charge takes; null when it is warm, or nothing is known. */
export function afterWarming({
  memory,
  vehicle,
  car,
  soc,
}: Situation): { readonly socPct: number; readonly minutes: number } | null {
  const tempC = memory.battery?.tempC;
  if (tempC === undefined || soc === undefined || tempC >= WARM_C) return null;
  const energyKwh =
    (vehicle.batteryHeatCapacityJPerK * (WARM_C - tempC)) / vehicle.drivelineEfficiency / 3.6e6;
  return {
    socPct: Math.max(0, socAfterUsing(batteryEnergy(vehicle, car.sohRatio), soc.value, energyKwh)),
    minutes: Math.ceil((energyKwh / HEATER_KW) * 60),
  };
}
