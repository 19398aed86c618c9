import { type Clock, type Log, type Metrics, randomId } from '@outrider/runtime';
import type {
  Batch,
  BroadcastOptions,
  Bus,
  GroupLag,
  GroupOptions,
  OutgoingRecord,
  RecordPosition,
  Subscription,
} from './bus.ts';
import { createBusCounters } from './bus-counters.ts';
import { groupLag } from './group-lag.ts';
import { atMost, type KafkaClient } from './kafka-client.ts';
import { type KafkaConsumer, runConsumer } from './kafka-consumer.ts';
import { KafkaEnds } from './kafka-ends.ts';
import { watchLag } from './kafka-lag.ts';
import { KafkaMember, type KafkaMemberOptions } from './kafka-member.ts';
import { KafkaOffsets } from './kafka-offsets.ts';
import { KafkaReads } from './kafka-reads.ts';
import { countPartitions, TOPICS_COMMAND } from './kafka-topics.ts';
import { KafkaWriter } from './kafka-writer.ts';
import { nextOffset } from './partition-reader.ts';
import { placeRecord } from './place-record.ts';

const BATCH_RECORDS = 500;
const FAREWELL_MS = 5_000;

export interface KafkaBusOptions {
  readonly client: KafkaClient;
  /** Event clock: gives records their time. */
  readonly clock: Clock;
  /** Waits between attempts to handle a batch. */
  readonly realClock: Clock;
  readonly send: 'checked' | 'plain';
  readonly log: Log;
  readonly metrics?: Metrics;
}

interface Membership {
  readonly topics: readonly string[];
  readonly member: KafkaMember;
  readonly consumer: KafkaConsumer;
}

/** @throws when the topics were never created, or have different numbers of partitions */
export async function createKafkaBus(options: KafkaBusOptions): Promise<Bus> {
  const bus = new KafkaBus(options, await countPartitions(options.client));
  await bus.connect();
  return bus;
}

class KafkaBus implements Bus {
  readonly partitions: number;
  readonly #options: KafkaBusOptions;
  readonly #ends: KafkaEnds;
  readonly #offsets: KafkaOffsets;
  readonly #writer: KafkaWriter;
  readonly #counters;
  readonly #known = new Set<string>();
  readonly #memberships = new Map<string, Set<Membership>>();
  readonly #stops = new Set<() => Promise<void>>();
  readonly #cancelLag: () => void;
  #isClosed = false;

