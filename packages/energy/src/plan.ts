import { type ArrivalForecast, type CarState, driveTo, type SocForecast, socForecast } from './arrival.ts';
import { type ForecastCar, type KnownCar, knownCar, moveSoc, readSoc, type SocBelief } from './belief.ts';
import { type ChargingStation, chargeForMinutes, chargeToSoc } from './charging.ts';
import { requireWithin } from './check.ts';
import { tyreColdAfterParking, tyreColdLeft } from './features.ts';
import { type ParkingMode, type Preconditioning, parkCar } from './parking.ts';
import type { RoutePrefix } from './prefix.ts';

export interface DriveStage {
  readonly kind: 'drive';
  readonly prefix: RoutePrefix;
  readonly fromM: number;
  readonly toM: number;
}

export interface ParkStage {
  readonly kind: 'park';
  readonly durationS: number;
  /** Mean while parked. */
  readonly airTempC: number;
  readonly endAirTempC?: number;
  readonly mode: ParkingMode;
  readonly preconditioning?: Preconditioning;
}

export interface ChargeStage {
  readonly kind: 'charge';
  readonly station: ChargingStation;
  readonly until:
    | { readonly kind: 'soc'; readonly socPct: number }
    | { readonly kind: 'minutes'; readonly minutes: number };
  readonly airTempC: number;
  /** Warmed up on the plug before leaving: costs the wall, not the battery. */
  readonly preconditioning?: Preconditioning;
}

export type PlanStage = DriveStage | ParkStage | ChargeStage;

/** The car at the end of a stage. */
export interface PlanStop {
  readonly stageIndex: number;
  readonly kind: PlanStage['kind'];
  readonly soc: SocForecast;
  /** Out of the battery; negative while charging. */
  readonly energyKwh: number;
  readonly durationS: number;
  /** sd of the duration: of charging to a SOC; 0 where the duration was given. */
  readonly durationSdS: number;
  readonly batteryTempC: number;
  readonly cabinTempC: number;
  /** Of drive stages. */
  readonly arrival?: ArrivalForecast;
}

export interface PlanForecast {
  readonly stops: readonly PlanStop[];
  /**
   * Largest P(SOC < socPct) at the end of any drive stage, and where. A lower bound of the chance that any leg
   * fails; close to it, because the errors of the legs are mostly shared. Undefined for a plan without a drive.
   */
  worstBelow(socPct: number): { readonly stageIndex: number; readonly probability: number } | undefined;
}

export interface PlanInput {
  readonly car: ForecastCar;
  readonly state: CarState;
  readonly stages: readonly PlanStage[];
}

interface Point {
  readonly belief: SocBelief;
  readonly batteryTempC: number | undefined;
  readonly cabinTempC: number | undefined;
  readonly speedMps: number;
  readonly elapsedDriveS: number;
  /** When the drive began. */
  readonly tyreColdRatio: number;
}

/** What charging to a target leaves open: where exactly the car stops, points. */
const TARGET_SD_PCT = 0.5;

/**
 * The SOC through drives, stops and charges. Errors of parameters and weather are one error for the whole plan;
 * a charge to a SOC ends them, a charge of so many minutes carries them on.
 */
export function forecastPlan(input: PlanInput): PlanForecast {
  const car = knownCar(input.car);
  const { state } = input;
  let point: Point = {
    belief: readSoc(car, state.socPct, state.socSigmaPct),
    batteryTempC: state.batteryTempC,
    cabinTempC: state.cabinTempC,
    speedMps: state.speedMps ?? 0,
    elapsedDriveS: state.elapsedDriveS ?? 0,
    tyreColdRatio: state.tyreColdRatio ?? 1,
  };
  const stops: PlanStop[] = [];
  for (const [stageIndex, stage] of input.stages.entries()) {
    const done = runStage(car, point, stage);
    stops.push({ stageIndex, kind: stage.kind, ...done.stop });
    point = done.point;
  }
  return { stops, worstBelow: (socPct) => worstOf(stops, socPct) };
}

type StageResult = { readonly point: Point; readonly stop: Omit<PlanStop, 'stageIndex' | 'kind'> };

function runStage(car: KnownCar, point: Point, stage: PlanStage): StageResult {
  switch (stage.kind) {
    case 'drive':
      return runDrive(car, point, stage);
    case 'park':
      return runPark(car, point, stage);
    case 'charge':
      return runCharge(car, point, stage);
  }
}

