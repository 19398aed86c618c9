import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { assemble, type FolderTexts, type Loaded } from './assemble.ts';
import { FILES } from './findings.ts';
import { type Problem, problemText } from './parse.ts';

/** Where scenarios given by name live. */
export const SCENARIOS_FOLDER = resolve(import.meta.dirname, '../../../../test/scenarios');

/** Names of the scenarios that can be given by name, sorted. */
export const scenarioNames = (root: string = SCENARIOS_FOLDER): readonly string[] =>
  existsSync(root)
    ? readdirSync(root, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && existsSync(join(root, entry.name, FILES.scenario)))
        .map((entry) => entry.name)
        .sort()
    : [];

/**
 * Reads and checks a scenario: `nameOrFolder` is a folder under test/scenarios, or any path.
 * Never throws for what the folder says: every problem found comes back, with file, line and field.
 */
export function loadScenario(nameOrFolder: string, root: string = SCENARIOS_FOLDER): Loaded {
  const named = join(root, nameOrFolder);
  const folder = existsSync(named) ? named : resolve(nameOrFolder);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    const message = `no such scenario; known by name: ${scenarioNames(root).join(', ') || 'none'}`;
    return { kind: 'invalid', problems: [{ file: nameOrFolder, message }] };
  }
  const texts: Record<string, string> = {};
  for (const file of Object.values(FILES)) {
    const path = join(folder, file);
    if (existsSync(path)) texts[file] = readFileSync(path, 'utf8');
  }
  return assemble(basename(folder), folder, texts satisfies FolderTexts);
}

/** All problems as one text, for a terminal. */
export const problemsText = (problems: readonly Problem[]): string => problems.map(problemText).join('\n');
