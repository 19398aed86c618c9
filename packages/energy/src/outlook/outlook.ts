import type { ChargerOnRoute, Conditions } from '@outrider/domain';
import { SIGNAL } from '@outrider/domain';
import type { CarState } from '../arrival.ts';
import type { ForecastCar } from '../belief.ts';
import type { ChargingStation } from '../charging.ts';
import { flatRoad } from '../flat-road.ts';
import { usualSigmas } from '../noise.ts';
import { forecastPlan, type PlanForecast, type PlanStage } from '../plan.ts';
import type { RoutePrefix } from '../prefix.ts';
import { withToldHealth } from '../state-of-health.ts';
import type { VehicleModel } from '../vehicle-model.ts';
import { basisOf } from './learning.ts';
import { estimateBattery, liveFactorOf, type RoadMemory } from './road-memory.ts';
import type { RouteView, ViewStretch } from './route-view.ts';
import { tyreColdRatio, tyresAfter } from './tyres.ts';
import {
  flagAt,
  freshNumber,
  freshSoc,
  numberAt,
  toldHealthPct,
  type VehicleState,
} from './vehicle-state.ts';

/** Everything a forecast is computed from: the car now, the road, the time. */
export interface Outlook {
  readonly nowMs: number;
  readonly state: VehicleState;
  readonly memory: RoadMemory;
  readonly view: RouteView | null;
  readonly car: ForecastCar;
  readonly vehicle: VehicleModel;
  readonly reserveSocPct: number;
  /** Undefined when the charge is not known or too old: then nothing is forecast. */
  readonly soc: { readonly value: number; readonly ageS: number } | undefined;
}

/** Why nothing can be forecast now; undefined when it can. Unknown is never "fine". */
export function whyUnknown(outlook: Outlook): string | undefined {
  if (outlook.soc === undefined) return 'the charge is not known or too old';
  if (outlook.view === null) return 'the road and the weather are not known yet';
  if (outlook.memory.progress?.isOffRoute) return 'the car is off the planned road';
  return undefined;
}

/** A stay this long is a place where the car could be plugged in: today's drive ends there. */
export const LONG_STAY_MS = 3 * 3_600_000;

/** The car as forecasts take it: its model, what was learned of it, and what it says of its battery's health itself. */
export function forecastCar(
  vehicle: VehicleModel,
  memory: RoadMemory,
  view: RouteView | null,
  toldHealthPct?: number,
): ForecastCar {
  const { capacitySdRatio, sohRatio, ...basis } = basisOf(vehicle, memory);
  const learned = { ratio: sohRatio, sdRatio: capacitySdRatio };
  const health = withToldHealth(learned, toldHealthPct === undefined ? undefined : toldHealthPct / 100);
  return {
    vehicle,
    ...basis,
    sohRatio: health.ratio,
    liveFactor: liveFactorOf(memory),
    sigmas: { ...(view?.sigmas ?? usualSigmas), capacityRatio: health.sdRatio },
  };
}

/** A car as it is kept, and its road. */
export type KeptCar = Pick<Outlook, 'state' | 'memory' | 'view' | 'vehicle' | 'reserveSocPct'>;

/** What a car's forecasts are made from at `nowMs`; a plan's own reserve counts before the car's. */
export const outlookOf = (
  { state, memory, view, vehicle, reserveSocPct }: KeptCar,
  nowMs: number,
): Outlook => ({
  nowMs,
  state,
  memory: { ...memory, battery: estimateBattery(memory.battery, state, state, vehicle, nowMs) },
  view,
  car: forecastCar(vehicle, memory, view, toldHealthPct(state, nowMs)),
  vehicle,
  reserveSocPct: view?.trip?.reserveSocPct ?? reserveSocPct,
  soc: freshSoc(state, nowMs),
});

export const isDriving = (state: VehicleState): boolean => state.phase?.motion === 'driving';
export const isCharging = (state: VehicleState): boolean => flagAt(state, SIGNAL.isCharging);
export const isPlugged = (state: VehicleState): boolean => state.pluggedSinceMs !== null;

/** The car's own state as the energy model takes it. */
export function carStateOf(outlook: Outlook): CarState {
  const { state, memory, nowMs, soc } = outlook;
  const cabin = freshNumber(state, SIGNAL.cabinTemp, nowMs);
  const speedKmh = freshNumber(state, SIGNAL.speed, nowMs)?.value ?? 0;
  const driving = isDriving(state);
  return {
    socPct: soc?.value ?? 0,
    ...(memory.battery === null ? {} : { batteryTempC: memory.battery.tempC }),
    ...(cabin === undefined ? {} : { cabinTempC: cabin.value }),
    speedMps: driving ? Math.abs(speedKmh) / 3.6 : 0,
    ...warmthOf(outlook, driving),
  };
}

