import { nearestName } from './nearest-name.ts';
import type { LoadedRule, ModesFile, RuleMode } from './rule.ts';

// `modes.yaml`: how far rules may go now, whatever their own files say. The switch for the night something warns
// wrongly, and who threw it.

/** Beside the ids of rules: the most that any rule does. */
export const ALL = 'all';

const RANK: Readonly<Record<RuleMode, number>> = { off: 0, shadow: 1, on: 2 };

/** The rules as they run: a rule's own entry stands for its file's mode, and none goes further than `all`. Pure. */
export function withModes(rules: readonly LoadedRule[], modes: ModesFile): readonly LoadedRule[] {
  const most = modes[ALL];
  return rules.map((rule) => {
    const own = modes[rule.id] ?? rule;
    const mode = most !== undefined && RANK[most.mode] < RANK[own.mode] ? most.mode : own.mode;
    const share = Math.min(own.share ?? 1, most?.share ?? 1);
    const by = mode === own.mode && share === (own.share ?? 1) ? modes[rule.id] : most;
    const switched = by && { by: by.by, why: by.why };
    const { share: _, ...rest } = rule;
    return { ...rest, mode, ...(share < 1 ? { share } : {}), ...(switched ? { switched } : {}) };
  });
}

/** What is wrong with an entry for a rule that is not there; undefined when nothing is. */
export function whyNoRule(id: string, rules: readonly string[]): string | undefined {
  if (id === ALL || rules.includes(id)) return undefined;
  const nearest = nearestName(id, [...rules, ALL]);
  return `no rule \`${id}\`${nearest === undefined ? '' : `; did you mean \`${nearest}\`?`}`;
}
