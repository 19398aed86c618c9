import { clamp } from './check.ts';

/**
 * The twelve features. Battery energy of a stretch is E = θ·f in joules: each feature is in J per unit of its
 * parameter, and the parameters keep physical meaning.
 */
export const FEATURES = [
  'rolling', //        θ: rolling coefficient on a free road, 1
  'aero', //           θ: effective drag area, m²
  'climb', //          θ: share of m·g·Δh, 1
  'base', //           θ: base load, W
  'cold-rolling', //   θ: extra rolling coefficient per kelvin below 20 °C, 1/K
  'heat', //           θ: steady cabin heat, W/K
  'warm-up', //        θ: heat capacity of a cold cabin, J/K
  'cooling', //        θ: steady air conditioning, W/K
  'cool-down', //      θ: heat capacity of a hot cabin, J/K
  'speed-changes', //  θ: share of kinetic energy lost at each change of speed, 1
  'stop-and-go', //    θ: rolling coefficient's worth of braking in town traffic, 1
  'tyre-warm-up', //   θ: extra rolling coefficient of tyres and gears that stood, 1
] as const;

export const FEATURE_COUNT = FEATURES.length;
export const ROLLING = 0;
export const AERO = 1;
export const CLIMB = 2;
/** Its feature is the elapsed time in seconds. */
export const BASE = 3;
export const COLD_ROLLING = 4;
export const HEAT = 5;
export const WARM_UP = 6;
export const COOLING = 7;
export const COOL_DOWN = 8;
export const SPEED_CHANGES = 9;
export const STOP_AND_GO = 10;
export const TYRE_WARM_UP = 11;

export const GRAVITY_MPS2 = 9.81;
const KELVIN = 273.15;
const DRY_AIR_J_PER_KG_K = 287.05;
const SEA_LEVEL_HPA = 1013.25;
/** Below this the tyres, bearings and oil are counted as cold. */
const COLD_ROLLING_BELOW_C = 20;
const CLIMATE_ON_EITHER_SIDE_OF_C = 20;
/** A cabin set to 22 °C needs no heat above 18 °C outside: people and sun give the rest. */
const HEAT_FREE_K = 4;
/** Cabin warm-up and pull-down time constant. */
export const CABIN_TIME_CONSTANT_S = 480;
/** What a heat pump delivers its heat at. */
const HEAT_PUMP_SINK_K = 323;
const HEAT_PUMP_QUALITY = 0.35;
const HEAT_PUMP_GIVES_UP_BELOW_C = -15;
const CROSSWIND_WEIGHT = 0.3;
const ROLLING_PER_WETNESS = 0.05;
/** Mean speed of town traffic: below it a car brakes as often as it can. */
const TOWN_MPS = 30 / 3.6;
/** Mean speed of open roads: from here on hardly anybody brakes. */
const OPEN_ROAD_MPS = 80 / 3.6;
/** Rolling resistance is measured after 30 min of warming up (ISO 28580): about four time constants. */
const TYRE_TIME_CONSTANT_S = 480;
/** Judgement: tyres and gears of a parked car are cold again after an hour or two. */
const TYRE_COOLING_TIME_CONSTANT_S = 1800;
const RECOVERED_DESCENT = 0.85;

/** Air density, kg/m³, from the gas law of dry air. +9 % from 25 to 0 °C. */
export function airDensityKgM3(tempC: number, pressureHpa: number): number {
  return (pressureHpa * 100) / (DRY_AIR_J_PER_KG_K * (tempC + KELVIN));
}

/** Pressure of the standard atmosphere, hPa; for when the weather service gives none. */
export function standardPressureHpa(elevationM: number): number {
  return SEA_LEVEL_HPA * (1 - 2.25577e-5 * elevationM) ** 5.25588;
}

/** Wind against the car, m/s; negative is a tailwind. `windFromDeg` is where it blows from, as in forecasts. */
export function headwindMps(windSpeedMps: number, windFromDeg: number, bearingDeg: number): number {
  return windSpeedMps * Math.cos(((windFromDeg - bearingDeg) * Math.PI) / 180);
}

/** f1, J: m·g·d/η; water on the road costs 5 %, slush (wetness 4) 20 %. */
export function rollingFeatureJ(weightN: number, distanceM: number, wetness: number, eta: number): number {
  return ((weightN * distanceM) / eta) * (1 + ROLLING_PER_WETNESS * wetness);
}

/** The steady speed with the drag of one that varies by this sd about its mean: E[v³] = v̄³·(1 + 3·s²), skew left out. */
export const dragSpeedMps = (speedMps: number, sdRatio: number): number =>
  speedMps * Math.sqrt(1 + 3 * sdRatio * sdRatio);

/** Square of the air speed that makes drag, m²/s²: head-on wind fully, crosswind with weight 0.3. */
export function dragSpeedSquared(speedMps: number, headMps: number, crossMps: number): number {
  return Math.max(0, speedMps + headMps) ** 2 + CROSSWIND_WEIGHT * crossMps ** 2;
}

/** f2, J/m²: ½·ρ·u²·d/η. */
export function aeroFeatureJPerM2(
  density: number,
  dragSpeed2: number,
  distanceM: number,
  eta: number,
): number {
  return (0.5 * density * dragSpeed2 * distanceM) / eta;
}

/**
 * Share of the full regeneration a battery of this temperature accepts: 0.42 at −1 °C, all from 10 °C on
 * (shape of a BMW i3's limit, the only car measured).
 */
