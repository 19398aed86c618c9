import { coldLock, drivenBatteryTempC, powerHeadroomKw } from './battery.ts';
import {
  type BeliefRoom,
  driveInto,
  energySdKwh,
  type ForecastCar,
  type KnownCar,
  knownCar,
  newBelief,
  readSoc,
  type SocBelief,
  socSdPct,
} from './belief.ts';
import { EnergyInputError, requireWithin } from './check.ts';
import type { RoutePrefix } from './prefix.ts';
import { probabilityBelow, type Quantiles, quantileOf, quantilesOf } from './probability.ts';
import { newStretch, readStretchInto, type Stretch, type StretchRoom } from './stretch.ts';

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
  const { prefix, fromM, toM, state } = input;
  requireSameCar(car, prefix);
  const room = roomFor(prefix);
  const start = readSoc(car, state.socPct, state.socSigmaPct);
  const energyKwh = driveAlong(room, car, prefix, fromM, toM, start, state);
  return arrivalOf(car, room.stretch, room.arrival, energyKwh, state.batteryTempC);
}

type DriveState = Omit<CarState, 'socPct' | 'socSigmaPct'>;

/** Drives a stretch from any belief; what plans are made of. */
export function driveTo(
  car: KnownCar,
  prefix: RoutePrefix,
  fromM: number,
  toM: number,
  start: SocBelief,
  state: DriveState,
): { readonly belief: SocBelief; readonly forecast: ArrivalForecast } {
  requireSameCar(car, prefix);
  const { stretch } = roomFor(prefix);
  const belief = newBelief();
  const energyKwh = driveAlong({ stretch, arrival: belief }, car, prefix, fromM, toM, start, state);
  return { belief, forecast: arrivalOf(car, stretch, belief, energyKwh, state.batteryTempC) };
}

/** The figures of an {@link ArrivalForecast} that decide. */
export interface Reforecast {
  readonly meanPct: number;
  readonly sdPct: number;
  /** P(arrival SOC < reserve). */
  readonly belowReserveProbability: number;
}

export type Reforecaster = (fromM: number, toM: number, state: CarState, reserveSocPct: number) => Reforecast;

/**
 * `forecastArrival` of one car on one route for sweeps over many places or charges: the same arithmetic, only
 * what decides. Each answer is the caller's own.
 */
export function prepareForecast(forecastCar: ForecastCar, prefix: RoutePrefix): Reforecaster {
  const car = knownCar(forecastCar);
  requireSameCar(car, prefix);
  const room = roomFor(prefix);
  return (fromM, toM, state, reserveSocPct) => {
    const start = readSoc(car, state.socPct, state.socSigmaPct);
    driveAlong(room, car, prefix, fromM, toM, start, state);
    const meanPct = room.arrival.meanSocPct;
    const sdPct = socSdPct(car, room.arrival);
    return { meanPct, sdPct, belowReserveProbability: probabilityBelow(reserveSocPct, meanPct, sdPct) };
  };
}

/** What a forecast is worked out in. */
interface Room {
  readonly stretch: StretchRoom;
  readonly arrival: BeliefRoom;
}

/**
 * Making these arrays costs more than all the arithmetic in them. Nothing here awaits or calls back, so one room
 * does for all forecasts; each writes everything in it that it reads.
 */
let onlyRoom: Room | undefined;

function roomFor(prefix: RoutePrefix): Room {
  onlyRoom ??= { stretch: newStretch(prefix), arrival: newBelief() };
  return onlyRoom;
}

function requireSameCar(car: KnownCar, prefix: RoutePrefix): void {
  const { modelId } = prefix.vehicle;
  if (modelId !== car.vehicle.modelId) {
    throw new EnergyInputError(`the route was computed for ${modelId}, not for ${car.vehicle.modelId}`);
  }
}

/** Reads the stretch and drives it; returns the energy, kWh. */
function driveAlong(
  { stretch, arrival }: Room,
  car: KnownCar,
  prefix: RoutePrefix,
  fromM: number,
  toM: number,
  start: SocBelief,
  state: DriveState,
): number {
  const speedMps = requireWithin('speedMps', state.speedMps ?? 0, 0, 120);
  readStretchInto(stretch, prefix, fromM, toM, {
    cabinTempC: state.cabinTempC,
    elapsedDriveS: state.elapsedDriveS,
    tyreColdRatio: state.tyreColdRatio,
    fromRest: speedMps === 0,
  });
  return driveInto(arrival, car, start, stretch, speedMps);
}

function arrivalOf(
  car: KnownCar,
  stretch: Stretch,
  belief: SocBelief,
  energyKwh: number,
  startBatteryTempC = stretch.startTempC,
): ArrivalForecast {
  const { durationS, startTempC, endTempC } = stretch;
  requireWithin('batteryTempC', startBatteryTempC, -60, 80);
  const airTempC = (startTempC + endTempC) / 2;
  const meanPowerKw = durationS > 0 ? (3600 * energyKwh) / durationS : 0;
  const batteryTempC = drivenBatteryTempC(car.vehicle, startBatteryTempC, airTempC, meanPowerKw, durationS);
  const soc = socForecast(car, belief, batteryTempC);
  const headroomKw = powerHeadroomKw(car.vehicle, soc.meanPct, batteryTempC);
  return {
    distanceM: stretch.toM - stretch.fromM,
    durationS,
    energyKwh: { mean: energyKwh, sd: energySdKwh(car, stretch) },
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
