import { parseArgs } from 'node:util';
import { type CanaryCommand, readCanaryCommand } from './canary/read-command.ts';
import {
  DEFAULT_MINUTE_DAYS,
  DEFAULT_OUT,
  DEFAULT_PARTITIONS,
  DEFAULT_QUALITY_DAYS,
  DEFAULT_RAW_DAYS,
  DEFAULT_REPLICATION,
  DEFAULT_SCENARIOS,
} from './defaults.ts';
import { type MessagesCommand, readMessagesCommand } from './messages/read-command.ts';
import { readSpan } from './read-moment.ts';
import { type RulesCommand, readRulesCommand } from './rules/read-command.ts';
import { readSimulateCommand, type SimulateCommand } from './simulate/read-command.ts';

/** What the user asked for. */
export type Command =
  | { readonly kind: 'help'; readonly about: About }
  | { readonly kind: 'version' }
  | { readonly kind: 'start' }
  | {
      readonly kind: 'demo';
      /** Names or folders; empty means the two drives of the default. */
      readonly scenarios: readonly string[];
      readonly speedRatio: number | undefined;
      readonly isKept: boolean;
      /** With cars that do not exist, in a server of their own. */
      readonly isWithFleet: boolean;
      readonly isJson: boolean;
      readonly out: string;
    }
  | { readonly kind: 'chaos'; readonly scenario: string; readonly seed: number; readonly isJson: boolean }
  | { readonly kind: 'providers-check'; readonly isJson: boolean }
  /** Days of raw values, and of their folds over minutes. */
  | {
      readonly kind: 'series-prepare';
      readonly rawDays: number;
      readonly minuteDays: number;
      readonly tokenFile: string | undefined;
    }
  /** The end is excluded. */
  | { readonly kind: 'series-backfill'; readonly fromMs: number; readonly toMs: number }
  /** Of the Kafka that BUS_URL names. */
  | {
      readonly kind: 'topics-create' | 'topics-check';
      readonly partitions: number;
      readonly replication: number;
    }
  | { readonly kind: 'sources-check'; readonly isJson: boolean }
  | { readonly kind: 'sources-acls' }
  /** The end is excluded. */
  | { readonly kind: 'compare'; readonly fromMs: number; readonly toMs: number; readonly isJson: boolean }
  /** So many days up to today. */
  | {
      readonly kind: 'quality';
      readonly days: number;
      readonly isSynthetic: boolean;
      readonly isJson: boolean;
    }
  | RulesCommand
  | SimulateCommand
  | CanaryCommand
  | MessagesCommand
  /** The command line cannot be understood; `problem` says why. */
  | { readonly kind: 'wrong'; readonly problem: string; readonly about: About };

const COMMANDS = [
  'start',
  'demo',
  'rules',
  'simulate',
  'canary',
  'messages',
  'quality',
  'compare',
  'providers',
  'series',
  'sources',
  'topics',
] as const;
type About = 'outrider' | (typeof COMMANDS)[number];

const HELP_OPTION = { help: { type: 'boolean', short: 'h' } } as const;

/** Reads the arguments after `outrider`. Never throws. */
export function readCommand(args: readonly string[]): Command {
  const [name, ...rest] = args;
  if (name === undefined) return { kind: 'wrong', problem: 'a command is missing', about: 'outrider' };
  if (name === '--help' || name === '-h' || name === 'help') return { kind: 'help', about: 'outrider' };
  if (name === '--version' || name === '-V') return { kind: 'version' };
  try {
    if (name === 'start') return readStart(rest);
    if (name === 'demo') return readDemo(rest);
    if (name === 'rules') return readRulesCommand(rest);
    if (name === 'simulate') return readSimulateCommand(rest);
    if (name === 'canary') return readCanaryCommand(rest);
    if (name === 'messages') return readMessagesCommand(rest);
    if (name === 'quality') return readQualityCommand(rest);
    if (name === 'providers') return readProviders(rest);
    if (name === 'series') return readSeries(rest);
    if (name === 'compare') return readCompare(rest);
    if (name === 'sources') return readSourcesCommand(rest);
    if (name === 'topics') return readTopics(rest);
  } catch (error) {
    const problem = (error as Error).message.replace(/\. To specify a positional.*$/s, '');
    return { kind: 'wrong', problem, about: COMMANDS.find((one) => one === name) ?? 'outrider' };
  }
  const what = name.startsWith('-') ? 'option' : 'command';
  return { kind: 'wrong', problem: `there is no ${what} ${JSON.stringify(name)}`, about: 'outrider' };
}

function readStart(args: readonly string[]): Command {
  const { values } = parseArgs({ args: [...args], options: HELP_OPTION });
  return values.help === true ? { kind: 'help', about: 'start' } : { kind: 'start' };
}

function readProviders(args: readonly string[]): Command {
  const [action, ...rest] = args;
  if (action === '--help' || action === '-h') return { kind: 'help', about: 'providers' };
  if (action !== 'check')
    throw new Error(`providers can be asked to check, not ${JSON.stringify(action ?? '')}`);
  const { values } = parseArgs({ args: rest, options: { ...HELP_OPTION, json: { type: 'boolean' } } });
  return values.help === true
    ? { kind: 'help', about: 'providers' }
    : { kind: 'providers-check', isJson: values.json === true };
}

function readSourcesCommand(args: readonly string[]): Command {
  const [action, ...rest] = args;
  if (args.some((one) => one === '--help' || one === '-h')) return { kind: 'help', about: 'sources' };
  if (action !== 'check' && action !== 'acls')
    throw new Error(`sources can be asked to check or for acls, not ${JSON.stringify(action ?? '')}`);
  if (action === 'acls') {
    parseArgs({ args: rest, options: {} });
    return { kind: 'sources-acls' };
  }
  const { values } = parseArgs({ args: rest, options: { json: { type: 'boolean' } } });
  return { kind: 'sources-check', isJson: values.json === true };
}

