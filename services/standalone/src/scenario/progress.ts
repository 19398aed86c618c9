import { distanceM, type Position } from '@outrider/domain';
import { climbBetween, projectOn } from './geo.ts';
import { endMsOf, startMsOf, truthAt } from './interpolate.ts';
import { type Place, type Plan, type PlanStop, planAt, type Scenario } from './scenario.ts';

const MINUTE_MS = 60_000;
/** This near a stop counts as being there. */
export const AT_STOP_M = 1_500;
/** This near a line counts as being on that road. */
const ON_ROAD_M = 2_500;
/** A road is about this much longer than the straight line, where no drawn route connects two places. */
const ROAD_PER_STRAIGHT = 1.3;

export interface RoadStretch {
  readonly distanceM: number;
  readonly upM: number;
  readonly downM: number;
}

/** Where a leg ends, and what happens there. */
export type LegEnd = Pick<PlanStop, 'kind'> & {
  readonly place: Place;
  readonly departAtMs?: number;
  readonly isPlugged?: boolean;
  readonly powerKw?: number;
};

/** One drive still to be done. */
export interface LegAhead extends RoadStretch {
  readonly speedMps: number;
  readonly end: LegEnd;
}

export interface Ahead {
  /** False: nothing is planned any more, and the legs are the way home. */
  readonly isPlanned: boolean;
  /** The stop where the car stands now, when it does. */
  readonly standingAt?: LegEnd;
  /** Not before this: the plan's departure, when the car has not left yet. */
  readonly departAtMs: number;
  /** To the end of the plan; without a plan, the way home. Empty when nothing is left to drive. */
  readonly legs: readonly LegAhead[];
}

/** Stops where the plan puts energy into the battery. */
export const isCharge = (end: LegEnd): boolean => end.kind === 'charge' || end.isPlugged === true;

/** Up to and including the first stop that charges: the stretch that must be made on what is in the battery. */
export function untilCharge(legs: readonly LegAhead[]): readonly LegAhead[] {
  const index = legs.findIndex((leg) => isCharge(leg.end));
  return index === -1 ? legs : legs.slice(0, index + 1);
}

/**
 * What is still ahead at `atMs`, under the plan known then, from where the trace says the car is.
 * Without a plan, or with every stop of it done, it is the way home, if the scenario has a home.
 */
export function aheadAt(scenario: Scenario, atMs: number): Ahead {
  const plan = planAt(scenario, atMs);
  const here = truthAt(scenario, atMs);
  const reached = plan === undefined ? 0 : stopsReached(scenario, plan, atMs);
  if (plan === undefined || reached === plan.stops.length) return wayHome(scenario, here, atMs);
  const last = plan.stops[reached - 1];
  const isAtLast = last !== undefined && distanceM(here, last.place) <= AT_STOP_M;
  const legs = plan.stops.slice(reached).map((end, i) => {
    const { line } = end.route;
    const alongM = i === 0 && !isAtLast ? projectOn(line, here).alongM : 0;
    const climb = climbBetween(line, alongM, line.distanceM);
    return { distanceM: line.distanceM - alongM, ...climb, speedMps: end.speedMps, end };
  });
  const departAtMs = reached === 0 ? plan.departAtMs : ((isAtLast ? last.departAtMs : undefined) ?? atMs);
  return {
    isPlanned: true,
    ...(isAtLast ? { standingAt: last } : {}),
    departAtMs: Math.max(atMs, departAtMs),
    legs,
  };
}

function wayHome(scenario: Scenario, here: Position, atMs: number): Ahead {
  const { home } = scenario;
  if (home === undefined || distanceM(here, home) <= AT_STOP_M)
    return { isPlanned: false, departAtMs: atMs, legs: [] };
  const end: LegEnd = { place: home, kind: 'destination' };
  const leg = { ...roadBetween(scenario, here, home), speedMps: scenario.consumption.atMps, end };
  return { isPlanned: false, departAtMs: atMs, legs: [leg] };
}

// Which stops were reached when depends on the trace's movement only; the search asks for every minute.
const reachedMemo = new WeakMap<Scenario, Map<Plan, readonly number[]>>();

/** Planned stops the car has reached, in order, between entering the plan and `atMs`. */
function stopsReached(scenario: Scenario, plan: Plan, atMs: number): number {
  const byPlan = reachedMemo.get(scenario) ?? new Map<Plan, readonly number[]>();
  reachedMemo.set(scenario, byPlan);
  const times = byPlan.get(plan) ?? reachTimes(scenario, plan);
  byPlan.set(plan, times);
  return times.filter((timeMs) => timeMs <= atMs).length;
}

/** A stop counts as reached once the car stands there, or has been there and left it behind. */
function reachTimes(scenario: Scenario, plan: Plan): readonly number[] {
  const times: number[] = [];
  // A round trip must leave its origin before it can end there.
  let hasLeft = false;
  let wasThere: boolean = false;
  for (let t = Math.max(plan.atMs, startMsOf(scenario)); t <= endMsOf(scenario); t += MINUTE_MS) {
    const here = truthAt(scenario, t);
    hasLeft ||= distanceM(here, plan.origin) > AT_STOP_M;
    const next = plan.stops[times.length];
    if (next === undefined) break;
    const isThere = hasLeft && distanceM(here, next.place) <= AT_STOP_M;
    const isReached: boolean = isThere ? !here.isMoving : wasThere;
    if (isReached) times.push(t);
    wasThere = isThere && !isReached;
  }
  return times;
}

/** Road between two places: along a drawn route that passes both, in either direction, else straight × 1.3. */
export function roadBetween(scenario: Scenario, from: Position, to: Position): RoadStretch {
  let best: RoadStretch | undefined;
  for (const { line } of scenario.routes) {
    const a = projectOn(line, from);
    const b = projectOn(line, to);
    if (a.offM > ON_ROAD_M || b.offM > ON_ROAD_M) continue;
    const distanceM = Math.abs(b.alongM - a.alongM) + a.offM + b.offM;
    if (best !== undefined && best.distanceM <= distanceM) continue;
    best = { distanceM, ...climbBetween(line, a.alongM, b.alongM) };
  }
  return best ?? { distanceM: distanceM(from, to) * ROAD_PER_STRAIGHT, upM: 0, downM: 0 };
}

/** When the car next moves at or after `atMs`: the end of a stop. `atMs` itself when it is moving. */
export function nextDepartureMs(scenario: Scenario, atMs: number): number | undefined {
  for (let t = Math.max(atMs, startMsOf(scenario)); t <= endMsOf(scenario); t += MINUTE_MS) {
    if (truthAt(scenario, t).isMoving) return t;
  }
  return undefined;
}
