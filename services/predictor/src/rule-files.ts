import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatMistakes, readRules, type SourceFile } from './load-rules.ts';
import type { FactCatalogue, LoadedRule } from './rule.ts';

/** The rules that come with Outrider. */
export const OWN_RULES = join(import.meta.dirname, '..', 'rules');

/** All YAML files of one folder, in the order of their names. */
export async function readRuleFiles(folder: string): Promise<readonly SourceFile[]> {
  const names = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).toSorted();
  return Promise.all(
    names.map(async (name) => ({
      path: join(folder, name),
      text: await readFile(join(folder, name), 'utf8'),
    })),
  );
}

/** The rules of a folder, or an error that names every mistake with its file and line. */
export async function loadRules(folder: string, catalogue: FactCatalogue): Promise<readonly LoadedRule[]> {
  const read = readRules(await readRuleFiles(folder), catalogue);
  if (read.kind === 'refused') throw new Error(`rules refused:\n${formatMistakes(read.mistakes)}`);
  return read.rules;
}
