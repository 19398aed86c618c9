import { type BatteryEnergy, batteryEnergy, kwhPerPoint, socAfterUsing } from './battery.ts';
import { requireWithin } from './check.ts';
import { FEATURE_COUNT, kineticEnergyJ } from './features.ts';
import { LIVE_FACTOR } from './live-factor.ts';
import { type InputSigmas, noiseVarianceKwh2, parameterSigmaFactor, usualSigmas } from './noise.ts';
import { type Posterior, varianceForm } from './posterior.ts';
import {
  BY_CAPACITY,
  BY_DRAG,
  BY_PAYLOAD,
  BY_ROLLING,
  BY_SPEED,
  BY_TEMPERATURE,
  BY_WIND,
  energyByInput,
  energyByInputInto,
  energyKwhOf,
  energyPerClimbM,
  INPUT_COUNT,
  type Stretch,
} from './stretch.ts';
import type { VehicleModel } from './vehicle-model.ts';

/**
 * What is believed about the SOC at one point of a plan. Errors of the parameters and of the weather are kept as
 * slopes, so that they add up over the legs of a plan as one and the same error; all others are independent.
 */
export interface SocBelief {
  /** May be negative: then so much is missing. */
  readonly meanSocPct: number;
  /** Variance of independent errors, points². */
  readonly ownVariancePct2: number;
  /** dSOC/dθ, points per unit. */
  readonly byTheta: Float64Array;
  /** dSOC/dinput, points per unit, in the order of INPUTS. */
  readonly byInput: Float64Array;
}

/** The car and how well it is known: the same for all legs. */
export interface ForecastCar {
  readonly vehicle: VehicleModel;
  readonly posterior: Posterior;
  /** State of health, 1 = new. */
  readonly sohRatio?: number;
  readonly sigmas?: InputSigmas;
  /** See UNLEARNED_SIGMA_FACTOR. */
  readonly unlearnedSigmaFactor?: number;
  /** From `updateLiveFactor`; 1 = none. */
  readonly liveFactor?: number;
  /** Factor on the sd of parameters and trip noise, from `conformalScale`; 1 = none. */
  readonly errorScale?: number;
}

/** `ForecastCar` with its defaults filled in. */
export interface KnownCar {
  readonly vehicle: VehicleModel;
  readonly posterior: Posterior;
  readonly battery: BatteryEnergy;
  readonly sigmas: InputSigmas;
  /** Variance factors on the parameter covariance and on the trip noise. */
  readonly parameterFactor2: number;
  readonly noiseFactor2: number;
  readonly liveFactor: number;
}

export function knownCar(car: ForecastCar): KnownCar {
  const errorScale = requireWithin('errorScale', car.errorScale ?? 1, 0.1, 10);
  const factor = errorScale * parameterSigmaFactor(car.posterior.trips, car.unlearnedSigmaFactor);
  return {
    vehicle: car.vehicle,
    posterior: car.posterior,
    battery: batteryEnergy(car.vehicle, car.sohRatio),
    sigmas: car.sigmas ?? usualSigmas,
    parameterFactor2: factor * factor,
    noiseFactor2: (errorScale * car.posterior.noiseScale) ** 2,
    liveFactor: requireWithin('liveFactor', car.liveFactor ?? 1, LIVE_FACTOR.least, LIVE_FACTOR.most),
  };
}

/** A belief to be written into again and again. */
export type BeliefRoom = { -readonly [Field in keyof SocBelief]: SocBelief[Field] };

export const newBelief = (): BeliefRoom => ({
  meanSocPct: 0,
  ownVariancePct2: 0,
  byTheta: new Float64Array(FEATURE_COUNT),
  byInput: new Float64Array(INPUT_COUNT),
});

/** A reading's error is its own: no slope leads to it. Shared by all readings, and written by none. */
const noSlopes = newBelief();

/** A SOC just read from the car. `socSigmaPct` is beyond the rounding of the display. */
export function readSoc({ sigmas }: KnownCar, socPct: number, socSigmaPct = 0): SocBelief {
  requireWithin('socPct', socPct, -100, 100);
  requireWithin('socSigmaPct', socSigmaPct, 0, 50);
  return {
    meanSocPct: socPct,
    ownVariancePct2: socSigmaPct ** 2 + sigmas.socStepPct ** 2 / 12,
    byTheta: noSlopes.byTheta,
    byInput: noSlopes.byInput,
  };
}

const FULL_PCT = 100;

/** Energy of a stretch at rest or at speed, kWh: what the wheels ask for, and what the battery gives. */
function energyOf(car: KnownCar, stretch: Stretch, speedMps: number) {
  const rawKwh = car.liveFactor * energyKwhOf(stretch, car.posterior.theta);
  const { totalMassKg } = stretch.prefix;
  const kineticKwh = kineticEnergyJ(totalMassKg, speedMps, car.vehicle.drivelineEfficiency) / 3.6e6;
  return { rawKwh, energyKwh: rawKwh > 0 ? Math.max(0, rawKwh - kineticKwh) : rawKwh };
}

