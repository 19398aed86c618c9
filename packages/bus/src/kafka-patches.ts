import { createRequire } from 'node:module';
import { type Codec, encodeProduce, type PartitionRecords } from './kafka-record-batch.ts';
import { decodeRecord } from './kafka-record-decoder.ts';

/** A member of a group inside kafkajs: what consumers of 2.2.4 keep private, and this engine needs. */
export interface KafkaGroup {
  readonly generationId: number;
  /** How long the broker keeps the next fetches that it has no records for, in ms. */
  maxWaitTime: number;
  /** Null when the broker no longer knows this member. */
  readonly memberId: string | null;
  readonly assigners: readonly object[];
  joinAndSync(): Promise<void>;
  heartbeat(options: { readonly interval: number }): Promise<void>;
  commitOffsets(offsets: KafkaOffsets): Promise<void>;
  assigned(): readonly { readonly topic: string; readonly partitions: readonly number[] }[];
  pause(what: readonly { readonly topic: string; readonly partitions: readonly number[] }[]): void;
  resume(what: readonly { readonly topic: string; readonly partitions: readonly number[] }[]): void;
  seek(where: { readonly topic: string; readonly partition: number; readonly offset: string }): void;
}

export interface KafkaOffsets {
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
  }[];
}

/** An assigner that also wants to know when its member joins. */
export interface JoinHooks {
  /** Awaited before every join: what is given up here, nobody else has yet. False: do not join. */
  beforeJoin(group: KafkaGroup): Promise<boolean>;
  /** Awaited after every join, before anything is fetched. */
  afterJoin(group: KafkaGroup): void;
}

interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  scheduleCheckPendingRequests(): void;
}

interface ProduceOptions {
  readonly acks: number;
  readonly timeout: number;
  readonly compression: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly messages: readonly object[] }[];
  }[];
}

interface Asked {
  readonly request: { encode(): Promise<object> };
}

interface ProduceRequests {
  protocol(choice: { readonly version: number }): (options: ProduceOptions) => Asked;
}

interface JoinOptions {
  readonly groupId: string;
  readonly groupInstanceId?: string | undefined;
}

interface JoinRequests {
  protocol(choice: { readonly version: number }): (options: JoinOptions) => Asked;
}

const patched = Symbol.for('outrider.kafkajs.patched');

/** Changes kafkajs 2.2.4, which is pinned to exactly that, in five places; more than once is once. */
export function patchKafkajs(nowMs: () => number): void {
  const require = createRequire(import.meta.url);
  const queue: { readonly prototype: RequestQueue & { [patched]?: true } } =
    require('kafkajs/src/network/requestQueue');
  if (queue.prototype[patched]) return;
  queue.prototype[patched] = true;
  stopIdleTimers(queue.prototype, nowMs);
  const group: { readonly prototype: KafkaGroup } = require('kafkajs/src/consumer/consumerGroup');
  callJoinHooks(group.prototype);
  const { lookupCodec } = require('kafkajs/src/protocol/message/compression');
  readOwnRecords(require);
  writeOwnBatches(require('kafkajs/src/protocol/requests/produce'), lookupCodec);
  sayNames(require('kafkajs/src/protocol/requests/joinGroup'));
}

const names = new Map<string, string>();

/**
 * From now on this process joins the group under a name (KIP-345): who is killed and comes back under its name takes
 * its own old place, and nobody waits until a session is over. Returns what ends this.
 * @throws when a member of this process has a name in the group already
 */
export function nameMember(groupId: string, name: string): () => void {
  if (names.has(groupId)) throw new Error(`${name} is one member of group ${groupId} and cannot be two`);
  names.set(groupId, name);
  return () => names.delete(groupId);
}

/** kafkajs can encode the name and has nobody who says it. */
function sayNames(join: JoinRequests): void {
  const original = join.protocol;
  join.protocol = (choice) => {
    const ask = original(choice);
    return (options) => ask({ ...options, groupInstanceId: names.get(options.groupId) });
  };
}

/** An idle connection arms a timer every millisecond, some 2,500 a second and 5 % of a core; this one has no reason to. */
function stopIdleTimers(prototype: RequestQueue, nowMs: () => number): void {
  const original = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0 || this.throttledUntil > nowMs()) original.call(this);
  };
}

/** kafkajs rejoins without waiting for batches in hand; a partition would be with two members at once. */
function callJoinHooks(prototype: KafkaGroup): void {
  const original = prototype.joinAndSync;
  prototype.joinAndSync = async function (this: KafkaGroup) {
    const hooks = this.assigners.filter((each): each is JoinHooks => 'beforeJoin' in each);
    for (const each of hooks) if (!(await each.beforeJoin(this))) return;
    await original.call(this);
    for (const each of hooks) each.afterJoin(this);
  };
}

/** Before kafkajs reads its first record: it loads its decoder then, and finds ours. */
function readOwnRecords(require: NodeJS.Require): void {
  const path = require.resolve('kafkajs/src/protocol/recordBatch/record/v0/decoder');
  require(path);
  const loaded = require.cache[path];
  if (loaded !== undefined) loaded.exports = decodeRecord;
}

/** A message that stands for the records of a partition is sent as those; all others as before. */
function writeOwnBatches(produce: ProduceRequests, lookupCodec: (type: number) => Codec | null): void {
  const original = produce.protocol;
  produce.protocol = (choice) => {
    const ask = original(choice);
    return (options) => {
      const asked = ask(options);
      const topics = options.topicData.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ messages }) => messages[0] as PartitionRecords),
      }));
      if (!topics.every(({ partitions }) => partitions.every((part) => part?.records !== undefined)))
        return asked;
      const { acks, timeout: timeoutMs, compression } = options;
      const codec = lookupCodec(compression) ?? undefined;
      const encode = async () => {
        const buffer = await encodeProduce({ acks, timeoutMs, compression, codec, topics });
        // As much of kafkajs's own encoder as is asked of it.
        return { buf: buffer, buffer };
      };
      return { ...asked, request: { ...asked.request, encode } };
    };
  };
}
