// Proof that a driver is warned whoever of the world's vendors fails, and by none of their failures.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '@outrider/runtime';
import { allJobs, FAULTS, nameOf, ONSETS, shortJobs, VICTIMS } from './faults.ts';
import { judge } from './judge.ts';
import { report } from './report.ts';
import { runAll } from './run.ts';
import { isSabotage, SABOTAGES, type Sabotage } from './sabotage.ts';

const list = (names: Readonly<Record<string, string>>): string =>
  Object.entries(names)
    .map(([name, about]) => `                     ${name.padEnd(15)}${about}`)
    .join('\n');

const HELP = `npm run test:providers -- [options]

Plays four drives through every service while weather, roads and charging places come from vendors on loopback that
speak the real wire, and lets each of them fail in every way: ${ONSETS.join(', ')}. A due warning must still come and
say what it rests on; none may come from a failure or a change of provider alone.

  --short            each vendor, each way to fail and each onset at least once
  --only TEXT        the faults whose name holds this text, as roads/slow
  --out DIR          writes what was told on every drive, so that others can recount
  --sabotage NAME    breaks a promise on purpose; the run must then fail:
${list(SABOTAGES)}
  --help

  who fails:
${list(VICTIMS)}
  how:
${list(FAULTS)}
`;

interface Options {
  readonly isShort: boolean;
  readonly only: string;
  readonly out: string | undefined;
  readonly sabotage: Sabotage | undefined;
}

function readOptions(): Options | 'help' {
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      out: { type: 'string' },
      sabotage: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { sabotage, out } = values;
  if (sabotage !== undefined && !isSabotage(sabotage))
    throw new Error(`there is no sabotage ${sabotage}: ${Object.keys(SABOTAGES).join(', ')}`);
  return { isShort: values.short, only: values.only, out, sabotage };
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const options = readOptions();
  if (options === 'help') return say(HELP);
  const startedMs = systemClock.nowMs();
  const jobs = (options.isShort ? shortJobs() : allJobs()).filter(
    ({ cell }) => cell === null || nameOf(cell).includes(options.only),
  );
  if (jobs.every(({ cell }) => cell === null)) throw new Error(`no fault is called ${options.only}`);
  const { outcomes, failures } = await runAll({ jobs, sabotage: options.sabotage, onProgress: showProgress });
  const findings = judge(outcomes);
  if (options.out !== undefined) {
    await mkdir(options.out, { recursive: true });
    const lines = outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`).join('');
    await writeFile(join(options.out, 'outcomes.ndjson'), lines);
  }
  say(report(outcomes, findings, failures));
  // A promise that was never put to the test was not kept; with --only nobody expects all of them.
  const isKept =
    failures.length === 0 &&
    findings.every(({ checked, broken }) => broken.length === 0 && (checked > 0 || options.only !== ''));
  const seconds = Math.round((systemClock.nowMs() - startedMs) / 1000);
  say(`\n${isKept ? 'kept' : 'BROKEN'}: ${outcomes.length} drives in ${seconds} s`);
  process.exitCode = isKept ? 0 : 1;
}

const BAR = 30;

/** A bar that moves where somebody looks, and ten lines where nobody does. */
function showProgress(done: number, total: number): void {
  const isTenth = Math.floor((10 * done) / total) > Math.floor((10 * (done - 1)) / total);
  if (!process.stderr.isTTY && !isTenth) return;
  const bar = '█'.repeat(Math.round((BAR * done) / total)).padEnd(BAR, '·');
  process.stderr.write(
    `${process.stderr.isTTY ? '\r' : ''}${bar} ${done}/${total}${done === total || !process.stderr.isTTY ? '\n' : ''}`,
  );
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
