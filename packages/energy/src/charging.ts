import {
  type BatteryEnergy,
  HELD_BELOW_C,
  heatLossKw,
  kwhPerPoint,
  socAfterUsing,
  usableBetweenKwh,
} from './battery.ts';
import { clamp, requireWithin } from './check.ts';
import type { VehicleModel } from './vehicle-model.ts';

export interface ChargingStation {
  readonly kind: 'dc' | 'ac';
  /** What the station gives: DC at the cable, AC at the socket. */
  readonly maxPowerKw: number;
}

/** Charger losses of the car on AC, wall to terminals. */
const AC_EFFICIENCY = 0.88;
/** Stations give less than their plate says, share it, or throttle: relative sd of the power. */
const POWER_SD_RATIO = { dc: 0.1, ac: 0.05 } as const;
/** The cold factor is a prior from one model of car; its loss is this uncertain. */
const COLD_LOSS_SD_RATIO = 0.35;
const FULL_POWER_FROM_C = 25;
const COLD_LOSS_PER_K = 0.0144;
const STANDING_TIME_CONSTANT_S = 11 * 3600;
/** What adding energies up may be off by. */
const ROUNDING_PCT = 1e-6;
/** Below this the car counts as full or the station as dead. */
const LEAST_POWER_KW = 0.05;

/** Share of the DC curve a cold pack takes: 36 % less SOC in 30 min at 0 °C than at 25 °C (about 500 sessions). */
export function coldChargeRatio(batteryTempC: number): number {
  return clamp(1 - COLD_LOSS_PER_K * (FULL_POWER_FROM_C - batteryTempC), 0.15, 1);
}

/** The car's DC curve at this SOC, kW; linear between its points, flat outside them. */
export function curvePowerKw(vehicle: VehicleModel, socPct: number): number {
  let before = vehicle.dcCurve[0];
  if (before === undefined) return 0;
  for (const point of vehicle.dcCurve) {
    if (point.socPct >= socPct) {
      const width = point.socPct - before.socPct;
      const share = width > 0 ? clamp((socPct - before.socPct) / width, 0, 1) : 1;
      return before.powerKw + share * (point.powerKw - before.powerKw);
    }
    before = point;
  }
  return before.powerKw;
}

/** Power into the battery, kW: the least of station, car, and curve times cold factor. */
export function chargePowerKw(
  vehicle: VehicleModel,
  station: ChargingStation,
  socPct: number,
  batteryTempC: number,
): number {
  if (station.kind === 'ac') return Math.min(station.maxPowerKw, vehicle.acMaxKw) * AC_EFFICIENCY;
  const curve = coldChargeRatio(batteryTempC) * curvePowerKw(vehicle, socPct);
  return Math.min(station.maxPowerKw, vehicle.dcMaxKw, curve);
}

export interface ChargeInput {
  readonly vehicle: VehicleModel;
  readonly battery: BatteryEnergy;
  readonly station: ChargingStation;
  readonly fromSocPct: number;
  readonly batteryTempC: number;
  readonly airTempC: number;
}

export interface ChargeResult {
  readonly minutes: number;
  readonly socPct: number;
  readonly energyKwh: number;
  readonly batteryTempC: number;
  /** Standard deviation of the minutes (to a target) or of the SOC reached (in given minutes). */
  readonly minutesSd: number;
  readonly socSdPct: number;
  /** dSOC_end/dSOC_start: a fuller car gains less, so errors shrink where the curve falls. */
  readonly carriedRatio: number;
  /** False when the power fell to nothing before the target. */
  readonly reached: boolean;
}

/** Charges until this SOC. Already there: 0 minutes. */
export function chargeToSoc(input: ChargeInput, targetSocPct: number): ChargeResult {
  return charge(input, requireWithin('targetSocPct', targetSocPct, 0, 100), Number.POSITIVE_INFINITY);
}