/** How long the drive has lasted, short stops included, and how cold the tyres were when it began. */
function warmthOf({ state, memory, nowMs }: Outlook, driving: boolean) {
  const { trip, tyres } = memory;
  const sinceMs = trip?.startedAtMs ?? state.phase?.sinceMs ?? nowMs;
  const drivenS = Math.max(0, nowMs - sinceMs) / 1000;
  if (driving) return { elapsedDriveS: drivenS, tyreColdRatio: trip?.startTyreColdRatio ?? 1 };
  const stopped = trip === null ? tyres : tyresAfter(trip.startTyreColdRatio, trip.startedAtMs, nowMs);
  return { elapsedDriveS: 0, tyreColdRatio: tyreColdRatio(stopped, nowMs) };
}

/** When the car leaves the stop it stands at; null while it drives or when the plan does not say. */
export function plannedDepartureMs(outlook: Outlook): number | null {
  const { view, memory } = outlook;
  // The first record of a drive may come without a place: the stop is left all the same.
  if (isDriving(outlook.state)) return null;
  const trip = view?.trip;
  const progress = memory.progress;
  if (!trip || progress === null || progress.atStop === null) return null;
  return progress.atStop === -1 ? trip.departAtMs : (trip.stops[progress.atStop]?.departAtMs ?? null);
}

/** Whether the plan charges at this stop: the way ahead starts anew there. The plan's end counts too. */
const endsLeg = (stretch: ViewStretch): boolean =>
  stretch.planned?.kind === 'charge' || stretch.planned?.plugged === true;

function isLongStay(stretch: ViewStretch): boolean {
  const { arriveAtMs, departAtMs } = stretch.planned ?? {};
  return arriveAtMs !== undefined && departAtMs !== undefined && departAtMs - arriveAtMs >= LONG_STAY_MS;
}

/**
 * Index of the last stretch before the car can charge: charge is lowest at its end. While driving, a long stay
 * ends the way too: what happens after it is judged when the car stands there.
 */
export function horizonOf(view: RouteView, fromStretch: number, untilLongStay: boolean): number {
  for (let i = fromStretch; i < view.stretches.length; i++) {
    const stretch = view.stretches[i] as ViewStretch;
    if (endsLeg(stretch) || (untilLongStay && isLongStay(stretch))) return i;
  }
  return view.stretches.length - 1;
}

/** Stages from where the car is to the end of stretch `to`, with the waits at the stops in between. */
export function stagesTo(outlook: Outlook, view: RouteView, to: number): PlanStage[] {
  const progress = outlook.memory.progress;
  const from = progress?.stretch ?? 0;
  const stages: PlanStage[] = [];
  for (let i = from; i <= to; i++) {
    const stretch = view.stretches[i] as ViewStretch;
    if (i > from) stages.push(...waitAt(view, view.stretches[i - 1] as ViewStretch));
    const fromM = i === from ? Math.min(progress?.alongM ?? 0, stretch.prefix.lengthM) : 0;
    stages.push({ kind: 'drive', prefix: stretch.prefix, fromM, toM: stretch.prefix.lengthM });
  }
  return stages;
}

/** Longer nobody can say what standing costs. */
const LONGEST_PARK_S = 90 * 24 * 3600;

const parked = (durationMs: number, airTempC: number): PlanStage => ({
  kind: 'park',
  durationS: Math.min(LONGEST_PARK_S, durationMs / 1000),
  airTempC,
  mode: 'asleep',
});

/** Standing at the stop a stretch leads to, unplugged (a plug would have ended the way). */
export function waitAt(view: RouteView, stretch: ViewStretch): PlanStage[] {
  const { arriveAtMs, departAtMs } = stretch.planned ?? {};
  if (arriveAtMs === undefined || departAtMs === undefined || departAtMs <= arriveAtMs) return [];
  return [parked(departAtMs - arriveAtMs, stopTempC(view, stretch))];
}

/** The air while standing there, as the world says it; undefined when it does not. */
export function standingTempC(conditions: Conditions, stopId: string | undefined): number | undefined {
  const wait =
    conditions.standing.find((one) => one.stopId === stopId) ??
    conditions.standing.find((one) => one.stopId === undefined);
  return wait === undefined ? undefined : modelledC(wait.tempC);
}

/** The air at the stop a stretch leads to. */
export const stopTempC = (view: RouteView, { stopId, prefix }: ViewStretch): number =>
  standingTempC(view.conditions, stopId) ?? modelledC(prefix.tempC.at(-1) ?? MILD_C);

