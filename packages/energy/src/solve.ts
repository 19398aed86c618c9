import { type ArrivalForecast, type CarState, forecastArrival, prepareForecast } from './arrival.ts';
import { type ForecastCar, knownCar } from './belief.ts';
import { type ChargingStation, chargeToSoc } from './charging.ts';
import { EnergyInputError, requireWithin } from './check.ts';
import { forecastPlan, type PlanForecast, type PlanStage } from './plan.ts';
import { buildPrefix, type PrefixInput, type RoutePrefix } from './prefix.ts';

/** What counts as good enough: P(SOC < reserve) below `maxProbability`. */
export interface Wanted {
  readonly reserveSocPct: number;
  readonly maxProbability: number;
}

export interface HoldSpeedInput extends Wanted {
  readonly route: PrefixInput;
  readonly fromM: number;
  readonly toM: number;
  readonly car: ForecastCar;
  readonly state: CarState;
  /** Nobody is advised to hold less; default 50 km/h. */
  readonly slowestMps?: number;
  /** Advice comes in round figures; default 5 km/h. */
  readonly stepMps?: number;
}

export type HoldSpeed =
  | { readonly kind: 'not-needed'; readonly probability: number }
  | {
      readonly kind: 'hold';
      readonly capMps: number;
      readonly probability: number;
      readonly extraS: number;
      /** sd of the extra time. Where the cap slows nobody down, both drives are late together and it cancels. */
      readonly extraSdS: number;
      readonly arrival: ArrivalForecast;
    }
  /** Even the best speed does not do: what it would give. */
  | { readonly kind: 'not-enough'; readonly capMps: number; readonly probability: number };

const KMH_5 = 5 / 3.6;
const KMH_50 = 50 / 3.6;

/** The highest speed cap that makes the arrival good enough. Never a speed above what the route already says. */
export function holdSpeed(input: HoldSpeedInput): HoldSpeed {
  const { route, fromM, toM, car, state, reserveSocPct } = input;
  requireWanted(input);
  const stepMps = requireWithin('stepMps', input.stepMps ?? KMH_5, 0.1, 20);
  const slowestMps = requireWithin('slowestMps', input.slowestMps ?? KMH_50, 1, 60);
  const planned = forecastArrival({ prefix: buildPrefix(route), fromM, toM, car, state });
  const plannedProbability = planned.probabilityBelow(reserveSocPct);
  if (plannedProbability < input.maxProbability) {
    return { kind: 'not-needed', probability: plannedProbability };
  }
  const fastestMps = Math.max(...route.segments.map((segment) => segment.speedMps));
  let best = { capMps: fastestMps, probability: plannedProbability };
  const firstStep = Math.ceil(fastestMps / stepMps - 1e-9) - 1;
  for (let step = firstStep; step * stepMps >= slowestMps - 1e-9; step--) {
    const capMps = step * stepMps;
    const prefix = buildPrefix(withSpeedCap(route, capMps));
    const arrival = forecastArrival({ prefix, fromM, toM, car, state });
    const probability = arrival.probabilityBelow(reserveSocPct);
    if (probability < input.maxProbability) {
      const extraS = arrival.durationS - planned.durationS;
      return { kind: 'hold', capMps, probability, extraS, extraSdS: extraSdS(input, capMps), arrival };
    }
    if (probability < best.probability) best = { capMps, probability };
  }
  return { kind: 'not-enough', ...best };
}

/**
 * σ_v·√(t_planned² + t_held²), s, over the road that the cap slows down: traffic decides the one, the driver's
 * right foot the other, so their errors are not the same.
 */
function extraSdS({ route, fromM, toM, car }: HoldSpeedInput, capMps: number): number {
  let atM = 0;
  let plannedS = 0;
  let heldS = 0;
  for (const { distanceM, speedMps } of route.segments) {
    const onWayM = Math.max(0, Math.min(toM, atM + distanceM) - Math.max(fromM, atM));
    atM += distanceM;
    if (speedMps <= capMps) continue;
    plannedS += onWayM / speedMps;
    heldS += onWayM / capMps;
  }
  return knownCar(car).sigmas.speedRatio * Math.hypot(plannedS, heldS);
}

/** The same route, nowhere faster than this. */
export function withSpeedCap(route: PrefixInput, capMps: number): PrefixInput {
  return {
    ...route,
    segments: route.segments.map((segment) =>
      segment.speedMps > capMps ? { ...segment, speedMps: capMps } : segment,
    ),
  };
}

export interface ChargeMinutesInput extends Wanted {
  readonly car: ForecastCar;
  /** Now. */
  readonly state: CarState;
  /** What happens before the charge, for instance the drive to the station; may be empty. */
  readonly before: readonly PlanStage[];
  readonly station: ChargingStation;
  readonly airTempC: number;
  /** What follows it; the reserve must hold at the end of each of its drives. */
  readonly after: readonly PlanStage[];
  /** Where the driver (or the car) stops charging at the latest; default 100. */
  readonly maxSocPct?: number;
  /** Default 12 h. */
  readonly maxMinutes?: number;
}

export type ChargeMinutes =
  | { readonly kind: 'not-needed'; readonly probability: number }
  | {
      readonly kind: 'charge';
      readonly minutes: number;
      /**
       * How far the needed minutes may be off: sd of the SOC at the arrival that decides, points, over the points
       * gained in the last of the minutes.
       */
      readonly minutesSd: number;
      /** Mean SOC when leaving. */
      readonly socAfterPct: number;
      readonly probability: number;
      readonly plan: PlanForecast;
    }
  | {
      readonly kind: 'not-enough';
      readonly minutes: number;
      readonly socAfterPct: number;
      readonly probability: number;
    };

