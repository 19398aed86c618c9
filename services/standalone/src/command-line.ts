import { parseArgs } from 'node:util';

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
  /** The command line cannot be understood; `problem` says why. */
  | { readonly kind: 'wrong'; readonly problem: string; readonly about: About };

type About = 'outrider' | 'start' | 'demo' | 'providers' | 'series' | 'topics';
const COMMANDS = ['start', 'demo', 'providers', 'series', 'topics'] as const;

export const DEFAULT_SCENARIOS = ['2013-01-winter-i95', '2013-02-i95-made-it'] as const;
export const DEFAULT_OUT = 'out/demo.html';

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
    if (name === 'providers') return readProviders(rest);
    if (name === 'series') return readSeries(rest);
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

const DEFAULT_RAW_DAYS = 30;
const DEFAULT_MINUTE_DAYS = 180;

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
  const [fromMs, toMs] = [readMoment('--from', values.from), readMoment('--to', values.to)];
  if (fromMs >= toMs) throw new Error('--to has to be later than --from');
  return { kind: 'series-backfill', fromMs, toMs };
}

const DEFAULT_PARTITIONS = 32;
const DEFAULT_REPLICATION = 1;

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

function readMoment(name: string, text: string): number {
  const atMs = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(atMs))
    throw new Error(
      `${name} is a day or a moment, 2026-01-15 or 2026-01-15T08:00Z, not ${JSON.stringify(text)}`,
    );
  return atMs;
}

function readDemo(args: readonly string[]): Command {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...HELP_OPTION,
      scenario: { type: 'string', multiple: true, short: 's' },
      speed: { type: 'string' },
      keep: { type: 'boolean' },
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
    isJson: values.json === true,
    out: values.out ?? DEFAULT_OUT,
  };
}

/** A page, a speed and data to look at afterwards belong to the drive as it was. */
function chaosOf(values: {
  readonly scenario?: string[];
  readonly speed?: string;
  readonly keep?: boolean;
  readonly out?: string;
  readonly json?: boolean;
  readonly seed?: string;
}): Command {
  const { scenario: scenarios = [DEFAULT_SCENARIOS[0]], seed = '1', json } = values;
  for (const name of ['speed', 'keep', 'out'] as const)
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

const HELP = {
  outrider: `Outrider warns the driver of an electric car before a trip fails.

Usage: outrider <command> [options]

  start     the server, for real use: data in ./data, everything on this machine
  demo      replays real drives through every service and shows what was said, when
  providers check    asks every configured provider one question and prints a table
  series prepare     makes the database, retention and aggregates of an InfluxDB; series backfill computes
                     the aggregates of a time again
  topics create      makes the topics of a Kafka; topics check says what of them is different

  --help, -h       this text; also after a command
  --version, -V    the version
`,
  start: `Usage: outrider start

Starts every service in one process. Settings come from the environment; all have defaults:
services/standalone/README.md lists them. Ctrl-C stops it and loses nothing.
`,
  demo: `Usage: outrider demo [options]

Replays drives through the real gateway, forecast, rules and channels, and shows what was said, when,
beside what the car's own display and simple alarms would have said. Two runs show the same.

  --scenario, -s <name or folder>   a drive to replay; repeatable. Names are folders of test/scenarios;
                                    test/scenarios/README.md says how to write your own.
                                    Default: ${DEFAULT_SCENARIOS.join(' and ')}
  --speed <number>                  so many times real time (600: an hour in 6 s); absent: as fast as it goes
  --keep                            keep the data folder of each drive, its mails beside it, and say where
  --json                            one JSON object on stdout; all else goes to stderr
  --out <file>                      where the page goes; default ${DEFAULT_OUT}
  --chaos                           instead: the winter drive (or the --scenario) once more with each service as a
                                    process; ingest, predictor and notifier are killed, the weather is away for
                                    20 minutes, 5 % of the frames come twice and 5 % out of order. Prints what was
                                    lost and doubled beside the undisturbed drive; ends with 1 unless that is nothing
  --seed <number>                   with --chaos: decides what goes wrong when; default 1. The same shows the same
  --help, -h                        this text
`,
  providers: `Usage: outrider providers check [--json]

Asks every provider that the settings name one question and prints who answered what, and how fast.
Ends with 0 when all answered, else with 1.

  --json        one JSON array instead of the table
  --help, -h    this text
`,
  series: `Usage: outrider series prepare [--raw-days <days>] [--minute-days <days>] [--token-file <file>]
       outrider series backfill --from <day or moment> --to <day or moment>

Looks after the InfluxDB 1.x or 2.x that TELEMETRY_URL names, which needs an admin's login or token for this.
prepare makes the database and what folds each number into minutes and hours (least, greatest, mean, last), and
may be said again after a change. What arrives later than two hours (minutes) or a day (hours) is folded by
backfill, as long as the raw values are there.

  --raw-days <days>      how long what cars sent is kept; default ${DEFAULT_RAW_DAYS}. Fewer than before removes the rest
  --minute-days <days>   how long minutes are kept; default ${DEFAULT_MINUTE_DAYS}. Hours are kept for ever
  --token-file <file>    InfluxDB 2: where a token goes that reads and writes what cars sent, and nothing else; one
                         that is there stays
  --from, --to           2026-01-15 or 2026-01-15T08:00Z, in UTC; the end is excluded
  --help, -h             this text
`,
  topics: `Usage: outrider topics create [--partitions <number>] [--replication <number>]
       outrider topics check [--partitions <number>] [--replication <number>]

Looks after the topics of the Kafka that BUS_URL names. create makes those that are missing, with retention and
compaction as ARCHITECTURE.md says; neither changes one that exists. Ends with 1 when something is not as it should be.

  --partitions <number>     the same for every topic and for ever; default ${DEFAULT_PARTITIONS}
  --replication <number>    copies of every record; 3 where there are three brokers; default ${DEFAULT_REPLICATION}
  --help, -h                this text
`,
} as const;

export const helpText = (about: keyof typeof HELP): string => HELP[about];
