import { advanceCar } from './advance.ts';
import {
  type Car,
  type CarState,
  copyOf,
  type Reaction,
  type Sink,
  type StretchTruth,
  type Untouched,
} from './car.ts';
import { chargeElsewhere } from './charge-elsewhere.ts';
import { pointOn } from './country.ts';
import { brokenForH, type Part } from './faults.ts';
import { shownPctFor, toldPlan } from './outing.ts';
import { socPctOf } from './physics.ts';
import { HOUR_MS } from './wishes.ts';

// What people do when they are warned: something, nothing, or they say that it was of no use.

/** A message that interrupted, as its reader understands it. */
export interface Warning {
  readonly alertId: string;
  readonly ruleId: string;
  readonly severity: 'info' | 'warning' | 'critical';
  /** What would come: too little charge, a charger that does not serve, or a fault of the car. */
  readonly about: 'reserve' | 'charger' | 'car';
  /** Of a warning about the car: which of its parts; absent: none that is known here. */
  readonly part?: Part | undefined;
  /** The stop it is about; absent: about the car. */
  readonly tripId?: string | undefined;
  readonly stopId?: string | undefined;
  /** Best first. */
  readonly advice: readonly Advice[];
}

export type Advice =
  | { readonly kind: 'charge-at'; readonly siteId: string; readonly untilSocPct: number }
  | { readonly kind: 'charge-longer' | 'plug-in'; readonly untilSocPct: number }
  | { readonly kind: 'hold-speed'; readonly speedMps: number }
  | { readonly kind: 'other' };

/**
 * Takes in a warning. Its answer follows within minutes, as time goes on. Returns whether what it warns of would
 * truly have come had nobody said anything; null: nobody can tell.
 */
export function hear(car: Car, state: CarState, warning: Warning): boolean | null {
  const { traits, chance } = car;
  const { tripId, stopId } = warning;
  const isAboutStop = tripId !== undefined && stopId !== undefined && tripId === state.outing?.wish.wishId;
  const before =
    isAboutStop && state.told?.tripId === tripId && state.told.stopId === stopId ? state.told : null;
  const draw = chance.of(
    'hears',
    traits.index,
    tripId ?? '',
    stopId ?? '',
    warning.ruleId,
    before?.warnings ?? 0,
  );
  const noticesAtMs =
    state.atMs + 1_000 * Math.round(draw.between(20, state.isUnderway ? 240 : 900, 'notices'));
  const untouched = !isAboutStop ? null : (before?.untouched ?? untouchedEnd(car, state, tripId, stopId));
  const isNeeded = wouldCome(car, state, warning, untouched);
  // Who did something that was not enough hears of it again, and may do more.
  const acts = draw.happens(actsProbability(car, warning), 'acts');
  // What is broken is mended in its own time; the drive goes on as it would have.
  const answer = acts && warning.part === undefined ? answerTo(car, state, warning, noticesAtMs) : null;
  const isNeedless =
    warning.about === 'charger'
      ? isNeeded === false
      : untouched !== null && untouched.lowestSocPct >= traits.reserveSocPct + 3;
  const word =
    answer !== null && draw.happens(0.5, 'on it')
      ? 'on-it'
      : draw.happens(isNeedless ? 0.4 : 0.04, 'not useful')
        ? 'not-useful'
        : null;
  if (isAboutStop && warning.about === 'reserve')
    state.told = {
      ...{ tripId, stopId, untouched },
      firstWarnedAtMs: before?.firstWarnedAtMs ?? state.atMs,
      warnings: (before?.warnings ?? 0) + 1,
      actedAtMs: before?.actedAtMs ?? (answer === null ? null : noticesAtMs),
    };
  const said: readonly Reaction[] =
    word === null ? [] : [{ kind: 'say', atMs: noticesAtMs, alertId: warning.alertId, word }];
  state.reactions = [...state.reactions, ...(answer === null ? [] : [answer]), ...said];
  return isNeeded;
}

function wouldCome(
  { chance, traits }: Car,
  { atMs }: CarState,
  { about, part }: Warning,
  untouched: Untouched | null,
): boolean | null {
  if (part !== undefined) return brokenForH(chance, traits.index, part, atMs) !== undefined;
  if (untouched === null) return null;
  const { charger, lowestSocPct } = untouched;
  return about === 'charger' ? charger !== null && charger !== 'works' : lowestSocPct < traits.reserveSocPct;
}

/** The graver, the likelier. */
const actsProbability = ({ traits }: Car, { severity }: Warning): number =>
  severity === 'critical'
    ? 1 - (1 - traits.actsProbability) * 0.6
    : severity === 'warning'
      ? traits.actsProbability
      : 0;

const LOOKS_AHEAD_MS = 40 * HOUR_MS;
const LOOK_STEP_MS = 10 * 60_000;

/** How it ends had nobody said anything; null: it does not come. */
function untouchedEnd(car: Car, state: CarState, tripId: string, stopId: string): Untouched | null {
  const twin = copyOf(state);
  Object.assign(twin, { told: null, nextFrameMs: Number.POSITIVE_INFINITY });
  const found: StretchTruth[] = [];
  const sink: Sink = {
    frame: () => {},
    plan: () => {},
    say: () => {},
    ended: (truth) => void found.push(truth),
  };
  const untilMs = state.atMs + LOOKS_AHEAD_MS;
  const own = () => found.find((one) => one.tripId === tripId && one.stopId === stopId);
  while (twin.atMs < untilMs && own() === undefined) advanceCar(car, twin, twin.atMs + LOOK_STEP_MS, sink);
  return own() ?? null;
}

