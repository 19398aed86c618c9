import { type BatteryEnergy, coldLock, kwhPerPoint, parkedBatteryTempC, socAfterUsing } from './battery.ts';
import { requireWithin } from './check.ts';
import type { Heater } from './features.ts';
import { electricPerHeat } from './features.ts';
import type { VehicleModel } from './vehicle-model.ts';

export type ParkingMode = 'asleep' | 'guard' | 'awake';

/** Warming the car up before departure. Without a plug it comes out of the battery. */
export interface Preconditioning {
  readonly cabinToC: number | null;
  readonly batteryToC: number | null;
}

export interface ParkingInput {
  readonly vehicle: VehicleModel;
  readonly battery: BatteryEnergy;
  readonly socPct: number;
  readonly durationS: number;
  /** Mean air temperature while parked. */
  readonly airTempC: number;
  /** Air temperature at the end, when known; a cabin follows the air quickly. Default: the mean. */
  readonly endAirTempC?: number;
  readonly mode: ParkingMode;
  readonly batteryTempC: number;
  readonly cabinTempC: number;
  readonly preconditioning?: Preconditioning;
}

export interface ParkingResult {
  readonly energyKwh: number;
  readonly socPct: number;
  /** sd of what parking added to the uncertainty. */
  readonly socSdPct: number;
  readonly batteryTempC: number;
  readonly cabinTempC: number;
  /** SOC the cold battery will not give at first. */
  readonly lockedSocPct: number;
}

/** What adding energies up may be off by. */
const ROUNDING_PCT = 1e-6;
/** A displayed SOC is corrected after a rest: seen between +0.6 and +1.6 points; builds up within hours. */
const REST_JUMP_SD_PCT = 1.5;
const REST_TIME_S = 2 * 3600;
/** Nobody's standby draw is known better than this. */
const STANDBY_SD_RATIO = 0.4;
const PRECONDITIONING_SD_RATIO = 0.3;
const CABIN_PARKED_TIME_CONSTANT_S = 45 * 60;
const CABIN_HEAT_J_PER_K = 90_000;

/** What a stop without a plug costs, and how cold the car is afterwards. */
export function parkCar(input: ParkingInput): ParkingResult {
  const { vehicle, battery } = input;
  const socPct = Math.min(100, requireWithin('socPct', input.socPct, -100, 100 + ROUNDING_PCT));
  const durationS = requireWithin('durationS', input.durationS, 0, 90 * 86_400);
  const airTempC = requireWithin('airTempC', input.airTempC, -60, 60);
  requireWithin('cabinTempC', input.cabinTempC, -60, 90);
  const endAirTempC = requireWithin('endAirTempC', input.endAirTempC ?? airTempC, -60, 60);
  let batteryTempC = parkedBatteryTempC(
    requireWithin('batteryTempC', input.batteryTempC, -60, 80),
    airTempC,
    durationS,
  );
  const cabinLeft = Math.exp(-durationS / CABIN_PARKED_TIME_CONSTANT_S);
  let cabinTempC = endAirTempC + (input.cabinTempC - endAirTempC) * cabinLeft;
  const standbyKwh = (vehicle.standbyW[input.mode] * durationS) / 3.6e6;

  const { cabinToC = null, batteryToC = null } = input.preconditioning ?? {};
  const warming = preconditioningKwh(vehicle, endAirTempC, cabinTempC, batteryTempC, cabinToC, batteryToC);
  if (cabinToC !== null) cabinTempC = Math.max(cabinTempC, cabinToC);
  if (batteryToC !== null) batteryTempC = Math.max(batteryTempC, batteryToC);

  const energyKwh = standbyKwh + warming;
  const after = socAfterUsing(battery, socPct, energyKwh);
  const energySdKwh = Math.hypot(STANDBY_SD_RATIO * standbyKwh, PRECONDITIONING_SD_RATIO * warming);
  const restSdPct = REST_JUMP_SD_PCT * Math.min(1, durationS / REST_TIME_S);
  return {
    energyKwh,
    socPct: after,
    socSdPct: Math.hypot(energySdKwh / kwhPerPoint(battery, after), restSdPct),
    batteryTempC,
    cabinTempC,
    lockedSocPct: coldLock(batteryTempC).meanPct,
  };
}

/** Cabin by the same heat as f7; battery by its heat capacity, through a heater as good as the driveline. */
function preconditioningKwh(
  vehicle: VehicleModel,
  airTempC: number,
  cabinC: number,
  batteryC: number,
  cabinToC: number | null,
  batteryToC: number | null,
): number {
  const heater: Heater = vehicle.heater;
  const cabinK = cabinToC === null ? 0 : Math.max(0, requireWithin('cabinToC', cabinToC, 5, 35) - cabinC);
  const batteryK =
    batteryToC === null ? 0 : Math.max(0, requireWithin('batteryToC', batteryToC, -20, 50) - batteryC);
  const cabinJ = CABIN_HEAT_J_PER_K * cabinK * electricPerHeat(heater, airTempC);
  const batteryJ = (vehicle.batteryHeatCapacityJPerK * batteryK) / vehicle.drivelineEfficiency;
  return (cabinJ + batteryJ) / 3.6e6;
}
