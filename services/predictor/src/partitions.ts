import { type Batch, type BatchContext, carOf, type Subscription } from '@outrider/bus';
import type { Forecast } from '@outrider/domain';
import { modelOf } from '@outrider/energy';
import { type Alarm, createAlarm } from '@outrider/runtime';
import type { Reader } from '@outrider/trust';
import type { Fleets } from './car-fleets.ts';
import { createCounters } from './counters.ts';
import { foldBatch, TOPIC_NAMES } from './fold-batch.ts';
import type { HeldRules } from './held-rules.ts';
import { loadPartition, type Partition, type PartitionOutput } from './partition.ts';
import type { PredictorDeps } from './predictor-deps.ts';
import { publishForecasts } from './publish-forecasts.ts';
import { ownerKey } from './residents.ts';

/** Consumer group. Where it begins is decided by the checkpoint; its offsets in the log follow that. */
export const GROUP = 'predictor';

/** Forecasts of a partition that wait for a series that is away; then its records wait too. */
const UNTOLD_MAX = 500;

interface Entry {
  readonly memory: Partition;
  savedAtRealMs: number;
  /** Forecasts that the series or the log did not take yet, oldest first. */
  untold: readonly Forecast[];
  /** When it wants to be looked at: a car is due, or something is to be stored or told. Event time. */
  ringsAtMs?: number | undefined;
}

/** The partitions that are with this process: one memory each, and in each one thing at a time. */
export class Partitions {
  readonly #deps: PredictorDeps;
  readonly #rules: Pick<HeldRules, 'rules' | 'brake'>;
  readonly #reader: Reader;
  readonly #counters;
  /** Alerts are in the outbox. */
  readonly #onSaved: () => void;
  /** Undefined until it is subscribed to. */
  readonly #log: () => Subscription | undefined;
  /** The one timer of this process. */
  readonly #alarm: Alarm;
  #isStopped = false;
  readonly #entries = new Map<number, Entry>();
  readonly #queues = new Map<number, Promise<void>>();
  #queued = 0;

  constructor(
    deps: PredictorDeps,
    rules: Pick<HeldRules, 'rules' | 'brake'>,
    onSaved: () => void,
    log: () => Subscription | undefined,
  ) {
    this.#deps = deps;
    this.#log = log;
    this.#alarm = createAlarm(deps.runtime.eventClock, () => this.#ring());
    this.#rules = rules;
    this.#reader = deps.trust.reader('alert_driver');
    this.#counters = createCounters(deps.runtime.metrics);
    this.#onSaved = onSaved;
  }

  /** Nothing is being done, and everything is told. */
  isIdle(): boolean {
    return (
      this.#queued === 0 &&
      !this.#alarm.isDue() &&
      this.#entries.values().every(({ untold }) => untold.length === 0)
    );
  }