/** Variance of what is new in every leg, kWh²: trip noise and climb. */
function legVarianceKwh2(car: KnownCar, stretch: Stretch, rawKwh: number): number {
  if (stretch.toM <= stretch.fromM) return 0;
  const climbKwh = energyPerClimbM(stretch, car.posterior.theta) * car.sigmas.climbM;
  return car.noiseFactor2 * noiseVarianceKwh2(rawKwh, car.vehicle.usableKwh) + climbKwh * climbKwh;
}

/**
 * Drives a stretch: takes its energy out of the belief `before` and adds its errors. Returns the energy, kWh.
 * `speedMps` is the speed the car has now.
 */
export function driveInto(
  into: BeliefRoom,
  car: KnownCar,
  before: SocBelief,
  stretch: Stretch,
  speedMps: number,
): number {
  const { battery, liveFactor } = car;
  const { rawKwh, energyKwh } = energyOf(car, stretch, speedMps);
  // Downhill a full battery takes nothing more: the brakes do.
  const meanSocPct = Math.min(FULL_PCT, socAfterUsing(battery, before.meanSocPct, energyKwh));
  const perPoint = kwhPerPoint(battery, meanSocPct);
  const carried = kwhPerPoint(battery, before.meanSocPct) / perPoint;
  const { byTheta, byInput } = into;
  const perJoule = liveFactor / (3.6e6 * perPoint);
  for (let k = 0; k < FEATURE_COUNT; k++) {
    byTheta[k] = carried * (before.byTheta[k] ?? 0) - perJoule * (stretch.features[k] ?? 0);
  }
  energyByInputInto(byInput, stretch, car.posterior.theta);
  for (let j = 0; j < INPUT_COUNT; j++) {
    byInput[j] = carried * (before.byInput[j] ?? 0) - (liveFactor * (byInput[j] ?? 0)) / perPoint;
  }
  byInput[BY_CAPACITY] = (byInput[BY_CAPACITY] ?? 0) + energyKwh / perPoint;
  into.meanSocPct = meanSocPct;
  into.ownVariancePct2 =
    carried ** 2 * before.ownVariancePct2 + legVarianceKwh2(car, stretch, rawKwh) / perPoint ** 2;
  return energyKwh;
}

/** sd of the energy of this stretch alone, kWh. */
export function energySdKwh(car: KnownCar, stretch: Stretch): number {
  const { posterior, liveFactor } = car;
  const { rawKwh } = energyOf(car, stretch, 0);
  const parameters =
    (liveFactor / 3.6e6) ** 2 * car.parameterFactor2 * varianceForm(car.posterior, stretch.features);
  const inputs = liveFactor ** 2 * inputVariance(energyByInput(stretch, posterior.theta), car.sigmas);
  return Math.sqrt(Math.max(0, legVarianceKwh2(car, stretch, rawKwh) + parameters + inputs));
}

/** Moves the mean and adds an independent error; slopes and variance before it count with `carriedRatio`. */
export function moveSoc(
  before: SocBelief,
  meanSocPct: number,
  addedSdPct: number,
  carriedRatio = 1,
): SocBelief {
  return {
    meanSocPct,
    ownVariancePct2: carriedRatio ** 2 * before.ownVariancePct2 + addedSdPct ** 2,
    byTheta: before.byTheta.map((slope) => carriedRatio * slope),
    byInput: before.byInput.map((slope) => carriedRatio * slope),
  };
}

/** Standard deviation of the SOC, points. */
export function socSdPct(car: KnownCar, belief: SocBelief): number {
  const parameters = car.parameterFactor2 * varianceForm(car.posterior, belief.byTheta);
  const inputs = inputVariance(belief.byInput, car.sigmas);
  return Math.sqrt(Math.max(0, belief.ownVariancePct2 + parameters + inputs));
}

function inputVariance(slopes: Float64Array, sigmas: InputSigmas): number {
  const squared = (j: number, sigma: number) => ((slopes[j] ?? 0) * sigma) ** 2;
  return (
    squared(BY_TEMPERATURE, sigmas.temperatureK) +
    squared(BY_WIND, sigmas.windMps) +
    squared(BY_SPEED, sigmas.speedRatio) +
    squared(BY_PAYLOAD, sigmas.payloadKg) +
    squared(BY_CAPACITY, sigmas.capacityRatio) +
    squared(BY_DRAG, sigmas.dragAreaM2) +
    squared(BY_ROLLING, sigmas.rollingRatio)
  );
}
