import { advanceProgress, type Conditions, type Forecast, SIGNAL, type Trip } from '@outrider/domain';
import {
  buildRouteView,
  estimateBattery,
  forecastCar,
  freshPosition,
  freshSoc,
  isDriving,
  outlookOf,
  plannedDepartureMs,
  type RouteView,
  toldHealthPct,
  type VehicleModel,
  type VehicleState,
} from '@outrider/energy';
import { type CarMemory, emptyMemory } from './car-memory.ts';
import { withConditions } from './car-world.ts';
import { drillOf, rulesFor } from './drill.ts';
import { followDrive } from './drive-basis.ts';
import { forecastRecord, isNewsworthy, knownUntilMs, withCurve } from './forecast-record.ts';
import { type Episodes, judge, nextDueMs, type SaidAlert } from './judge.ts';
import { withPosition } from './places-around.ts';
import { insertRecord, type ReorderBuffer, releaseUpTo } from './reorder.ts';
import type { LoadedRule } from './rule.ts';
import { hasNewSilence, hasUnasked, silenceRulesOf } from './rule-cars.ts';
import type { Situation } from './situation.ts';
import { carriedOver, isSamePlan, isSourceSwitch } from './source-switch.ts';
import { type EndedStretch, watchStretch } from './stretch-end.ts';
import { rememberDrive } from './trip-learning.ts';
import { tyresAirAfter } from './tyre-air.ts';
import { emptyVehicleState, foldRecord, isLate, type OpenedRecord, withWord } from './vehicle-state.ts';

/** One car as the predictor keeps it: plain JSON, one blob of the checkpoint. */
export interface Car {
  readonly version: 1;
  readonly state: VehicleState;
  readonly memory: CarMemory;
  readonly buffer: ReorderBuffer;
  /** Event time up to which this car has been judged; never goes back. */
  readonly judgedToMs: number;
  readonly episodes: Episodes;
  readonly forecast: Forecast | null;
  /** The rules about silence it was asked by; absent: none, or a checkpoint from before. */
  readonly silenceRules?: string;
}

/** What the world said about this car; kept beside the car, since it is large and changes rarely. */
export interface CarWorld {
  /** Every plan known, by id; the world decides which one the car is on, by drawing its road. */
  readonly trips: Readonly<Record<string, Trip>>;
  readonly conditions: Conditions | null;
  /** A newer snapshot, of a plan or revision that is still on its way. Absent in checkpoints from before. */
  readonly waiting?: Conditions | null;
  /** The plan that the view belongs to. */
  readonly drawnTrip: Trip | null;
}

export const emptyCar = (vehicleId: string): Car => ({
  version: 1,
  state: emptyVehicleState(vehicleId),
  memory: emptyMemory,
  buffer: [],
  judgedToMs: 0,
  episodes: {},
  forecast: null,
});

export const emptyWorld: CarWorld = { trips: {}, conditions: null, waiting: null, drawnTrip: null };

/** A car with all that a judgement needs; `view` is derived and not stored. */
export interface LiveCar {
  readonly car: Car;
  readonly world: CarWorld;
  readonly view: RouteView | null;
  readonly vehicle: VehicleModel;
  readonly reserveSocPct: number;
  /** The fleet its owner counts it to; absent: none. */
  readonly fleet?: string;
  /** Rules are tried on it; absent: it is a car that is meant. */
  readonly isCanary?: true;
}

export interface Judged {
  readonly live: LiveCar;
  readonly alerts: readonly SaidAlert[];
  readonly forecasts: readonly Forecast[];
  readonly lateRecords: number;
  /** Drives that ended: what was learned of each, or why nothing. */
  readonly trips: readonly string[];
  /** Stretches that ended: what their warnings were worth. */
  readonly labels: readonly EndedStretch[];
  /** What could not be computed; the car then counts as unknown, and nobody else's cars wait for it. */
  readonly failures: readonly string[];
}

/** Puts a record into the reorder buffer; what it means is decided when its time has come. */
export const receive = (live: LiveCar, record: OpenedRecord): LiveCar => ({
  ...live,
  car: { ...live.car, buffer: insertRecord(live.car.buffer, record) },
});

/**
 * Moves a car's event time on to `frontierMs`: records and timers in the order of their times. Pure; the same
 * records give the same alerts however they were displaced within the reorder window.
 */
