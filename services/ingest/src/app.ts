import {
  type Batch,
  type BatchContext,
  type Bus,
  type BusRecord,
  type Subscription,
  TOPICS,
} from '@outrider/bus';
import type { App, Readiness, Runtime } from '@outrider/runtime';
import type { SignalRow, TelemetryStore } from '@outrider/telemetry';
import type { Trust } from '@outrider/trust';
import { type Assembled, assemble, KeysNotLoaded, reject } from './assemble.ts';
import type { IngestSettings } from './settings.ts';
import { createTracks } from './tracks.ts';

export { type IngestSettings, ingestSettings } from './settings.ts';

export interface IngestDeps {
  readonly bus: Pick<Bus, 'subscribe' | 'publish'>;
  readonly telemetry: Pick<TelemetryStore, 'writeSignals'>;
  readonly trust: Pick<Trust, 'prepare' | 'seal' | 'reader'>;
  readonly runtime: Runtime;
  readonly settings: IngestSettings;
}

/** The consumer group whose offsets say how far raw frames were turned into signals. */
export const INGEST_GROUP = 'ingest';

/** Raw frames in, signals out: into the series, then onto the bus, and only then the offsets. */
export function createIngest(deps: IngestDeps): App {
  const { runtime, settings, trust } = deps;
  const frames = runtime.metrics.counter('ingest_frames_total', 'Raw frames by outcome.', ['outcome']);
  const rejects = runtime.metrics.counter('ingest_rejects_total', 'Frames and signals not used, by reason.', [
    'reason',
  ]);
  const seconds = runtime.metrics.histogram(
    'ingest_batch_seconds',
    'Time to decode, store and publish one batch.',
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  );
  const tools = {
    sealer: trust,
    reader: trust.reader('alert_driver'),
    tracks: createTracks(settings.tracksMax),
  };
  const life: { subscription?: Subscription; isStopped: boolean } = { isStopped: false };
  /** Partitions whose batch waits, with the reason. */
  const troubles = new Map<number, string>();

  function assembleSafely(raw: BusRecord): Assembled {
    try {
      return assemble(raw, tools);
    } catch (error) {
      if (error instanceof KeysNotLoaded) throw error;
      // One frame must not stop its partition for ever; it stays readable at its origin.
      runtime.log.error(
        { err: error, partition: raw.partition, offset: raw.offset },
        'a frame broke the decoder',
      );
      return reject(raw, undefined, [{ reason: 'bad-shape', detail: 'the decoder broke on it' }]);
    }
  }

  /** A seal that cannot be opened is tried again with keys just read: its owner may be a minute old. */
  async function assembleBatch(records: readonly BusRecord[]): Promise<readonly Assembled[]> {
    const first = records.map(assembleSafely);
    const sealed = records.filter((_, index) => isSealed(first[index]));
    if (sealed.length === 0) return first;
    await trust.prepare(new Set(sealed.map((record) => record.key)));
    return records.map((record, index) => {
      const one = first[index];
      return one === undefined || isSealed(one) ? assembleSafely(record) : one;
    });
  }

  async function ingestBatch(batch: Batch, context: BatchContext): Promise<void> {
    const startedMs = runtime.realClock.nowMs();
    await trust.prepare(new Set(batch.records.map((record) => record.key)));
    const assembled = await assembleBatch(batch.records);
    // Series first, offsets last: a crash in between repeats the batch, and a repeat has the same ids.
    const rows = assembled.map(({ row }) => row).filter((row): row is SignalRow => row !== undefined);
    if (rows.length > 0) await deps.telemetry.writeSignals(rows);
    if (!context.isCurrent()) return;
    const records = assembled.flatMap((one) => one.records);
    if (records.length > 0) await deps.bus.publish(records);
    if (!context.isCurrent()) return;
    await context.commit();
    for (const one of assembled) {
      frames.inc({ outcome: one.outcome });
      for (const { reason } of one.rejects) rejects.inc({ reason });
    }
    troubles.delete(batch.partition);
    seconds.observe((runtime.realClock.nowMs() - startedMs) / 1000);
  }

  function readiness(): Readiness {
    if (life.subscription === undefined) return { ready: false, why: 'not started' };
    if (life.isStopped) return { ready: false, why: 'stopped' };
    const [trouble] = troubles;
    return trouble === undefined
      ? { ready: true }
      : { ready: false, why: `partition ${trouble[0]} waits: ${trouble[1]}` };
  }

  return {
    name: 'ingest',
    async start() {
      life.subscription = await deps.bus.subscribe({
        group: INGEST_GROUP,
        topics: [TOPICS.raw.name],
        start: 'earliest',
        batchRecordsMax: settings.batchRecordsMax,
        handle: ingestBatch,
        onError: (error, partition) => {
          if (!troubles.has(partition))
            runtime.log.error({ err: error, partition }, 'a batch waits: series, bus or keys do not answer');
          troubles.set(partition, (error as Error).message);
        },
      });
    },
    async stop() {
      life.isStopped = true;
      await life.subscription?.stop();
    },
    readiness,
    isIdle: () => life.subscription?.isIdle() ?? true,
  };
}

const isSealed = (one: Assembled | undefined): boolean =>
  one?.rejects.some(({ reason }) => reason === 'unreadable-seal') ?? false;
