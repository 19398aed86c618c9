import { z } from 'zod';
import { FEWEST_CASES } from './quality-summary.ts';

/** Why somebody found a warning not useful. A word about the warning, never about whoever drove. */
export const NOT_USEFUL_BECAUSE = {
  'false-alarm': 'Nothing would have gone wrong.',
  'not-actionable': 'Nothing could be done about it.',
  'too-late': 'It came when nothing helped any more.',
  flapping: 'It came and went.',
  'not-enough-info': 'It did not say enough to decide by.',
  'already-knew': 'It was known already.',
} as const;
export const notUsefulBecause = z.enum(
  Object.keys(NOT_USEFUL_BECAUSE) as [
    keyof typeof NOT_USEFUL_BECAUSE,
    ...(keyof typeof NOT_USEFUL_BECAUSE)[],
  ],
);
export type NotUsefulBecause = z.infer<typeof notUsefulBecause>;

/** So many "not useful" in a row say that a rule speaks too early for somebody. */
export const DOUBTS_IN_A_ROW = 2;

/** How often people found a rule's warnings not useful for this reason; null: they gave none. */
export interface OpinionCount {
  readonly ruleId: string;
  readonly because: NotUsefulBecause | null;
  readonly count: number;
}

export interface RuleOpinion {
  readonly ruleId: string;
  /** Warnings that somebody found not useful. */
  readonly notUseful: number;
  /** What was said most; null with fewer than `FEWEST_CASES` that gave a reason. */
  readonly mostly: { readonly because: NotUsefulBecause; readonly count: number } | null;
}

/** Per rule, the one most people complained about first. Pure. */
export function summariseOpinions(counts: readonly OpinionCount[]): readonly RuleOpinion[] {
  const ruleIds = [...new Set(counts.map(({ ruleId }) => ruleId))].toSorted();
  return ruleIds
    .map((ruleId): RuleOpinion => {
      const own = counts.filter((one) => one.ruleId === ruleId);
      const reasons = own.flatMap(({ because, count }) => (because === null ? [] : [{ because, count }]));
      const [mostly] = reasons.toSorted(
        (one, other) => other.count - one.count || (one.because < other.because ? -1 : 1),
      );
      const isEnough = sum(reasons) >= FEWEST_CASES;
      return { ruleId, notUseful: sum(own), mostly: isEnough && mostly !== undefined ? mostly : null };
    })
    .toSorted((one, other) => other.notUseful - one.notUseful);
}

const sum = (counts: readonly { readonly count: number }[]): number =>
  counts.reduce((total, { count }) => total + count, 0);
