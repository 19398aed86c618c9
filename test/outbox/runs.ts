import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { BOUNDARIES, type Boundary } from './boundaries.ts';
import { prepareTemplate, type RunOptions, type RunReport } from './in-process.ts';
import type { Outcome } from './promises.ts';

export interface RunsOptions extends Omit<RunOptions, 'run'> {
  readonly runs: number;
  readonly onProgress: (done: number, text: string) => void;
}

export interface RunsReport {
  readonly outcomes: readonly Outcome[];
  /** How often a notifier died at each boundary. */
  readonly deaths: ReadonlyMap<Boundary, number>;
}

/** Many runs, shared by the cores of this machine; each run's chances come from the seed and its number. */
export async function makeRuns({ runs, onProgress, ...options }: RunsOptions): Promise<RunsReport> {
  await mkdir(options.folder, { recursive: true });
  const records = await prepareTemplate(options.folder);
  const outcomes: Outcome[] = [];
  const deaths = new Map<Boundary, number>(BOUNDARIES.map((boundary) => [boundary, 0]));
  let begun = 0;
  let died = 0;
  const work = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { records } });
      const next = () => {
        if (begun === runs) return void worker.terminate().then(() => resolve(), reject);
        const run: RunOptions = { ...options, run: begun };
        begun += 1;
        worker.postMessage(run);
      };
      worker.on('message', (report: RunReport) => {
        outcomes.push(report.outcome);
        for (const death of report.deaths) deaths.set(death, (deaths.get(death) ?? 0) + 1);
        died += report.deaths.length;
        onProgress(outcomes.length, `${died} crashes`);
        next();
      });
      worker.on('error', reject);
      next();
    });
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), runs) }, work));
  return { outcomes, deaths };
}
