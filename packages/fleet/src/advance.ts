import { distanceM } from '@outrider/domain';
import type { Car, CarState, Sink, Task } from './car.ts';
import { type Country, placeOn, pointOn, type Road } from './country.ts';
import { brokenForH, type Part } from './faults.ts';
import { endDrive, nextTask, strand, WAITS_AT_POST_MAX_S } from './outing-steps.ts';
import { chargeFor, driveSecond, heatStuck, packKwhOf, rest, socPctOf } from './physics.ts';
import { act, lookAfterOneself } from './reactions.ts';
import { frameOf } from './sensors.ts';

// Moves one car through time. The state given is changed; chance is by name, so copies go the same way.

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const CHARGE_STEP_MS = 20_000;

/**
 * Goes on until `toMs`. In steps that end with each minute, so that it makes no difference in how many calls a car
 * comes to the same minute.
 */
export function advanceCar(car: Car, state: CarState, untilMs: number, sink: Sink): void {
  while (state.atMs < untilMs) {
    const toMs = Math.min(untilMs, (Math.floor(state.atMs / MINUTE_MS) + 1) * MINUTE_MS);
    takeReactions(car, state, sink);
    const task = state.tasks[0] ?? nextTask(car, state, toMs, sink);
    const before = motionOf(state);
    if (task.do === 'drive') drive(car, state, task, toMs, sink);
    else if (task.do === 'charge') chargeOnRoad(car, state, task, toMs);
    else stand(car, state, task, toMs);
    // Whatever begins or ends is told at once, as cars do.
    if (motionOf(state) !== before) state.nextFrameMs = Math.min(state.nextFrameMs, state.atMs);
    sendFrame(car, state, sink);
  }
}

type Motion = 'driving' | 'charging' | 'standing';

function motionOf(state: CarState): Motion {
  const task = state.tasks[0];
  if (task?.do === 'drive' && state.speedMps + state.alongM > 0) return 'driving';
  return state.plugKw !== null && state.powerW < 0 ? 'charging' : 'standing';
}

function takeReactions(car: Car, state: CarState, sink: Sink): void {
  if (state.reactions.length === 0) return;
  const due = state.reactions.filter(({ atMs }) => atMs <= state.atMs);
  if (due.length === 0) return;
  state.reactions = state.reactions.filter(({ atMs }) => atMs > state.atMs);
  for (const one of due) act(car, state, one, sink);
}

function sendFrame({ traits, chance, everyMs, sky, ground }: Car, state: CarState, sink: Sink): void {
  if (state.atMs < state.nextFrameMs) return;
  const motion = motionOf(state);
  state.nextFrameMs = state.atMs + everyMs[motion];
  const here = whereIs(ground.country, state);
  const frame = frameOf(
    {
      ...here,
      ...{ atMs: state.atMs, body: state, motion, isPlugged: state.plugKw !== null },
      isDc: (state.plugKw ?? 0) > 25,
      chargeLimitPct: state.chargeLimitPct,
      powerW: state.powerW,
      outsideC: sky.at(here, state.atMs).tempC,
      shownSocPct: state.shownSocPct,
    },
    traits,
    chance,
  );
  if (frame === null) return;
  state.shownSocPct = Number(Object.values(frame.signals)[0]);
  sink.frame(frame);
}

function whereIs(country: Country, { tasks, at, alongM }: CarState) {
  const [task] = tasks;
  if (task?.do === 'drive') return pointOn(task.road, alongM);
  return { lat: at.lat, lon: at.lon, elevationM: country.elevationM(at) };
}

const LIGHT_EVERY_M = 800;
const STREET_MPS = 15;

