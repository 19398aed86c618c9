import { parseArgs } from 'node:util';

/** What can be asked of rules. */
export type RulesCommand =
  | { readonly kind: 'help'; readonly about: 'rules' }
  /** Those that come with Outrider unless a folder is named. */
  | { readonly kind: 'rules-test'; readonly folder: string | undefined };

/** Reads the arguments after `outrider rules`. @throws when they cannot be understood */
export function readRulesCommand(args: readonly string[]): RulesCommand {
  const [action, ...rest] = args;
  if (args.some((one) => one === '--help' || one === '-h')) return { kind: 'help', about: 'rules' };
  if (action === 'test') return readTest(rest);
  throw new Error(`rules can be asked to test, not ${JSON.stringify(action ?? '')}`);
}

function readTest(args: readonly string[]): RulesCommand {
  const { values } = parseArgs({ args: [...args], options: { rules: { type: 'string' } } });
  if (values.rules === '') throw new Error('--rules needs the name of a folder');
  return { kind: 'rules-test', folder: values.rules };
}
