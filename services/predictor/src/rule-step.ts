import { type AlertState, type Step, step } from './alert-lifecycle.ts';
import type { LoadedRule } from './rule.ts';
import { matchPatterns, type Observed, type Trace } from './time-pattern.ts';

/** Where one rule is with one subject. */
export interface RuleState {
  readonly lifecycle: AlertState;
  /** What its time patterns remember; absent while there is nothing. */
  readonly trace?: Trace | undefined;
}

export interface RuleStep extends Step {
  readonly trace: Trace | undefined;
}

/**
 * One step of a rule: what it asks of time, then its alert's life. Pure; the caller keeps state and trace, and
 * calls again at `dueAtMs`, before it applies any later record.
 */
export function stepRule(
  before: RuleState | undefined,
  rule: LoadedRule,
  observed: Observed,
  nowMs: number,
): RuleStep {
  const { patterns } = rule;
  if (patterns === undefined) {
    return { ...step(before?.lifecycle, rule, observed.verdict, nowMs), trace: undefined };
  }
  const { when, trace, dueAtMs } = matchPatterns(patterns, before?.trace, observed, nowMs);
  const moved = step(before?.lifecycle, rule, { ...observed.verdict, when }, nowMs);
  const due = Math.min(moved.dueAtMs ?? Number.POSITIVE_INFINITY, dueAtMs ?? Number.POSITIVE_INFINITY);
  return { ...moved, trace, ...(Number.isFinite(due) ? { dueAtMs: due } : {}) };
}
