import { type Clock, systemClock } from '@outrider/runtime';
import type { EachBatchPayload } from 'kafkajs';
import type { Batch, BatchContext, RecordPosition, Subscription } from './bus.ts';
import type { MemberOptions } from './group.ts';
import { type ConsumerMember, HEARTBEAT_MS, type KafkaConsumer, SESSION_MS } from './kafka-consumer.ts';
import type { KafkaGroup } from './kafka-patches.ts';
import type { KafkaReads } from './kafka-reads.ts';
import { nextOffset, PartitionReader } from './partition-reader.ts';

/** Errors that say: this member's partitions may already be with others. */
const LOST = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_INSTANCE_ID']);

export interface KafkaMemberOptions extends MemberOptions {
  readonly realClock: Clock;
  readonly reads: KafkaReads;
  /** Ends of all partitions when it subscribed. */
  readonly endAtStart: (topic: string, partition: number) => number;
  /** Offsets the group committed, by `topic/partition`, and the bounds in `reads` as they are now. */
  readonly loadPlaces: () => Promise<ReadonlyMap<string, number>>;
  /** Nothing of this process is on its way to the broker. */
  readonly isLogQuiet: () => boolean;
  /** A topic's name in the cluster. */
  readonly named: (topic: string) => string;
  readonly onMoved: (topic: string, partition: number, asked: number, begun: number) => void;
}

/**
 * One member of a group: hands the partitions the broker gives it to readers, one each, and takes them back,
 * finished, before it joins anew.
 */
export class KafkaMember implements ConsumerMember {
  readonly #options: KafkaMemberOptions;
  readonly #readers = new Map<number, PartitionReader>();
  readonly #paused = new Set<number>();
  readonly #soughtEarly: { readonly topic: string; readonly partition: number; readonly offset: number }[] =
    [];
  readonly #caughtUp = Promise.withResolvers<void>();
  #isPausedWhole = false;
  #group: KafkaGroup | undefined;
  #places: Promise<ReadonlyMap<string, number>> | undefined;
  #held: readonly number[] = [];
  #givingUp: Promise<void> | undefined;
  readonly #committing = new Map<string, RecordPosition>();
  #commit: Promise<void> | undefined;
  #hasJoined = false;
  #isLost = false;
  #isStopped = false;
  #heartbeatAtMs = 0;

  constructor(options: KafkaMemberOptions) {
    this.#options = options;
    // Whoever does not wait for it must not crash the process.
    this.#caughtUp.promise.catch(() => {});
  }

  get held(): readonly number[] {
    return this.#held;
  }

  has(partition: number): boolean {
    return this.#readers.has(partition);
  }

  wake(partition: number): void {
    this.#readers.get(partition)?.wake();
  }

  onHeartbeat(): void {
    this.#heartbeatAtMs = systemClock.nowMs();
  }

  onBatch(payload: EachBatchPayload): void {
    if (payload.isStale()) return;
    const { batch } = payload;
    const takes = this.#options.reads.take(batch);
    if (takes === 'elsewhere') this.#refetch();
    this.wake(batch.partition);
  }

  onGap(topic: string, partition: number, next: number): void {
    this.#options.reads.skip(topic, partition, next);
    this.wake(partition);
  }

  async beforeJoin(group: KafkaGroup): Promise<boolean> {
    // kafkajs forgets its id when the broker no longer knows it.
    if (group.memberId === null) this.#isLost = true;
    const given = new AbortController();
    const giving = this.#giveUp().finally(() => given.abort());
    while (!given.signal.aborted) {
      await systemClock.sleep(HEARTBEAT_MS, given.signal);
      // A rebalance has begun, and the broker says so each time; it waits for who lives.
      await group.heartbeat({ interval: HEARTBEAT_MS }).catch((error) => {
        if (LOST.has(error.type)) this.#isLost = true;
      });
    }
    await giving;
    return !this.#isStopped;
  }

