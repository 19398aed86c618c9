import { performance } from 'node:perf_hooks';
import { factCatalogue, loadRules, OWN_RULES, stepRule } from '@outrider/predictor';
import { type PlainFacts, plainRules } from './rules-plain.ts';

type Rule = Awaited<ReturnType<typeof loadRules>>[number];
type Facts = Parameters<Rule['judge']>[0];

export interface RulesFigures {
  /** How many different rules the figures are of; they take turns until there are twenty. */
  readonly rules: number;
  /** Twenty rules on one record, µs of CPU: their answers, and with their alerts' life. */
  readonly judgeUs: number;
  readonly stepUs: number;
  /** The same conditions as closures written by hand, µs. */
  readonly plainUs: number;
  readonly judgeToPlainRatio: number;
  /** Answers that were compared with those of the closures before anything was measured; all agreed. */
  readonly compared: number;
}

const RULES = 20;
const RECORDS = 256;
/** The least of so many turns counts, and all take turns. */
const ROUNDS = 7;
const EVERY_MS = 5_000;

/** Figures of one thread; `durationMs` for each of them and each round. */
export async function measureRules(durationMs: number): Promise<RulesFigures> {
  const own = (await loadRules(OWN_RULES, factCatalogue)).filter(({ id }) => plainRules[id] !== undefined);
  if (own.length < Object.keys(plainRules).length) throw new Error('a rule written by hand is not there');
  const rules = Array.from({ length: RULES }, (_, index) => at(own, index));
  const plain = rules.map(({ id }) => plainRules[id] ?? (() => ({ when: false, clear: false, levels: [] })));
  const values = valuesOf();
  const facts = values.map(knownFacts);
  const compared = compare(own, values, facts);
  let states: Parameters<typeof stepRule>[0][] = rules.map(() => undefined);
  let records = 0;
  let sum = 0;
  const [judge, step, bare] = fastest(durationMs, [
    (index) => {
      const record = at(facts, index);
      for (const rule of rules) if (rule.judge(record).when === 'true') sum++;
    },
    (index) => {
      const record = at(facts, index);
      const nowMs = ++records * EVERY_MS;
      states = rules.map((rule, k) => {
        const observed = { verdict: rule.judge(record), facts: record, heardAtMs: nowMs, wordAtMs: nowMs };
        const { state, trace } = stepRule(states[k], rule, observed, nowMs);
        return { lifecycle: state, trace };
      });
    },
    (index) => {
      const record = at(values, index);
      for (const closure of plain) if (closure(record).when) sum++;
    },
  ]);
  if (sum === 0) throw new Error('no rule was ever true: nothing was measured');
  const [judgeUs, stepUs, plainUs] = [judge ?? 0, step ?? 0, bare ?? 0];
  return {
    ...{ rules: own.length, judgeUs, stepUs, plainUs, compared },
    judgeToPlainRatio: judgeUs / plainUs,
  };
}

function at<T>(list: readonly T[], index: number): T {
  const found = list[index % list.length];
  if (found === undefined) throw new Error('an empty list');
  return found;
}

/** Records in which every condition is met by some and missed by others; the same in every run. */
function valuesOf(): readonly PlainFacts[] {
  let seed = 1;
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const most = (name: string): number => {
    if (name.endsWith('Probability') || name === 'worksProbabilityNearby') return 1;
    if (name.endsWith('M')) return 40_000;
    if (name.endsWith('Kpa')) return 300;
    if (name === 'lowVoltageV') return 15;
    return name.startsWith('hours') ? 12 : name.endsWith('TempC') && name !== 'motorTempC' ? 25 : 180;
  };
  const names = [
    ...new Map(Object.values(factCatalogue).flatMap((all) => all.map((fact) => [fact.name, fact]))),
  ];
  return Array.from({ length: RECORDS }, () => {
    const flags: Record<string, boolean> = {};
    const numbers: Record<string, number> = {};
    for (const [name, { type }] of names) {
      if (type === 'boolean') flags[name] = random() < 0.5;
      else if (type === 'number') numbers[name] = random() * most(name);
    }
    return { flags, numbers };
  });
}

const knownFacts = ({ flags, numbers }: PlainFacts): Facts =>
  Object.fromEntries(
    Object.entries({ ...flags, ...numbers }).map(([name, value]) => [
      name,
      { kind: 'known' as const, value },
    ]),
  );

/** @throws Error where a rule and its closure differ: then the two figures would be of different things */
function compare(own: readonly Rule[], values: readonly PlainFacts[], facts: readonly Facts[]): number {
  let compared = 0;
  for (const [index, record] of values.entries())
    for (const rule of own) {
      const { when, clear, levels } = rule.judge(at(facts, index));
      const plain = plainRules[rule.id]?.(record);
      const isMet = plain?.when === true && plain.levels.some(Boolean);
      const said = [isMet, plain?.clear, ...(plain?.levels ?? [])].map(String);
      if (`${said}` !== `${[when, clear, ...levels.map((level) => level.when)]}`)
        throw new Error(`${rule.id} and its closure differ: ${JSON.stringify(record)}`);
      compared += said.length;
    }
  return compared;
}

/** µs of CPU per call of each, the least of the rounds: what others do on this machine is not counted. */
function fastest(durationMs: number, works: readonly ((index: number) => void)[]): readonly number[] {
  const best = works.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round++)
    for (const [which, work] of works.entries()) {
      const start = performance.now();
      const before = process.cpuUsage();
      let calls = 0;
      for (; calls % RECORDS !== 0 || performance.now() - start < durationMs; calls++) work(calls);
      const { user, system } = process.cpuUsage(before);
      best[which] = Math.min(best[which] ?? 0, (user + system) / calls);
    }
  return best;
}