function runDrive(car: KnownCar, point: Point, stage: DriveStage): StageResult {
  const { belief, forecast } = driveTo(car, stage.prefix, stage.fromM, stage.toM, point.belief, {
    ...(point.batteryTempC === undefined ? {} : { batteryTempC: point.batteryTempC }),
    ...(point.cabinTempC === undefined ? {} : { cabinTempC: point.cabinTempC }),
    speedMps: point.speedMps,
    elapsedDriveS: point.elapsedDriveS,
    tyreColdRatio: point.tyreColdRatio,
  });
  const { batteryTempC, cabinTempC, durationS } = forecast;
  const tyreColdRatio = point.tyreColdRatio * tyreColdLeft(point.elapsedDriveS + durationS);
  return {
    point: { belief, batteryTempC, cabinTempC, speedMps: 0, elapsedDriveS: 0, tyreColdRatio },
    stop: {
      soc: forecast.soc,
      energyKwh: forecast.energyKwh.mean,
      durationS,
      durationSdS: durationS * car.sigmas.speedRatio,
      batteryTempC,
      cabinTempC,
      arrival: forecast,
    },
  };
}

/** A plan may miss more than a whole battery; what standing then changes is of no account. */
const standingSocPct = (point: Point): number => Math.max(-100, point.belief.meanSocPct);

function runPark(car: KnownCar, point: Point, stage: ParkStage): StageResult {
  const { vehicle, battery } = car;
  const parked = parkCar({
    ...stage,
    vehicle,
    battery,
    socPct: standingSocPct(point),
    batteryTempC: point.batteryTempC ?? stage.airTempC,
    cabinTempC: point.cabinTempC ?? stage.airTempC,
  });
  const belief = moveSoc(point.belief, parked.socPct, parked.socSdPct);
  const { batteryTempC, cabinTempC, energyKwh } = parked;
  const tyreColdRatio = tyresAfterStanding(point, stage.durationS);
  return {
    point: { belief, batteryTempC, cabinTempC, speedMps: 0, elapsedDriveS: 0, tyreColdRatio },
    stop: {
      soc: socForecast(car, belief, batteryTempC),
      energyKwh,
      durationS: stage.durationS,
      durationSdS: 0,
      batteryTempC,
      cabinTempC,
    },
  };
}

function runCharge(car: KnownCar, point: Point, stage: ChargeStage): StageResult {
  const { vehicle, battery } = car;
  const { until, station, airTempC } = stage;
  const from = {
    vehicle,
    battery,
    station,
    airTempC,
    fromSocPct: standingSocPct(point),
    batteryTempC: point.batteryTempC ?? airTempC,
  };
  const charged =
    until.kind === 'soc'
      ? chargeToSoc(from, requireWithin('until.socPct', until.socPct, 0, 100))
      : chargeForMinutes(from, until.minutes);
  const added = charged.minutes > 0;
  const reset = until.kind === 'soc' && added && charged.reached;
  const belief = reset
    ? moveSoc(point.belief, charged.socPct, TARGET_SD_PCT, 0)
    : moveSoc(point.belief, charged.socPct, charged.socSdPct, charged.carriedRatio);
  const { cabinToC = null, batteryToC = null } = stage.preconditioning ?? {};
  const batteryTempC = Math.max(charged.batteryTempC, batteryToC ?? charged.batteryTempC);
  // The cabin follows the air while people are out of the car.
  const cabinTempC = cabinToC ?? cooled(point.cabinTempC ?? airTempC, airTempC, charged.minutes);
  const tyreColdRatio = tyresAfterStanding(point, charged.minutes * 60);
  return {
    point: { belief, batteryTempC, cabinTempC, speedMps: 0, elapsedDriveS: 0, tyreColdRatio },
    stop: {
      soc: socForecast(car, belief, batteryTempC),
      energyKwh: -charged.energyKwh,
      durationS: charged.minutes * 60,
      durationSdS: until.kind === 'soc' ? charged.minutesSd * 60 : 0,
      batteryTempC,
      cabinTempC,
    },
  };
}

const tyresAfterStanding = (point: Point, durationS: number): number =>
  tyreColdAfterParking(point.tyreColdRatio * tyreColdLeft(point.elapsedDriveS), durationS);

function cooled(cabinTempC: number, airTempC: number, minutes: number): number {
  return airTempC + (cabinTempC - airTempC) * Math.exp(-minutes / 45);
}

function worstOf(stops: readonly PlanStop[], socPct: number) {
  let worst: { stageIndex: number; probability: number } | undefined;
  for (const { kind, stageIndex, soc } of stops) {
    if (kind !== 'drive') continue;
    const probability = soc.probabilityBelow(socPct);
    if (worst === undefined || probability > worst.probability) worst = { stageIndex, probability };
  }
  return worst;
}