  afterJoin(group: KafkaGroup): void {
    const assigned = group.assigned();
    group.pause(assigned);
    this.#options.reads.begin(group);
    this.#group = group;
    this.#places = undefined;
    this.#isLost = false;
    this.onHeartbeat();
    this.#held = [...new Set(assigned.flatMap(({ partitions }) => partitions))].sort((a, b) => a - b);
    for (const partition of this.#held) this.#read(partition, group.generationId);
    this.#hasJoined = true;
    this.#checkCaughtUp();
  }

  /** Stores offsets of partitions it has; those of one turn together. @throws when they are no longer with it */
  commit(offsets: readonly RecordPosition[]): Promise<void> {
    for (const one of offsets) this.#committing.set(`${one.topic}/${one.partition}`, one);
    this.#commit ??= Promise.resolve().then(() => this.#commitAll());
    return this.#commit;
  }

  async #commitAll(): Promise<void> {
    const offsets = [...this.#committing.values()];
    this.#committing.clear();
    this.#commit = undefined;
    if (this.#group === undefined) throw new Error('the group is not joined');
    const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([topic, own]) => ({
      topic: this.#options.named(topic),
      partitions: own.map(({ partition, offset }) => ({ partition, offset: `${offset}` })),
    }));
    await this.#group.commitOffsets({ topics });
  }

  subscription(consumer: KafkaConsumer): Subscription {
    const each = (partition: number | undefined, change: (partition: number) => void): void => {
      if (partition === undefined) this.#isPausedWhole = false;
      for (const one of partition === undefined ? [...this.#paused, ...this.#readers.keys()] : [partition])
        change(one);
    };
    return {
      caughtUp: this.#caughtUp.promise,
      pause: (partition) => {
        if (partition === undefined) this.#isPausedWhole = true;
        else this.#paused.add(partition);
      },
      resume: (partition) =>
        each(partition, (one) => {
          this.#paused.delete(one);
          this.wake(one);
        }),
      seek: (topic, partition, offset) => this.#seek(topic, partition, offset),
      isIdle: (partition) => this.#isIdle(partition),
      stop: async () => {
        this.#isStopped = true;
        this.#caughtUp.reject(new Error('the subscription was stopped before it caught up'));
        await this.#giveUp();
        await consumer.stop();
      },
    };
  }

  #seek(topic: string, partition: number, offset: number): void {
    const reader = this.#readers.get(partition);
    if (!this.#options.topics.includes(topic) || (reader === undefined && this.#hasJoined))
      throw new Error(`partition ${partition} of ${topic} is not with this subscription`);
    if (reader === undefined) this.#soughtEarly.push({ topic, partition, offset });
    else reader.seek(topic, offset);
  }

  #isIdle(partition?: number): boolean {
    if (!this.#hasJoined || this.#givingUp !== undefined || this.#isStopped) return false;
    if (partition !== undefined) return this.#readers.get(partition)?.isIdle() ?? false;
    return this.#options.isLogQuiet() && this.#readers.values().every((reader) => reader.isIdle());
  }

  /** Ends all readers, each after its batch, and tells their owner. */
  #giveUp(): Promise<void> {
    this.#givingUp ??= Promise.all([...this.#readers].map((one) => this.#end(...one))).then(() => {
      this.#givingUp = undefined;
    });
    return this.#givingUp;
  }

  async #end(partition: number, reader: PartitionReader): Promise<void> {
    await reader.end();
    try {
      if (reader.hasBegun) await this.#options.onRevoked?.(partition);
    } catch (error) {
      this.#options.onError(error, partition);
    }
    this.#readers.delete(partition);
  }

  #read(partition: number, generation: number): void {
    if (this.#isStopped) return;
    const { options } = { options: this.#options };
    const reader: PartitionReader = new PartitionReader({
      ...{ store: options.reads, realClock: options.realClock, partition },
      ...{ topics: options.topics, batchRecordsMax: options.batchRecordsMax },
      isPaused: () => this.#isPausedWhole || this.#paused.has(partition),
      begin: async () => {
        const places = await this.#loadPlaces();
        const own = await options.onAssigned?.(partition, generation);
        const start = (topic: string) =>
          own?.get(topic) ?? places.get(`${topic}/${partition}`) ?? options.startOffset(topic, partition);
        return new Map(options.topics.map((topic) => [topic, start(topic)]));
      },
      handle: (batch) => options.handle(batch, this.#context(batch, generation, reader)),
      onError: (error) => options.onError(error, partition),
      onMoved: (topic, asked, begun) => options.onMoved(topic, partition, asked, begun),
      onProgress: () => this.#checkCaughtUp(),
    });
    this.#readers.set(partition, reader);
    for (const sought of this.#soughtEarly.filter((one) => one.partition === partition))
      reader.seek(sought.topic, sought.offset);
  }

  /** Asked once for all partitions of a generation; who fails asks again. */
  #loadPlaces(): Promise<ReadonlyMap<string, number>> {
    this.#places ??= this.#options.loadPlaces().catch((error) => {
      this.#places = undefined;
      throw error;
    });
    return this.#places;
  }

  /** The broker sent from elsewhere: retention took what was asked for. Its bounds tell where to go on. */
  #refetch(): void {
    void this.#options.loadPlaces().then(
      () => this.#readers.values().forEach((reader) => void reader.wake()),
      (error) => this.#options.onError(error, -1),
    );
  }

  #context(batch: Batch, generation: number, reader: PartitionReader): BatchContext {
    const isCurrent = () =>
      this.#readers.get(batch.partition) === reader &&
      !this.#isLost &&
      systemClock.nowMs() - this.#heartbeatAtMs < SESSION_MS;
    return {
      generation,
      isCurrent,
      isCaughtUp: () => !reader.hasRecords(batch),
      commit: async () => {
        if (!isCurrent())
          throw new Error(`partition ${batch.partition} of ${batch.topic} belongs to somebody else now`);
        const { topic, partition } = batch;
        await this.commit([{ topic, partition, offset: nextOffset(batch) }]);
      },
    };
  }

  #checkCaughtUp(): void {
    const { topics, endAtStart } = this.#options;
    if (!this.#hasJoined || this.#givingUp !== undefined) return;
    const isBehind = ([partition, reader]: [number, PartitionReader]) =>
      !reader.hasBegun ||
      topics.some((topic) => (reader.position(topic) ?? -1) < endAtStart(topic, partition));
    if (!this.#readers.entries().some(isBehind)) this.#caughtUp.resolve();
  }
}
