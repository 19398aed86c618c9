import { parseArgs } from 'node:util';
import { readMoment, readSpan } from '../read-moment.ts';
import type { BrakeAnswer } from './brakes.ts';

/** What can be asked of rules. */
export type RulesCommand =
  | { readonly kind: 'help'; readonly about: 'rules' }
  /** Those that come with Outrider unless a folder is named. */
  | { readonly kind: 'rules-test'; readonly folder: string | undefined }
  | {
      readonly kind: 'rules-explain';
      readonly vehicleId: string;
      readonly ruleId: string | undefined;
      /** Now when undefined. */
      readonly atMs: number | undefined;
      readonly isJson: boolean;
    }
  | { readonly kind: 'rules-reinstate'; readonly ruleId: string }
  | { readonly kind: 'rules-brakes'; readonly said: readonly BrakeAnswer[]; readonly isJson: boolean }
  | { readonly kind: 'rules-history'; readonly limit: number; readonly isJson: boolean }
  /** The end is excluded. */
  | {
      readonly kind: 'rules-backtest';
      readonly fromMs: number;
      readonly toMs: number;
      readonly folder: string;
      readonly isSynthetic: boolean;
      readonly isJson: boolean;
    };

/** Reads the arguments after `outrider rules`. @throws when they cannot be understood */
export function readRulesCommand(args: readonly string[]): RulesCommand {
  const [action, ...rest] = args;
  if (args.some((one) => one === '--help' || one === '-h')) return { kind: 'help', about: 'rules' };
  if (action === 'test') return readTest(rest);
  if (action === 'explain') return readExplain(rest);
  if (action === 'backtest') return readBacktest(rest);
  if (action === 'reinstate') return readReinstate(rest);
  if (action === 'brakes') return readBrakes(rest);
  if (action === 'history') return readHistory(rest);
  throw new Error(
    `rules can be asked to test, to explain, to backtest, to reinstate, for brakes or for their history, not ${JSON.stringify(action ?? '')}`,
  );
}

function readTest(args: readonly string[]): RulesCommand {
  const { values } = parseArgs({ args: [...args], options: { rules: { type: 'string' } } });
  if (values.rules === '') throw new Error('--rules needs the name of a folder');
  return { kind: 'rules-test', folder: values.rules };
}

function readExplain(args: readonly string[]): RulesCommand {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { rule: text, at: text, json: { type: 'boolean' } },
  });
  const [vehicleId, ...more] = positionals;
  if (vehicleId === undefined || more.length > 0) throw new Error('explain needs the id of one car');
  if (values.rule === '') throw new Error('--rule needs the id of a rule');
  return {
    kind: 'rules-explain',
    vehicleId,
    ruleId: values.rule,
    atMs: values.at === undefined ? undefined : readMoment('--at', values.at),
    isJson: values.json === true,
  };
}

function readReinstate(args: readonly string[]): RulesCommand {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
  const [ruleId = '', ...more] = positionals;
  if (ruleId === '' || more.length > 0) throw new Error('reinstate needs the id of one rule');
  return { kind: 'rules-reinstate', ruleId };
}

function readBrakes(args: readonly string[]): RulesCommand {
  const ids = { type: 'string', multiple: true } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { release: ids, keep: ids, json: { type: 'boolean' } },
  });
  const said = [
    ...(values.release ?? []).map((ruleId) => ({ ruleId, answer: 'lift' as const })),
    ...(values.keep ?? []).map((ruleId) => ({ ruleId, answer: 'keep' as const })),
  ];
  if (said.some(({ ruleId }) => ruleId === '')) throw new Error('--release and --keep need the id of a rule');
  return { kind: 'rules-brakes', said, isJson: values.json === true };
}

const LOADS = 20;
const LOADS_MAX = 1_000;

function readHistory(args: readonly string[]): RulesCommand {
  const { values } = parseArgs({
    args: [...args],
    options: { limit: { type: 'string', default: String(LOADS) }, json: { type: 'boolean' } },
  });
  const limit = /^\d{1,4}$/.test(values.limit) ? Number(values.limit) : 0;
  if (limit < 1 || limit > LOADS_MAX) throw new Error(`--limit is a whole number from 1 to ${LOADS_MAX}`);
  return { kind: 'rules-history', limit, isJson: values.json === true };
}

function readBacktest(args: readonly string[]): RulesCommand {
  const flag = { type: 'boolean' } as const;
  const text = { type: 'string', default: '' } as const;
  const options = { from: text, to: text, rules: text, json: flag, synthetic: flag } as const;
  const { values } = parseArgs({ args: [...args], options });
  if (values.rules === '') throw new Error('--rules needs the name of a folder: the rules to try');
  return {
    ...{ kind: 'rules-backtest', ...readSpan(values), folder: values.rules },
    ...{ isSynthetic: values.synthetic === true, isJson: values.json === true },
  };
}
