import { describe, expect, test } from 'vitest';
import { compile, createLanguage } from './cel.ts';
import { factCatalogue } from './facts/catalogue.ts';
import { formatMistakes, readRules, type SourceFile } from './load-rules.ts';
import type { LoadedRule } from './rule.ts';
import { OWN_RULES, readRuleFiles } from './rule-files.ts';
import { runRuleTests } from './rule-test.ts';

const files = await readRuleFiles(OWN_RULES);

function read(sources: readonly SourceFile[]): readonly LoadedRule[] {
  const result = readRules(sources, factCatalogue);
  if (result.kind === 'refused') throw new Error(formatMistakes(result.mistakes));
  return result.rules;
}

const rules = read(files);
const fileOf = (name: string): SourceFile => {
  const file = files.find(({ path }) => path.endsWith(`/${name}`));
  if (file === undefined) throw new Error(`no file ${name}`);
  return file;
};

const failuresOf = (rule: LoadedRule): string[] =>
  runRuleTests(rule, fileOf(`${rule.id}.test.yaml`).text)
    .filter(({ failure }) => failure !== undefined)
    .map(({ name, failure }) => `${name}: ${failure}`);

describe.each(rules.map((rule) => [rule.id, rule] as const))('%s', (id, rule) => {
  test.each(
    runRuleTests(rule, fileOf(`${id}.test.yaml`).text).map((result) => [result.name, result] as const),
  )('%s', (_, { failure }) => {
    expect(failure).toBeUndefined();
  });

  // The negative control: whatever number, flag or duration of the rule moves, its own tests notice.
  test.each(mutants(rule).map((mutant) => [mutant.what, mutant.text] as const))(
    'its tests notice %s',
    (_, text) => {
      const path = fileOf(`${id}.yaml`).path;
      const changed = read(files.map((file) => (file.path === path ? { path, text } : file)));
      const mutant = changed.find((other) => other.id === id);
      expect(mutant && failuresOf(mutant)).not.toEqual([]);
    },
  );
});

describe('the shared thresholds', () => {
  const { path, text } = fileOf('thresholds.yaml');
  const values = [...text.matchAll(/^(\w+):\n {2}value: ([\d.]+)/gm)];

  test.each(values.map(([, name, value]) => [name, value] as const))(
    '%s cannot move unnoticed',
    (name, value) => {
      for (const factor of [0.9, 1.1]) {
        const moved = text.replace(
          `${name}:\n  value: ${value}`,
          `${name}:\n  value: ${(Number(value) * factor).toFixed(5)}`,
        );
        expect(moved).not.toBe(text);
        const changed = read(files.map((file) => (file.path === path ? { path, text: moved } : file)));
        expect(changed.flatMap(failuresOf)).not.toEqual([]);
      }
    },
  );
});

interface Mutant {
  readonly what: string;
  readonly text: string;
}

/** The rule's file with one number a tenth off, one flag turned, one duration longer or shorter. */
function mutants(rule: LoadedRule): Mutant[] {
  const { text } = fileOf(`${rule.id}.yaml`);
  const found: Mutant[] = [];
  const change = (start: number, end: number, by: string) => {
    const line = text.slice(0, start).split('\n').length;
    found.push({
      what: `${text.slice(start, end)} becoming ${by} in line ${line}`,
      text: text.slice(0, start) + by + text.slice(end),
    });
  };
  const code = text.replace(/#.*$/gm, (comment) => ' '.repeat(comment.length));
  for (const match of code.matchAll(/(?<![\w.])\d+\.\d+/g)) {
    const value = Number(match[0]);
    for (const factor of [0.9, 1.1])
      change(match.index, match.index + match[0].length, decimal(value * factor));
  }
  for (const match of code.matchAll(/!?\b(is|has)[A-Z]\w*/g)) {
    const turned = match[0].startsWith('!') ? match[0].slice(1) : `!${match[0]}`;
    // In brackets, because a YAML text must not begin with `!`.
    change(match.index, match.index + match[0].length, `(${turned})`);
  }
  for (const match of code.matchAll(/\bfor: (\d+)s/g)) {
    const start = match.index + 'for: '.length;
    const value = Number(match[1]);
    for (const by of value === 0 ? [1] : [value - 1, value + 1])
      change(start, start + `${value}s`.length, `${by}s`);
  }
  // What a rule asks of time, in whatever unit; with the moment before and after.
  for (const match of code.matchAll(/^(?:absence|change|after|times):.*?\b(?:for|within): (\d+)([smhd])/gm)) {
    const end = match.index + match[0].length;
    const value = Number(match[1]);
    for (const by of [value - 1, value + 1].filter((count) => count > 0))
      change(end - `${value}${match[2]}`.length, end, `${by}${match[2]}`);
  }
  for (const match of code.matchAll(/\b(?:atLeast|fallsBy|risesBy): (\d+)\b/g)) {
    const end = match.index + match[0].length;
    const value = Number(match[1]);
    for (const by of [value - 1, value + 1].filter((count) => count > 1))
      change(end - String(value).length, end, String(by));
  }
  for (const match of code.matchAll(/\bunknown: (\w+)/g)) {
    const start = match.index + 'unknown: '.length;
    const other = match[1] === 'clear' ? 'hold' : 'clear';
    change(start, start + (match[1]?.length ?? 0), other);
  }
  return found;
}

const decimal = (value: number): string => (Number.isInteger(value) ? `${value}.0` : String(value));

test('every number of every rule is among those that are moved', () => {
  const language = (rule: LoadedRule) =>
    createLanguage(factCatalogue[rule.scope], {
      cardProbability: 0.1,
      interruptProbability: 0.5,
      criticalProbability: 0.9,
      turnBackProbability: 0.2,
    });
  for (const rule of rules) {
    for (const text of [
      rule.when,
      rule.clear.when,
      ...rule.levels.flatMap((level) => [level.when, level.until]),
    ]) {
      const compiled = compile(language(rule), text);
      if (compiled.kind === 'refused') throw new Error(text);
      for (const { start, end } of compiled.expression.numbers) {
        // Thresholds are written as decimals: they are found, and nobody divides whole numbers by accident.
        expect(text.slice(start, end)).toMatch(/^\d+\.\d+$/);
      }
    }
  }
});
