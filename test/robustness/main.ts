import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { Job, Outcome } from './outcome.ts';
import { report, SCENARIOS, verdictOf } from './report.ts';

const HELP = `npm run scenario:robustness -- [options]

Plays both I-95 drives through the whole pipeline under seeded perturbations (±3 K, ±5 % consumption, wind, ±2 %
reported charge, dropped and late frames), and a week of commuting and a drive without a plan as they are.
Prints recall, false interruptions and lead time; exits 1 when a bar is not reached.

  --seeds N   perturbations of each drive (200)
  --short     4 perturbations, for continuous integration
  --out DIR   writes every outcome to DIR/outcomes.ndjson, so that others can recount
  --help      this text`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    short: { type: 'boolean', default: false },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const seeds = values.short ? 4 : Number(values.seeds);
if (!Number.isInteger(seeds) || seeds < 1 || seeds > 10_000) {
  console.error('--seeds takes a whole number from 1 to 10000');
  process.exit(2);
}

// Every drive as it was published, then the perturbations: the first are the same in a short run.
const jobs: Job[] = [
  ...[...SCENARIOS.single, ...SCENARIOS.perturbed].map((scenario) => ({ scenario, seed: null })),
  ...Array.from({ length: seeds }, (_, i) =>
    SCENARIOS.perturbed.map((scenario) => ({ scenario, seed: i + 1 })),
  ).flat(),
];
const outcomes = await runAll(jobs);
if (values.out !== undefined) {
  await mkdir(values.out, { recursive: true });
  await writeFile(
    join(values.out, 'outcomes.ndjson'),
    outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`).join(''),
  );
}
console.log(report(outcomes, seeds));
const failures = verdictOf(outcomes);
for (const failure of failures) console.error(`not reached: ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;

/** One worker per core; each takes the next job when it is done. A worker that fails ends the run. */
async function runAll(waiting: readonly Job[]): Promise<Outcome[]> {
  const queue = [...waiting];
  const done: Outcome[] = [];
  const runWorker = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url));
      const next = () => {
        const job = queue.shift();
        if (job === undefined) worker.terminate().then(() => resolve(), reject);
        else worker.postMessage(job);
      };
      worker.on('message', (outcome: Outcome) => {
        done.push(outcome);
        showProgress(done.length, waiting.length);
        next();
      });
      worker.on('error', reject);
      next();
    });
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), waiting.length) }, runWorker));
  return done.toSorted((a, b) => a.scenario.localeCompare(b.scenario) || (a.seed ?? 0) - (b.seed ?? 0));
}

function showProgress(done: number, all: number): void {
  if (!process.stderr.isTTY && done % 20 !== 0 && done !== all) return;
  const bar = '█'.repeat(Math.round((30 * done) / all)).padEnd(30, '·');
  process.stderr.write(
    `${process.stderr.isTTY ? '\r' : ''}${bar} ${done}/${all}${process.stderr.isTTY && done < all ? '' : '\n'}`,
  );
}
