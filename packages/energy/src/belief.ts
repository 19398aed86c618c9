import { type BatteryEnergy, batteryEnergy, kwhPerPoint, socAfterUsing } from './battery.ts';
import { requireWithin } from './check.ts';
import { FEATURE_COUNT, kineticEnergyJ } from './features.ts';
import { type InputSigmas, noiseVarianceKwh2, parameterSigmaFactor, usualSigmas } from './noise.ts';
import { covarianceForm, type Posterior } from './posterior.ts';
import {
  BY_CAPACITY,
  BY_DRAG,
  BY_PAYLOAD,
  BY_ROLLING,
  BY_SPEED,
  BY_TEMPERATURE,
  BY_WIND,
  energyByInput,
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
    liveFactor: requireWithin('liveFactor', car.liveFactor ?? 1, 0.3, 3),
  };
}

/** A SOC just read from the car. `socSigmaPct` is beyond the rounding of the display. */
export function readSoc(car: KnownCar, socPct: number, socSigmaPct = 0): SocBelief {
  requireWithin('socPct', socPct, -100, 100);
  requireWithin('socSigmaPct', socSigmaPct, 0, 50);
  return {
    meanSocPct: socPct,
    ownVariancePct2: socSigmaPct ** 2 + car.sigmas.socStepPct ** 2 / 12,
    byTheta: new Float64Array(FEATURE_COUNT),
    byInput: new Float64Array(INPUT_COUNT),
  };
}

export interface DriveStep {
  readonly belief: SocBelief;
  readonly energyKwh: number;
  /** Of this stretch alone. */
  readonly energySdKwh: number;
}

/** Drives a stretch: takes its energy out and adds its errors. `speedMps` is the speed the car has now. */
export function driveStep(car: KnownCar, before: SocBelief, stretch: Stretch, speedMps = 0): DriveStep {
  const { posterior, battery, sigmas, liveFactor } = car;
  const { theta } = posterior;
  const rawKwh = liveFactor * energyKwhOf(stretch, theta);
  const kineticKwh =
    kineticEnergyJ(stretch.prefix.totalMassKg, speedMps, car.vehicle.drivelineEfficiency) / 3.6e6;
  const energyKwh = rawKwh > 0 ? Math.max(0, rawKwh - kineticKwh) : rawKwh;

  const slopes = energyByInput(stretch, theta);
  const climbKwh = energyPerClimbM(stretch, theta) * sigmas.climbM * (stretch.toM > stretch.fromM ? 1 : 0);
  const noise =
    stretch.toM > stretch.fromM ? car.noiseFactor2 * noiseVarianceKwh2(rawKwh, car.vehicle.usableKwh) : 0;
  const ownKwh2 = noise + climbKwh * climbKwh;
  const parameters =
    (liveFactor / 3.6e6) ** 2 *
    car.parameterFactor2 *
    covarianceForm(posterior, stretch.features, stretch.features);
  const inputs = liveFactor ** 2 * inputVariance(slopes, sigmas);

  const meanSocPct = socAfterUsing(battery, before.meanSocPct, energyKwh);
  const perPoint = kwhPerPoint(battery, meanSocPct);
  const carried = kwhPerPoint(battery, before.meanSocPct) / perPoint;
  const byTheta = new Float64Array(FEATURE_COUNT);
  const perJoule = liveFactor / (3.6e6 * perPoint);
  for (let k = 0; k < FEATURE_COUNT; k++) {
    byTheta[k] = carried * (before.byTheta[k] ?? 0) - perJoule * (stretch.features[k] ?? 0);
  }
  const byInput = new Float64Array(INPUT_COUNT);
  for (let j = 0; j < INPUT_COUNT; j++) {
    byInput[j] = carried * (before.byInput[j] ?? 0) - (liveFactor * (slopes[j] ?? 0)) / perPoint;
  }
  byInput[BY_CAPACITY] = carried * (before.byInput[BY_CAPACITY] ?? 0) + energyKwh / perPoint;
  return {
    belief: {
      meanSocPct,
      ownVariancePct2: carried ** 2 * before.ownVariancePct2 + ownKwh2 / perPoint ** 2,
      byTheta,
      byInput,
    },
    energyKwh,
    energySdKwh: Math.sqrt(Math.max(0, ownKwh2 + parameters + inputs)),
  };
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
  const parameters = car.parameterFactor2 * covarianceForm(car.posterior, belief.byTheta, belief.byTheta);
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
