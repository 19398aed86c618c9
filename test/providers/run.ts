import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Job } from './faults.ts';
import type { Outcome } from './outcome.ts';
import type { Sabotage } from './sabotage.ts';

/** A drive that could not be played to its end: nobody was warned on it. */
export interface Failure {
  readonly job: Job;
  readonly why: string;
}

export interface Run {
  readonly outcomes: readonly Outcome[];
  readonly failures: readonly Failure[];
}

export interface RunOptions {
  readonly jobs: readonly Job[];
  readonly sabotage: Sabotage | undefined;
  readonly onProgress: (done: number, total: number) => void;
}

type Message = { readonly outcome: Outcome } | { readonly job: Job; readonly failure: string };

/** One worker per core; each takes the next drive when it is done with one. */
export async function runAll({ jobs, sabotage, onProgress }: RunOptions): Promise<Run> {
  const waiting = [...jobs];
  const outcomes: Outcome[] = [];
  const failures: Failure[] = [];
  const runWorker = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { sabotage } });
      const next = () => {
        const job = waiting.shift();
        if (job === undefined) worker.terminate().then(() => resolve(), reject);
        else worker.postMessage(job);
      };
      worker.on('message', (message: Message) => {
        if ('outcome' in message) outcomes.push(message.outcome);
        else failures.push({ job: message.job, why: message.failure });
        onProgress(outcomes.length + failures.length, jobs.length);
        next();
      });
      worker.on('error', reject);
      next();
    });
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), jobs.length) }, runWorker));
  return { outcomes, failures };
}
