import { type Clock, createGroupCommit, type Log, type Metrics } from '@outrider/runtime';
import type { BroadcastOptions, Bus, GroupLag, GroupOptions, OutgoingRecord, RecordPosition } from './bus.ts';
import { createBusCounters } from './bus-counters.ts';
import { Group, type GroupDependencies, type MemberOptions } from './group.ts';
import { groupLag } from './group-lag.ts';
import { type GroupOffset, type LogRecord, type LogStore, recordBytes } from './log-store.ts';
import { Maintenance } from './maintenance.ts';
import { placeRecord } from './place-record.ts';

const BATCH_RECORDS = 500;
const COMMIT_RECORDS_MAX = 5_000;
const COMMIT_BYTES_MAX = 4 * 1024 * 1024;

export interface LocalBusOptions {
  readonly store: LogStore;
  /** Event clock: gives records their time. */
  readonly clock: Clock;
  /** Waits between attempts. */
  readonly realClock: Clock;
  readonly log: Log;
  readonly metrics?: Metrics;
}

/** What goes into the log in one piece: records of one publish, or offsets of one commit. */
interface LogWrite {
  readonly records: readonly LogRecord[];
  readonly offsets: readonly GroupOffset[];
}

/** A bus that can be told of records it did not write itself. */
export interface WakeableBus extends Bus {
  /** There is more to read in these partitions. */
  wake(grown: readonly Pick<RecordPosition, 'topic' | 'partition'>[]): void;
}

/** The bus inside one process, on any log store. It must be the only one on its store. */
export function createLocalBus(options: LocalBusOptions): WakeableBus {
  return new LocalBus(options);
}

class LocalBus implements WakeableBus {
  readonly #options: LocalBusOptions;
  readonly #store: LogStore;
  readonly #groups = new Map<string, Group>();
  readonly #broadcasts = new Set<Group>();
  readonly #stops = new Set<() => Promise<void>>();
  readonly #writer;
  readonly #maintenance;
  readonly #counters;
  #isClosed = false;

