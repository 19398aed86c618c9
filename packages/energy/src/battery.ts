import { clamp, EnergyInputError, requireFinite, requireWithin } from './check.ts';
import type { VehicleModel } from './vehicle-model.ts';

/** Energy per SOC point rises with SOC, as the voltage does: e(SOC) = e0 + e1·SOC, kWh per point. */
export interface BatteryEnergy {
  readonly e0: number;
  readonly e1: number;
}

/** A pack gives about 4 % less per point than its mean in the lowest third of SOC. */
const LOW_SHAPE = 0.94;

/** `sohRatio`: state of health, 1 = new. */
export function batteryEnergy(vehicle: VehicleModel, sohRatio = 1): BatteryEnergy {
  requireWithin('sohRatio', sohRatio, 0.3, 1.2);
  const perPoint = (vehicle.usableKwh * sohRatio) / 100;
  return { e0: LOW_SHAPE * perPoint, e1: ((1 - LOW_SHAPE) / 50) * perPoint };
}

/** kWh per SOC point at this SOC; below 0 the shape ends and the value at 0 goes on. */
export function kwhPerPoint(battery: BatteryEnergy, socPct: number): number {
  return battery.e0 + battery.e1 * Math.max(0, socPct);
}

/** Energy between 0 % and this SOC, kWh; negative below 0 %, which is how much is missing. */
export function storedKwh(battery: BatteryEnergy, socPct: number): number {
  return battery.e0 * socPct + (socPct > 0 ? (battery.e1 / 2) * socPct * socPct : 0);
}

/** Usable energy between two levels, kWh; negative when `toSocPct` is the higher one. */
export function usableBetweenKwh(battery: BatteryEnergy, fromSocPct: number, toSocPct: number): number {
  return storedKwh(battery, fromSocPct) - storedKwh(battery, toSocPct);
}

/** SOC after taking out this energy (negative: putting in). Below 0 means that so much was missing. */
export function socAfterUsing(battery: BatteryEnergy, fromSocPct: number, energyKwh: number): number {
  const left = storedKwh(battery, fromSocPct) - energyKwh;
  const { e0, e1 } = battery;
  return left <= 0 ? left / e0 : (Math.sqrt(e0 * e0 + 2 * e1 * left) - e0) / e1;
}

/**
 * Heat lost per unit of terminal energy, at 1C and 25 °C. NREL's map gives an efficiency of 0.978 at 1C, 23 °C.
 */
const LOSS_RATIO_1C = 0.021;
const RESISTANCE_TEMPERATURE_K = 3265;

/** Cell resistance relative to 25 °C: R = R25·exp(3265·(1/T − 1/298.15)); 2.7 at 0 °C. */
export function resistanceRatio(batteryTempC: number): number {
  return Math.exp(RESISTANCE_TEMPERATURE_K * (1 / (batteryTempC + 273.15) - 1 / 298.15));
}

/** I²R heat in the pack, kW, at this terminal power (either sign). */
export function heatLossKw(vehicle: VehicleModel, powerKw: number, batteryTempC: number): number {
  const cRate = Math.abs(powerKw) / vehicle.usableKwh;
  return Math.abs(powerKw) * Math.min(0.5, LOSS_RATIO_1C * cRate * resistanceRatio(batteryTempC));
}

/** Cut-off and open-circuit voltage relative to the pack's nominal one; 345 to 391 of 372 V in a BMW i3. */
const CUT_OFF = 0.75;
const openCircuit = (socPct: number) => 0.9 + 0.0015 * clamp(socPct, 0, 100);
/** Lasting load sags about twice as much as the ohmic resistance says: the cells polarise. */
const POLARISATION = 2;

/**
 * Power the pack can hold, kW: U_min·(U_ocv − U_min)/R. Falls when cold and when low; a car goes "power-limited"
 * before it is empty.
 */
export function powerHeadroomKw(
  vehicle: VehicleModel,
  socPct: number,
  batteryTempC: number,
  sohRatio = 1,
): number {
  requireFinite('socPct', socPct);
  requireWithin('batteryTempC', batteryTempC, -60, 80);
  if (socPct <= 0) return 0;
  const resistance =
    (POLARISATION * LOSS_RATIO_1C * resistanceRatio(batteryTempC)) / (vehicle.usableKwh * sohRatio);
  return (CUT_OFF * (openCircuit(socPct) - CUT_OFF)) / resistance;
}

/** Points of SOC that a cold pack keeps to itself until it is warm. */
export interface ColdLock {
  readonly meanPct: number;
  readonly sdPct: number;
}
const LOCK_BELOW_C = 5;
const LOCKED_POINTS_PER_K = 0.5;
const MOST_LOCKED_POINTS = 15;

/**
 * Judgement, not a measurement, hence the wide sd. One measured car missed no Ah at 5 °C; the log of the 2013
 * winter drive says that its pack was not at 0 % when it shut down on a −12 °C morning, but not how far from it.
 * What is locked comes back as the pack warms up.
 */
export function coldLock(batteryTempC: number): ColdLock {
  requireWithin('batteryTempC', batteryTempC, -60, 80);
  const meanPct = clamp((LOCK_BELOW_C - batteryTempC) * LOCKED_POINTS_PER_K, 0, MOST_LOCKED_POINTS);
  return { meanPct, sdPct: 0.5 * meanPct };
}

const PARKED_TIME_CONSTANT_S = 11 * 3600;
/** Moving air and the cooling loop roughly halve it. */
const DRIVING_TIME_CONSTANT_S = 5 * 3600;

/** Battery temperature after standing in air of this (mean) temperature; τ = 11 h, plausible 6 to 20 h. */
export function parkedBatteryTempC(batteryTempC: number, airTempC: number, durationS: number): number {
  return airTempC + (batteryTempC - airTempC) * Math.exp(-requirePast(durationS) / PARKED_TIME_CONSTANT_S);
}

/** Cooling, or less power, holds the pack below this, driving as charging. */
export const HELD_BELOW_C = 45;

/** Battery temperature after driving with this mean power: C·dT/dt = I²R − UA·(T − T_air), as far as it may. */
export function drivenBatteryTempC(
  vehicle: VehicleModel,
  batteryTempC: number,
  airTempC: number,
  meanPowerKw: number,
  durationS: number,
): number {
  requirePast(durationS);
  const uaWPerK = vehicle.batteryHeatCapacityJPerK / DRIVING_TIME_CONSTANT_S;
  const balanceC = airTempC + (1000 * heatLossKw(vehicle, meanPowerKw, batteryTempC)) / uaWPerK;
  const freeC = balanceC + (batteryTempC - balanceC) * Math.exp(-durationS / DRIVING_TIME_CONSTANT_S);
  return Math.min(Math.max(batteryTempC, HELD_BELOW_C), freeC);
}

function requirePast(durationS: number): number {
  requireFinite('durationS', durationS);
  if (durationS < 0) throw new EnergyInputError(`durationS must not be negative, is ${durationS}`);
  return durationS;
}