function drive(
  car: Car,
  state: CarState,
  task: Extract<Task, { do: 'drive' }>,
  toMs: number,
  sink: Sink,
): void {
  const { road } = task;
  const untilMs = Math.min(toMs, state.nextFrameMs > state.atMs ? state.nextFrameMs : state.atMs + SECOND_MS);
  const weather = car.sky.at(pointOn(road, state.alongM), state.atMs);
  const [isMotorUncooled, isHeaterStuck] = [
    isBroken(car, state, 'motor-pump'),
    isBroken(car, state, 'pack-heater'),
  ];
  state.plugKw = null;
  lookAfterOneself(car, state, sink);
  if (state.tasks[0] !== task) return;
  while (state.atMs < untilMs) {
    const { index, ratio } = placeOn(road, state.alongM, state.roadIndex);
    state.roadIndex = index;
    const [low, high] = [road.points[index]?.elevationM ?? 0, road.points[index + 1]?.elevationM ?? 0];
    const pieceM = (road.alongM[index + 1] ?? 0) - (road.alongM[index] ?? 0);
    const around = {
      weather,
      slope: (high - low) / Math.max(50, pieceM),
      headingDeg: road.headingsDeg[index + 1] ?? 0,
      elevationM: low + (high - low) * ratio,
      isMotorUncooled,
    };
    const before = state.odometerM;
    state.powerW = driveSecond(state, car.traits, targetMps(car, state, road), around);
    if (isHeaterStuck) heatStuck(state, car.traits.kind, Number.POSITIVE_INFINITY, 1);
    state.alongM += state.odometerM - before;
    state.atMs += SECOND_MS;
    if (state.energyKwh <= 0 || state.alongM >= road.distanceM - 1) break;
  }
  state.lowestSocPct = Math.min(state.lowestSocPct, socPctOf(car.traits, state));
  if (state.energyKwh <= 0) strand(car, state, task, sink);
  else if (state.alongM >= road.distanceM - 1) endDrive(car, state, task, sink);
}

const isBroken = ({ chance, traits }: Car, { atMs }: CarState, part: Part): boolean =>
  brokenForH(chance, traits.index, part, atMs) !== undefined;

/** A car spares a motor that is this hot. */
const SPARES_MOTOR = { fromC: 165, mps: 22 } as const;

function targetMps({ traits, chance }: Car, state: CarState, road: Road): number {
  const limit = road.limitsMps[state.roadIndex] ?? STREET_MPS;
  const leftM = road.distanceM - state.alongM;
  const light = Math.floor(state.alongM / LIGHT_EVERY_M);
  if (limit < STREET_MPS && light !== state.lightPassed) {
    state.lightPassed = light;
    const isRed = chance.happens(0.45, 'light', traits.index, light, Math.floor(state.atMs / 60_000));
    if (isRed)
      state.redUntilMs = state.atMs + 1_000 * chance.between(10, 45, 'red', traits.index, state.atMs);
  }
  if (state.atMs < state.redUntilMs && leftM > 50) return 0;
  const traffic =
    1 - 0.12 * chance.draw('traffic', Math.floor(state.alongM / 4_000), Math.floor(state.atMs / 900_000));
  const capMps = state.motorC > SPARES_MOTOR.fromC ? Math.min(SPARES_MOTOR.mps, state.capMps) : state.capMps;
  return Math.min(limit * traits.paceRatio * traffic, capMps, Math.max(1.5, Math.sqrt(2.2 * leftM)));
}

const CHARGES_MAX_MS = 90 * 60_000;

function chargeOnRoad(car: Car, state: CarState, task: Extract<Task, { do: 'charge' }>, toMs: number): void {
  const { site } = task;
  const there = car.ground.sites.stateAt(site, state.atMs);
  if (task.sinceMs === null) {
    if (there === null || there.waitS > WAITS_AT_POST_MAX_S) tryElsewhere(car, state, task);
    else state.tasks[0] = { ...task, sinceMs: state.atMs + 1_000 * Math.round(there.waitS) };
    return;
  }
  if (state.atMs < task.sinceMs) {
    passTime(car, state, Math.min(toMs, task.sinceMs));
    return;
  }
  if (there === null && waitsAtDeadPost(car, state, task, toMs)) return;
  state.plugKw = there?.powerKw ?? 0;
  const endMs = Math.min(toMs, state.atMs + CHARGE_STEP_MS);
  const { tempC } = car.sky.at(site, state.atMs);
  const plug = { kw: state.plugKw, isDc: site.isDc };
  takeCharge(car, state, plug, tempC, endMs);
  const isDone = socPctOf(car.traits, state) >= Math.max(task.untilSocPct, state.holdSocPct ?? 0);
  if (!isDone && state.atMs - task.sinceMs < CHARGES_MAX_MS && state.plugKw > 0) return;
  Object.assign(state, { plugKw: null, powerW: 0, holdSocPct: null });
  state.tasks.shift();
}

