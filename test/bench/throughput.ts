import { performance } from 'node:perf_hooks';
import { ownCpuUs } from './processes.ts';

export interface Throughput {
  readonly perS: number;
  /** CPU of this process for each record. */
  readonly cpuUs: number;
  /** What the process held at the end. */
  readonly rssBytes: number;
}

/** Counts records as they are done; those before `warm` give the compiler its time and do not count. */
export function countRecords(warm: number, records: number) {
  const finished = Promise.withResolvers<Throughput>();
  let done = 0;
  let begun: { readonly atMs: number; readonly done: number; readonly cpuUs: number } | undefined;
  return {
    finished: finished.promise,
    add(count: number): void {
      done += count;
      if (begun === undefined && done >= warm) begun = { atMs: performance.now(), done, cpuUs: ownCpuUs() };
      if (begun === undefined || done < records) return;
      const counted = done - begun.done;
      const seconds = (performance.now() - begun.atMs) / 1_000;
      finished.resolve({
        ...{ perS: counted / seconds, cpuUs: (ownCpuUs() - begun.cpuUs) / counted },
        rssBytes: process.memoryUsage.rss(),
      });
    },
  };
}
