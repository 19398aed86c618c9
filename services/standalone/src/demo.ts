import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Clock, Log } from '@outrider/runtime';
import { runChaos } from './chaos/chaos.ts';
import { chaosReportOf } from './chaos/report.ts';
import type { Command } from './command-line.ts';
import { type FleetScene, playFleetScene } from './demo/fleet-scene.ts';
import { type Pages, type Recording, replay } from './demo/replay.ts';
import { type Judged, judge, reportOf } from './demo/report.ts';
import { openScratchFolder } from './demo/scratch-folder.ts';
import { demoPage } from './page/page.ts';
import { chaosLines } from './print/chaos.ts';
import { ansiPaint, plainPaint } from './print/lines.ts';
import { progressBar } from './print/progress-bar.ts';
import { summaryLines } from './print/summary.ts';
import { timelineLines } from './print/timeline.ts';
import { loadScenario, problemsText, type Scenario } from './scenario/index.ts';

/** Where the demo writes. */
export interface Terminal {
  stdout(text: string): void;
  stderr(text: string): void;
  /** The timeline goes to a terminal that shows colours. */
  readonly isColourful: boolean;
  /** Somebody looks at stderr while it runs. */
  readonly isWatched: boolean;
}

interface Stage {
  readonly terminal: Terminal;
  readonly realClock: Clock;
  readonly log: Log;
  /** Ends the demo early, tidily. */
  readonly signal: AbortSignal;
}

export type DemoOptions = Extract<Command, { kind: 'demo' }> & Stage;
export type ChaosDemoOptions = Extract<Command, { kind: 'chaos' }> & Stage;

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
  const pages = keptOpen();
  if (options.isWithFleet) await showFleet(options, pages, show);
  for (const scenario of scenarios) {
    const drive = judge(await replayKept(options, scenario, pages, show));
    drives.push(drive);
    show(timelineLines(drive, paint));
  }
  show(['', ...summaryLines(drives, paint)]);
  const page = resolve(options.out);
  await mkdir(dirname(page), { recursive: true });
  await writeFile(page, demoPage(drives));
  show(['', `The page: ${page}`]);
  if (isJson) terminal.stdout(`${JSON.stringify(reportOf(drives), null, 2)}\n`);
  if (options.isKept) terminal.stderr('The pages stay open. Ctrl-C ends them.\n');
  await pages.close(options.signal);
}

/**
 * Plays a drive undisturbed and in chaos, and prints both side by side. False when a promise was broken.
 * @throws ScenarioInvalid before anything is played
 */
export async function runChaosDemo(options: ChaosDemoOptions): Promise<boolean> {
  const { terminal, isJson, scenario: scenarioName } = options;
  const scenario = readScenario(scenarioName);
  const report = await runChaos({ ...options, scenario, scenarioName, onProgress: progressOn(terminal) });
  const lines = chaosLines(report, terminal.isColourful ? ansiPaint : plainPaint);
  (isJson ? terminal.stderr : terminal.stdout)(`${lines.join('\n')}\n`);
  if (isJson) terminal.stdout(`${JSON.stringify(chaosReportOf(report), null, 2)}\n`);
  return report.broken.length === 0;
}

/** One line that moves where somebody looks, and one for each tenth where nobody does. */
function progressOn({ stderr, isWatched }: Terminal): (text: string, done: number, total: number) => void {
  let tenths = 0;
  return (text, done, total) => {
    const percent = Math.floor((100 * done) / total);
    const line = `the drive, ${text}: ${percent} %`;
    if (isWatched) stderr(`\r${line}\u001b[K${done === total ? '\n' : ''}`);
    else if (Math.floor(percent / 10) !== tenths) stderr(`${line}\n`);
    tenths = Math.floor(percent / 10);
  };
}

