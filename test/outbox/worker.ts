import { parentPort, workerData } from 'node:worker_threads';
import type { OutgoingRecord } from '@outrider/bus';
import { type RunOptions, runOnce } from './in-process.ts';

const { records } = workerData as { readonly records: readonly OutgoingRecord[] };

parentPort?.on('message', (options: RunOptions) => {
  runOnce(options, records).then(
    (report) => parentPort?.postMessage(report),
    (error: unknown) => {
      // Unhandled on purpose: a run that cannot be made must end the proof, not shrink it.
      throw new Error(`run ${options.run}: ${error instanceof Error ? error.stack : String(error)}`);
    },
  );
});
