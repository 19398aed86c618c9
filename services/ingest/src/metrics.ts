import type { Metrics } from '@outrider/runtime';
import type { Assembled } from './assemble.ts';

/** What a batch's records came to. */
type Counted = Pick<Assembled, 'outcome' | 'rejects'>;

const BATCH_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export function createIngestMetrics(metrics: Metrics) {
  const frames = metrics.counter('ingest_frames_total', 'Raw frames by outcome.', ['outcome']);
  const rejects = metrics.counter('ingest_rejects_total', 'Frames and signals not used, by reason.', [
    'reason',
  ]);
  const seconds = metrics.histogram(
    'ingest_batch_seconds',
    'Time to decode, store and publish one batch.',
    BATCH_SECONDS,
  );
  const sources = metrics.counter(
    'ingest_source_records_total',
    'Records of sources, by what became of them.',
    ['source', 'outcome'],
  );
  const reading = metrics.gauge(
    'ingest_source_reading',
    '1 while a source is read, 0 while it waits for its cluster.',
    ['source'],
  );
  return {
    countSource(source: string, batch: readonly Counted[]): void {
      for (const { outcome } of batch) sources.inc({ source, outcome });
    },
    setReading(source: string, isReading: boolean): void {
      reading.set({ source }, isReading ? 1 : 0);
    },
    /** Counts a batch that is done; one that is repeated counts once. */
    count(batch: readonly Counted[], tookS: number): void {
      const outcomes = { decoded: 0, rejected: 0 };
      for (const one of batch) {
        outcomes[one.outcome] += 1;
        for (const { reason } of one.rejects) rejects.inc({ reason });
      }
      for (const outcome of ['decoded', 'rejected'] as const)
        if (outcomes[outcome] > 0) frames.inc({ outcome }, outcomes[outcome]);
      seconds.observe(tookS);
    },
  };
}

export type IngestMetrics = ReturnType<typeof createIngestMetrics>;
