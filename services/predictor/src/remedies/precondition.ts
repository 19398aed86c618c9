import { batteryEnergy, forecastPlan, socAfterUsing } from '@outrider/energy';
import { carStateOf, stagesTo } from '../outlook.ts';
import { outcomeOf, type RemedySource } from '../remedy.ts';

/** Warm enough for most of the charging power; the cold factor is 0.93 there. */
const WARM_C = 20;
/** Battery heaters give about this much. */
const HEATER_KW = 5;

/** Warm the battery on the way to a fast charger; the energy for it comes out of the battery. */
export const precondition: RemedySource = {
  kind: 'precondition',
  simulate({ situation, view, to }) {
    const { memory, vehicle, car, reserveSocPct, soc } = situation;
    const tempC = memory.battery?.tempC;
    if (tempC === undefined || soc === undefined || tempC >= WARM_C) return null;
    const energyKwh =
      (vehicle.batteryHeatCapacityJPerK * (WARM_C - tempC)) / vehicle.drivelineEfficiency / 3.6e6;
    const socPct = Math.max(0, socAfterUsing(batteryEnergy(vehicle), soc.value, energyKwh));
    const plan = forecastPlan({
      car,
      state: { ...carStateOf(situation), socPct },
      stages: stagesTo(situation, view, to),
    });
    const outcome = outcomeOf(plan, reserveSocPct);
    return outcome === null
      ? null
      : { remedy: { kind: 'precondition', minutes: Math.ceil((energyKwh / HEATER_KW) * 60), ...outcome } };
  },
};