  constructor(options: LocalBusOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#counters = createBusCounters(options.metrics);
    this.#writer = createGroupCommit<LogWrite, readonly RecordPosition[]>({
      commit: (writes) => this.#write(writes),
      shareOf: ({ records, offsets }) =>
        (records.length + offsets.length) / COMMIT_RECORDS_MAX +
        records.reduce((bytes, record) => bytes + recordBytes(record), 0) / COMMIT_BYTES_MAX,
    });
    this.#maintenance = new Maintenance({
      store: this.#store,
      nowMs: () => options.clock.nowMs(),
      neededOffset: (topic, partition) => this.#neededOffset(topic, partition),
    });
  }

  get partitions(): number {
    return this.#store.partitions;
  }

  async publish(records: readonly OutgoingRecord[]): Promise<readonly RecordPosition[]> {
    if (this.#isClosed) throw new Error('the bus is closed');
    if (records.length === 0) return [];
    const timestampMs = Math.floor(this.#options.clock.nowMs());
    return this.#writer.add({
      records: records.map((record) => placeRecord(record, this.partitions, timestampMs)),
      offsets: [],
    });
  }

  async subscribe(options: GroupOptions) {
    const group = this.#group(options.group);
    if (!group.isEmpty && !isSameSet(group.topics, options.topics))
      throw new Error(
        `group ${options.group} reads ${group.topics.join(', ')}; a member cannot read ${options.topics.join(', ')}`,
      );
    if (options.start === 'latest') await this.#commitEnds(options.group, options.topics);
    const { onAssigned, onRevoked } = options;
    return this.#join(group, {
      ...this.#memberOptions(options, options.batchRecordsMax ?? BATCH_RECORDS),
      ...(onAssigned && { onAssigned }),
      ...(onRevoked && { onRevoked }),
      handle: (batch, context) => options.handle(batch, context),
    });
  }

  async broadcast(options: BroadcastOptions) {
    let generation = 0;
    const group = new Group({
      ...this.#groupDependencies(),
      committedOffset: () => undefined,
      commit: async () => {},
      nextGeneration: () => ++generation,
    });
    this.#broadcasts.add(group);
    const subscription = this.#join(group, {
      ...this.#memberOptions(options, BATCH_RECORDS),
      handle: (batch) => options.handle(batch),
    });
    const stop = async () => {
      await subscription.stop();
      this.#broadcasts.delete(group);
    };
    return { ...subscription, stop };
  }

  async commit(group: string, offsets: readonly RecordPosition[]): Promise<void> {
    if (this.#isClosed) throw new Error('the bus is closed');
    if (offsets.length === 0) return;
    for (const { topic, partition, offset } of offsets)
      if (!Number.isSafeInteger(offset) || offset < 0 || !this.#hasPartition(partition))
        throw new RangeError(`${topic}, partition ${partition}, has no offset ${offset}`);
    await this.#writer.add({ records: [], offsets: offsets.map((offset) => ({ ...offset, group })) });
  }

  async lag(group: string): Promise<readonly GroupLag[]> {
    const topics = new Set([...(this.#groups.get(group)?.topics ?? []), ...this.#store.groupTopics(group)]);
    return groupLag(topics, this.partitions, {
      beginOffset: (...place) => this.#store.beginOffset(...place),
      endOffset: (...place) => this.#store.endOffset(...place),
      committedOffset: (...place) => this.#store.committedOffset(group, ...place),
    });
  }

  async maintain(): Promise<number> {
    if (this.#isClosed) throw new Error('the bus is closed');
    const deleted = await this.#maintenance.run();
    this.#counters.deleted?.inc(deleted);
    return deleted;
  }

  async ping(): Promise<void> {
    if (this.#isClosed) throw new Error('the bus is closed');
    this.#store.topics();
  }

  async close(): Promise<void> {
    // Handlers still publish and commit while they finish.
    await Promise.all([...this.#stops].map((stop) => stop()));
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#writer.flush();
    await this.#maintenance.stop();
    this.#store.close();
  }

  #write(writes: readonly LogWrite[]): readonly (readonly RecordPosition[])[] {
    const records = writes.flatMap((write) => write.records);
    let positions: readonly RecordPosition[];
    try {
      positions = this.#store.write(
        records,
        writes.flatMap((write) => write.offsets),
      );
    } catch (error) {
      this.#counters.failures?.inc();
      this.#options.log.error({ err: error, records: records.length }, 'the log did not take records');
      throw error;
    }
    this.#counters.published?.inc(records.length);
    this.wake(records);
    let taken = 0;
    return writes.map(({ records: { length } }) => {
      taken += length;
      return positions.slice(taken - length, taken);
    });
  }

  wake(records: readonly Pick<RecordPosition, 'topic' | 'partition'>[]): void {
    const written = new Map<string, Set<number>>();
    for (const { topic, partition } of records) {
      const partitions = written.get(topic);
      if (partitions === undefined) written.set(topic, new Set([partition]));
      else partitions.add(partition);
    }
    for (const group of this.#liveGroups())
      for (const topic of group.topics)
        for (const partition of written.get(topic) ?? []) group.wake(partition);
  }

  #liveGroups(): readonly Group[] {
    return [...this.#groups.values(), ...this.#broadcasts];
  }

  #group(name: string): Group {
    const existing = this.#groups.get(name);
    if (existing !== undefined) return existing;
    let generation = 0;
    const group = new Group({
      ...this.#groupDependencies(),
      committedOffset: (topic, partition) => this.#store.committedOffset(name, topic, partition),
      commit: (topic, partition, offset) => this.commit(name, [{ topic, partition, offset }]),
      nextGeneration: () => {
        try {
          generation = this.#store.nextGeneration(name);
        } catch (error) {
          // A full disk must not keep members from leaving; within this process the number still grows.
          this.#options.log.warn({ err: error, group: name }, 'the generation was not stored');
          generation++;
        }
        return generation;
      },
    });
    this.#groups.set(name, group);
    return group;
  }

  #groupDependencies(): Pick<GroupDependencies, 'store' | 'realClock' | 'isLogQuiet' | 'onMoved'> {
    return {
      store: this.#store,
      realClock: this.#options.realClock,
      isLogQuiet: () => this.#writer.isEmpty(),
      onMoved: (topic, partition, asked, begun) => {
        this.#counters.skipped?.inc({ topic }, Math.max(0, begun - asked));
        this.#options.log.warn(
          { topic, partition, asked, begun },
          'the offset asked for is not in the log; reading goes on at the nearest',
        );
      },
    };
  }

  #memberOptions(
    options: GroupOptions | BroadcastOptions,
    batchRecordsMax: number,
  ): Pick<MemberOptions, 'topics' | 'batchRecordsMax' | 'startOffset' | 'onError'> {
    const { start } = options;
    return {
      topics: [...new Set(options.topics)],
      batchRecordsMax,
      startOffset: (topic, partition) =>
        start === 'earliest'
          ? this.#store.beginOffset(topic, partition)
          : this.#store.endOffset(topic, partition),
      onError: (error, partition) => {
        this.#counters.handleFailures?.inc();
        this.#options.log.warn({ err: error, partition }, 'a batch was not handled and comes again');
        options.onError?.(error, partition);
      },
    };
  }

  #join(group: Group, member: MemberOptions) {
    if (this.#isClosed) throw new Error('the bus is closed');
    const subscription = group.join(member);
    const stop = async () => {
      await subscription.stop();
      this.#stops.delete(stop);
    };
    this.#stops.add(stop);
    return { ...subscription, stop };
  }

  /** Makes "latest" a fact of the log, so that a partition which changes hands skips nothing. */
  async #commitEnds(group: string, topics: readonly string[]): Promise<void> {
    const missing = topics.flatMap((topic) =>
      Array.from({ length: this.partitions }, (_, partition) => ({
        topic,
        partition,
        offset: this.#store.endOffset(topic, partition),
      })).filter(({ partition }) => this.#store.committedOffset(group, topic, partition) === undefined),
    );
    await this.commit(group, missing);
  }

  #neededOffset(topic: string, partition: number): number {
    const readers = this.#liveGroups().filter((group) => group.topics.includes(topic));
    return Math.min(...readers.map((group) => group.neededOffset(topic, partition)), Number.MAX_SAFE_INTEGER);
  }

  #hasPartition(partition: number): boolean {
    return Number.isInteger(partition) && partition >= 0 && partition < this.partitions;
  }
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  const left = new Set(a);
  return new Set(b).size === left.size && b.every((each) => left.has(each));
}
