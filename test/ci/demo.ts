// Runs the demo twice as a user would and checks what it promises: `node test/ci/demo.ts`
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@outrider/runtime';
import { z } from 'zod';
import { expectations } from './expectations.ts';

const ROOT = join(import.meta.dirname, '../..');
const LONGEST_S = 90;
const WINTER = '2013-01-winter-i95';
const MADE_IT = '2013-02-i95-made-it';
const POINTS = [
  'leaving-newark',
  '68-miles-on',
  'leaving-milford',
  'parking-groton',
  'morning-start',
  'unplugging-norwich',
];

/** The documented part of `--json`. */
const report = z.object({
  scenarios: z.array(
    z.object({
      name: z.string(),
      interruptions: z.number(),
      suppressed: z.record(z.string(), z.number()),
      forecasts: z.array(z.object({ place: z.string(), p10: z.number(), p50: z.number(), p90: z.number() })),
      baselines: z.record(z.string(), z.unknown()),
      decisionPoints: z.array(
        z.object({
          id: z.string(),
          warned: z.boolean(),
          warnedAt: z.string().nullable(),
          lastRemedyAt: z.string().nullable(),
          interruptions: z.number(),
          remedy: z.object({ text: z.string() }).nullable(),
          ifFollowed: z.object({ p50: z.number(), endsAboveReserve: z.boolean() }).nullable(),
        }),
      ),
    }),
  ),
});
type Report = z.infer<typeof report>;

function runDemo(args: readonly string[]): {
  readonly stdout: string;
  readonly stderr: string;
  readonly tookS: number;
} {
  const start = systemClock.nowMs();
  const run = spawnSync('npm', ['run', '-s', 'demo', '--', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (run.status !== 0) throw new Error(`the demo ended with ${run.status}:\n${run.stderr.slice(-4_000)}`);
  return { stdout: run.stdout, stderr: run.stderr, tookS: (systemClock.nowMs() - start) / 1000 };
}

const { expect, conclude } = expectations();

function checkWinter(winter: Report['scenarios'][number] | undefined): void {
  const points = winter?.decisionPoints ?? [];
  expect(
    'the winter drive has its six decision points',
    same(
      points.map(({ id }) => id),
      POINTS,
    ),
    points.map(({ id }) => id),
  );
  for (const { id, warned, warnedAt, lastRemedyAt, interruptions, remedy, ifFollowed } of points) {
    expect(`${id}: warned`, warned && warnedAt !== null);
    expect(`${id}: warned before the last remedy`, (warnedAt ?? '9') < (lastRemedyAt ?? '0'), {
      warnedAt,
      lastRemedyAt,
    });
    expect(`${id}: interrupted once at most`, interruptions <= 1, interruptions);
    expect(
      `${id}: a remedy that ends above the reserve when followed`,
      remedy !== null && ifFollowed?.endsAboveReserve === true,
      ifFollowed,
    );
  }
}

const same = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** Every message in a frame, its lines without the space around them. */
const cardsIn = (text: string): readonly string[] =>
  [...text.matchAll(/^ *┌─ Outrider [\s\S]*?└─+┘/gm)].map(([card]) => card.replaceAll(/^ +/gm, ''));

const folder = mkdtempSync(join(tmpdir(), 'outrider-demo-'));
try {
  const page = join(folder, 'demo.html');
  const first = runDemo(['--json', '--out', page]);
  const { scenarios } = report.parse(JSON.parse(first.stdout));
  checkWinter(scenarios.find(({ name }) => name === WINTER));
  const madeIt = scenarios.find(({ name }) => name === MADE_IT);
  expect('the drive that made it is never interrupted', madeIt?.interruptions === 0, madeIt?.interruptions);
  const isOrdered = scenarios.every(({ forecasts }) =>
    forecasts.every(({ p10, p50, p90 }) => p10 <= p50 && p50 <= p90),
  );
  expect(
    'every forecast is a range in order',
    isOrdered && scenarios.every(({ forecasts }) => forecasts.length > 0),
  );
  const html = readFileSync(page, 'utf8');
  expect(
    'one self-contained page',
    !/<(script|img|iframe)[^>]+src="(?!data:)|<link[^>]+href="(?!data:)|url\(['"]?http/.test(html),
  );

  const second = runDemo(['--out', join(folder, 'again.html')]);
  const third = runDemo(['--json', '--out', join(folder, 'third.html')]);
  expect('two runs say the same', third.stdout === first.stdout);
  // The message README.md shows must be one the demo prints, to the letter.
  const [shown = 'none'] = cardsIn(readFileSync(join(ROOT, 'README.md'), 'utf8'));
  const printed = cardsIn(second.stdout);
  expect('README.md shows a warning the demo prints', printed.includes(shown));
  if (!printed.includes(shown)) console.log(`what it prints:\n${printed.join('\n')}`);
  for (const { tookS } of [first, second, third])
    expect(`it ended within ${LONGEST_S} s`, tookS < LONGEST_S, Math.round(tookS));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
conclude();
