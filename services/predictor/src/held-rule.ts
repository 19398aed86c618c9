import type { AlertState } from './alert-lifecycle.ts';
import type { LoadedRule, Verdict } from './rule.ts';

// A rule that is held to silent cards (packages/domain, rule-restraint). Pure.

/**
 * The rule as it counts for one episode at `nowMs`: before it was held it may interrupt, and whoever it has
 * interrupted already hears of that alert to its end.
 */
export function asHeldNow(rule: LoadedRule, alert: AlertState | undefined, nowMs: number): LoadedRule {
  if (rule.heldBy === undefined) return rule;
  const isTold = (alert?.kind === 'firing' || alert?.kind === 'clearing') && alert.severity !== 'info';
  if (nowMs >= rule.heldBy.sinceMs && !isTold) return rule;
  const { heldBy: _, ...free } = rule;
  return free;
}

/**
 * What it may say: a card from where it would say anything. Below its bar it keeps its critical level: that one has
 * a bar of its own, and nothing after it would help. Braked it keeps none: wrong data makes any level true.
 */
export function heldToCards({ heldBy }: Pick<LoadedRule, 'heldBy'>, verdict: Verdict): Verdict {
  if (heldBy === undefined) return verdict;
  const card = { severity: 'info', when: verdict.when, until: verdict.clear } as const;
  const critical = verdict.levels.filter(
    ({ severity }) => heldBy.kind === 'below-bar' && severity === 'critical',
  );
  return { ...verdict, levels: [card, ...critical] };
}