export function advanceCar(live: LiveCar, frontierMs: number, rules: readonly LoadedRule[]): Judged {
  const { released, kept } = releaseUpTo(live.car.buffer, frontierMs);
  let now: Judged = {
    live: { ...live, car: { ...live.car, buffer: kept } },
    alerts: [],
    forecasts: [],
    lateRecords: 0,
    trips: [],
    labels: [],
    failures: [],
  };
  for (const record of released) {
    now = fireTimers(now, record.observedAtMs, rules);
    if (isLate(now.live.car.state, record)) {
      now = { ...now, lateRecords: now.lateRecords + 1 };
      continue;
    }
    const applied = apply(now.live, record);
    if (applied.outcome !== null) now = { ...now, trips: [...now.trips, applied.outcome] };
    now = judgeAt(now, applied.live, Math.max(record.observedAtMs, now.live.car.judgedToMs), rules);
  }
  now = fireTimers(now, frontierMs, rules, true);
  const { car } = now.live;
  const isUnasked = hasUnasked(car.episodes, rulesFor(now.live, rules), now.live);
  if (!isUnasked && !hasNewSilence(now.live, rules)) return now;
  return judgeAt(now, now.live, Math.max(frontierMs, car.judgedToMs), rules);
}

/** Judges now, without a new record: the world changed. */
export function rejudge(live: LiveCar, nowMs: number, rules: readonly LoadedRule[]): Judged {
  const nothing = { live, alerts: [], forecasts: [], lateRecords: 0, trips: [], labels: [], failures: [] };
  if (live.car.state.observedToMs === 0) return nothing;
  return judgeAt(nothing, live, Math.max(nowMs, live.car.judgedToMs), rules);
}

/**
 * Takes a snapshot of the world at `nowMs`. What rules judge of the same plan goes on from where it was when only
 * somebody else told of it; another plan begins anew.
 */
export function takeConditions(live: LiveCar, conditions: Conditions, nowMs: number): LiveCar {
  const next = withConditions(live, conditions);
  const { view } = live;
  if (view === null || next.view === null || !isSamePlan(view.trip, next.view.trip)) return next;
  if (!isSourceSwitch(view.conditions, next.view.conditions)) return next;
  const atMs = Math.max(nowMs, live.car.judgedToMs);
  try {
    const carried = carriedOver(situationOf(live, atMs), situationOf(next, atMs));
    return { ...next, car: { ...next.car, memory: { ...next.car.memory, carried } } };
  } catch {
    // A figure nobody thought of: the judgement that follows says so, and nothing is carried.
    return next;
  }
}

