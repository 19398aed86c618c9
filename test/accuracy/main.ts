// How far off the forecasts are on logged trips of a real car, and whether their probabilities hold.
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runBaselines } from './baselines.ts';
import { runExperiments } from './experiments/index.ts';
import { runPlainKalman } from './experiments/plain-kalman.ts';
import { drawPlots } from './plots.ts';
import { readTrips, type TripFolder, UnusableFolder } from './read-trips.ts';
import { reportResults } from './report.ts';
import { collectResults, describeResults } from './results.ts';
import { checkWinterRange } from './winter-range.ts';

const HELP = `npm run accuracy -- <folder> [options]

Reads every trip of a folder of the BMW i3 set ("Battery and Heating Data in Real Driving Cycles", IEEE DataPort,
doi 10.21227/6jr9-5235; .csv or .csv.gz, with overview.csv if there is one), cleans it by rule, forecasts every
trip from others only, and prints how far off the forecasts are beside what simple constants reach.
test/accuracy/README.md tells what each row means.

  --json       one JSON object instead of the table
  --plot DIR   also writes reliability.svg, predicted-driven.svg and error-temperature.svg to DIR
  --help       this text`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === 'string') {
    console.error(`${options}\n\n${HELP}`);
    return 2;
  }
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const folder = await read(options.folder);
  if (folder === null) return 2;
  const { trips } = folder;
  for (const problem of folder.problems) console.error(problem);
  showProgress(`forecasting ${trips.length} trips`);
  const experiments = runExperiments(trips);
  const baselines = [...runBaselines(trips), ...runPlainKalman(trips)];
  showProgress('');
  const results = collectResults(folder, experiments, baselines, checkWinterRange());
  console.log(
    options.json ? JSON.stringify(describeResults(results), nullIfNoNumber, 2) : reportResults(results),
  );
  if (options.plot !== undefined) await writePlots(options.plot, drawPlots(trips, experiments, baselines));
  return 0;
}

interface Options {
  readonly folder: string;
  readonly json: boolean;
  readonly plot: string | undefined;
  readonly help: boolean;
}

/** The options, or what is wrong with them. */
function readOptions(args: readonly string[]): Options | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        plot: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    const folder = positionals[0] ?? '';
    if (!values.help && folder === '') return 'which folder?';
    if (positionals.length > 1) return 'one folder at a time';
    return { folder: fromCaller(folder), ...values, plot: values.plot && fromCaller(values.plot) };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** npm runs its scripts at the top of the repository and says where it was called. */
function fromCaller(path: string): string {
  const { INIT_CWD = '.' } = process.env;
  return resolve(INIT_CWD, path);
}

async function read(folder: string): Promise<TripFolder | null> {
  try {
    return await readTrips(folder, (file) => showProgress(`reading ${file}`));
  } catch (error) {
    if (!(error instanceof UnusableFolder)) throw error;
    showProgress('');
    console.error(error.message);
    return null;
  } finally {
    showProgress('');
  }
}

/** One line that is overwritten, for whoever watches; nothing for a log. */
function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

/** JSON knows no NaN: it is null, and so is what is infinite. */
function nullIfNoNumber(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}

async function writePlots(folder: string, plots: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, svg] of plots) await writeFile(join(folder, `${name}.svg`), svg);
  console.error(`pictures: ${[...plots.keys()].map((name) => join(folder, `${name}.svg`)).join(', ')}`);
}
