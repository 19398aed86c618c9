import { z } from 'zod';

// A rule that may raise nothing but silent cards for now, and why. Stored, so that every process knows it.

export const RESTRAINTS = {
  'below-bar': 'Fewer than half of its warnings were right. Only its critical level still interrupts.',
} as const;
export const restraintKind = z.enum(
  Object.keys(RESTRAINTS) as [keyof typeof RESTRAINTS, ...(keyof typeof RESTRAINTS)[]],
);
export type RestraintKind = z.infer<typeof restraintKind>;

export interface NewRestraint {
  /** Made from the rule, its version and what was decided about it before: two processes make the same. */
  readonly restraintId: string;
  readonly ruleId: string;
  /** It is about this text of the rule, and over with another. */
  readonly ruleVersion: string;
  readonly kind: RestraintKind;
  /** Event time. */
  readonly sinceMs: number;
  /** What it was decided on, with units in the names. */
  readonly figures: Readonly<Record<string, number>>;
}

export interface RestraintAnswer {
  readonly kind: 'lift';
  /** Who said so, as in the audit. */
  readonly by: string;
  readonly atMs: number;
}

export interface RuleRestraint extends NewRestraint {
  /** When another text of the rule ran; null: not yet. */
  readonly endedAtMs: number | null;
  /** What an operator said, the newest; null: nothing. */
  readonly answer: RestraintAnswer | null;
}

export const isInForce = ({ endedAtMs, answer }: RuleRestraint): boolean =>
  endedAtMs === null && answer?.kind !== 'lift';
