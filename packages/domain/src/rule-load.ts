import { z } from 'zod';

// What became of a folder of rules when it was read: stored, so that it can be told later which rules ran when.

export const RULE_LOADS = {
  start: 'A predictor started with it.',
  reload: 'It took over from the set before while a predictor ran.',
  refused: 'It had mistakes: the set before went on, or nothing started.',
} as const;
export const ruleLoadKind = z.enum(
  Object.keys(RULE_LOADS) as [keyof typeof RULE_LOADS, ...(keyof typeof RULE_LOADS)[]],
);
export type RuleLoadKind = z.infer<typeof ruleLoadKind>;

/** What of a rule tells it from itself in another set. */
export interface RunningRule {
  readonly id: string;
  /** Hash of its text and of the thresholds it reads. */
  readonly version: string;
  readonly mode: 'on' | 'shadow' | 'off';
  readonly share?: number | undefined;
  readonly switched?: { readonly by: string; readonly why: string } | undefined;
}

export interface RuleLoad {
  readonly loadId: string;
  /** Real time. */
  readonly atMs: number;
  readonly kind: RuleLoadKind;
  /** The predictor process that read it; another one after each start. */
  readonly process: string;
  /** Hash of all files: two processes with the same files have the same. */
  readonly setId: string;
  /** The set that ran before; null: none is known. */
  readonly beforeId: string | null;
  /** What changed, a line for each rule, with who switched it and why; of a refused set its mistakes. */
  readonly lines: readonly string[];
  /** The set as it runs; empty where it was refused. */
  readonly rules: readonly RunningRule[];
}
