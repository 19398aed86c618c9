import { relative } from 'node:path';
import {
  factCatalogue,
  formatMistakes,
  type Listen,
  readRuleFiles,
  readRules,
  runRuleTests,
  type SourceFile,
} from '@outrider/predictor';
import { createListen } from './listen.ts';

export interface RulesReport {
  readonly rules: number;
  readonly cases: number;
  /** `file:line: what, expected and got`, in the order of the files; also when the rules are refused. */
  readonly failures: readonly string[];
}

/** Runs the tests beside the rules of a folder. */
export async function testRules(folder: string): Promise<RulesReport> {
  const files = await readRuleFiles(folder).catch((error: Error) => error);
  if (files instanceof Error) return { rules: 0, cases: 0, failures: [`${folder}: ${files.message}`] };
  return testRuleFiles(files, createListen());
}

/** The same of files that were read. Rules that are refused are not run. Pure. */
export function testRuleFiles(files: readonly SourceFile[], listen: Listen): RulesReport {
  const read = readRules(files, factCatalogue);
  if (read.kind === 'refused') {
    const shown = read.mistakes.map((mistake) => ({ ...mistake, path: shownPath(mistake.path) }));
    return { rules: 0, cases: 0, failures: formatMistakes(shown).split('\n') };
  }
  const failures: string[] = [];
  let cases = 0;
  for (const rule of read.rules) {
    const file = files.find(({ path }) => path.endsWith(`/${rule.id}.test.yaml`));
    for (const { name, line, failure } of runRuleTests(rule, file?.text ?? '', listen)) {
      cases += 1;
      if (failure === undefined) continue;
      failures.push(`${shownPath(file?.path ?? `${rule.id}.test.yaml`)}:${line}: ${name}: ${failure}`);
    }
  }
  if (read.rules.length === 0) failures.push('there is no rule in this folder');
  return { rules: read.rules.length, cases, failures };
}

/** From where the command was given, as long as that is not far away. */
function shownPath(path: string): string {
  const short = relative('.', path);
  return short.startsWith('..') ? path : short;
}

/** For people; ends with the summary. */
export function reportText({ rules, cases, failures }: RulesReport, tookMs: number): string {
  const count = (n: number, word: string) => `${n} ${word}${n === 1 ? '' : 's'}`;
  const summary = `${count(rules, 'rule')}, ${count(cases, 'case')}, ${failures.length} failed, ${tookMs} ms`;
  return `${[...failures, summary].join('\n')}\n`;
}