/** Charges this long, or until full. */
export function chargeForMinutes(input: ChargeInput, minutes: number): ChargeResult {
  return charge(input, 100, requireWithin('minutes', minutes, 0, 1e5));
}

/** Walks the curve in steps of one SOC point, warming the pack by I²R. */
function charge(input: ChargeInput, targetSocPct: number, maxMinutes: number): ChargeResult {
  const { vehicle, battery, station } = input;
  // A plan that just charged to full comes back as 100.00000000000001.
  const fromSocPct = Math.min(100, requireWithin('fromSocPct', input.fromSocPct, -100, 100 + ROUNDING_PCT));
  requireWithin('airTempC', input.airTempC, -60, 60);
  requireWithin('maxPowerKw', station.maxPowerKw, 0, 2000);
  let tempC = requireWithin('batteryTempC', input.batteryTempC, -60, 80);
  let socPct = fromSocPct;
  let minutes = 0;
  let powerKw = chargePowerKw(vehicle, station, socPct, tempC);
  const startRate = powerKw / kwhPerPoint(battery, socPct);
  let coldLossMinutes = 0;
  while (socPct < targetSocPct && minutes < maxMinutes) {
    const nextSocPct = Math.min(targetSocPct, Math.floor(socPct + 1 + 1e-9));
    powerKw = chargePowerKw(vehicle, station, (socPct + nextSocPct) / 2, tempC);
    if (powerKw < LEAST_POWER_KW) break;
    const stepKwh = usableBetweenKwh(battery, nextSocPct, socPct);
    const wholeMinutes = (60 * stepKwh) / powerKw;
    const stepMinutes = Math.min(wholeMinutes, maxMinutes - minutes);
    socPct =
      stepMinutes < wholeMinutes
        ? Math.min(nextSocPct, socAfterUsing(battery, socPct, -(powerKw * stepMinutes) / 60))
        : nextSocPct;
    minutes += stepMinutes;
    if (station.kind === 'dc') coldLossMinutes += stepMinutes * coldShareSd(vehicle, station, socPct, tempC);
    const heatK =
      (heatLossKw(vehicle, powerKw, tempC) * 1000 * stepMinutes * 60) / vehicle.batteryHeatCapacityJPerK;
    const lossK = ((tempC - input.airTempC) * stepMinutes * 60) / STANDING_TIME_CONSTANT_S;
    tempC = Math.min(Math.max(tempC, HELD_BELOW_C), tempC + heatK - lossK);
  }
  const endRate = powerKw / kwhPerPoint(battery, socPct); // points per hour
  const minutesSd = Math.hypot(POWER_SD_RATIO[station.kind] * minutes, coldLossMinutes);
  const full = socPct >= 100;
  return {
    minutes,
    socPct,
    energyKwh: usableBetweenKwh(battery, socPct, fromSocPct),
    batteryTempC: tempC,
    minutesSd,
    socSdPct: full || minutes === 0 ? 0 : (endRate * minutesSd) / 60,
    carriedRatio: carriedRatio(minutes, full, startRate, endRate),
    reached: socPct >= targetSocPct - 1e-9,
  };
}

/** S' = P(S)/e(S) does not depend on time, so an error at the start ends as the ratio of the two rates. */
function carriedRatio(minutes: number, full: boolean, startRate: number, endRate: number): number {
  if (minutes === 0 || startRate <= 0) return 1;
  return full ? 0 : clamp(endRate / startRate, 0, 1);
}

/** Relative sd of the power where the cold limits it. */
function coldShareSd(vehicle: VehicleModel, station: ChargingStation, socPct: number, tempC: number): number {
  const ratio = coldChargeRatio(tempC);
  const limited = ratio * curvePowerKw(vehicle, socPct) <= Math.min(station.maxPowerKw, vehicle.dcMaxKw);
  return limited ? Math.min(0.5, (COLD_LOSS_SD_RATIO * (1 - ratio)) / ratio) : 0;
}