/** Minutes until somebody who went for a coffee sees that their car charges no more. */
const NOTICES_MIN = [4, 20] as const;

/** A post that broke while it was charging: it takes a while until somebody comes to look. */
function waitsAtDeadPost(
  car: Car,
  state: CarState,
  task: Extract<Task, { do: 'charge' }>,
  toMs: number,
): boolean {
  if (state.plugKw === null) return false;
  const { brokeAtMs = state.atMs } = task;
  const waitsMs = 60_000 * car.chance.between(...NOTICES_MIN, 'notices', car.traits.index, brokeAtMs);
  if (state.atMs - brokeAtMs >= waitsMs) {
    Object.assign(state, { plugKw: null, powerW: 0 });
    tryElsewhere(car, state, { ...task, sinceMs: null });
    return true;
  }
  state.tasks[0] = { ...task, brokeAtMs };
  state.plugKw = 0;
  passTime(car, state, toMs);
  return true;
}

/** Charges until `endMs`. */
function takeCharge(
  car: Car,
  state: CarState,
  plug: { readonly kw: number; readonly isDc: boolean },
  tempC: number,
  endMs: number,
): void {
  const seconds = (endMs - state.atMs) / 1_000;
  state.powerW = chargeFor(state, car.traits, plug, tempC, seconds);
  if (isBroken(car, state, 'pack-heater')) heatStuck(state, car.traits.kind, -0.8 * state.powerW, seconds);
  state.atMs = endMs;
}

/** The next site that is near; without one the plan simply goes on. */
function tryElsewhere({ ground }: Car, state: CarState, task: Extract<Task, { do: 'charge' }>): void {
  const other = ground.sites
    .near(state.at, 30_000)
    .find((site) => site.isDc && site.siteId !== task.site.siteId && distanceM(site, state.at) > 500);
  const [, next, ...later] = state.tasks;
  if (other === undefined || next?.do !== 'drive') {
    state.tasks.shift();
    return;
  }
  state.tasks = [
    { do: 'drive', to: other, road: ground.country.road(state.at, other), stopId: null },
    { ...task, site: other },
    { ...next, road: ground.country.road(other, next.to) },
    ...later,
  ];
  Object.assign(state, { alongM: 0, roadIndex: 0 });
}

function stand(car: Car, state: CarState, task: Extract<Task, { do: 'stand' }>, toMs: number): void {
  const endMs = Math.min(toMs, task.untilMs);
  const soc = socPctOf(car.traits, state);
  const limit = Math.max(state.chargeLimitPct, state.holdSocPct ?? 0);
  if (state.plugFailsAtMs !== null && state.atMs >= state.plugFailsAtMs)
    Object.assign(state, { plugKw: state.plugKw === null ? null : 0, plugFailsAtMs: null });
  if (state.plugKw !== null && state.plugKw > 0 && soc < limit - 0.2) {
    const { tempC } = car.sky.at(state.at, state.atMs);
    takeCharge(car, state, { kw: state.plugKw, isDc: false }, tempC, endMs);
  } else passTime(car, state, endMs);
  if (state.atMs < task.untilMs) return;
  state.energyKwh = Math.min(packKwhOf(car.traits), state.energyKwh + task.helpKwh);
  state.tasks.shift();
}

function passTime({ traits, sky }: Car, state: CarState, toMs: number): void {
  rest(state, traits, sky.at(state.at, state.atMs).tempC, (toMs - state.atMs) / 1_000);
  Object.assign(state, { powerW: 0, atMs: toMs, speedMps: 0 });
}
