import type { ChannelName } from '@outrider/domain';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import type { AlertState, FiringState, Step } from './alert-lifecycle.ts';
import { duration, type Facts, type LoadedRule } from './rule.ts';
import { type RuleState, stepRule } from './rule-step.ts';
import {
  compareMessages,
  expectedMessages,
  type Listen,
  listener,
  openHearing,
  said,
} from './rule-test-messages.ts';

// Runs `<id>.test.yaml`: what a rule says of facts that last for a while, or of facts that change, and what a
// driver is told then. Pure.

const outcome = z.enum(['quiet', 'info', 'warning', 'critical', 'unchanged']);
type Outcome = z.infer<typeof outcome>;

const factValues = z.record(z.string(), z.union([z.number(), z.boolean(), z.string()]));

/** Who is told, and what the alert says beside the facts. */
const hearing = { listener: listener.optional(), alert: said.optional() };

/** Facts that hold for a while, by default as long as the rule's `for`. What is not given is unknown. */
const heldCase = z.strictObject({
  name: z.string().min(1),
  facts: factValues,
  held: duration.optional(),
  /** `unchanged`: quiet stays quiet and a firing alert stays as it is, from every level. */
  expect: outcome,
  ...hearing,
  messages: expectedMessages.optional(),
});

/** Facts that change. A step keeps the facts of the step before, but for what it says. */
const seriesCase = z.strictObject({
  name: z.string().min(1),
  ...hearing,
  series: z
    .array(
      z.strictObject({
        at: duration,
        facts: factValues.default({}),
        unknown: z.array(z.string()).default([]),
        expect: outcome,
        /** From here on. */
        driving: listener.shape.driving.unwrap().optional(),
        /** Heard since the step before. */
        messages: expectedMessages.optional(),
      }),
    )
    .min(1),
});

const testFile = z.array(z.union([heldCase, seriesCase])).min(1);
type HeldCase = z.infer<typeof heldCase>;
type SeriesCase = z.infer<typeof seriesCase>;

export interface RuleTestResult {
  readonly name: string;
  /** Of the case, or of the step of a series that failed; from 1. */
  readonly line: number;
  /** What went wrong; undefined when the case passed. */
  readonly failure: string | undefined;
}

/** A step of a series that failed, or the case itself. */
interface Failure {
  readonly step?: number;
  readonly text: string;
}

/**
 * One result per case. A test file that cannot be read is one failure.
 * @param listen who hears; without it only the rule is judged, and expected messages are not
 */
export function runRuleTests(rule: LoadedRule, testYaml: string, listen?: Listen): readonly RuleTestResult[] {
  const lines = new LineCounter();
  const document = parseDocument(testYaml, { uniqueKeys: true, lineCounter: lines, prettyErrors: false });
  const lineOf = (path: readonly (string | number)[]): number => {
    const node = document.getIn(path, true) as { readonly range?: readonly number[] } | undefined;
    return Math.max(1, lines.linePos(node?.range?.[0] ?? 0).line);
  };
  const broken = (failure: string, line: number) => [{ name: 'the test file', line, failure }];
  const [first] = [...document.errors, ...document.warnings];
  if (first !== undefined) return broken(first.message, Math.max(1, lines.linePos(first.pos[0]).line));
  const content: unknown = document.toJS();
  const parsed = testFile.safeParse(content);
  if (!parsed.success) return broken(...firstMistake(content, lineOf));
  return parsed.data.map((test, index) => {
    const failure = runCase(rule, test, listen);
    const path = failure?.step === undefined ? [index] : [index, 'series', failure.step];
    return { name: test.name, line: lineOf(path), failure: failure?.text };
  });
}

/** Which case it is: of a union's mistakes only those of the form that was meant say something. */
function firstMistake(
  content: unknown,
  lineOf: (path: readonly (string | number)[]) => number,
): [string, number] {
  const cases: readonly unknown[] = Array.isArray(content) ? content : [];
  for (const [index, one] of cases.entries()) {
    const isSeries = typeof one === 'object' && one !== null && 'series' in one;
    const read = (isSeries ? seriesCase : heldCase).safeParse(one);
    if (read.success) continue;
    const path = (read.error.issues[0]?.path ?? []).filter((key) => typeof key !== 'symbol');
    return [z.prettifyError(read.error), lineOf([index, ...path])];
  }
  return ['a list of cases is missing', 1];
}

function runCase(
  rule: LoadedRule,
  test: HeldCase | SeriesCase,
  listen: Listen | undefined,
): Failure | undefined {
  const named =
    'series' in test
      ? test.series.flatMap(({ facts, unknown }) => [...Object.keys(facts), ...unknown])
      : Object.keys(test.facts);
  const unread = named.find((name) => !rule.reads.includes(name));
  if (unread !== undefined) return { text: `rule ${rule.id} does not read the fact \`${unread}\`` };
  if ('series' in test) return runSeries(rule, test, listen);
  const text = runHeld(rule, test, listen);
  return text === undefined ? undefined : { text };
}

/** Told of every transition, with the facts of then. */
type OnStep = (step: Step, facts: Facts, atMs: number) => void;
const nobody: OnStep = () => {};