/** Standing where the car is now until it leaves, unplugged. */
export function parkHere(outlook: Outlook, departAtMs: number): PlanStage[] {
  const { view, nowMs, memory } = outlook;
  if (departAtMs <= nowMs || view === null) return [];
  const at = memory.progress?.atStop;
  const stopId = at === null || at === undefined || at < 0 ? undefined : view.trip?.stops[at]?.stopId;
  const airTempC = standingTempC(view.conditions, stopId) ?? outsideC(outlook);
  return [parked(departAtMs - nowMs, airTempC)];
}

export const forecastOf = (
  outlook: Outlook,
  stages: readonly PlanStage[],
  car: ForecastCar = outlook.car,
): PlanForecast => forecastPlan({ car, state: carStateOf(outlook), stages });

/** Mild, where nobody knows. */
const MILD_C = 10;

/** Within what roads and batteries are modelled for. */
const modelledC = (tempC: number): number => Math.min(60, Math.max(-60, tempC));

/** The air outside as the car last said it. */
export const outsideC = ({ state }: Pick<Outlook, 'state'>): number =>
  modelledC(numberAt(state, SIGNAL.airTemp) ?? MILD_C);

/** Road nobody has drawn, as this car drives it today. */
export const undrawnRoad = (outlook: Outlook, lengthM: number, speedMps: number): RoutePrefix =>
  flatRoad({
    vehicle: outlook.vehicle,
    lengthM,
    speedMps,
    weather: { tempC: outsideC(outlook) },
    ...(outlook.view === null ? {} : { use: outlook.view.use }),
    ...(outlook.memory.setTempC === null ? {} : { setTempC: outlook.memory.setTempC }),
  });

/** Road still to drive in these stages. */
export const roadM = (stages: readonly PlanStage[]): number =>
  stages.reduce((sum, stage) => sum + (stage.kind === 'drive' ? stage.toM - stage.fromM : 0), 0);

/** The station a car on a cable is at: the power it takes now, else what is known of the place. */
export function stationHere(outlook: Outlook): ChargingStation | null {
  const { state, nowMs, view } = outlook;
  const here = chargerHere(outlook);
  const inW = freshNumber(state, SIGNAL.power, nowMs)?.value ?? 0;
  const meanKw = freshNumber(state, SIGNAL.chargeAveragePower, nowMs)?.value;
  const fastest = outlook.vehicle.acMaxKw * 1.2;
  const planned =
    view?.trip && outlook.memory.progress?.atStop != null
      ? view.trip.stops[outlook.memory.progress.atStop]?.powerKw
      : undefined;
  const knownKw = here?.maxPowerKw ?? planned;
  const measuredKw = isCharging(state) && inW > 500 ? inW / 1000 : meanKw;
  const maxPowerKw = knownKw ?? measuredKw;
  if (maxPowerKw === undefined || maxPowerKw <= 0) return null;
  // A car tapering near full takes less than the station gives: the place's own figure wins when it is known.
  return {
    kind: here?.powerType === 'DC' || (here === undefined && maxPowerKw > fastest) ? 'dc' : 'ac',
    maxPowerKw,
  };
}

/** Road to a place the car may stand at: figures of places and cars are that coarse. */
const AT_CHARGER_M = 1_500;
/** This near there is no other plug in between. */
const BESIDE_CHARGER_M = 300;
/** Full cars draw little anywhere. */
const TAPERING_FROM_PCT = 90;

/** The charging place the car stands at, if it is a known one. */
export function chargerHere(outlook: Outlook): ChargerOnRoute | undefined {
  const nearby = outlook.view?.conditions.nearby ?? [];
  return nearby
    .filter((place) => place.detourM <= AT_CHARGER_M && !isElsewhere(outlook, place))
    .toSorted((a, b) => a.detourM - b.detourM)[0];
}

/** Charging at a household's power is not charging at the fast charger down the road. */
function isElsewhere({ state, nowMs, soc, vehicle }: Outlook, place: ChargerOnRoute): boolean {
  if (place.detourM <= BESIDE_CHARGER_M || place.powerType !== 'DC' || !isCharging(state)) return false;
  const powerKw = (freshNumber(state, SIGNAL.power, nowMs)?.value ?? 0) / 1000;
  const isAcPower = powerKw > 0.5 && powerKw <= Math.min(vehicle.acMaxKw, place.maxPowerKw / 2);
  return isAcPower && (soc?.value ?? 0) < TAPERING_FROM_PCT;
}
