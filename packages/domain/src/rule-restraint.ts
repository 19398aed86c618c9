import { z } from 'zod';

// A rule that may raise nothing but silent cards for now, and why. Stored, so that every process knows it.

export const RESTRAINTS = {
  'below-bar': 'Fewer than half of its warnings were right. Only its critical level still interrupts.',
  brake: 'It fired for too much of the fleet at once. Operators are asked whether that is so.',
} as const;
export const restraintKind = z.enum(
  Object.keys(RESTRAINTS) as [keyof typeof RESTRAINTS, ...(keyof typeof RESTRAINTS)[]],
);
/**
 * So many cars, and more than this share of the fleet, within so long. A fault in our data looks like that, and so
 * may a storm: cards go on either way, and it ends by itself unless an operator keeps it.
 */
export const BRAKE = { cars: 20, fleetRatio: 0.02, withinS: 600, unansweredS: 6 * 3_600 } as const;

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
  /** `keep`: until another text of the rule, or `lift`. */
  readonly kind: 'lift' | 'keep';
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

export const isInForce = (restraint: RuleRestraint, nowMs: number): boolean =>
  restraint.endedAtMs === null &&
  restraint.answer?.kind !== 'lift' &&
  nowMs < (lapsesAtMs(restraint) ?? Number.POSITIVE_INFINITY);

/** When it ends by itself; null: not without somebody's doing. */
export const lapsesAtMs = ({ kind, sinceMs, answer }: RuleRestraint): number | null =>
  kind === 'brake' && answer?.kind !== 'keep' ? sinceMs + BRAKE.unansweredS * 1_000 : null;