function readScenario(nameOrFolder: string): Scenario {
  const loaded = loadScenario(nameOrFolder);
  if (loaded.kind === 'loaded') return loaded.scenario;
  throw new ScenarioInvalid(`${nameOrFolder} cannot be replayed:\n${problemsText(loaded.problems)}`);
}

/** An hour of the drive in six seconds: slow enough to watch. */
const WATCHED_SPEED_RATIO = 600;

/** Servers of drives that are over and stay open. */
function keptOpen() {
  const end = Promise.withResolvers<void>();
  const open: Promise<unknown>[] = [];
  return {
    /** Resolves with what `play` lingers with, while what it opened stays. */
    async play<T>(play: (linger: (played: T) => Promise<void>) => Promise<T>): Promise<T> {
      const opened = Promise.withResolvers<T>();
      const closed = play((played) => {
        opened.resolve(played);
        return end.promise;
      });
      open.push(closed);
      closed.catch(opened.reject);
      return opened.promise;
    },
    async close(signal: AbortSignal): Promise<void> {
      if (open.length > 0 && !signal.aborted) await once(signal, 'abort');
      end.resolve();
      await Promise.all(open);
    },
  };
}

/** A made-up fleet in a server of its own; with `--keep` its pages and data stay, and it goes on living. */
async function showFleet(
  { isKept, realClock, log, signal, terminal }: DemoOptions,
  pages: ReturnType<typeof keptOpen>,
  show: (lines: readonly string[]) => void,
): Promise<void> {
  const scratch = isKept ? undefined : await openScratchFolder();
  const dataFolder = scratch?.path ?? (await mkdtemp(join(tmpdir(), 'outrider-demo-fleet-')));
  const onProgress = terminal.isWatched ? progressBar(terminal.stderr, 'a synthetic fleet lives') : undefined;
  const how = { realClock, log, signal, dataFolder, ...(onProgress && { onProgress }) };
  const play = (linger?: (scene: FleetScene) => Promise<void>): Promise<FleetScene> =>
    playFleetScene({ ...how, ...(linger && { linger }) }).finally(() => scratch?.remove());
  const scene = isKept ? await pages.play(play) : await play();
  show([...scene.lines, ...(isKept ? [`The data of the synthetic fleet: ${dataFolder}`] : [])]);
  const { operator, product, driver } = scene.pages;
  if (isKept)
    terminal.stderr(
      `Pages of the synthetic fleet, each in a browser or window of its own. An operator's:\n  ${operator}\nsomebody's who looks after the rules:\n  ${product}\na driver's:\n  ${driver}\n`,
    );
}

/** With `--keep` the page and the data stay, and every mail as it came over the wire. */
async function replayKept(
  { speedRatio, isKept, realClock, log, signal, terminal }: DemoOptions,
  scenario: Scenario,
  pages: ReturnType<typeof keptOpen>,
  show: (lines: readonly string[]) => void,
): Promise<Recording> {
  const onPages = ({ driver, operator }: Pages): void =>
    terminal.stderr(
      `Pages of ${scenario.name}${isKept ? '' : ', while it drives'}. The driver's:\n  ${driver}\nan operator's, in another browser or window of its own:\n  ${operator}\n`,
    );
  const how = { scenario, realClock, log, signal, onPages };
  if (!isKept) return replay({ ...how, ...(speedRatio === undefined ? {} : { speedRatio }) });
  const dataFolder = await mkdtemp(join(tmpdir(), 'outrider-demo-'));
  const recording = await pages.play<Recording>((linger) =>
    replay({ ...how, dataFolder, linger, speedRatio: speedRatio ?? WATCHED_SPEED_RATIO }),
  );
  const mailFolder = join(dataFolder, 'mails');
  await mkdir(mailFolder);
  for (const [index, { raw }] of recording.mails.entries())
    await writeFile(join(mailFolder, `${String(index + 1).padStart(3, '0')}.eml`), raw);
  show([`The data of ${scenario.name}: ${dataFolder}`]);
  return recording;
}
