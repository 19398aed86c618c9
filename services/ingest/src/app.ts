import {
  type Batch,
  type BatchContext,
  type Bus,
  type BusRecord,
  openSource,
  type Source,
  type Subscription,
  TOPICS,
} from '@outrider/bus';
import { type App, type Readiness, type Runtime, traceField } from '@outrider/runtime';
import type { SignalRow, TelemetryStore } from '@outrider/telemetry';
import type { Trust } from '@outrider/trust';
import { type Assembled, type AssemblyDeps, assemble, KeysNotLoaded, reject } from './assemble.ts';
import { createFleetIntake } from './fleet-intake.ts';
import { createIngestMetrics } from './metrics.ts';
import type { IngestSettings } from './settings.ts';
import type { FleetSource } from './sources.ts';
import { createTracks } from './tracks.ts';

export { aclsOf, checkSources, type SourceCheck } from './check-sources.ts';
export * from './fleet-telemetry/index.ts';
export { createHousekeeping } from './housekeeping.ts';
export { type IngestSettings, ingestSettings } from './settings.ts';
export { type FleetSource, readSources } from './sources.ts';

export interface IngestDeps {
  readonly bus: Pick<Bus, 'subscribe' | 'publish'>;
  readonly telemetry: Pick<TelemetryStore, 'writeSignals'>;
  readonly trust: Pick<Trust, 'prepare' | 'seal' | 'reader' | 'decide'>;
  readonly runtime: Runtime;
  readonly settings: IngestSettings;
  /** Opens sources in place of Kafka: for tests. */
  readonly openSource?: typeof openSource;
}

/** The consumer group whose offsets say how far raw frames were turned into signals. */
export const INGEST_GROUP = 'ingest';

/** Raw frames in, signals out: into the series, then onto the bus, and only then the offsets. */
export const createIngest = (deps: IngestDeps): App => new IngestApp(deps);

class IngestApp implements App {
  readonly name = 'ingest';
  readonly #deps: IngestDeps;
  readonly #assembly: AssemblyDeps;
  readonly #metrics: ReturnType<typeof createIngestMetrics>;
  /** Partitions whose batch waits, with the reason. */
  readonly #troubles = new Map<number, string>();
  #subscription: Subscription | undefined;
  #sources: readonly Source[] = [];
  #isStopped = false;

  constructor(deps: IngestDeps) {
    this.#deps = deps;
    this.#metrics = createIngestMetrics(deps.runtime.metrics);
    this.#assembly = {
      sealer: deps.trust,
      reader: deps.trust.reader('alert_driver'),
      tracks: createTracks(deps.settings.tracksMax),
    };
  }

  async start(): Promise<void> {
    const { bus, runtime, settings } = this.#deps;
    this.#subscription = await bus.subscribe({
      group: INGEST_GROUP,
      topics: [TOPICS.raw.name],
      start: 'earliest',
      batchRecordsMax: settings.batchRecordsMax,
      handle: (batch, context) => this.#ingest(batch, context),
      onError: (error, partition) => {
        if (!this.#troubles.has(partition))
          runtime.log.error({ err: error, partition }, 'a batch waits: series, bus or keys do not answer');
        this.#troubles.set(partition, (error as Error).message);
      },
    });
    const intake = createFleetIntake({
      ...this.#deps,
      ...{ tracks: this.#assembly.tracks, metrics: this.#metrics, vehiclesMax: settings.tracksMax },
    });
    const { openSource: openOne = openSource } = this.#deps;
    const open = (source: FleetSource) =>
      openOne({
        ...source,
        batchRecordsMax: settings.batchRecordsMax,
        handle: (records) => intake.take(source, records),
        onState: ({ kind }) => this.#metrics.setReading(source.name, kind === 'reading'),
        log: runtime.log,
      });
    this.#sources = await Promise.all(settings.sources.map(open));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#sources.map((source) => source.stop()));
    await this.#subscription?.stop();
  }

  readiness(): Readiness {
    if (this.#subscription === undefined) return { ready: false, why: 'not started' };
    if (this.#isStopped) return { ready: false, why: 'stopped' };
    const [trouble] = this.#troubles;
    if (trouble === undefined) return { ready: true };
    return { ready: false, why: `partition ${trouble[0]} waits: ${trouble[1]}` };
  }

  isIdle(): boolean {
    return this.#subscription?.isIdle() ?? true;
  }

  async #ingest(batch: Batch, context: BatchContext): Promise<void> {
    const { bus, telemetry, trust, runtime } = this.#deps;
    const startedMs = runtime.realClock.nowMs();
    await trust.prepare(new Set(batch.records.map((record) => record.key)));
    const assembled = await this.#assembleAll(batch.records);
    // Series first, offsets last: a crash in between repeats the batch, and a repeat has the same ids.
    const rows = assembled.map(({ row }) => row).filter((row): row is SignalRow => row !== undefined);
    if (rows.length > 0) await telemetry.writeSignals(rows);
    if (!context.isCurrent()) return;
    const records = assembled.flatMap((one) => one.records);
    if (records.length > 0) await bus.publish(records);
    if (!context.isCurrent()) return;
    await context.commit();
    this.#troubles.delete(batch.partition);
    const { offset, headers } = batch.records.at(-1) as BusRecord;
    const done = { partition: batch.partition, offset, ...traceField(headers.traceparent) };
    runtime.log.debug(done, 'frames are in the series and on the bus');
    this.#metrics.count(assembled, (runtime.realClock.nowMs() - startedMs) / 1000);
  }

  /** A seal that cannot be opened is tried again with keys just read: its owner may be a minute old. */
  async #assembleAll(records: readonly BusRecord[]): Promise<readonly Assembled[]> {
    const first = records.map((raw) => this.#assemble(raw));
    const sealed = records.filter((_, index) => isSealed(first[index]));
    if (sealed.length === 0) return first;
    await this.#deps.trust.prepare(new Set(sealed.map((record) => record.key)));
    return records.map((raw, index) => {
      const one = first[index];
      return one === undefined || isSealed(one) ? this.#assemble(raw) : one;
    });
  }

  #assemble(raw: BusRecord): Assembled {
    try {
      return assemble(raw, this.#assembly);
    } catch (error) {
      if (error instanceof KeysNotLoaded) throw error;
      // One frame must not stop its partition for ever; it stays readable at its origin.
      const { partition, offset } = raw;
      this.#deps.runtime.log.error({ err: error, partition, offset }, 'a frame broke the decoder');
      return reject(raw, undefined, [{ reason: 'bad-shape', detail: 'the decoder broke on it' }]);
    }
  }
}

const isSealed = (one: Assembled | undefined): boolean =>
  one?.rejects.some(({ reason }) => reason === 'unreadable-seal') ?? false;