  /** Resolves when what was begun is done. */
  async settled(): Promise<void> {
    await Promise.all(this.#queues.values());
  }

  /** Reads the checkpoint; returns where the log is read on from. */
  assign(partition: number, generation: number): Promise<ReadonlyMap<string, number>> {
    return this.#inTurn(partition, async () => {
      const { memory } = await this.#load(partition, generation);
      // What a process that was killed had saved and not published waits for nobody's next alert.
      this.#onSaved();
      return memory.offsets;
    });
  }

  revoke(partition: number): Promise<void> {
    return this.#inTurn(partition, async () => {
      const entry = this.#entries.get(partition);
      // Whatever becomes of it: this member does not speak for the partition any more.
      this.#entries.delete(partition);
      if (entry === undefined) return;
      await this.#tell(partition, entry);
      const { isDirty, hasUnsavedAlerts } = entry.memory;
      if (hasUnsavedAlerts || (isDirty && entry.untold.length === 0)) await this.#save(partition, entry);
    });
  }

  handle(batch: Batch, { generation, isCaughtUp }: BatchContext): Promise<void> {
    const { topic, partition } = batch;
    const { trust, runtime } = this.#deps;
    const { eventClock } = runtime;
    return this.#inTurn(partition, async () => {
      const entry = this.#entries.get(partition);
      if (entry === undefined) return this.#readAgain(partition, generation);
      const { memory } = entry;
      const next = memory.offsets.get(topic) ?? 0;
      const fresh = { ...batch, records: batch.records.filter((record) => record.offset >= next) };
      const last = batch.records.at(-1);
      // Known already: a batch that comes again after a failure. What it left untold and unsaved is done now.
      if (last === undefined || fresh.records.length === 0) return this.#settle(partition, entry, []);
      await trust.prepare(new Set(fresh.records.map((record) => carOf(record.key))));
      const ownerKeyOf = (vehicleId: string) => ownerKey(vehicleId, eventClock.nowMs(), trust);
      const countUnreadable = (of: string) => this.#counters.unreadable.inc({ topic: of });
      const folded = await foldBatch(memory, fresh, this.#reader, ownerKeyOf, countUnreadable);
      memory.moveOffset(topic, last.offset + 1);
      const partitionTimeMs = isCaughtUp() ? eventClock.nowMs() : last.timestampMs;
      await this.#settle(partition, entry, [folded, memory.advance(partitionTimeMs)]);
    });
  }

  /** Other rules may run, or the log may be there: what is due is found out anew. */
  look(): void {
    this.#setAlarm();
  }

  /** Cars are of these fleets from now on. */
  moveFleets(fleets: Fleets): void {
    for (const { memory } of this.#entries.values()) memory.moveFleets(fleets);
    this.#setAlarm();
  }

  /** Nothing rings any more. */
  stop(): void {
    this.#isStopped = true;
    this.#setAlarm();
  }

  /** Timers fire without new telemetry, but only in partitions that have read everything. */
  #ring(): void {
    const { eventClock, log: journal } = this.#deps.runtime;
    const log = this.#log();
    this.#counters.wakeUps.inc();
    for (const [partition, entry] of this.#entries) {
      if ((entry.ringsAtMs ?? Number.POSITIVE_INFINITY) > eventClock.nowMs()) continue;
      entry.ringsAtMs = undefined;
      if (!log?.isIdle(partition)) continue;
      this.#inTurn(partition, async () => {
        if (this.#entries.get(partition) !== entry || !log.isIdle(partition)) return;
        const isFull = entry.untold.length >= UNTOLD_MAX;
        const outputs = isFull ? [] : [entry.memory.advance(eventClock.nowMs())];
        await this.#settle(partition, entry, outputs);
      }).catch((error: unknown) =>
        journal.warn({ partition, err: String(error) }, 'a timer will fire later'),
      );
    }
    this.#setAlarm();
  }

  #setAlarm(): void {
    const nowMs = this.#deps.runtime.eventClock.nowMs();
    const entries = this.#isStopped ? [] : [...this.#entries.values()];
    for (const entry of entries) entry.ringsAtMs = ringsAt(this.#wantsAtMs(entry), nowMs, entry.ringsAtMs);
    this.#alarm.set(soonest(entries.map(({ ringsAtMs }) => ringsAtMs)));
  }

  /** When a car is due, or something is to be told or stored: that waits on the real clock, which runs as fast. */
  #wantsAtMs(entry: Entry): number | undefined {
    const { eventClock, realClock } = this.#deps.runtime;
    const nowMs = eventClock.nowMs();
    if (entry.untold.length > 0) return nowMs;
    const saveDueMs = this.#saveDueMs(entry);
    const saveInMs = saveDueMs === undefined ? undefined : Math.max(0, saveDueMs - realClock.nowMs());
    return soonest([entry.memory.nextDueMs(), saveInMs === undefined ? undefined : nowMs + saveInMs]);
  }

  /** Batches and timers of a partition share one queue. */
  #inTurn<T>(partition: number, work: () => Promise<T>): Promise<T> {
    this.#queued++;
    const before = this.#queues.get(partition) ?? Promise.resolve();
    const done = before.then(work).finally(() => {
      this.#queued--;
      this.#setAlarm();
    });
    this.#queues.set(partition, done.then(ignore, ignore));
    return done;
  }

  /**
   * Tells what came of it and stores what is due. Forecasts that cannot be told stay for the next time; alerts do
   * not wait for them, anything else does, so that they are made again after a crash.
   * @throws when more of them wait than memory should hold
   */
  async #settle(partition: number, entry: Entry, outputs: readonly PartitionOutput[]): Promise<void> {
    entry.untold = [...entry.untold, ...outputs.flatMap(({ forecasts }) => forecasts)];
    await this.#tell(partition, entry);
    if (this.#isSaveDue(entry) && !(await this.#save(partition, entry))) {
      await this.#readAgain(partition, entry.memory.generation);
      throw new Error(`partition ${partition}: somebody else moved the checkpoint; reading it again`);
    }
    if (entry.untold.length >= UNTOLD_MAX)
      throw new Error(`${entry.untold.length} forecasts wait to be told`);
  }

  async #tell(partition: number, entry: Entry): Promise<void> {
    const { runtime } = this.#deps;
    try {
      const { cars } = entry.memory;
      const told = await publishForecasts(entry.untold, this.#deps, cars, runtime.eventClock.nowMs());
      this.#counters.forecasts.inc(told);
      entry.untold = [];
    } catch (error) {
      runtime.log.warn({ partition, err: String(error) }, 'forecasts wait to be told');
    }
  }

  #isSaveDue(entry: Entry): boolean {
    const { memory, untold } = entry;
    const { runtime, settings } = this.#deps;
    if (memory.hasUnsavedAlerts || untold.length > 0) return memory.hasUnsavedAlerts;
    const saveDueMs = this.#saveDueMs(entry) ?? Number.POSITIVE_INFINITY;
    return memory.recordsSince >= settings.checkpointRecords || saveDueMs <= runtime.realClock.nowMs();
  }

  /** Real clock; undefined while nothing changed, or what came of it is still to be told. */
  #saveDueMs({ memory, savedAtRealMs, untold }: Entry): number | undefined {
    return memory.isDirty && untold.length === 0
      ? savedAtRealMs + this.#deps.settings.checkpointEveryS * 1000
      : undefined;
  }

  /** Writes the checkpoint, then tells the bus; false when another owner has moved the checkpoint. */
  async #save(partition: number, entry: Entry): Promise<boolean> {
    const { bus, runtime } = this.#deps;
    if (!(await entry.memory.checkpoint(runtime.eventClock.nowMs()))) return false;
    entry.savedAtRealMs = runtime.realClock.nowMs();
    this.#onSaved();
    // After the checkpoint, never before: a group ahead of it would begin behind what no checkpoint holds.
    const offsets = [...entry.memory.offsets].map(([topic, offset]) => ({ topic, partition, offset }));
    await bus.commit(GROUP, offsets);
    const counts = [...this.#entries.values()].map(({ memory }) => memory.vehicleCount);
    this.#counters.cars.set(counts.reduce((sum, count) => sum + count, 0));
    return true;
  }

  /** Another owner moved the checkpoint: its memory counts, and the log is read on from where that ends. */
  async #readAgain(partition: number, generation: number): Promise<void> {
    this.#entries.delete(partition);
    const { memory } = await this.#load(partition, generation);
    for (const topic of TOPIC_NAMES) this.#log()?.seek(topic, partition, memory.offsets.get(topic) ?? 0);
  }

  async #load(partition: number, generation: number): Promise<Entry> {
    const { state, trust, runtime, settings } = this.#deps;
    const { realClock, log, metrics } = runtime;
    const running = this.#rules;
    const memory = await loadPartition(partition, generation, {
      ...{ state, trust, realClock, log, metrics, modelOf },
      get rules() {
        return running.rules;
      },
      counters: this.#counters,
      onFired: (firings) => running.brake(firings),
      reorderWindowMs: settings.reorderWindowS * 1000,
    });
    const entry = { memory, savedAtRealMs: realClock.nowMs(), untold: [] };
    this.#entries.set(partition, entry);
    return entry;
  }
}

const ignore = (): void => undefined;

/** What cannot be done at its time, because its partition is still being read, is tried again this often. */
const AGAIN_MS = 1_000;

/** The moment to ring: a past one has a second to become possible, counted from when it was first put off. */
function ringsAt(dueMs: number | undefined, nowMs: number, beforeMs: number | undefined): number | undefined {
  if (dueMs === undefined || dueMs > nowMs) return dueMs;
  return Math.min(beforeMs ?? Number.POSITIVE_INFINITY, nowMs + AGAIN_MS);
}

function soonest(times: readonly (number | undefined)[]): number | undefined {
  const set = times.filter((time) => time !== undefined);
  return set.length === 0 ? undefined : Math.min(...set);
}