  constructor(options: KafkaBusOptions, partitions: number) {
    const { client, send, log, metrics } = options;
    this.#options = options;
    this.partitions = partitions;
    this.#ends = new KafkaEnds(client.admin);
    this.#offsets = new KafkaOffsets(client);
    const counters = createBusCounters(metrics);
    this.#counters = counters;
    this.#writer = new KafkaWriter({
      ...{ client, send },
      findTopic: async (topic) => {
        if (!this.#known.has(topic)) await this.#load([topic]);
      },
      onWritten: (positions) => {
        counters.published?.inc(positions.length);
        for (const { topic, partition, offset } of positions)
          this.#ends.raise(client.named(topic), partition, offset + 1);
      },
      onFailed: (error, records) => {
        counters.failures?.inc();
        log.error({ err: error, records }, 'the log did not take records');
      },
      onMissing: (records) => counters.resent?.inc(records),
    });
    this.#cancelLag = watchLag(
      options,
      () => [...this.#memberships.keys()],
      (group) => this.lag(group),
    );
  }

  connect(): Promise<void> {
    return this.#writer.connect();
  }

  async publish(records: readonly OutgoingRecord[]): Promise<readonly RecordPosition[]> {
    this.#checkOpen();
    if (records.length === 0) return [];
    const timestampMs = Math.floor(this.#options.clock.nowMs());
    return this.#writer.add(records.map((record) => placeRecord(record, this.partitions, timestampMs)));
  }

  async subscribe(options: GroupOptions): Promise<Subscription> {
    this.#checkOpen();
    const { group, onAssigned, onRevoked } = options;
    const topics = [...new Set(options.topics)];
    const [first] = this.#memberships.get(group) ?? [];
    if (first !== undefined && [...first.topics].sort().join() !== [...topics].sort().join())
      throw new Error(`group ${group} reads ${first.topics}; a member cannot read ${topics}`);
    await this.#load(topics);
    if (options.start === 'latest') await this.#commitEnds(group, topics);
    return this.#join(group, topics, options, {
      ...(onAssigned && { onAssigned }),
      ...(onRevoked && { onRevoked }),
      handle: (batch, context) => options.handle(batch, context),
      batchRecordsMax: options.batchRecordsMax ?? BATCH_RECORDS,
      loadPlaces: async () => {
        const [committed] = await Promise.all([this.#offsets.committed(group, topics), this.#load(topics)]);
        return committed;
      },
    });
  }

  async broadcast(options: BroadcastOptions): Promise<Subscription> {
    this.#checkOpen();
    const topics = [...new Set(options.topics)];
    await this.#load(topics);
    // A group of its own that commits nothing; where it is stays here, for when it must join anew.
    const done = new Map<string, number>();
    return this.#join(randomId('broadcast'), topics, options, {
      handle: async (batch: Batch) => {
        await options.handle(batch);
        done.set(`${batch.topic}/${batch.partition}`, nextOffset(batch));
      },
      batchRecordsMax: BATCH_RECORDS,
      loadPlaces: async () => {
        await this.#load(topics);
        return done;
      },
    });
  }

  async commit(group: string, offsets: readonly RecordPosition[]): Promise<void> {
    this.#checkOpen();
    if (offsets.length === 0) return;
    for (const { topic, partition, offset } of offsets)
      if (!Number.isSafeInteger(offset) || offset < 0 || !(partition >= 0 && partition < this.partitions))
        throw new RangeError(`${topic}, partition ${partition}, has no offset ${offset}`);
    const memberships = [...(this.#memberships.get(group) ?? [])];
    const ownerOf = (partition: number) => memberships.find(({ member }) => member.has(partition))?.member;
    const byMember = Map.groupBy(offsets, ({ partition }) => ownerOf(partition));
    for (const [member, own] of byMember)
      if (member === undefined) await this.#offsets.commit(group, own);
      else await member.commit(own);
  }

  async lag(group: string): Promise<readonly GroupLag[]> {
    const committed = await this.#offsets.committed(group);
    const topics = new Set([
      ...[...(this.#memberships.get(group) ?? [])].flatMap((one) => one.topics),
      ...[...committed.keys()].map((key) => key.slice(0, key.lastIndexOf('/'))),
    ]);
    await this.#load([...topics]);
    return groupLag(topics, this.partitions, {
      beginOffset: (topic, partition) => this.#ends.begin(this.#options.client.named(topic), partition),
      endOffset: (topic, partition) => this.#end(topic, partition),
      committedOffset: (topic, partition) => committed.get(`${topic}/${partition}`),
    });
  }

  /** The brokers apply retention and compaction themselves, as the topics were created. */
  async maintain(): Promise<number> {
    this.#checkOpen();
    return 0;
  }

  async ping(): Promise<void> {
    this.#checkOpen();
    for (const [group, members] of this.#memberships)
      if ([...members].some(({ consumer }) => !consumer.isUp())) throw new Error(`${group} is not read`);
    await this.#options.client.admin.describeCluster();
  }

  async close(): Promise<void> {
    // Handlers still publish and commit while they finish.
    await Promise.all([...this.#stops].map((stop) => stop()));
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelLag();
    await this.#writer.close();
    await atMost(FAREWELL_MS, Promise.all([this.#offsets.close(), this.#options.client.admin.disconnect()]));
  }

  #join(
    group: string,
    topics: readonly string[],
    { start, onError }: GroupOptions | BroadcastOptions,
    own: Pick<KafkaMemberOptions, 'onAssigned' | 'onRevoked' | 'handle' | 'batchRecordsMax' | 'loadPlaces'>,
  ): Subscription {
    const { client, realClock, log } = this.#options;
    const ends = this.#ends.copy();
    const endAtStart = (topic: string, partition: number) => ends(client.named(topic), partition);
    const member = new KafkaMember({
      ...own,
      ...{ topics, realClock, endAtStart, reads: new KafkaReads(client.named, this.#ends) },
      named: client.named,
      startOffset: (topic, partition) =>
        start === 'earliest'
          ? this.#ends.begin(client.named(topic), partition)
          : endAtStart(topic, partition),
      isLogQuiet: () => this.#writer.isEmpty(),
      onError: (error, partition) => {
        this.#counters.handleFailures?.inc();
        log.warn({ err: error, partition }, 'a batch was not handled and comes again');
        onError?.(error, partition);
      },
      onMoved: (topic, partition, asked, begun) => {
        this.#counters.skipped?.inc({ topic }, Math.max(0, begun - asked));
        log.warn(
          { topic, partition, asked, begun },
          'the offset asked for is not in the log; reading goes on at the nearest',
        );
      },
    });
    return this.#run(group, topics, member);
  }

  #run(group: string, topics: readonly string[], member: KafkaMember): Subscription {
    const { client, log } = this.#options;
    const consumer = runConsumer({
      ...{ client, log, group, topics: topics.map(client.named), member },
      onCrash: (error) => {
        this.#counters.crashes?.inc();
        log.error({ err: error, group }, 'a consumer gave up and is built again');
      },
    });
    const membership = { topics, member, consumer };
    const members = this.#memberships.get(group) ?? new Set();
    this.#memberships.set(group, members.add(membership));
    const cancel = this.#ends.onRaise((_, partition) => member.wake(partition));
    const subscription = member.subscription(consumer);
    const stop = async () => {
      await subscription.stop();
      cancel();
      members.delete(membership);
      if (members.size === 0 && this.#memberships.get(group) === members) this.#memberships.delete(group);
      this.#stops.delete(stop);
    };
    this.#stops.add(stop);
    return { ...subscription, stop };
  }

  /** Learns where topics end. @throws with the command that would help when one does not exist */
  async #load(topics: readonly string[]): Promise<void> {
    try {
      await this.#ends.load(topics.map(this.#options.client.named));
    } catch (error) {
      const { type, message } = error as { readonly type?: string; readonly message: string };
      if (type !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
      throw new Error(`${topics.join(' or ')} does not exist (${message}): ${TOPICS_COMMAND}`, {
        cause: error,
      });
    }
    for (const topic of topics) this.#known.add(topic);
  }

  #end(topic: string, partition: number): number {
    return this.#ends.end(this.#options.client.named(topic), partition);
  }

  /** Makes "latest" a fact of the log, so that a partition which changes hands skips nothing. */
  async #commitEnds(group: string, topics: readonly string[]): Promise<void> {
    const committed = await this.#offsets.committed(group, topics);
    const missing = topics.flatMap((topic) =>
      Array.from({ length: this.partitions }, (_, partition) => ({
        ...{ topic, partition, offset: this.#end(topic, partition) },
      })).filter(({ partition }) => !committed.has(`${topic}/${partition}`)),
    );
    if (missing.length === 0) return;
    await this.#offsets.commit(group, missing).catch((error) => {
      // The group has members elsewhere, and the first of them did this.
      if (error.type !== 'UNKNOWN_MEMBER_ID') throw error;
    });
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new Error('the bus is closed');
  }
}
