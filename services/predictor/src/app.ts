import {
  type Batch,
  type BatchContext,
  type Bus,
  carOf,
  createRelay,
  type Relay,
  type Subscription,
} from '@outrider/bus';
import { type VehicleModel, vehicleModel } from '@outrider/energy';
import { type App, type Runtime, type SettingsOf, systemRandom } from '@outrider/runtime';
import type { State } from '@outrider/state';
import type { TelemetryStore } from '@outrider/telemetry';
import type { Trust } from '@outrider/trust';
import { createCounters } from './counters.ts';
import { factCatalogue } from './facts/index.ts';
import { foldBatch, TOPIC_NAMES } from './fold-batch.ts';
import { loadPartition, type Partition, type PartitionOutput } from './partition.ts';
import { publishForecasts } from './publish-forecasts.ts';
import { ownerKey } from './residents.ts';
import type { LoadedRule } from './rule.ts';
import { loadRules, OWN_RULES } from './rule-files.ts';
import type { predictorSettings } from './settings.ts';

export { predictorSettings } from './settings.ts';

export interface PredictorDeps {
  readonly bus: Bus;
  readonly state: State;
  readonly telemetry: TelemetryStore;
  readonly trust: Trust;
  readonly runtime: Runtime;
  readonly settings: SettingsOf<typeof predictorSettings>;
}

/** A car whose model nobody catalogued is forecast as a large one: wrong on the side of warning. */
const UNKNOWN_MODEL = 'generic-suv';

const modelOf = (modelId: string): VehicleModel => {
  const model = vehicleModel(modelId) ?? vehicleModel(UNKNOWN_MODEL);
  if (model === undefined) throw new Error(`the catalogue has no ${UNKNOWN_MODEL}`);
  return model;
};

/** Consumer group. Where it begins is decided by the checkpoint; its offsets in the log follow that. */
const GROUP = 'predictor';

/**
 * Signals, plans and conditions in; forecasts and alerts out. One memory per partition, checkpointed to the
 * state store together with its offsets; alerts leave through the outbox written in the same transaction.
 */
