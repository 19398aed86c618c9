import { type ChargerOnRoute, distanceM, type Remedy } from '@outrider/domain';
import {
  carStateOf,
  chargeMinutesFor,
  chargerHere,
  forecastPlan,
  isDriving,
  outsideC,
  type PlanStage,
  parkHere,
  plannedDepartureMs,
  secondsTo,
  stagesTo,
  undrawnRoad,
} from '@outrider/energy';
import {
  DETOUR_MPS,
  LEAST_WORKS_PROBABILITY,
  type ReachableCharger,
  reachableChargers,
  SURE,
} from '../reachable.ts';
import { ENOUGH_PROBABILITY, outcomeOf, type Problem, type RemedySource, type Simulated } from '../remedy.ts';

/** Fast charging slows down near full: further than this nobody is asked to wait at a fast charger. */
const FAST_UNTIL_PCT = 95;
/** So many are simulated: a hundred forecasts each. */
const CANDIDATES = 6;
/** A place this close to where the way ends is the end of the way, not a stop before it. */
const AT_END_M = 3_000;
const ROAD_FACTOR = 1.3;
/** The way to a place around is a guess, and guesses are wide: four in five. */
const AROUND_EMPTY_AT_MOST = 0.2;

interface Way {
  readonly charger: ChargerOnRoute;
  readonly distanceM: number;
  readonly before: readonly PlanStage[];
  readonly after: readonly PlanStage[];
  readonly exitAtMs: number | null;
  /** P(the charge does not last to the charger), at most. */
  readonly emptyAtMost: number;
}

/** Leave the road for a charger before it is too late; of those that are enough, the one that costs least time. */
export const chargeAt: RemedySource = {
  kind: 'charge-at',
  simulate(problem) {
    const ways =
      isDriving(problem.situation.state) && problem.view.trip !== null
        ? waysOnRoute(problem)
        : waysAround(problem);
    const simulated = ways.flatMap((way) => simulateWay(problem, way) ?? []);
    return (
      simulated.toSorted(
        (a, b) =>
          Number(isEnough(b)) - Number(isEnough(a)) || extraMinutes(a.remedy) - extraMinutes(b.remedy),
      )[0] ?? null
    );
  },
};

/** As `remedy.ts` counts: rounded to thousandths. */
const isEnough = ({ remedy }: Simulated): boolean =>
  remedy.belowReserveProbability <= ENOUGH_PROBABILITY + 0.001;

const chargerOf = (one: ChargerOnRoute | { readonly charger: ChargerOnRoute }): ChargerOnRoute =>
  'charger' in one ? one.charger : one;

/** At most `CANDIDATES` of these, in their order: fast ones where there are any. */
function candidates<T extends ChargerOnRoute | { readonly charger: ChargerOnRoute }>(
  all: readonly T[],
  pick: (some: readonly T[], count: number) => readonly T[],
): T[] {
  const fast = all.filter((one) => chargerOf(one).powerType === 'DC');
  const slow = all.filter((one) => chargerOf(one).powerType !== 'DC');
  const picked = pick(fast, CANDIDATES);
  const chosen = new Set([...picked, ...pick(slow, CANDIDATES - picked.length)]);
  return all.filter((one) => chosen.has(one));
}

const nearest = <T>(all: readonly T[], count: number): readonly T[] => all.slice(0, count);

/** Along the way, evenly, the last included: the first ones may come too early. */
const spread = <T>(all: readonly T[], count: number): readonly T[] =>
  all.length <= count
    ? all
    : Array.from(
        { length: count },
        (_, i) => all[Math.round((i * (all.length - 1)) / Math.max(1, count - 1))] as T,
      );

const extraMinutes = (remedy: Remedy): number =>
  remedy.kind === 'charge-at' ? remedy.minutes + remedy.detourM / DETOUR_MPS / 60 : Number.POSITIVE_INFINITY;

function waysOnRoute(problem: Problem): Way[] {
  const { situation, view, to } = problem;
  const progress = situation.memory.progress;
  const at = progress?.stretch ?? 0;
  const stretch = view.stretches[at];
  if (stretch === undefined) return [];
  const fromM = Math.min(progress?.alongM ?? 0, stretch.prefix.lengthM);
  return candidates(stopsOnTheWay(problem), spread).map(({ charger, distanceM: roadM }) => {
    const exitM = Math.min(charger.alongM, stretch.prefix.lengthM);
    const detour = detourStages(situation, charger.detourM / 2);
    return {
      charger,
      distanceM: roadM,
      before: [{ kind: 'drive', prefix: stretch.prefix, fromM, toM: exitM } as const, ...detour],
      after: [
        ...detour,
        { kind: 'drive', prefix: stretch.prefix, fromM: exitM, toM: stretch.prefix.lengthM } as const,
        ...stagesTo(situation, view, to).slice(1),
      ],
      exitAtMs: Math.round(
        situation.nowMs + (secondsTo(stretch.prefix, exitM) - secondsTo(stretch.prefix, fromM)) * 1000,
      ),
      emptyAtMost: SURE,
    };
  });
}

