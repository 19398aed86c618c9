import type { Severity } from '@outrider/domain';
import { parse } from 'yaml';
import { z } from 'zod';
import { severityFor } from './drill.ts';
import type { Facts, LoadedRule } from './rule.ts';

const RANK: Readonly<Record<Severity, number>> = { info: 1, warning: 2, critical: 3 };

const values = z.record(z.string(), z.union([z.number(), z.boolean(), z.string()]));
const cases = z.array(
  z.object({
    facts: values.optional(),
    series: z.array(z.object({ facts: values.optional() })).optional(),
  }),
);

/** Facts of the rule's own tests that make it fire, the gravest first; undefined where none of them does. */
export function drillFacts(rule: Pick<LoadedRule, 'judge'>, testYaml: string): Facts | undefined {
  let best: { readonly facts: Facts; readonly rank: number } | undefined;
  for (const facts of examplesIn(testYaml)) {
    const severity = severityFor(rule, facts);
    const rank = severity === undefined ? 0 : RANK[severity];
    if (rank > (best?.rank ?? 0)) best = { facts, rank };
  }
  return best?.facts;
}

function examplesIn(testYaml: string): readonly Facts[] {
  let content: unknown;
  try {
    content = parse(testYaml);
  } catch {
    return [];
  }
  const read = cases.safeParse(content);
  return (read.data ?? []).flatMap(({ facts, series }) => {
    let told: z.infer<typeof values> = {};
    const steps = (series ?? []).map((step) => {
      told = { ...told, ...step.facts };
      return told;
    });
    return [...(facts === undefined ? [] : [facts]), ...steps].map(known);
  });
}

const known = (given: z.infer<typeof values>): Facts =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [name, { kind: 'known', value }]));