/** How many whole minutes at this station make the rest of the plan good enough. */
export function chargeMinutesFor(input: ChargeMinutesInput): ChargeMinutes {
  requireWanted(input);
  const limit = minutesLimit(input);
  const at = (minutes: number) => afterCharging(input, minutes);
  const without = at(0);
  if (without.probability < input.maxProbability) {
    return { kind: 'not-needed', probability: without.probability };
  }
  const most = at(limit);
  if (most.probability >= input.maxProbability) {
    const { socAfterPct, probability } = most;
    return { kind: 'not-enough', minutes: limit, socAfterPct, probability };
  }
  let tooFew = 0;
  let minutes = limit;
  let found = most;
  while (minutes - tooFew > 1) {
    const middle = Math.floor((tooFew + minutes) / 2);
    const tried = at(middle);
    if (tried.probability < input.maxProbability) {
      minutes = middle;
      found = tried;
    } else tooFew = middle;
  }
  const { plan, socAfterPct, probability, socSdPct } = found;
  const gainedPct = socAfterPct - at(minutes - 1).socAfterPct; // not 0: a minute less would not do
  return { kind: 'charge', minutes, minutesSd: socSdPct / gainedPct, socAfterPct, probability, plan };
}

function afterCharging(input: ChargeMinutesInput, minutes: number) {
  const { car, state, before, station, airTempC, after } = input;
  const charge: PlanStage = { kind: 'charge', station, airTempC, until: { kind: 'minutes', minutes } };
  const plan = forecastPlan({ car, state, stages: [...before, charge, ...after] });
  let probability = 0;
  let socSdPct = 0;
  for (const { kind, stageIndex, soc } of plan.stops) {
    if (kind !== 'drive' || stageIndex <= before.length) continue;
    const below = soc.probabilityBelow(input.reserveSocPct);
    if (below < probability) continue;
    probability = below;
    socSdPct = soc.sdPct;
  }
  return { plan, probability, socSdPct, socAfterPct: plan.stops[before.length]?.soc.meanPct ?? state.socPct };
}

/** Whole minutes until the time limit or the SOC limit, whichever comes first. */
function minutesLimit(input: ChargeMinutesInput): number {
  const { car, state, before, station, airTempC, maxSocPct = 100 } = input;
  requireWithin('maxSocPct', maxSocPct, 0, 100);
  const maxMinutes = requireWithin('maxMinutes', input.maxMinutes ?? 720, 0, 10_000);
  const last = forecastPlan({ car, state, stages: before }).stops.at(-1);
  const charged = chargeToSoc(
    {
      vehicle: car.vehicle,
      battery: knownCar(car).battery,
      station,
      airTempC,
      // A way that misses more than a whole battery is none, whatever is charged after it.
      fromSocPct: Math.max(-100, last?.soc.meanPct ?? state.socPct),
      batteryTempC: last?.batteryTempC ?? state.batteryTempC ?? airTempC,
    },
    maxSocPct,
  );
  return Math.floor(Math.min(maxMinutes, charged.minutes));
}

export interface ReachInput {
  readonly prefix: RoutePrefix;
  readonly fromM: number;
  readonly car: ForecastCar;
  readonly state: CarState;
  readonly reserveSocPct: number;
  /** 0.1 = the distance that nine of ten drives make. */
  readonly probability: number;
}

export type Reach =
  /** First place where P(SOC < reserve) reaches the probability. */
  | { readonly kind: 'within'; readonly distanceM: number; readonly placeM: number }
  /** The whole rest of the route is good enough. */
  | { readonly kind: 'beyond'; readonly distanceM: number; readonly probabilityAtEnd: number };

const COARSE_STEPS = 200;
const LEAST_STEP_M = 500;
const PRECISION_M = 10;

/** How far along the rest of the route (or on a `flatRoad`) the reserve holds. */
export function reachOf(input: ReachInput): Reach {
  const { prefix, fromM, state, reserveSocPct } = input;
  requireWithin('probability', input.probability, 0, 1);
  requireWithin('reserveSocPct', reserveSocPct, 0, 100);
  const reforecast = prepareForecast(input.car, prefix);
  const riskAt = (placeM: number) => reforecast(fromM, placeM, state, reserveSocPct).belowReserveProbability;
  if (fromM > prefix.lengthM) throw new EnergyInputError(`fromM (${fromM}) lies beyond the route`);
  const restM = prefix.lengthM - fromM;
  const stepM = Math.max(LEAST_STEP_M, restM / COARSE_STEPS);
  let goodM = fromM;
  let risk = riskAt(fromM);
  if (risk >= input.probability) return { kind: 'within', distanceM: 0, placeM: fromM };
  while (goodM < prefix.lengthM) {
    let badM = Math.min(prefix.lengthM, goodM + stepM);
    risk = riskAt(badM);
    if (risk < input.probability) {
      goodM = badM;
      continue;
    }
    while (badM - goodM > PRECISION_M) {
      const middleM = (goodM + badM) / 2;
      if (riskAt(middleM) < input.probability) goodM = middleM;
      else badM = middleM;
    }
    return { kind: 'within', distanceM: goodM - fromM, placeM: goodM };
  }
  return { kind: 'beyond', distanceM: restM, probabilityAtEnd: risk };
}

function requireWanted(wanted: Wanted): void {
  requireWithin('reserveSocPct', wanted.reserveSocPct, 0, 100);
  requireWithin('maxProbability', wanted.maxProbability, 0, 1);
}
