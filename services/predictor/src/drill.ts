import { type Severity, SIGNAL } from '@outrider/domain';
import { numberAt, type VehicleState } from '@outrider/energy';
import type { Facts, LoadedRule, Subject } from './rule.ts';

// A canary car tries every rule at once: while it says that its charge is low, each rule is asked with an example from
// its own tests. So what runs is shown to fire, be told and arrive, without waiting for a cold night. Pure.

/** A canary that says less than this asks for a drill; one that says more ends it. */
export const DRILL_BELOW_SOC_PCT = 50;
/** A drill that nobody ends is over by then. */
const LONGEST_DRILL_MS = 10 * 60_000;

/** What a canary asks for; `sinceMs` null: nothing now. */
export interface Drill {
  readonly sinceMs: number | null;
}

export function drillOf(state: VehicleState, nowMs: number): Drill {
  const charge = state.latest[SIGNAL.soc];
  const isAsked =
    charge !== undefined &&
    (numberAt(state, SIGNAL.soc) ?? 100) < DRILL_BELOW_SOC_PCT &&
    nowMs - charge.atMs <= LONGEST_DRILL_MS;
  return { sinceMs: isAsked ? charge.atMs : null };
}

/**
 * The rule as a canary tries it: at once, aloud and told to whoever has the canary, also where it is for operators, for
 * other cars, elsewhere or a share of the fleet. Its expressions, words and mode are those that run.
 */
export function asDrill(rule: LoadedRule): LoadedRule {
  const {
    patterns: _1,
    models: _2,
    fleets: _3,
    regions: _4,
    share: _5,
    heldBy: _6,
    audience: _7,
    ...rest
  } = rule;
  return { ...rest, forS: 0, clear: { ...rule.clear, forS: 0 } };
}

/** The rules as a car is asked about them. */
export const rulesFor = (
  { isCanary }: { readonly isCanary?: true },
  rules: readonly LoadedRule[],
): readonly LoadedRule[] => (isCanary ? rules.map(asDrill) : rules);

/** Another subject for each rule and drill: none is about the same as one before. */
export const drillSubjects = ({ sinceMs }: Drill, { id, drill }: LoadedRule): readonly Subject[] =>
  sinceMs === null || drill === undefined ? [] : [{ subject: `drill-${sinceMs}-${id}`, facts: drill }];

/** The highest level that a rule has for these facts; undefined where it does not fire. */
export function severityFor(rule: Pick<LoadedRule, 'judge'>, facts: Facts): Severity | undefined {
  const { when, levels } = rule.judge(facts);
  return when === 'true' ? levels.findLast((level) => level.when === 'true')?.severity : undefined;
}