function answerTo(
  { ground, traits }: Car,
  state: CarState,
  { advice }: Warning,
  atMs: number,
): Reaction | null {
  const canCharge = state.plugKw !== null || traits.homeKw !== null;
  for (const one of advice) {
    const site = one.kind === 'charge-at' ? ground.sites.find(one.siteId) : undefined;
    if (one.kind === 'charge-at' && site !== undefined && state.isUnderway)
      return {
        kind: 'divert',
        atMs,
        site,
        untilSocPct: Math.min(90, one.untilSocPct + 3),
        tellsPlan: traits.plansTripsProbability > 0.5,
      };
    if ((one.kind === 'charge-longer' || one.kind === 'plug-in') && (canCharge || state.isUnderway))
      return { kind: 'charge-to', atMs, socPct: Math.min(100, one.untilSocPct + 2) };
    if (one.kind === 'hold-speed' && state.isUnderway)
      return { kind: 'slow-down', atMs, speedMps: one.speedMps };
  }
  // Warned without advice that fits: whoever drives slows down, whoever stands plugs in.
  if (state.isUnderway) return { kind: 'slow-down', atMs, speedMps: 22 };
  return canCharge ? { kind: 'charge-to', atMs, socPct: 100 } : null;
}

/** Does what was decided some minutes ago. */
export function act(car: Car, state: CarState, reaction: Reaction, sink: Sink): void {
  if (reaction.kind === 'say') sink.say(reaction.alertId, reaction.word);
  if (reaction.kind === 'slow-down') state.capMps = Math.min(state.capMps, reaction.speedMps);
  if (reaction.kind === 'charge-to') chargeTo(car, state, reaction.socPct);
  if (reaction.kind !== 'divert') return;
  const isOnTheWayToOne = state.tasks[1]?.do === 'charge';
  (isOnTheWayToOne ? chargeElsewhere : divert)(car, state, reaction, sink);
}

function chargeTo({ traits }: Car, state: CarState, socPct: number): void {
  state.holdSocPct = socPct;
  if (!state.isUnderway) {
    state.plugKw =
      state.plugKw !== null && state.plugKw > 0
        ? state.plugKw
        : state.outing?.origin === traits.home
          ? traits.homeKw
          : state.plugKw;
    state.chargeLimitPct = Math.max(state.chargeLimitPct, socPct);
  }
  state.tasks = state.tasks.map((task, i) =>
    i === 0 && task.do === 'charge' ? { ...task, untilSocPct: Math.max(task.untilSocPct, socPct) } : task,
  );
}

/** Somebody who sees for themselves that it will not do looks for the nearest charger. */
export function lookAfterOneself(car: Car, state: CarState, sink: Sink): void {
  const { traits, ground } = car;
  const [task, next] = state.tasks;
  if (task?.do !== 'drive' || next?.do === 'charge') return;
  const socPct = socPctOf(traits, state);
  const leftPct = 1.15 * shownPctFor(traits, task.road.distanceM - state.alongM);
  if (socPct >= traits.nervousPct || leftPct < socPct) return;
  const [site] = ground.sites.near(pointOn(task.road, state.alongM), 40_000);
  if (site !== undefined)
    divert(car, state, { site, untilSocPct: 55, tellsPlan: traits.plansTripsProbability === 1 }, sink);
}

/** Leaves the road for a charger, and tells the plan about it where its driver keeps one. */
function divert(
  car: Car,
  state: CarState,
  {
    site,
    untilSocPct,
    tellsPlan,
  }: Pick<Extract<Reaction, { kind: 'divert' }>, 'site' | 'untilSocPct' | 'tellsPlan'>,
  sink: Sink,
): void {
  const { ground, traits } = car;
  const [task, ...later] = state.tasks;
  if (task?.do !== 'drive' || later[0]?.do === 'charge' || state.outing === null) return;
  const here = { ...pointOn(task.road, state.alongM), name: 'On the way' };
  const there = ground.country.road(here, site);
  const onwards = ground.country.road(site, task.to);
  if (site === task.to) return;
  state.tasks = [
    { do: 'drive', to: site, road: there, stopId: null },
    { do: 'charge', site, untilSocPct, sinceMs: null },
    { ...task, road: onwards },
    ...later,
  ];
  Object.assign(state, { alongM: 0, roadIndex: 0, lightPassed: -1 });
  const index = state.outing.stops.findIndex(({ stopId }) => stopId === task.stopId);
  const target = state.outing.stops[index];
  if (target === undefined) return;
  const extra = {
    stopId: `extra-${site.siteId}-${index}`,
    place: site,
    road: there,
    standsMs: 0,
    charge: { site, untilSocPct },
  };
  const outing = {
    ...state.outing,
    origin: here,
    departAtMs: state.atMs,
    stops: [extra, { ...target, road: onwards }, ...state.outing.stops.slice(index + 1)],
  };
  state.outing = outing;
  if (tellsPlan && outing.wish.tellAtMs !== null) sink.plan(toldPlan(outing, traits));
}
