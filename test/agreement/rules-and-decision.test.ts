import { usualCosts, warnFrom, withdrawBelow } from '@outrider/energy';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readFiles } from '../repository/files.ts';

// The rules say in YAML from which probability on to warn and when to withdraw; the energy model says why. Neither
// can read the other.

interface Step {
  readonly when?: string;
  readonly until?: string;
}
interface Rule extends Step {
  readonly id: string;
  readonly levels: readonly Step[];
  readonly clear: Step;
}
interface Threshold {
  readonly value: number;
}
type Thresholds = Readonly<Record<string, Threshold>> & { readonly cardProbability: Threshold };

const RAISED = /(\w*[pP]robability) >= (\w+Probability)\b/g;
const withdrawn = (fact: string, threshold: string): RegExp =>
  new RegExp(`\\b${fact} < ${threshold} / (\\d+\\.\\d+)`);

/** What is raised at a probability and not withdrawn at half of it. */
function notWithdrawnAtHalf({ id, when = '', levels, clear }: Rule, thresholds: Thresholds): string[] {
  const steps = [
    { raised: when, lowered: clear.when ?? '' },
    ...levels.map((level) => ({ raised: level.when ?? '', lowered: level.until ?? '' })),
  ];
  return steps.flatMap(({ raised, lowered }) =>
    [...raised.matchAll(RAISED)].flatMap(([, fact = '', threshold = '']) => {
      const value = thresholds[threshold]?.value ?? Number.NaN;
      const divisor = Number(withdrawn(fact, threshold).exec(lowered)?.[1]);
      return value / divisor === withdrawBelow(value) ? [] : [`${id}: ${fact} >= ${threshold}`];
    }),
  );
}

const files = readFiles('services/predictor/rules');
const thresholds = parse(
  files.find(({ path }) => path.endsWith('/thresholds.yaml'))?.text ?? '',
) as Thresholds;
const rules = files
  .filter(({ path }) => /\/[^./]+\.yaml$/.test(path) && !path.endsWith('/thresholds.yaml'))
  .map(({ text }) => parse(text) as Rule);

describe('rules and the decision to warn', () => {
  test('a card comes from the probability on at which it costs less than silence', () => {
    expect(thresholds.cardProbability.value).toBe(Number(warnFrom().toFixed(4)));
    expect(usualCosts.miss / usualCosts.falseAlarm).toBe(10);
  });

  test('what is raised at a probability is withdrawn at half of it, in every rule and at every level', () => {
    const raised = rules.flatMap(({ when = '', levels }) =>
      [when, ...levels.map((level) => level.when ?? '')].flatMap((text) => [...text.matchAll(RAISED)]),
    );
    expect(raised.length).toBeGreaterThan(rules.length);
    expect(rules.flatMap((rule) => notWithdrawnAtHalf(rule, thresholds))).toEqual([]);
  });
});

test('planted violations are found', () => {
  const planted = (until: string): Rule => ({
    id: 'planted',
    when: 'isDriving',
    levels: [{ when: 'risk >= 1 && belowProbability >= cardProbability', until }],
    clear: {},
  });
  const found = (until: string) => notWithdrawnAtHalf(planted(until), { cardProbability: { value: 0.1 } });
  const problem = ['planted: belowProbability >= cardProbability'];
  expect(found('belowProbability < cardProbability / 2.0')).toEqual([]);
  expect(found('belowProbability < cardProbability / 3.0')).toEqual(problem);
  expect(found('belowProbability < cardProbability')).toEqual(problem);
  expect(found('otherProbability < cardProbability / 2.0')).toEqual(problem);
  expect(found('')).toEqual(problem);
});