function readSeries(args: readonly string[]): Command {
  const [action, ...rest] = args;
  if (rest.some((one) => one === '--help' || one === '-h') || action === '--help' || action === '-h')
    return { kind: 'help', about: 'series' };
  if (action === 'prepare') {
    const text = { type: 'string' } as const;
    const options = { 'raw-days': text, 'minute-days': text, 'token-file': text };
    const { values } = parseArgs({ args: rest, options });
    if (values['token-file'] === '') throw new Error('--token-file needs the name of a file');
    return {
      kind: 'series-prepare',
      rawDays: readDays('--raw-days', values['raw-days'] ?? String(DEFAULT_RAW_DAYS)),
      minuteDays: readDays('--minute-days', values['minute-days'] ?? String(DEFAULT_MINUTE_DAYS)),
      tokenFile: values['token-file'],
    };
  }
  if (action !== 'backfill')
    throw new Error(`series can be asked to prepare or to backfill, not ${JSON.stringify(action ?? '')}`);
  const moment = { type: 'string', default: '' } as const;
  const { values } = parseArgs({ args: rest, options: { from: moment, to: moment } });
  return { kind: 'series-backfill', ...readSpan(values) };
}

function readCompare(args: readonly string[]): Command {
  const moment = { type: 'string', default: '' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { ...HELP_OPTION, from: moment, to: moment, json: { type: 'boolean' } },
  });
  if (values.help === true) return { kind: 'help', about: 'compare' };
  return { kind: 'compare', ...readSpan(values), isJson: values.json === true };
}

function readQualityCommand(args: readonly string[]): Command {
  const flag = { type: 'boolean' } as const;
  const options = { ...HELP_OPTION, days: { type: 'string' }, json: flag, synthetic: flag } as const;
  const { values } = parseArgs({ args: [...args], options });
  if (values.help === true) return { kind: 'help', about: 'quality' };
  const days = readCount('--days', values.days ?? String(DEFAULT_QUALITY_DAYS), 400);
  return { kind: 'quality', days, isSynthetic: values.synthetic === true, isJson: values.json === true };
}

function readTopics(args: readonly string[]): Command {
  const [action, ...rest] = args;
  if (args.some((one) => one === '--help' || one === '-h')) return { kind: 'help', about: 'topics' };
  if (action !== 'create' && action !== 'check')
    throw new Error(`topics can be asked to create or to check, not ${JSON.stringify(action ?? '')}`);
  const count = { type: 'string' } as const;
  const { values } = parseArgs({ args: rest, options: { partitions: count, replication: count } });
  return {
    kind: `topics-${action}`,
    partitions: readCount('--partitions', values.partitions ?? String(DEFAULT_PARTITIONS), 1_024),
    replication: readCount('--replication', values.replication ?? String(DEFAULT_REPLICATION), 9),
  };
}

function readCount(name: string, text: string, max: number): number {
  const count = /^[1-9]\d{0,3}$/.test(text) ? Number(text) : Number.NaN;
  if (!(count <= max)) throw new Error(`${name} is 1 to ${max}, not ${JSON.stringify(text)}`);
  return count;
}

function readDays(name: string, text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text))
    throw new Error(`${name} is a whole number of days, not ${JSON.stringify(text)}`);
  return Number(text);
}

function readDemo(args: readonly string[]): Command {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...HELP_OPTION,
      scenario: { type: 'string', multiple: true, short: 's' },
      speed: { type: 'string' },
      keep: { type: 'boolean' },
      fleet: { type: 'boolean' },
      json: { type: 'boolean' },
      out: { type: 'string' },
      chaos: { type: 'boolean' },
      seed: { type: 'string' },
    },
  });
  if (values.help === true) return { kind: 'help', about: 'demo' };
  if (values.chaos === true) return chaosOf(values);
  if (values.seed !== undefined) throw new Error('--seed goes with --chaos');
  const speedRatio = values.speed === undefined ? undefined : readSpeed(values.speed);
  if (values.out === '') throw new Error('--out needs the name of a file');
  return {
    kind: 'demo',
    scenarios: values.scenario ?? DEFAULT_SCENARIOS,
    speedRatio,
    isKept: values.keep === true,
    isWithFleet: values.fleet === true,
    isJson: values.json === true,
    out: values.out ?? DEFAULT_OUT,
  };
}

/** A page, a speed and data to look at afterwards belong to the drive as it was. */
function chaosOf(values: {
  readonly scenario?: string[];
  readonly speed?: string;
  readonly keep?: boolean;
  readonly fleet?: boolean;
  readonly out?: string;
  readonly json?: boolean;
  readonly seed?: string;
}): Command {
  const { scenario: scenarios = [DEFAULT_SCENARIOS[0]], seed = '1', json } = values;
  for (const name of ['speed', 'keep', 'fleet', 'out'] as const)
    if (values[name] !== undefined) throw new Error(`--${name} does not go with --chaos`);
  const [scenario, ...more] = scenarios;
  if (scenario === undefined || more.length > 0) throw new Error('--chaos plays one --scenario');
  if (!/^\d{1,9}$/.test(seed)) throw new Error(`--seed is a whole number, not ${JSON.stringify(seed)}`);
  return { kind: 'chaos', scenario, seed: Number(seed), isJson: json === true };
}

function readSpeed(text: string): number {
  const ratio = Number(text.replace(/x$/i, ''));
  if (text.trim() === '' || !Number.isFinite(ratio) || ratio <= 0)
    throw new Error(`--speed is how many times real time, a number above 0, not ${JSON.stringify(text)}`);
  return ratio;
}