export function createPredictor(deps: PredictorDeps): App {
  const { bus, state, trust, runtime, settings } = deps;
  const { metrics, log, eventClock, realClock } = runtime;
  const reader = trust.reader('alert_driver');
  const partitions = new Map<number, { memory: Partition; savedAtRealMs: number }>();
  const queues = new Map<number, Promise<void>>();
  const counters = createCounters(metrics);
  let rules: readonly LoadedRule[] = [];
  let subscription: Subscription | undefined;
  let relay: Relay | undefined;
  let cancelTick: (() => void) | undefined;
  let queued = 0;

  const countUnreadable = (topic: string): void => counters.unreadable.inc({ topic });
  /** One thing at a time per partition: batches and ticks share this queue. */
  const inPartition = <T>(partition: number, work: () => Promise<T>): Promise<T> => {
    queued++;
    const before = queues.get(partition) ?? Promise.resolve();
    const done = before.then(work).finally(() => queued--);
    queues.set(partition, done.then(ignore, ignore));
    return done;
  };

  /** Writes the checkpoint, then tells the bus; false when another owner has moved the checkpoint. */
  const save = async (
    partition: number,
    entry: { memory: Partition; savedAtRealMs: number },
  ): Promise<boolean> => {
    if (!(await entry.memory.checkpoint(eventClock.nowMs()))) return false;
    entry.savedAtRealMs = realClock.nowMs();
    // After the checkpoint, never before: a group ahead of it would begin behind what no checkpoint holds.
    const offsets = [...entry.memory.offsets].map(([topic, offset]) => ({ topic, partition, offset }));
    await bus.commit(GROUP, offsets);
    counters.cars.set([...partitions.values()].reduce((sum, { memory }) => sum + memory.vehicleCount, 0));
    relay?.poke();
    return true;
  };

  const isSaveDue = (entry: { memory: Partition; savedAtRealMs: number }): boolean =>
    entry.memory.hasUnsavedAlerts ||
    entry.memory.recordsSince >= settings.checkpointRecords ||
    (entry.memory.isDirty && realClock.nowMs() - entry.savedAtRealMs >= settings.checkpointEveryS * 1000);

  /** Another owner moved the checkpoint: its memory counts, and the log is read on from where that ends. */
  const readAgain = async (partition: number, generation: number): Promise<void> => {
    partitions.delete(partition);
    const { memory } = await load(partition, generation);
    for (const topic of TOPIC_NAMES) subscription?.seek(topic, partition, memory.offsets.get(topic) ?? 0);
  };

  const handle = (batch: Batch, context: BatchContext): Promise<void> =>
    inPartition(batch.partition, async () => {
      const entry = partitions.get(batch.partition);
      if (entry === undefined) return readAgain(batch.partition, context.generation);
      const { memory } = entry;
      const next = memory.offsets.get(batch.topic) ?? 0;
      const fresh = { ...batch, records: batch.records.filter((record) => record.offset >= next) };
      const last = batch.records.at(-1);
      // Known already: a batch that comes again after a failure. What it left unsaved is saved now.
      if (last === undefined || fresh.records.length === 0) return settle(batch.partition, entry, []);
      await trust.prepare(new Set(fresh.records.map((record) => carOf(record.key))));
      const ownerKeyOf = (vehicleId: string) => ownerKey(vehicleId, eventClock.nowMs(), trust);
      const folded = await foldBatch(memory, fresh, reader, ownerKeyOf, countUnreadable);
      memory.moveOffset(batch.topic, last.offset + 1);
      const partitionTimeMs = context.isCaughtUp() ? eventClock.nowMs() : last.timestampMs;
      await settle(batch.partition, entry, [folded, memory.advance(partitionTimeMs)]);
    });

  const settle = async (
    partition: number,
    entry: { memory: Partition; savedAtRealMs: number },
    outputs: readonly PartitionOutput[],
  ): Promise<void> => {
    const output = outputs.flatMap(({ forecasts }) => forecasts);
    counters.forecasts.inc(await publishForecasts(output, deps, eventClock.nowMs()));
    if (!isSaveDue(entry) || (await save(partition, entry))) return;
    await readAgain(partition, entry.memory.generation);
    throw new Error(`partition ${partition}: somebody else moved the checkpoint; reading it again`);
  };

  const load = async (
    partition: number,
    generation: number,
  ): Promise<{ memory: Partition; savedAtRealMs: number }> => {
    const memory = await loadPartition(partition, generation, {
      state,
      trust,
      realClock,
      log,
      rules,
      modelOf,
      reorderWindowMs: settings.reorderWindowS * 1000,
      counters,
      metrics,
    });
    const entry = { memory, savedAtRealMs: realClock.nowMs() };
    partitions.set(partition, entry);
    return entry;
  };

  /** Timers fire without new telemetry, but only in partitions that have read everything. */
  const tick = (): void => {
    for (const [partition, entry] of partitions) {
      if (!subscription?.isIdle(partition)) continue;
      inPartition(partition, async () => {
        if (partitions.get(partition) !== entry || !subscription?.isIdle(partition)) return;
        await settle(partition, entry, [entry.memory.advance(eventClock.nowMs())]);
      }).catch((error: unknown) => log.warn({ partition, err: String(error) }, 'a timer will fire later'));
    }
  };

  return {
    name: 'predictor',
    async start() {
      rules = await loadRules(settings.rulesFolder ?? OWN_RULES, factCatalogue);
      relay = createRelay({
        outbox: state.outbox,
        writer: 'predictor',
        bus,
        realClock,
        log,
        random: systemRandom,
      });
      relay.poke();
      subscription = await bus.subscribe({
        group: GROUP,
        topics: TOPIC_NAMES,
        start: 'earliest',
        onAssigned: (partition, generation) =>
          inPartition(partition, async () => (await load(partition, generation)).memory.offsets),
        onRevoked: (partition) =>
          inPartition(partition, async () => {
            const entry = partitions.get(partition);
            // Whatever becomes of it: this member does not speak for the partition any more.
            partitions.delete(partition);
            if (entry?.memory.isDirty) await save(partition, entry);
          }),
        handle,
        onError: (error, partition) =>
          log.warn({ partition, err: String(error) }, 'the batch will be judged again'),
      });
      cancelTick = eventClock.onTick(1_000, tick);
    },
    async stop() {
      cancelTick?.();
      await subscription?.stop();
      await Promise.all(queues.values());
      subscription = undefined;
      await relay?.stop();
      relay = undefined;
    },
    readiness: () => (subscription === undefined ? { ready: false, why: 'not started' } : { ready: true }),
    isIdle: () => queued === 0 && (subscription?.isIdle() ?? true) && (relay?.isIdle() ?? true),
  };
}

const ignore = (): void => undefined;