/** Where the reserve surely reaches none, the nearest ones all the same: what matters then is not to run empty. */
function stopsOnTheWay({ situation, view, to, without }: Problem): readonly ReachableCharger[] {
  const { reachable, ahead } = reachableChargers(situation, view, to);
  const isBefore = ({ charger }: ReachableCharger) =>
    charger.locationId !== without && !isAtEnd(charger, view, to);
  const sure = reachable.filter(isBefore);
  return sure.length > 0 ? sure : ahead.filter(isBefore).slice(0, CANDIDATES);
}

/** Standing, or without a plan: any place around, and from there on to where the car was going. */
function waysAround({ situation, view, to, without }: Problem): Way[] {
  const at = situation.memory.progress?.stretch ?? 0;
  const next = view.trip === null ? view.stretches.at(-1) : view.stretches[at];
  const here = chargerHere(situation);
  const departAtMs = plannedDepartureMs(situation);
  return candidates(
    view.conditions.nearby.filter(
      (place) =>
        !isAtEnd(place, view, to) &&
        place.locationId !== here?.locationId &&
        place.locationId !== without &&
        place.worksProbability >= LEAST_WORKS_PROBABILITY,
    ),
    nearest,
  ).map((charger) => {
    const onwardM = next === undefined ? 0 : distanceM(charger, next.stop) * ROAD_FACTOR;
    const rest = view.trip === null ? [] : stagesTo(situation, view, to).slice(1);
    return {
      charger,
      distanceM: charger.detourM,
      before: [
        ...(departAtMs === null ? [] : parkHere(situation, departAtMs)),
        ...detourStages(situation, charger.detourM),
      ],
      after: [...detourStages(situation, onwardM, plannedSpeed(next)), ...rest],
      exitAtMs: departAtMs,
      emptyAtMost: AROUND_EMPTY_AT_MOST,
    };
  });
}

function isAtEnd(charger: ChargerOnRoute, view: Problem['view'], to: number): boolean {
  const end = view.trip === null ? undefined : view.stretches[to]?.stop;
  return end !== undefined && distanceM(charger, end) < AT_END_M;
}

const plannedSpeed = (stretch: Problem['view']['stretches'][number] | undefined): number =>
  stretch === undefined || stretch.prefix.durationS <= 0
    ? DETOUR_MPS
    : Math.max(1, stretch.prefix.lengthM / stretch.prefix.durationS);

function detourStages(situation: Problem['situation'], lengthM: number, speedMps = DETOUR_MPS): PlanStage[] {
  if (lengthM < 1) return [];
  return [{ kind: 'drive', prefix: undrawnRoad(situation, lengthM, speedMps), fromM: 0, toM: lengthM }];
}

function simulateWay({ situation }: Problem, way: Way): Simulated | null {
  const { car, reserveSocPct } = situation;
  const state = carStateOf(situation);
  const there = forecastPlan({ car, state, stages: way.before });
  // Getting there must itself be likely; the reserve is for getting to a plug.
  if ((there.worstBelow(0)?.probability ?? 0) > way.emptyAtMost) return null;
  const station = {
    kind: way.charger.powerType === 'DC' ? ('dc' as const) : ('ac' as const),
    maxPowerKw: way.charger.maxPowerKw,
  };
  const airTempC = outsideC(situation);
  const maxSocPct = station.kind === 'dc' ? FAST_UNTIL_PCT : 100;
  const answer = chargeMinutesFor({
    car,
    state,
    before: way.before,
    station,
    airTempC,
    after: way.after,
    reserveSocPct,
    maxProbability: ENOUGH_PROBABILITY,
    maxSocPct,
  });
  if (answer.kind === 'not-needed' || answer.minutes < 1) return null;
  const charge: PlanStage = {
    kind: 'charge',
    station,
    airTempC,
    until: { kind: 'minutes', minutes: answer.minutes },
  };
  const plan = forecastPlan({ car, state, stages: [...way.before, charge, ...way.after] });
  const last = outcomeOf(plan, reserveSocPct);
  if (last === null) return null;
  return {
    remedy: {
      kind: 'charge-at',
      locationId: way.charger.locationId,
      name: way.charger.name,
      minutes: answer.minutes,
      untilSocPct: Math.min(100, Math.max(0, Math.ceil(answer.socAfterPct))),
      distanceM: Math.max(0, way.distanceM),
      detourM: way.charger.detourM,
      worksProbability: way.charger.worksProbability,
      arrivalSocPct: last.arrivalSocPct,
      belowReserveProbability: Math.round(answer.probability * 1000) / 1000,
    },
    ...(way.exitAtMs === null ? {} : { deadlineAtMs: way.exitAtMs }),
    deadlinePlace: way.charger.name,
  };
}
