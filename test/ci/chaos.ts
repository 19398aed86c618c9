// Runs the drive in chaos as a user would and checks what it promises: `node test/ci/chaos.ts`.
// With `--sabotage NAME`, as of test/crash, its services break a promise on purpose; then it must fail.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createLog, systemClock } from '@outrider/runtime';
import { chaosReportOf, loadScenario, problemsText, runChaos } from '@outrider/standalone';
import { z } from 'zod';
import { expectations } from './expectations.ts';

const ROOT = join(import.meta.dirname, '../..');
const LONGEST_S = 240;
const WINTER = '2013-01-winter-i95';
const { values } = parseArgs({
  options: { sabotage: { type: 'string' }, seed: { type: 'string', default: '1' } },
});

const count = z.number();
const side = z.object({
  frames: z.object({ acked: count, distinct: count, stored: count, lost: count, doubled: count }),
  alerts: z.object({ raised: count, lost: count, doubled: count }),
  delivered: z.object({ feed: count, email: count }),
  degraded: z.object({ count, saidSo: count }),
  warned: z.record(z.string(), z.string().nullable()),
});
/** The documented `--json`. */
const report = z.object({
  seed: count,
  kills: z.array(z.object({ service: z.string(), at: z.string(), downS: count })),
  weatherAway: z.object({ from: z.iso.datetime(), to: z.iso.datetime() }),
  doubledFrames: count,
  shuffledFrames: count,
  clean: side,
  chaos: side,
  broken: z.array(z.string()),
});
type Report = z.infer<typeof report>;

const { expect, conclude } = expectations();

function check({ kills, weatherAway, doubledFrames, shuffledFrames, clean, chaos, broken }: Report): void {
  const killed = new Set(kills.map(({ service }) => service));
  expect('ingest, predictor and notifier were killed', killed.size === 3, kills);
  const awayMin = (Date.parse(weatherAway.to) - Date.parse(weatherAway.from)) / 60_000;
  expect('the weather was away for 20 minutes', awayMin === 20, awayMin);
  const { acked, distinct, stored } = chaos.frames;
  for (const frames of [doubledFrames, shuffledFrames])
    expect('about 5 % of the frames', frames > 0.03 * distinct && frames < 0.07 * distinct, frames);
  expect('all were acknowledged, repeats too', acked === distinct + doubledFrames, chaos.frames);
  expect('acknowledged is stored, once', stored === distinct && chaos.frames.doubled === 0, chaos.frames);
  expect('it is as much as undisturbed', stored === clean.frames.stored, clean.frames);
  expect('no alert was lost', chaos.alerts.lost === 0, chaos.alerts);
  expect('no alert was doubled', chaos.alerts.doubled === 0, chaos.alerts);
  for (const [id, warned] of Object.entries(clean.warned))
    expect(`${id}: warned, in chaos too`, warned !== null && typeof chaos.warned[id] === 'string');
  expect('a warning came without weather', chaos.degraded.count > clean.degraded.count, chaos.degraded);
  expect('each of those said so', chaos.degraded.saidSo === chaos.degraded.count, chaos.degraded);
  expect('no promise was broken', broken.length === 0, broken);
}

function runDemo(): { readonly text: string; readonly tookS: number } {
  const startMs = systemClock.nowMs();
  const args = ['run', '-s', 'demo', '--', '--chaos', '--json', '--seed', values.seed];
  const run = spawnSync('npm', args, { cwd: ROOT, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`the demo ended with ${run.status}:\n${run.stderr.slice(-4_000)}`);
  return { text: run.stdout, tookS: (systemClock.nowMs() - startMs) / 1000 };
}

async function runSabotaged(sabotage: string): Promise<Report> {
  const loaded = loadScenario(WINTER);
  if (loaded.kind === 'invalid') throw new Error(problemsText(loaded.problems));
  const done = await runChaos({
    ...{ scenario: loaded.scenario, scenarioName: WINTER, seed: Number(values.seed) },
    ...{ realClock: systemClock, log: createLog('warn'), signal: new AbortController().signal },
    program: [new URL('./chaos.child.ts', import.meta.url), sabotage],
    onProgress: () => undefined,
  });
  return report.parse(JSON.parse(JSON.stringify(chaosReportOf(done))));
}

if (values.sabotage === undefined) {
  const first = runDemo();
  check(report.parse(JSON.parse(first.text)));
  const second = runDemo();
  expect('two runs say the same', second.text === first.text);
  for (const { tookS } of [first, second])
    expect(`it ended within ${LONGEST_S} s`, tookS < LONGEST_S, Math.round(tookS));
} else check(await runSabotaged(values.sabotage));
conclude();
