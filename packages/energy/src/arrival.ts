import { coldLock, drivenBatteryTempC, powerHeadroomKw } from './battery.ts';
import {
  type DriveStep,
  driveStep,
  type ForecastCar,
  type KnownCar,
  knownCar,
  readSoc,
  type SocBelief,
  socSdPct,
} from './belief.ts';
import { EnergyInputError, requireWithin } from './check.ts';
import type { RoutePrefix } from './prefix.ts';
import { probabilityBelow, type Quantiles, quantileOf, quantilesOf } from './probability.ts';
import { readStretch, type Stretch, segmentAt } from './stretch.ts';

/** The car as its telemetry shows it at the start of the stretch. */
export interface CarState {
  readonly socPct: number;
  /** Error of that reading beyond the rounding of the display; default 0. */
  readonly socSigmaPct?: number;
  /** Default: the air temperature. */
  readonly batteryTempC?: number;
  /** Default: the air temperature, less what the elapsed drive has warmed. */
  readonly cabinTempC?: number;
  /** Speed now; 0 or absent = standing, and the stretch begins with an acceleration. */
  readonly speedMps?: number;
  readonly elapsedDriveS?: number;
  /** How cold the tyres were when this drive began; default 1, as the air. */
  readonly tyreColdRatio?: number;
}

/** A SOC that is not certain. */
export interface SocForecast {
  readonly meanPct: number;
  readonly sdPct: number;
  readonly quantilesPct: Quantiles;
  /** SOC the battery will keep to itself on arrival because it is cold. */
  readonly lockedPct: { readonly meanPct: number; readonly sdPct: number };
  /** P(SOC < socPct), Student-t with ν = 6. */
  probabilityBelow(socPct: number): number;
  /** P(what the cold lets out < socPct): at 0 the probability of standing still before the target. */
  probabilityUsableBelow(socPct: number): number;
  /** The SOC it stays below with this probability. */
  quantilePct(probability: number): number;
}

export interface ArrivalForecast {
  readonly distanceM: number;
  readonly durationS: number;
  readonly energyKwh: { readonly mean: number; readonly sd: number };
  readonly arrivalSocPct: Quantiles;
  readonly soc: SocForecast;
  readonly batteryTempC: number;
  readonly cabinTempC: number;
  /** Power the pack can still hold on arrival, kW. */
  readonly headroomKw: number;
  /** True when that is less than twice the mean power of the stretch: the car slows before it is empty. */
  readonly powerLimited: boolean;
  /** P(arrival SOC < socPct). */
  probabilityBelow(socPct: number): number;
}

export interface ArrivalInput {
  readonly prefix: RoutePrefix;
  readonly fromM: number;
  readonly toM: number;
  readonly car: ForecastCar;
  readonly state: CarState;
}

/**
 * SOC at `toM` for a car at `fromM`. Cheap enough for every telemetry record and every charger ahead.
 * Throws EnergyInputError on NaN, on SOC outside [−100, 100] and on places off the route.
 */
export function forecastArrival(input: ArrivalInput): ArrivalForecast {
  const car = knownCar(input.car);
  const { state } = input;
  const start = readSoc(car, state.socPct, state.socSigmaPct);
  return driveTo(car, input.prefix, input.fromM, input.toM, start, state).forecast;
}

/** Drives a stretch from any belief; what plans are made of. */
export function driveTo(
  car: KnownCar,
  prefix: RoutePrefix,
  fromM: number,
  toM: number,
  start: SocBelief,
  state: Omit<CarState, 'socPct' | 'socSigmaPct'>,
): { readonly belief: SocBelief; readonly forecast: ArrivalForecast } {
  const { modelId } = prefix.vehicle;
  if (modelId !== car.vehicle.modelId) {
    throw new EnergyInputError(`the route was computed for ${modelId}, not for ${car.vehicle.modelId}`);
  }
  const speedMps = requireWithin('speedMps', state.speedMps ?? 0, 0, 120);
  const stretch = readStretch(prefix, fromM, toM, {
    ...(state.cabinTempC === undefined ? {} : { cabinTempC: state.cabinTempC }),
    elapsedDriveS: state.elapsedDriveS ?? 0,
    tyreColdRatio: state.tyreColdRatio ?? 1,
    fromRest: speedMps === 0,
  });
  const batteryTempC = requireWithin('batteryTempC', state.batteryTempC ?? stretch.startTempC, -60, 80);
  const step = driveStep(car, start, stretch, speedMps);
  return { belief: step.belief, forecast: arrivalOf(car, stretch, step, batteryTempC) };
}

function arrivalOf(
  car: KnownCar,
  stretch: Stretch,
  step: DriveStep,
  startBatteryTempC: number,
): ArrivalForecast {
  const { prefix, durationS, toM } = stretch;
  const endTempC = prefix.tempC[segmentAt(prefix, toM)] ?? stretch.startTempC;
  const airTempC = (stretch.startTempC + endTempC) / 2;
  const meanPowerKw = durationS > 0 ? (3600 * step.energyKwh) / durationS : 0;
  const batteryTempC = drivenBatteryTempC(car.vehicle, startBatteryTempC, airTempC, meanPowerKw, durationS);
  const soc = socForecast(car, step.belief, batteryTempC);
  const headroomKw = powerHeadroomKw(car.vehicle, soc.meanPct, batteryTempC);
  return {
    distanceM: toM - stretch.fromM,
    durationS,
    energyKwh: { mean: step.energyKwh, sd: step.energySdKwh },
    arrivalSocPct: soc.quantilesPct,
    soc,
    batteryTempC,
    cabinTempC: stretch.endCabinTempC,
    headroomKw,
    powerLimited: headroomKw < 2 * Math.max(0, meanPowerKw),
    probabilityBelow: soc.probabilityBelow,
  };
}

/** A belief as people ask about it. */
export function socForecast(car: KnownCar, belief: SocBelief, batteryTempC: number): SocForecast {
  const meanPct = belief.meanSocPct;
  const sdPct = socSdPct(car, belief);
  const lockedPct = coldLock(batteryTempC);
  return {
    meanPct,
    sdPct,
    quantilesPct: quantilesOf(meanPct, sdPct),
    lockedPct,
    probabilityBelow: (socPct) => probabilityBelow(socPct, meanPct, sdPct),
    probabilityUsableBelow: (socPct) =>
      probabilityBelow(socPct, meanPct - lockedPct.meanPct, Math.hypot(sdPct, lockedPct.sdPct)),
    quantilePct: (probability) => quantileOf(probability, meanPct, sdPct),
  };
}
