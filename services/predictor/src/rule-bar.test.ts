import type { Outcome, RuleRestraint, StretchLabel } from '@outrider/domain';
import { expect, test } from 'vitest';
import { rulesBelowBar } from './rule-bar.ts';

const DAY_MS = 24 * 3_600_000;
const NOW_MS = 20 * DAY_MS + 3_600_000;
const RULES = [{ id: 'nervous', version: 'v2' }];

const ended = (outcome: Outcome, count: number, ruleVersion?: string, day = 10): StretchLabel[] =>
  Array.from({ length: count }, () => ({
    ...{ dayMs: day * DAY_MS, outcome },
    warnings: [{ ruleId: 'nervous', times: 1, leadS: 60, ...(ruleVersion && { ruleVersion }) }],
  }));
const labels = (right: number, wrong: number, version = 'v2', day = 10) => [
  ...ended('acted', right, version, day),
  ...ended('false-alarm', wrong, version, day),
];
const restraint: RuleRestraint = {
  ...{ restraintId: 'r', ruleId: 'nervous', ruleVersion: 'v2', kind: 'below-bar', sinceMs: 0, figures: {} },
  ...{ endedAtMs: null, answer: null },
};
const lifted = (day: number): RuleRestraint => ({
  ...restraint,
  answer: { kind: 'lift', by: 'operator', atMs: day * DAY_MS + 1 },
});
const fallen = (of: readonly StretchLabel[], restraints: readonly RuleRestraint[] = []) =>
  rulesBelowBar(of, RULES, restraints, NOW_MS);

test.each([
  ['nine of twenty were right', labels(9, 11), [], 1],
  ['ten of twenty were right', labels(10, 10), [], 0],
  ['nineteen cases are too few', labels(0, 19), [], 0],
  ['nothing was judged', [], [], 0],
  ['it was another text of the rule', labels(0, 40, 'v1'), [], 0],
  ['nobody knows which text it was', ended('false-alarm', 40), [], 0],
  ['it is held already', labels(0, 40), [restraint], 0],
  ['another text of it was held', labels(0, 40), [{ ...restraint, ruleVersion: 'v1' }], 1],
  ['it was let go, and all that came of it is older', labels(0, 40, 'v2', 10), [lifted(10)], 0],
  ['it was let go, and fell again after that', labels(0, 40, 'v2', 11), [lifted(10)], 1],
] as const)('%s', (_, of, restraints, count) => {
  expect(fallen(of, restraints)).toHaveLength(count);
});

test('two processes raise the same, and the next one is another', () => {
  const [one] = fallen(labels(5, 15));
  expect(one).toMatchObject({ ruleId: 'nervous', ruleVersion: 'v2', kind: 'below-bar', sinceMs: NOW_MS });
  expect(one?.figures).toEqual({ rightStretches: 5, judgedStretches: 20, days: 14 });
  expect(rulesBelowBar(labels(4, 16), RULES, [], NOW_MS + 1)[0]?.restraintId).toBe(one?.restraintId);
  const again = fallen(labels(0, 40, 'v2', 11), [lifted(10)])[0]?.restraintId;
  expect(again).not.toBe(one?.restraintId);
});
