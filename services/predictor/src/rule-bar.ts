import {
  isInForce,
  type NewRestraint,
  type RuleRestraint,
  type StretchLabel,
  summariseQuality,
} from '@outrider/domain';
import { contentId } from '@outrider/runtime';
import type { LoadedRule } from './rule.ts';

// Which rules are below their bar, by what came of their warnings. Pure.

/** Days up to today that are judged. */
export const BAR_DAYS = 14;

/**
 * What is to be raised now. Only warnings of the rule's present text count, and of those only what ended on a day
 * after an operator let it interrupt again. The same labels and restraints give the same in every process.
 */
export function rulesBelowBar(
  labels: readonly StretchLabel[],
  rules: readonly Pick<LoadedRule, 'id' | 'version'>[],
  restraints: readonly RuleRestraint[],
  nowMs: number,
): readonly NewRestraint[] {
  return rules.flatMap(({ id, version }): NewRestraint[] => {
    const before = restraints.filter(
      (one) => one.kind === 'below-bar' && one.ruleId === id && one.ruleVersion === version,
    );
    if (before.some((one) => isInForce(one, nowMs))) return [];
    const liftedAtMs = Math.max(-1, ...before.map(({ answer }) => answer?.atMs ?? -1));
    const own = labels.filter(({ dayMs }) => dayMs > liftedAtMs).map((label) => ofRule(label, id, version));
    const [quality] = summariseQuality(own).rules;
    if (quality?.isBelowBar !== true) return [];
    const { of: judged, ratio } = quality.precision;
    return [
      {
        ...{ restraintId: contentId('below-bar', id, version, before.length), ruleId: id },
        ...{ ruleVersion: version, kind: 'below-bar', sinceMs: nowMs },
        figures: {
          rightStretches: Math.round((ratio ?? 0) * judged),
          judgedStretches: judged,
          days: BAR_DAYS,
        },
      },
    ];
  });
}

const ofRule = (label: StretchLabel, ruleId: string, version: string): StretchLabel => ({
  ...label,
  warnings: label.warnings.filter((one) => one.ruleId === ruleId && one.ruleVersion === version),
});