/** When this car wants to be looked at again although nothing arrives; undefined: not before it speaks. */
export function dueMs(live: LiveCar): number | undefined {
  const { car } = live;
  const times = [timerDueMs(live), car.buffer[0]?.observedAtMs].filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

const SOON_MS = 4 * 3_600_000;
const SOON_EVERY_MS = 60_000;
const LATER_EVERY_MS = 15 * 60_000;

/** A standing car with a planned departure is looked at as the time comes nearer, also when it sleeps. */
function waitingDueMs({ car, view, vehicle, reserveSocPct }: LiveCar): number | undefined {
  if (view?.trip == null || car.judgedToMs === 0 || isDriving(car.state)) return undefined;
  const situation = situationOf({ car, view, vehicle, reserveSocPct }, car.judgedToMs);
  const departAtMs = plannedDepartureMs(situation);
  if (departAtMs === null || departAtMs <= car.judgedToMs) return undefined;
  const isSoon =
    departAtMs - car.judgedToMs <= SOON_MS ||
    car.judgedToMs - (car.state.phase?.sinceMs ?? 0) <= LATER_EVERY_MS;
  return car.judgedToMs + (isSoon ? SOON_EVERY_MS : LATER_EVERY_MS);
}

/** Who is shown a forecast hears that it holds no longer, though the car says nothing. */
function silenceDueMs({ car }: LiveCar): number | undefined {
  if (car.forecast === null || car.forecast.unknown !== undefined) return undefined;
  const untilMs = knownUntilMs(car.state);
  return untilMs === undefined ? undefined : untilMs + 1;
}

function fireTimers(
  judged: Judged,
  untilMs: number,
  rules: readonly LoadedRule[],
  isInclusive = false,
): Judged {
  let now = judged;
  for (;;) {
    const due = timerDueMs(now.live);
    if (due === undefined || due > untilMs || (due === untilMs && !isInclusive)) return now;
    now = judgeAt(now, now.live, Math.max(due, now.live.car.judgedToMs), rules);
  }
}

function timerDueMs(live: LiveCar): number | undefined {
  const times = [nextDueMs(live.car.episodes), waitingDueMs(live), silenceDueMs(live)].filter(
    (time) => time !== undefined,
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Folds a record and all that follows from it: temperature, progress, this drive against the model, a drive's end. */
function apply(
  live: LiveCar,
  record: OpenedRecord,
): { readonly live: LiveCar; readonly outcome: string | null } {
  const { car, view, vehicle } = live;
  const atMs = record.observedAtMs;
  const state = withWord(foldRecord(car.state, record), record);
  const battery = estimateBattery(car.memory.battery, car.state, state, vehicle, atMs);
  const position = freshPosition(state, atMs);
  const hasMoved = record.values[SIGNAL.latitude] !== undefined;
  const before = car.memory.progress;
  const progress =
    view !== null && before !== null && position !== undefined && hasMoved
      ? advanceProgress(view.progressStretches, before, { ...position, atMs, isStanding: !isDriving(state) })
      : before;
  const [soc, told] = [freshSoc(state, atMs), toldHealthPct(state, atMs)];
  const drive =
    view !== null && progress !== null && soc !== undefined && isDriving(state)
      ? followDrive(car.memory.drive, view, progress, soc.value, forecastCar(vehicle, car.memory, view, told))
      : car.memory.drive;
  const tyresAir = tyresAirAfter(car.memory, state, record.values);
  const followed = { ...car.memory, battery, progress, drive, ...(tyresAir && { tyresAir }) };
  const { memory, outcome } = rememberDrive(followed, car.state, state, vehicle, view);
  const applied = { ...live, car: { ...car, state, memory } };
  const isSame = memory.setTempC === car.memory.setTempC && memory.isTowing === car.memory.isTowing;
  return { live: isSame ? applied : redrawn(applied), outcome };
}

/** The same road for the car as it now says it is used. */
function redrawn(live: LiveCar): LiveCar {
  const { conditions, drawnTrip } = live.world;
  if (live.view === null || conditions === null) return live;
  return { ...live, view: buildRouteView(conditions, drawnTrip, live.vehicle, live.car.memory) };
}

function judgeAt(before: Judged, live: LiveCar, nowMs: number, rules: readonly LoadedRule[]): Judged {
  const situation = situationOf(live, nowMs);
  try {
    return judged(before, live, situation, rules);
  } catch (error) {
    // A figure nobody thought of must not stop a partition, and unknown is never "fine": alerts hold.
    const failed = judged(before, live, { ...situation, soc: undefined }, rules);
    return { ...failed, failures: [...failed.failures, String(error)] };
  }
}

function judged(before: Judged, live: LiveCar, situation: Situation, rules: readonly LoadedRule[]): Judged {
  const { episodes, alerts, carried } = judge(situation, rules, live.car.episodes);
  const forecast = forecastRecord(situation, live.car.forecast);
  const isNews = isNewsworthy(live.car.forecast, forecast);
  const { watch, ended } = watchStretch(live.car.memory.watch, situation, forecast, alerts);
  const car: Car = {
    ...live.car,
    memory: { ...live.car.memory, carried, watch },
    judgedToMs: situation.nowMs,
    episodes,
    forecast: isNews ? forecast : live.car.forecast,
    silenceRules: silenceRulesOf(rules, live),
  };
  return {
    ...before,
    live: { ...live, car },
    alerts: [...before.alerts, ...alerts],
    labels: ended === null ? before.labels : [...before.labels, ended],
    // The curve is forty forecasts more: only what is published has one, and memory does not keep it.
    forecasts: isNews ? [...before.forecasts, withCurve(forecast, situation)] : before.forecasts,
  };
}

/** Everything a judgement at `nowMs` rests on. */
export function situationOf(
  live: Pick<LiveCar, 'car' | 'view' | 'vehicle' | 'reserveSocPct' | 'fleet' | 'isCanary'>,
  nowMs: number,
): Situation {
  const { car, view, vehicle, reserveSocPct } = live;
  const { state } = car;
  const outlook = outlookOf({ state, memory: car.memory, view, vehicle, reserveSocPct }, nowMs);
  return {
    ...outlook,
    memory: { ...car.memory, battery: outlook.memory.battery },
    view: withPosition(view, car, nowMs),
    ...(live.fleet !== undefined && { fleet: live.fleet }),
    ...(live.isCanary && { drill: drillOf(state, nowMs) }),
  };
}