function runHeld(rule: LoadedRule, test: HeldCase, listen: Listen | undefined): string | undefined {
  const { facts, held, expect } = test;
  const known = knownFacts(facts);
  if (expect !== 'unchanged') {
    const heard = openHearing(rule, test, channelsOf([test.messages]), listen);
    const heldMs = (held ?? (rule.patterns?.absence?.forS ?? 0) + rule.forS) * 1000;
    const failure = compare(
      expect,
      outcomeOf(runFor(rule, undefined, known, heldMs, heard?.take ?? nobody).lifecycle),
    );
    return failure ?? judgeMessages(heard, test.messages, heldMs);
  }
  if (test.messages !== undefined) return 'nobody is told of what does not change: `messages` goes elsewhere';
  const heldMs = (held ?? Math.max(rule.forS, rule.clear.forS)) * 1000;
  const starts = [undefined, ...rule.levels.map(({ severity }) => firingAt(severity))];
  const failures = starts.map((start) => {
    const before = outcomeOf(start);
    const from = start && { lifecycle: start };
    const after = outcomeOf(runFor(rule, from, known, heldMs, nobody).lifecycle);
    return before === after ? undefined : `${before} became ${after}`;
  });
  return failures.find((failure) => failure !== undefined);
}

function runSeries(rule: LoadedRule, test: SeriesCase, listen: Listen | undefined): Failure | undefined {
  const { series } = test;
  const heard = openHearing(rule, test, channelsOf(series.map(({ messages }) => messages)), listen);
  const onStep = heard?.take ?? nobody;
  let state: RuleState | undefined;
  let facts: Facts = {};
  let [nowMs, heardAtMs] = [0, 0];
  for (const [index, { at, facts: given, unknown, expect, driving, messages }] of series.entries()) {
    const atMs = at * 1000;
    const failed = (text: string): Failure => ({ step: index, text: `at ${at} s: ${text}` });
    if (atMs < nowMs) return failed('a series goes forward in time');
    const before = outcomeOf(state?.lifecycle);
    if (state !== undefined) state = runTimers(rule, state, { facts, heardAtMs }, atMs, onStep);
    nowMs = atMs;
    // A step that says nothing of the facts is time that passes in silence.
    if (Object.keys(given).length > 0 || unknown.length > 0) heardAtMs = atMs;
    if (driving !== undefined) heard?.drive(driving);
    facts = { ...facts, ...knownFacts(given), ...unknownFacts(unknown) };
    state = stepOn(rule, state, { facts, heardAtMs }, nowMs, onStep);
    const failure =
      compare(expect === 'unchanged' ? before : expect, outcomeOf(state.lifecycle)) ??
      judgeMessages(heard, messages, nowMs);
    if (failure !== undefined) return failed(failure);
  }
  return undefined;
}

type Expected = z.infer<typeof expectedMessages> | undefined;

const channelsOf = (all: readonly Expected[]): readonly ChannelName[] => [
  ...new Set(all.flatMap((messages) => Object.keys(messages ?? {}) as ChannelName[])),
];

function judgeMessages(
  heard: ReturnType<typeof openHearing>,
  expected: Expected,
  nowMs: number,
): string | undefined {
  const since = heard?.since(nowMs);
  return since === undefined || expected === undefined ? undefined : compareMessages(expected, since);
}

/** What the rule is told: the facts, and when the car said them. */
interface Heard {
  readonly facts: Facts;
  readonly heardAtMs: number;
}

/** One step; at `dueAtMs` the rule asks again by itself. */
function stepOn(
  rule: LoadedRule,
  before: RuleState | undefined,
  { facts, heardAtMs }: Heard,
  nowMs: number,
  onStep: OnStep,
): RuleState & { readonly dueAtMs: number | undefined } {
  const next = stepRule(
    before,
    rule,
    { verdict: rule.judge(facts), facts, heardAtMs, wordAtMs: heardAtMs },
    nowMs,
  );
  onStep(next, facts, nowMs);
  return { lifecycle: next.state, trace: next.trace, dueAtMs: next.dueAtMs };
}

/** The same facts for so long, heard at its beginning, and the timers between. */
function runFor(
  rule: LoadedRule,
  start: RuleState | undefined,
  facts: Facts,
  forMs: number,
  onStep: OnStep,
): RuleState {
  const heard = { facts, heardAtMs: 0 };
  const first = stepOn(rule, start, heard, 0, onStep);
  return stepOn(rule, runTimers(rule, first, heard, forMs, onStep), heard, forMs, onStep);
}

/** Fires the timers before `untilMs`, as the predictor does. */
function runTimers(
  rule: LoadedRule,
  start: RuleState,
  heard: Heard,
  untilMs: number,
  onStep: OnStep,
): RuleState {
  let current = stepOn(rule, start, heard, start.lifecycle.atMs, nobody);
  while (current.dueAtMs !== undefined && current.dueAtMs < untilMs) {
    current = stepOn(rule, current, heard, current.dueAtMs, onStep);
  }
  return current;
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
