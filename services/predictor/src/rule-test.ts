import { parseDocument } from 'yaml';
import { z } from 'zod';
import { type AlertState, type FiringState, step } from './alert-lifecycle.ts';
import { duration, type Facts, type LoadedRule } from './rule.ts';

// Runs `<id>.test.yaml`: what a rule says of facts that last for a while, or of facts that change. Pure.

const outcome = z.enum(['quiet', 'info', 'warning', 'critical', 'unchanged']);
type Outcome = z.infer<typeof outcome>;

const factValues = z.record(z.string(), z.union([z.number(), z.boolean(), z.string()]));

/** Facts that hold for a while, by default as long as the rule's `for`. What is not given is unknown. */
const heldCase = z.strictObject({
  name: z.string().min(1),
  facts: factValues,
  held: duration.optional(),
  /** `unchanged`: quiet stays quiet and a firing alert stays as it is, from every level. */
  expect: outcome,
});

/** Facts that change. A step keeps the facts of the step before, but for what it says. */
const seriesCase = z.strictObject({
  name: z.string().min(1),
  series: z
    .array(
      z.strictObject({
        at: duration,
        facts: factValues.default({}),
        unknown: z.array(z.string()).default([]),
        expect: outcome,
      }),
    )
    .min(1),
});

const testFile = z.array(z.union([heldCase, seriesCase])).min(1);
type HeldCase = z.infer<typeof heldCase>;
type SeriesCase = z.infer<typeof seriesCase>;

export interface RuleTestResult {
  readonly name: string;
  /** What went wrong; undefined when the case passed. */
  readonly failure: string | undefined;
}

/** One result per case. A test file that cannot be read is one failure. */
export function runRuleTests(rule: LoadedRule, testYaml: string): readonly RuleTestResult[] {
  const document = parseDocument(testYaml, { uniqueKeys: true });
  const [broken] = [...document.errors, ...document.warnings];
  if (broken !== undefined) return [{ name: 'the test file', failure: broken.message }];
  const parsed = testFile.safeParse(document.toJS());
  if (!parsed.success) return [{ name: 'the test file', failure: z.prettifyError(parsed.error) }];
  return parsed.data.map((test) => ({ name: test.name, failure: runCase(rule, test) }));
}

function runCase(rule: LoadedRule, test: HeldCase | SeriesCase): string | undefined {
  const named =
    'series' in test
      ? test.series.flatMap(({ facts, unknown }) => [...Object.keys(facts), ...unknown])
      : Object.keys(test.facts);
  const unread = named.find((name) => !rule.reads.includes(name));
  if (unread !== undefined) return `rule ${rule.id} does not read the fact \`${unread}\``;
  return 'series' in test ? runSeries(rule, test) : runHeld(rule, test);
}

function runHeld(rule: LoadedRule, { facts, held, expect }: HeldCase): string | undefined {
  const known = knownFacts(facts);
  if (expect !== 'unchanged') {
    const heldMs = (held ?? rule.forS) * 1000;
    return compare(expect, outcomeOf(runFor(rule, undefined, known, 0, heldMs)));
  }
  const heldMs = (held ?? Math.max(rule.forS, rule.clear.forS)) * 1000;
  const starts = [undefined, ...rule.levels.map(({ severity }) => firingAt(severity))];
  const failures = starts.map((start) => {
    const before = outcomeOf(start);
    const after = outcomeOf(runFor(rule, start, known, 0, heldMs));
    return before === after ? undefined : `${before} became ${after}`;
  });
  return failures.find((failure) => failure !== undefined);
}

function runSeries(rule: LoadedRule, { series }: SeriesCase): string | undefined {
  let state: AlertState | undefined;
  let facts: Facts = {};
  let nowMs = 0;
  for (const { at, facts: given, unknown, expect } of series) {
    const atMs = at * 1000;
    if (atMs < nowMs) return `at ${at} s: a series goes forward in time`;
    const before = outcomeOf(state);
    if (state !== undefined) state = runTimers(rule, state, facts, atMs);
    nowMs = atMs;
    facts = { ...facts, ...knownFacts(given), ...unknownFacts(unknown) };
    state = step(state, rule, rule.judge(facts), nowMs).state;
    const failure = compare(expect === 'unchanged' ? before : expect, outcomeOf(state));
    if (failure !== undefined) return `at ${at} s: ${failure}`;
  }
  return undefined;
}

/** The same facts from `fromMs` to `toMs`, and the timers between. */
function runFor(
  rule: LoadedRule,
  start: AlertState | undefined,
  facts: Facts,
  fromMs: number,
  toMs: number,
): AlertState {
  const first = step(start, rule, rule.judge(facts), fromMs).state;
  const last = runTimers(rule, first, facts, toMs);
  return step(last, rule, rule.judge(facts), toMs).state;
}

/** Fires the timers before `untilMs`, as the predictor does. */
function runTimers(rule: LoadedRule, start: AlertState, facts: Facts, untilMs: number): AlertState {
  let current = step(start, rule, rule.judge(facts), start.atMs);
  while (current.dueAtMs !== undefined && current.dueAtMs < untilMs) {
    current = step(current.state, rule, rule.judge(facts), current.dueAtMs);
  }
  return current.state;
}

const outcomeOf = (state: AlertState | undefined): Exclude<Outcome, 'unchanged'> =>
  state?.kind === 'firing' || state?.kind === 'clearing' ? state.severity : 'quiet';

const compare = (expected: Outcome, got: Outcome): string | undefined =>
  expected === got ? undefined : `expected ${expected}, got ${got}`;

const firingAt = (severity: FiringState['severity']): FiringState => ({
  kind: 'firing',
  severity,
  startedAtMs: 0,
  firedAtMs: 0,
  atMs: 0,
  condition: { heldMs: 0 },
  clear: { heldMs: 0 },
  entering: {},
  leaving: {},
  unknownSinceMs: null,
});

const knownFacts = (values: Readonly<Record<string, number | boolean | string>>): Facts =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { kind: 'known', value }]));

const unknownFacts = (names: readonly string[]): Facts =>
  Object.fromEntries(names.map((name) => [name, { kind: 'unknown', reason: 'unknown in the test' }]));
