import type { Band, Remedy, TripRemedy } from '@outrider/domain';
import { bandOf, type PlanForecast, type RouteView, roundProbability, warnFrom } from '@outrider/energy';
import type { Situation } from './situation.ts';

/** A remedy, simulated, with the last moment at which it still works. */
export interface Simulated<R extends Remedy = TripRemedy> {
  readonly remedy: R;
  readonly deadlineAtMs?: number;
  readonly deadlinePlace?: string;
}

/** What a remedy has to rescue: the way to the end of stretch `to`. */
export interface Problem {
  readonly situation: Situation;
  readonly view: RouteView;
  readonly to: number;
  /** A charging place that is not to be counted on. */
  readonly without?: string | undefined;
}

/** One way to help. Returns null when it does not apply here; a weak result is returned with its probability. */
export interface RemedySource {
  readonly kind: TripRemedy['kind'];
  simulate(problem: Problem): Simulated | null;
}

/** A remedy that works leaves at most this much risk: the card's own threshold. */
export const ENOUGH_PROBABILITY = warnFrom();
/** One that leaves more than this is not offered: it would end below the reserve more often than not. */
const OFFERED_PROBABILITY = 0.5;

/** Nobody waits longer than this at a charger when there is anything else to do. */
const LONG_WAIT_MIN = 240;

/** The outcome part that every remedy carries: arrival at the end of the plan, worst risk on the way. */
export function outcomeOf(
  plan: PlanForecast,
  reserveSocPct: number,
): { readonly arrivalSocPct: Band; readonly belowReserveProbability: number } | null {
  const last = plan.stops.at(-1);
  if (last === undefined) return null;
  return {
    arrivalSocPct: bandOf(last.soc),
    belowReserveProbability: roundProbability(plan.worstBelow(reserveSocPct)?.probability ?? 0),
  };
}

/**
 * Best first, at most three: those that surely work in the rule's order of preference, then the next best.
 * With a plan, turning back comes after everything that leads on; without one it is the way to safety.
 */
export function rankRemedies(
  simulated: readonly Simulated[],
  preference: readonly Remedy['kind'][],
  hasPlan: boolean,
): Simulated[] {
  const helpful = simulated.filter(({ remedy }) => remedy.belowReserveProbability < OFFERED_PROBABILITY);
  const quick = helpful.filter(
    ({ remedy }) => remedy.kind !== 'charge-at' || remedy.minutes <= LONG_WAIT_MIN,
  );
  const offered = quick.length > 0 ? quick : helpful;
  const isBack = ({ remedy }: Simulated) => hasPlan && remedy.kind === 'turn-back';
  const isEnough = ({ remedy }: Simulated) => remedy.belowReserveProbability <= ENOUGH_PROBABILITY + 0.001;
  // A few points of risk do not outweigh what is easier to do.
  const coarse = ({ remedy }: Simulated) => Math.round(remedy.belowReserveProbability * 5);
  const byPreference = (a: Simulated, b: Simulated) =>
    preference.indexOf(a.remedy.kind) - preference.indexOf(b.remedy.kind);
  const group = (one: Simulated) => (isBack(one) ? 2 : isEnough(one) ? 0 : 1);
  return offered
    .toSorted(
      (a, b) =>
        group(a) - group(b) ||
        (group(a) === 1 ? coarse(a) - coarse(b) || byPreference(a, b) : byPreference(a, b)),
    )
    .slice(0, 3);
}