export function regenShare(batteryTempC: number): number {
  return clamp(0.42 + 0.053 * (batteryTempC + 1), 0.2, 1);
}

/**
 * f3, J: m·g·Δh. A descent gives back 85 %, and never more than what it saves against the resistances plus what
 * the battery accepts while it lasts.
 */
export function climbFeatureJ(
  weightN: number,
  climbM: number,
  resistanceJ: number,
  regenLimitJ: number,
): number {
  if (climbM >= 0) return weightN * climbM;
  return -Math.min(-RECOVERED_DESCENT * weightN * climbM, resistanceJ + regenLimitJ);
}

/** Kelvin below the temperature from which tyres and drivetrain count as warm (f5; 0.8 %/K by UN R117). */
export function coldKelvin(tempC: number): number {
  return Math.max(0, COLD_ROLLING_BELOW_C - tempC);
}

export type Heater = 'resistive' | 'heat-pump';

/** Electric energy per unit of cabin heat, 1/COP. A heat pump: 1/2.3 at 0 °C, 1/1.9 at −10, 1 below −15. */
export function electricPerHeat(heater: Heater, tempC: number): number {
  if (heater === 'resistive' || tempC < HEAT_PUMP_GIVES_UP_BELOW_C) return 1;
  const liftK = HEAT_PUMP_SINK_K - (tempC + KELVIN);
  return clamp(liftK / (HEAT_PUMP_QUALITY * HEAT_PUMP_SINK_K), 0, 1);
}

/** d(1/COP)/dT, 1/K. */
export function electricPerHeatSlope(heater: Heater, tempC: number): number {
  const share = electricPerHeat(heater, tempC);
  return heater === 'resistive' || share === 1 ? 0 : -1 / (HEAT_PUMP_QUALITY * HEAT_PUMP_SINK_K);
}

/** Kelvin of steady heating (f6); 0 with the climate control off. */
export function heatingKelvin(tempC: number, setTempC: number | null): number {
  if (setTempC === null || tempC >= CLIMATE_ON_EITHER_SIDE_OF_C) return 0;
  return Math.max(0, setTempC - HEAT_FREE_K - tempC);
}

/** Kelvin of steady cooling (f8); 0 with the climate control off. */
export function coolingKelvin(tempC: number, setTempC: number | null): number {
  return setTempC === null ? 0 : Math.max(0, tempC - CLIMATE_ON_EITHER_SIDE_OF_C);
}

/** Is a cold cabin heated up (f7) in this weather? */
export function warmsUp(tempC: number): boolean {
  return tempC < CLIMATE_ON_EITHER_SIDE_OF_C;
}

/** Is a hot cabin cooled down (f9) in this weather? A parked car in the sun is hot from 18 °C on. */
export function coolsDown(tempC: number): boolean {
  return tempC >= 18;
}

/** Share of a cabin's cold (or heat) that is gone after this time: 1 − e^(−t/480 s). */
export function warmedShare(elapsedS: number): number {
  return -Math.expm1(-elapsedS / CABIN_TIME_CONSTANT_S);
}

/**
 * Weight of f10: speed changes cost up to 1.4 times as much while a cold battery refuses the braking energy.
 * Full below 5 °C, nothing from 10 °C on, where the battery takes it all.
 */
export function coldBrakingRatio(batteryTempC: number): number {
  return 1 + 0.4 * clamp((10 - batteryTempC) / 5, 0, 1);
}

/** f10, J: ½·m·(v₁²−v₀²) where the car speeds up, 0 where it slows down. */
export function speedChangeFeatureJ(
  massKg: number,
  fromMps: number,
  toMps: number,
  coldRatio: number,
): number {
  return coldRatio * Math.max(0, 0.5 * massKg * (toMps * toMps - fromMps * fromMps));
}

/** f11: share of a segment's road with stop-and-go inside it, which its mean speed does not show. */
export function stopAndGoShare(speedMps: number): number {
  return clamp((OPEN_ROAD_MPS - speedMps) / (OPEN_ROAD_MPS - TOWN_MPS), 0, 1);
}

/** d(share)/d(relative speed). */
export function stopAndGoShareSlope(speedMps: number): number {
  const isBetween = speedMps > TOWN_MPS && speedMps < OPEN_ROAD_MPS;
  return isBetween ? -speedMps / (OPEN_ROAD_MPS - TOWN_MPS) : 0;
}

/** f12, J: rolling work of `durationS` from wholly cold tyres on, their excess decaying as e^(−t/480 s). */
export function tyreWarmUpFeatureJ(rollingW: number, durationS: number): number {
  return rollingW * TYRE_TIME_CONSTANT_S * -Math.expm1(-durationS / TYRE_TIME_CONSTANT_S);
}

/** What is left of the tyres' cold after this much driving; 1 = as cold as the air. */
export function tyreColdLeft(drivenS: number): number {
  return Math.exp(-drivenS / TYRE_TIME_CONSTANT_S);
}

/** How cold tyres are that were `ratio` cold when the car was parked. */
export function tyreColdAfterParking(ratio: number, parkedS: number): number {
  return 1 - (1 - ratio) * Math.exp(-parkedS / TYRE_COOLING_TIME_CONSTANT_S);
}

/** Energy the moving car carries and can still use, J: η·1.1·½·m·v² (1.1 for wheels and rotor). */
export function kineticEnergyJ(massKg: number, speedMps: number, eta: number): number {
  return eta * 1.1 * 0.5 * massKg * speedMps * speedMps;
}
