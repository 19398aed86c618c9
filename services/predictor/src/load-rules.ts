import { contentId } from '@outrider/runtime';
import { type Document, isNode, isScalar, LineCounter, parseDocument, Scalar, visit } from 'yaml';
import type { z } from 'zod';
import { compile, createLanguage, type Expression, type Language } from './cel.ts';
import { CAR, carsOf, checkRule, FIELDS, type Path, patternsOf } from './check-rule.ts';
import { drillFacts } from './drill-facts.ts';
import { nearestName } from './nearest-name.ts';
import {
  type FactCatalogue,
  type Facts,
  type LoadedRule,
  type ModesFile,
  modesFile,
  type Rule,
  type RuleFile,
  ruleFile,
  type Scope,
  scope,
  type ThresholdsFile,
  type Truth,
  thresholdsFile,
  type Verdict,
} from './rule.ts';
import { whyNoRule, withModes } from './rule-modes.ts';

export interface SourceFile {
  /** `rules/arrival-below-reserve.yaml` */
  readonly path: string;
  readonly text: string;
}

export interface RuleMistake {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

export type ReadRules =
  | { readonly kind: 'rules'; readonly rules: readonly LoadedRule[] }
  | { readonly kind: 'refused'; readonly mistakes: readonly RuleMistake[] };

const THRESHOLDS = 'thresholds.yaml';
const MODES = 'modes.yaml';

/**
 * Reads a whole folder of rules: `<id>.yaml` with `<id>.test.yaml` beside it, `thresholds.yaml` and `modes.yaml`. Pure.
 * One mistake anywhere refuses the whole set, so that nobody drives with half of the rules; all mistakes are
 * told at once, each with file and line.
 */
export function readRules(files: readonly SourceFile[], catalogue: FactCatalogue): ReadRules {
  const mistakes: RuleMistake[] = [];
  const thresholds = readThresholds(files, catalogue, mistakes);
  const languages = new Map<Scope, Language>(
    scope.options.map((name) => [name, createLanguage(catalogue[name], thresholds)]),
  );
  const rules: LoadedRule[] = [];
  const paths = new Set(files.map((file) => file.path));
  for (const file of files) {
    const name = fileName(file.path);
    const mistake = (text: string) => mistakes.push({ path: file.path, line: 1, text });
    if (!name.endsWith('.yaml')) mistake('rules, their tests and thresholds are .yaml files');
    else if (name.endsWith('.test.yaml')) {
      if (!paths.has(file.path.replace(/\.test\.yaml$/, '.yaml'))) mistake('tests a rule that is not there');
    } else if (name !== THRESHOLDS && name !== MODES) {
      if (!paths.has(file.path.replace(/\.yaml$/, '.test.yaml'))) mistake('no test file beside it');
      const rule = readRule(file, languages, thresholds, catalogue, mistakes);
      const tests = files.find(({ path }) => path === file.path.replace(/\.yaml$/, '.test.yaml'));
      const drill = rule && drillFacts(rule, tests?.text ?? '');
      if (rule !== undefined) rules.push({ ...rule, ...(drill && { drill }) });
    }
  }
  const modes = readModes(files, mistakes);
  if (mistakes.length > 0) return { kind: 'refused', mistakes };
  return { kind: 'rules', rules: withModes(rules, modes).toSorted((a, b) => (a.id < b.id ? -1 : 1)) };
}

/** One line per mistake: `path:line: text`. */
export const formatMistakes = (mistakes: readonly RuleMistake[]): string =>
  mistakes.map(({ path, line, text }) => `${path}:${line}: ${text}`).join('\n');

const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

function readThresholds(
  files: readonly SourceFile[],
  catalogue: FactCatalogue,
  mistakes: RuleMistake[],
): Record<string, number> {
  const file = files.find(({ path }) => fileName(path) === THRESHOLDS);
  if (file === undefined) return {};
  const source = parseSource<ThresholdsFile>(file, thresholdsFile, mistakes);
  const names = new Set(Object.values(catalogue).flatMap((facts) => facts.map((fact) => fact.name)));
  const thresholds: Record<string, number> = {};
  for (const [name, { value }] of Object.entries(source?.content ?? {})) {
    if (names.has(name)) source?.mistake([name], `\`${name}\` is a fact already`);
    else thresholds[name] = value;
  }
  return thresholds;
}

function readModes(files: readonly SourceFile[], mistakes: RuleMistake[]): ModesFile {
  const file = files.find(({ path }) => fileName(path) === MODES);
  // Empty, or all of it commented out: nothing is switched.
  if (file === undefined || !/^[^#\s]/m.test(file.text)) return {};
  const source = parseSource<ModesFile>(file, modesFile, mistakes);
  const ids = files.map(({ path }) => fileName(path).replace(/\.yaml$/, ''));
  for (const id of Object.keys(source?.content ?? {})) {
    const why = whyNoRule(id, ids);
    if (why !== undefined) source?.mistake([id], why);
  }
  return source?.content ?? {};
}

function readRule(
  file: SourceFile,
  languages: ReadonlyMap<Scope, Language>,
  thresholds: Readonly<Record<string, number>>,
  catalogue: FactCatalogue,
  mistakes: RuleMistake[],
): LoadedRule | undefined {
  const source = parseSource<RuleFile>(file, ruleFile, mistakes);
  if (source === undefined) return undefined;
  const { content } = source;
  const language = languages.get(content.scope);
  if (language === undefined) return undefined;
  checkRule(fileName(file.path), content, catalogue[content.scope], source.mistake);
  const build = (text: string, path: Path): Expression | undefined => {
    const compiled = compile(language, text);
    if (compiled.kind === 'expression') return compiled.expression;
    for (const { offset, text: why } of compiled.mistakes) source.mistake(path, why, offset);
    return undefined;
  };
  const when = build(content.when, ['when']);
  const clear = build(content.clear.when, ['clear', 'when']);
  const levels = content.levels.flatMap(({ severity, when: enter, until }, index) => {
    const entering = build(enter, ['levels', index, 'when']);
    if (entering === undefined) return [];
    const leaving = build(until ?? `!(${enter})`, ['levels', index, 'until']);
    return leaving === undefined ? [] : [{ severity, when: entering, until: leaving }];
  });
  const first = content.after && build(content.after.when, ['after', 'when']);
  if (when === undefined || clear === undefined || levels.length < content.levels.length) return undefined;
  if (content.after !== undefined && first === undefined) return undefined;
  return assemble(file, content, { when, clear, levels, first }, thresholds);
}

interface Expressions {
  readonly when: Expression;
  readonly clear: Expression;
  readonly first: Expression | undefined;
  readonly levels: readonly {
    readonly severity: Verdict['levels'][number]['severity'];
    readonly when: Expression;
    readonly until: Expression;
  }[];
}

function assemble(
  file: SourceFile,
  content: RuleFile,
  expressions: Expressions,
  thresholds: Readonly<Record<string, number>>,
): LoadedRule {
  const all = [
    expressions.when,
    expressions.clear,
    ...(expressions.first === undefined ? [] : [expressions.first]),
    ...expressions.levels.flatMap((level) => [level.when, level.until]),
  ];
  const unique = (names: readonly string[]) => [...new Set(names)].toSorted();
  const patterns = patternsOf(content);
  const watched = [patterns?.absence?.of ?? CAR, patterns?.change?.of ?? CAR].filter((of) => of !== CAR);
  const reads = unique([...all.flatMap((expression) => expression.reads), ...watched]);
  const read = unique(all.flatMap((expression) => expression.thresholds));
  const rule: Rule = {
    id: content.id,
    version: contentId(file.text, ...read.map((name) => `${name}=${thresholds[name]}`)),
    about: content.about,
    owner: content.owner,
    scope: content.scope,
    when: content.when,
    levels: expressions.levels.map(({ severity, when, until }) => ({
      severity,
      when: when.text,
      until: until.text,
    })),
    ...(patterns === undefined ? {} : { patterns }),
    ...carsOf(content),
    forS: content.for,
    clear: { when: content.clear.when, forS: content.clear.for },
    unknown: content.unknown,
    expiresAfterS: content.expiresAfter,
    ...(content.leadTime === undefined ? {} : { leadTimeS: content.leadTime }),
    ...(content.digest === undefined ? {} : { digestForS: content.digest }),
    ...(content.runbook === undefined ? {} : { runbook: content.runbook }),
    message: content.message,
    remedies: content.remedies,
    ...(content.audience === undefined ? {} : { audience: content.audience }),
    mode: content.mode,
    ...(content.share === undefined ? {} : { share: content.share }),
    repeat: content.repeat,
  };
  return { ...rule, reads, judge: (facts) => judge(expressions, facts) };
}

function judge({ when, clear, levels, first }: Expressions, facts: Facts): Verdict {
  const judged = levels.map((level) => ({
    severity: level.severity,
    when: level.when.program(facts),
    until: level.until.program(facts),
  }));
  const condition = when.program(facts);
  return {
    when: bothOf(condition, anyOf(judged)),
    clear: clear.program(facts),
    ...(first === undefined ? {} : { first: first.program(facts) }),
    levels: judged,
  };
}

function anyOf(levels: Verdict['levels']): Truth {
  if (levels.some((level) => level.when === 'true')) return 'true';
  return levels.some((level) => level.when === 'unknown') ? 'unknown' : 'false';
}

function bothOf(a: Truth, b: Truth): Truth {
  if (a === 'false' || b === 'false') return 'false';
  return a === 'true' && b === 'true' ? 'true' : 'unknown';
}

interface Source<T> {
  readonly content: T;
  /** Notes a mistake at a place of the file; `offset` counts within the text that stands there. */
  readonly mistake: (path: Path, text: string, offset?: number) => void;
}

/** YAML → schema → content; undefined when it has mistakes, which are then in the list. */
function parseSource<T>(
  file: SourceFile,
  schema: z.ZodType<T>,
  mistakes: RuleMistake[],
): Source<T> | undefined {
  const before = mistakes.length;
  const lines = new LineCounter();
  const document = parseDocument(file.text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const note = (position: number, text: string) =>
    mistakes.push({ path: file.path, line: Math.max(1, lines.linePos(position).line), text });
  for (const { pos, message } of [...document.errors, ...document.warnings]) note(pos[0], message);
  visit(document, {
    Alias: (_, alias) => note(alias.range?.[0] ?? 0, 'no aliases: say it where it is read'),
  });
  if (mistakes.length > before) return undefined;
  const mistake = (path: Path, text: string, offset = 0) =>
    note(positionOf(document, file.text, path, offset), text);
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return { content: parsed.data, mistake };
  for (const issue of parsed.error.issues) {
    const path = issue.path.filter((key) => typeof key !== 'symbol');
    if (issue.code !== 'unrecognized_keys') mistake(path, `${path.join('.') || 'file'}: ${issue.message}`);
    else for (const key of issue.keys) mistake([...path, key], unknownField(key));
  }
  return undefined;
}

function unknownField(name: string): string {
  const nearest = nearestName(name, FIELDS);
  return `no field \`${name}\`${nearest === undefined ? '' : `; did you mean \`${nearest}\`?`}`;
}

/** Where a place of the content stands in the file; the nearest that is there when it is missing. */
function positionOf(document: Document, text: string, path: Path, offset: number): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (!isNode(node) || !node.range) continue;
    return isScalar(node) && length === path.length
      ? positionInScalar(node, node.range[0], text, offset)
      : node.range[0];
  }
  return 0;
}

/** Folding changes white space only, so the other characters count the same in the value and in the file. */
function positionInScalar(node: Scalar, start: number, text: string, offset: number): number {
  const isBlock = node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED;
  let position = isBlock ? text.indexOf('\n', start) + 1 : start;
  let left = String(node.value).slice(0, offset).replace(/\s/g, '').length;
  while (position < text.length && (left > 0 || /\s/.test(text[position] ?? ''))) {
    if (!/\s/.test(text[position] ?? '')) left -= 1;
    position += 1;
  }
  return position;
}
