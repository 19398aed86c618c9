import {
  AERO,
  COOL_DOWN,
  COOLING,
  FEATURE_COUNT,
  GRAVITY_MPS2,
  HEAT,
  type Learned,
  learnEnergy,
  noLearning,
  type Posterior,
  readStretch,
  regenShare,
  SPEED_CHANGES,
  STOP_AND_GO,
  TYRE_WARM_UP,
  tripForecast,
  tyreColdLeft,
  WARM_UP,
} from '@outrider/energy';
import type { Prediction } from '../scores.ts';
import { car } from './car.ts';
import { type KnownTrip, routeOf, startOf } from './known-trip.ts';
import { predictHalves, predictionOf } from './planner.ts';

/** Whether heater and air conditioning are read from the log or forecast as a planner does. */
export type Aux = 'measured' | 'predicted';

/** Wheels and rotor move too. */
const ROTATING_RATIO = 1.05;
/** Braking below this is done by the discs, and above it more and more by the motor. */
const NO_REGEN_BELOW_MPS = 5 / 3.6;
const ALL_REGEN_FROM_MPS = 10 / 3.6;
/** A full pack takes what it can hold a moment: nothing when cold. */
const FULL_FROM_PCT = 95;
const FULL_REGEN_W = 18_000;
const FULL_COLD_BELOW_C = 5;
const FULL_WARM_FROM_C = 15;
/** Braking that is not recovered costs all of it, where otherwise the usual share is lost. */
const USUAL_SHARE_LOST = noLearning(car).posterior.theta[SPEED_CHANGES] ?? 0.3;
const CLIMATE = [HEAT, WARM_UP, COOLING, COOL_DOWN];
const METER_SD_RATIO = 0.01;

/** Every second trip, from those between, with the speed it was driven at. */
export function replayHalves(trips: readonly KnownTrip[], aux: Aux): readonly Prediction[] {
  const learn = (others: readonly KnownTrip[]): Learned => {
    const prior = noLearning(car);
    const posterior = others.reduce<Posterior>((before, trip) => {
      const kwh = trip.drivenKwh - auxKwh(trip, aux);
      const label = { kwh, sdKwh: METER_SD_RATIO * kwh };
      return learnEnergy(car, before, replayFeatures(trip, aux), label).posterior;
    }, prior.posterior);
    return { ...prior, posterior };
  };
  return predictHalves(trips, learn, (learned, trip) => {
    const forecast = tripForecast(learned.posterior, replayFeatures(trip, aux), car.usableKwh);
    return predictionOf(learned, trip, forecast, 0, auxKwh(trip, aux));
  });
}

function auxKwh({ log }: KnownTrip, aux: Aux): number {
  if (aux === 'predicted') return 0;
  const known = (watts: number): number => (Number.isNaN(watts) ? 0 : watts);
  let joules = 0;
  for (let i = 0; i < log.timeS.length; i++)
    joules += known(log.heaterW[i] ?? 0) + known(log.airConW[i] ?? 0);
  return joules / 3.6e6;
}

/** The planner's features, but for those that the speed of each second tells better. */
export function replayFeatures(trip: KnownTrip, aux: Aux): Float64Array {
  const route = routeOf(trip, null);
  const { features } = readStretch(route, 0, route.lengthM, startOf(trip));
  if (aux === 'measured') for (const k of CLIMATE) features[k] = 0;
  const { speedMps } = trip.log;
  const eta = car.drivelineEfficiency;
  const massKg = route.totalMassKg;
  // One piece of road holds the air's density: its drag, less its own mean speed.
  const meanMps = route.speedMps[0] ?? 1;
  const dragPerM = (features[AERO] ?? 0) / (meanMps ** 2 * route.lengthM); // ½·ρ/η
  let drag = 0;
  let coldRollingJ = 0;
  let brakingJ = 0;
  for (let i = 0; i < speedMps.length; i++) {
    const mps = speedMps[i] ?? 0;
    drag += dragPerM * mps ** 3;
    coldRollingJ += (massKg * GRAVITY_MPS2 * mps * tyreColdLeft(i)) / eta;
    brakingJ += brakingCostJ(trip, i, massKg, dragPerM * eta);
  }
  features[AERO] = drag;
  features[TYRE_WARM_UP] = trip.tyreColdRatio * coldRollingJ;
  features[SPEED_CHANGES] = brakingJ;
  features[STOP_AND_GO] = 0;
  return new Float64Array(features.subarray(0, FEATURE_COUNT));
}

/** Kinetic energy that one second of braking takes out beyond what the road takes anyway, weighted by what is lost. */
function brakingCostJ(trip: KnownTrip, i: number, massKg: number, dragPerM: number): number {
  const { speedMps } = trip.log;
  const [mps = 0, nextMps = 0] = [speedMps[i], speedMps[i + 1]];
  const lostJ = 0.5 * ROTATING_RATIO * massKg * (mps ** 2 - nextMps ** 2);
  const drag = dragPerM * car.dragCoefficient * car.frontalAreaM2 * mps ** 2;
  const resistanceJ = (massKg * GRAVITY_MPS2 * car.rollingCoefficient + drag) * mps;
  const brakedJ = Math.max(0, lostJ - resistanceJ);
  if (brakedJ === 0) return 0;
  const fast = (mps - NO_REGEN_BELOW_MPS) / (ALL_REGEN_FROM_MPS - NO_REGEN_BELOW_MPS);
  const recoverableJ = Math.min(brakedJ, regenLimitW(trip, i)) * Math.min(1, Math.max(0, fast));
  return recoverableJ + (brakedJ - recoverableJ) / USUAL_SHARE_LOST;
}

/** What the pack accepts at this second. */
function regenLimitW(trip: KnownTrip, i: number): number {
  const { startBatteryC, log } = trip;
  const limitW = 1000 * car.maxRegenKw * regenShare(startBatteryC);
  if (!((log.displayedSocPct[i] ?? 0) > FULL_FROM_PCT)) return limitW;
  const warm = (startBatteryC - FULL_COLD_BELOW_C) / (FULL_WARM_FROM_C - FULL_COLD_BELOW_C);
  return Math.min(limitW, FULL_REGEN_W * Math.min(1, Math.max(0, warm)));
}
