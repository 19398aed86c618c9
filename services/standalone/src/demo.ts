import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Clock, Log } from '@outrider/runtime';
import type { Command } from './command-line.ts';
import { type Recording, replay } from './demo/replay.ts';
import { type Judged, judge, reportOf } from './demo/report.ts';
import { demoPage } from './page/page.ts';
import { ansiPaint, plainPaint } from './print/lines.ts';
import { summaryLines } from './print/summary.ts';
import { timelineLines } from './print/timeline.ts';
import { loadScenario, problemsText, type Scenario } from './scenario/index.ts';

/** Where the demo writes. */
export interface Terminal {
  stdout(text: string): void;
  stderr(text: string): void;
  /** The timeline goes to a terminal that shows colours. */
  readonly isColourful: boolean;
}

export interface DemoOptions extends Extract<Command, { kind: 'demo' }> {
  readonly terminal: Terminal;
  readonly realClock: Clock;
  readonly log: Log;
  /** Ends the demo early, tidily. */
  readonly signal: AbortSignal;
}

/** A scenario cannot be read; the message says where and why. */
export class ScenarioInvalid extends Error {
  override readonly name = 'ScenarioInvalid';
}

/**
 * Replays each drive, prints its timeline as soon as it is judged, then a summary, and writes the page.
 * @throws ScenarioInvalid before anything is replayed
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const { terminal, isJson } = options;
  const scenarios = options.scenarios.map(readScenario);
  const print = isJson ? terminal.stderr : terminal.stdout;
  const paint = terminal.isColourful ? ansiPaint : plainPaint;
  const show = (lines: readonly string[]): void => print(`${lines.join('\n')}\n`);
  const drives: Judged[] = [];
  for (const scenario of scenarios) {
    const drive = judge(await replayKept(options, scenario, show));
    drives.push(drive);
    show(timelineLines(drive, paint));
  }
  show(['', ...summaryLines(drives, paint)]);
  const page = resolve(options.out);
  await mkdir(dirname(page), { recursive: true });
  await writeFile(page, demoPage(drives));
  show(['', `The page: ${page}`]);
  if (isJson) terminal.stdout(`${JSON.stringify(reportOf(drives), null, 2)}\n`);
}

function readScenario(nameOrFolder: string): Scenario {
  const loaded = loadScenario(nameOrFolder);
  if (loaded.kind === 'loaded') return loaded.scenario;
  throw new ScenarioInvalid(`${nameOrFolder} cannot be replayed:\n${problemsText(loaded.problems)}`);
}

/** With `--keep` the data stays, and every mail as it came over the wire. */
async function replayKept(
  { speedRatio, isKept, realClock, log, signal }: DemoOptions,
  scenario: Scenario,
  show: (lines: readonly string[]) => void,
): Promise<Recording> {
  const how = { scenario, realClock, log, signal, ...(speedRatio === undefined ? {} : { speedRatio }) };
  if (!isKept) return replay(how);
  const dataFolder = await mkdtemp(join(tmpdir(), 'outrider-demo-'));
  const recording = await replay({ ...how, dataFolder });
  const mailFolder = join(dataFolder, 'mails');
  await mkdir(mailFolder);
  for (const [index, { raw }] of recording.mails.entries())
    await writeFile(join(mailFolder, `${String(index + 1).padStart(3, '0')}.eml`), raw);
  show([`The data of ${scenario.name}: ${dataFolder}`]);
  return recording;
}
