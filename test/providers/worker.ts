import { parentPort, workerData } from 'node:worker_threads';
import type { Job } from './faults.ts';
import { play } from './play.ts';
import type { Sabotage } from './sabotage.ts';
import { shortenTimeouts } from './time-lapse.ts';

const { sabotage } = workerData as { readonly sabotage: Sabotage | undefined };

parentPort?.on('message', (job: Job) => {
  const restore = job.cell?.fault === 'slow' ? shortenTimeouts() : () => undefined;
  play(job, sabotage).then(
    (outcome) => {
      restore();
      parentPort?.postMessage({ outcome });
    },
    (error: unknown) => {
      restore();
      parentPort?.postMessage({ job, failure: error instanceof Error ? error.message : String(error) });
    },
  );
});
