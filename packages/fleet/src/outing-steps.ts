import type { Car, CarState, ChargerFound, Sink, Task } from './car.ts';
import { pointOn } from './country.ts';
import { type Outing, planOuting, toldPlan } from './outing.ts';
import { packKwhOf, socPctOf } from './physics.ts';
import type { Site, SiteState } from './sites.ts';
import { DAY_MS, HOUR_MS } from './wishes.ts';

// What comes next for a car: the next wish, its plan, the stops of it, and how they end.

/** What to do when nothing is to be done: wait for the next wish, plan it, or leave. Never further than `toMs`. */
export function nextTask(car: Car, state: CarState, toMs: number, sink: Sink): Task {
  finishOuting(car, state);
  const wish = car.wishes[state.wishIndex];
  if (wish === undefined) return wait(state, toMs);
  if (state.outing === null) {
    const planAtMs = Math.min(wish.tellAtMs ?? wish.departAtMs, wish.departAtMs);
    if (state.atMs < planAtMs) return wait(state, Math.min(toMs, planAtMs));
    planWish(car, state, sink);
  }
  const isShort =
    state.plugKw !== null && state.plugKw > 0 && socPctOf(car.traits, state) < (state.holdSocPct ?? 0) - 0.5;
  const leavesAtMs = wish.departAtMs + (isShort ? WAITS_MAX_MS : lateMs(car, wish.wishId));
  if (state.atMs < leavesAtMs)
    return wait(state, Math.min(toMs, isShort ? state.atMs + 5 * 60_000 : leavesAtMs));
  leave(state);
  return state.tasks[0] as Task;
}

/** So long somebody puts off a drive to charge more. */
const WAITS_MAX_MS = 3 * HOUR_MS;

const wait = (state: CarState, untilMs: number): Task => {
  const task: Task = { do: 'stand', untilMs: Math.max(untilMs, state.atMs + 1_000), helpKwh: 0 };
  state.tasks = [task];
  return task;
};

const lateMs = ({ chance, traits }: Car, wishId: string): number =>
  Math.round(chance.between(0, 12, 'late', traits.index, wishId)) * 60_000;

function planWish({ wishes, traits, ground, chance }: Car, state: CarState, sink: Sink): void {
  const wish = wishes[state.wishIndex];
  if (wish === undefined) return;
  const socPct = socPctOf(traits, state);
  const charges = (state.plugKw ?? 0) > 0;
  // Before a long way most people charge to the brim, and some forget to say so to the car.
  if (wish.isLong && chance.happens(0.75, 'brim', traits.index, wish.wishId)) state.chargeLimitPct = 100;
  const gainPct = charges
    ? (100 * (state.plugKw ?? 0) * 0.9 * (wish.departAtMs - state.atMs)) / HOUR_MS / packKwhOf(traits)
    : 0;
  const leavesWithPct = Math.max(socPct, Math.min(state.chargeLimitPct, socPct + gainPct));
  const outing = planOuting(wish, traits, { place: state.at, leavesWithPct }, ground);
  state.outing = outing;
  if (wish.tellAtMs !== null) sink.plan(toldPlan(outing, traits));
}

function leave(state: CarState): void {
  const { outing } = state;
  state.tasks = outing === null ? [] : tasksOf(outing);
  Object.assign(state, {
    alongM: 0,
    roadIndex: 0,
    plugKw: null,
    plugFailsAtMs: null,
    powerW: 0,
    holdSocPct: null,
    isUnderway: true,
  });
}

const tasksOf = ({ stops }: Outing): Task[] =>
  stops.flatMap(({ stopId, place, road, standsMs, charge }): Task[] => [
    { do: 'drive', to: place, road, stopId },
    ...(charge === null ? [] : [{ do: 'charge' as const, ...charge, sinceMs: null }]),
    // How long it stands counts from its arrival, which is not known yet.
    ...(standsMs > 0 ? [{ do: 'stand' as const, untilMs: -standsMs, helpKwh: 0 }] : []),
  ]);

export function endDrive(car: Car, state: CarState, task: Extract<Task, { do: 'drive' }>, sink: Sink): void {
  Object.assign(state, { at: task.to, alongM: 0, roadIndex: 0, lightPassed: -1, speedMps: 0, powerW: 0 });
  state.tasks.shift();
  const [next] = state.tasks;
  if (next?.do === 'stand' && next.untilMs < 0)
    state.tasks[0] = { ...next, untilMs: state.atMs - next.untilMs };
  if (task.stopId === null) return;
  state.capMps = Number.POSITIVE_INFINITY;
  endStretch(car, state, { stopId: task.stopId, isStranded: false }, sink);
}

const HELP_MS = 80 * 60_000;
const HELP_SHARE = 0.2;

/** Empty on the road. Help comes, brings some charge, and the car goes on. */
export function strand(car: Car, state: CarState, task: Extract<Task, { do: 'drive' }>, sink: Sink): void {
  const at = { ...pointOn(task.road, state.alongM), name: 'On the way' };
  Object.assign(state, { at, energyKwh: 0, speedMps: 0, powerW: 0 });
  const stopId = state.tasks.flatMap((one) =>
    one.do === 'drive' && one.stopId !== null ? [one.stopId] : [],
  )[0];
  if (stopId !== undefined) endStretch(car, state, { stopId, isStranded: true }, sink);
  const helpKwh = HELP_SHARE * packKwhOf(car.traits);
  // That stretch has ended; it is not counted a second time when the car arrives after all.
  const later = state.tasks.map((one) =>
    one.do === 'drive' && one.stopId === stopId ? { ...one, stopId: null } : one,
  );
  const [, ...behind] = later;
  const onwards = { ...task, stopId: task.stopId === stopId ? null : task.stopId };
  state.tasks = [{ do: 'stand', untilMs: state.atMs + HELP_MS, helpKwh }, onwards, ...behind];
}

function endStretch(
  { traits, ground }: Car,
  state: CarState,
  { stopId, isStranded }: { readonly stopId: string; readonly isStranded: boolean },
  sink: Sink,
): void {
  const tripId = state.outing?.wish.wishId ?? '';
  const told = state.told?.tripId === tripId && state.told.stopId === stopId ? state.told : null;
  const arrivalSocPct = isStranded ? 0 : socPctOf(traits, state);
  const lowestSocPct = Math.min(state.lowestSocPct, arrivalSocPct);
  const untouched = told === null ? lowestSocPct : (told.untouched?.lowestSocPct ?? 0);
  const planned = state.outing?.stops.find((one) => one.stopId === stopId)?.charge?.site;
  sink.ended({
    ...{ car: traits.index, tripId, stopId, arrivalSocPct, lowestSocPct, isStranded, endedAtMs: state.atMs },
    charger: planned === undefined ? null : foundAt(planned, ground.sites.stateAt(planned, state.atMs)),
    isTold: state.outing?.wish.tellAtMs != null,
    reserveSocPct: traits.reserveSocPct,
    wouldHaveFailed: untouched < traits.reserveSocPct,
    firstWarnedAtMs: told?.firstWarnedAtMs ?? null,
    actedAtMs: told?.actedAtMs ?? null,
  });
  if (told !== null) state.told = null;
  state.lowestSocPct = 100;
}

/** How long somebody waits for a post before they drive on to the next site. */
export const WAITS_AT_POST_MAX_S = 1_500;
/** As planners have it: below this share of its power a charger is another one than planned. */
const SLOW_SHARE = 0.6;

const foundAt = ({ powerKw }: Site, there: SiteState): ChargerFound =>
  there === null
    ? 'broken'
    : there.waitS > WAITS_AT_POST_MAX_S
      ? 'taken'
      : there.powerKw < SLOW_SHARE * powerKw
        ? 'slow'
        : 'works';

/** At the end of an outing the cable goes in, or is forgotten; some that are in give nothing. */
function finishOuting({ chance, traits }: Car, state: CarState): void {
  const { outing } = state;
  if (outing === null || !state.isUnderway) return;
  const { wishId, plugKw } = outing.wish;
  const isForgotten = chance.happens(traits.forgetsProbability, 'forgets', traits.index, wishId);
  const isDead = chance.happens(0.02, 'dead plug', traits.index, wishId);
  state.plugKw = plugKw === null || isForgotten ? null : isDead ? 0 : plugKw;
  const failsAfterH = chance.between(0.3, 4, 'fails after', traits.index, wishId);
  state.plugFailsAtMs = chance.happens(0.03, 'fails', traits.index, wishId)
    ? state.atMs + failsAfterH * HOUR_MS
    : null;
  state.chargeLimitPct = traits.chargeLimitPct;
  // Who has no plug at home charges in town before it is too late.
  if (plugKw === null && socPctOf(traits, state) < 35)
    topUp(state, chance.draw('town charge', traits.index, Math.floor(state.atMs / DAY_MS)));
  Object.assign(state, {
    outing: null,
    isUnderway: false,
    wishIndex: state.wishIndex + 1,
    told: null,
    reactions: [],
  });
}

/** A post at the kerb, for the hours until the next drive. */
function topUp(state: CarState, luck: number): void {
  if (luck < 0.85) state.plugKw = luck < 0.6 ? 11 : 3.7;
}
