import type { Clock } from '@outrider/runtime';
import type { Batch, BatchContext, Subscription } from './bus.ts';
import { type CatchUp, followCatchUp } from './catch-up.ts';
import type { LogStore } from './log-store.ts';
import { nextOffset, PartitionReader } from './partition-reader.ts';
import { sharePartitions } from './share-partitions.ts';

/** What a member brings; a group subscription and a broadcast both become one. */
export interface MemberOptions {
  readonly topics: readonly string[];
  readonly batchRecordsMax: number;
  /** Offset of a partition whose group committed none. */
  startOffset(topic: string, partition: number): number;
  onAssigned?(partition: number, generation: number): Promise<ReadonlyMap<string, number> | undefined>;
  onRevoked?(partition: number): Promise<void>;
  handle(batch: Batch, context: BatchContext): Promise<void>;
  onError(error: unknown, partition: number): void;
}

export interface GroupDependencies {
  readonly store: LogStore;
  readonly realClock: Clock;
  committedOffset(topic: string, partition: number): number | undefined;
  commit(topic: string, partition: number, offset: number): Promise<void>;
  /** A number larger than all before it. */
  nextGeneration(): number;
  /** Nothing is on its way into the log. */
  isLogQuiet(): boolean;
  onMoved(topic: string, partition: number, asked: number, begun: number): void;
}

interface Member {
  readonly options: MemberOptions;
  readonly paused: Set<number>;
  readonly catchUp: CatchUp;
}

interface Ownership {
  readonly member: Member;
  readonly reader: PartitionReader;
}

/** The members of one group in this process, and who reads which partition. */
export class Group {
  readonly #dependencies: GroupDependencies;
  readonly #members: Member[] = [];
  readonly #owners: (Ownership | undefined)[];
  #targets: (Member | undefined)[];
  readonly #moving = new Map<number, Promise<void>>();
  #generation = 0;

  constructor(dependencies: GroupDependencies) {
    this.#dependencies = dependencies;
    this.#owners = new Array(dependencies.store.partitions).fill(undefined);
    this.#targets = [...this.#owners].map(() => undefined);
  }

  get topics(): readonly string[] {
    return this.#members[0]?.options.topics ?? [];
  }

  get isEmpty(): boolean {
    return this.#members.length === 0 && this.#moving.size === 0;
  }

  wake(partition: number): void {
    this.#owners[partition]?.reader.wake();
  }

  /** The first offset that somebody here still needs; retention leaves it. */
  neededOffset(topic: string, partition: number): number {
    return (
      this.#dependencies.committedOffset(topic, partition) ??
      this.#owners[partition]?.reader.position(topic) ??
      0
    );
  }

  join(options: MemberOptions): Subscription {
    const catchUp = followCatchUp(this.#dependencies.store, options.topics);
    const member: Member = { options, paused: new Set(), catchUp };
    this.#members.push(member);
    this.#share();
    return this.#subscription(member);
  }

  #subscription(member: Member): Subscription {
    const partitionsOf = (partition?: number) =>
      partition === undefined ? this.#owners.map((_, index) => index) : [partition];
    return {
      caughtUp: member.catchUp.caughtUp,
      pause: (partition) => {
        for (const each of partitionsOf(partition)) member.paused.add(each);
      },
      resume: (partition) => {
        for (const each of partitionsOf(partition)) {
          member.paused.delete(each);
          this.wake(each);
        }
      },
      seek: (topic, partition, offset) => {
        const owner = this.#owners[partition];
        if (owner?.member !== member || !member.options.topics.includes(topic))
          throw new Error(`partition ${partition} of ${topic} is not with this subscription`);
        owner.reader.seek(topic, offset);
      },
      isIdle: (partition) =>
        partition === undefined ? this.#isAllIdle(member) : this.#isPartitionIdle(member, partition),
      stop: () => this.#leave(member),
    };
  }

  #isAllIdle(member: Member): boolean {
    return (
      this.#moving.size === 0 &&
      this.#dependencies.isLogQuiet() &&
      this.#owners.every((owner) => owner?.member !== member || owner.reader.isIdle())
    );
  }

  #isPartitionIdle(member: Member, partition: number): boolean {
    const owner = this.#owners[partition];
    return owner?.member === member && !this.#moving.has(partition) && owner.reader.isIdle();
  }

  async #leave(member: Member): Promise<void> {
    const index = this.#members.indexOf(member);
    if (index >= 0) {
      this.#members.splice(index, 1);
      member.catchUp.abandon();
      this.#share();
    }
    const isMine = (_: unknown, partition: number) => this.#owners[partition]?.member === member;
    await Promise.all(this.#owners.map((owner, p) => (isMine(owner, p) ? this.#moving.get(p) : undefined)));
  }

  /** Hands the partitions out anew; each moves on its own, as soon as its last batch is done. */
  #share(): void {
    this.#targets = sharePartitions(
      this.#owners.map((owner) => owner?.member),
      this.#members,
    );
    if (this.#members.length > 0) this.#generation = this.#dependencies.nextGeneration();
    for (let partition = 0; partition < this.#owners.length; partition++) this.#move(partition);
  }

  #move(partition: number): void {
    if (this.#moving.has(partition) || this.#owners[partition]?.member === this.#targets[partition]) return;
    if (this.#owners[partition] === undefined) {
      this.#assign(partition);
      return;
    }
    const moving = this.#revoke(partition).finally(() => {
      this.#moving.delete(partition);
      // Members may have come and gone meanwhile.
      this.#move(partition);
    });
    this.#moving.set(partition, moving);
  }

  async #revoke(partition: number): Promise<void> {
    const owner = this.#owners[partition];
    if (owner === undefined) return;
    await owner.reader.end();
    try {
      if (owner.reader.hasBegun) await owner.member.options.onRevoked?.(partition);
    } catch (error) {
      owner.member.options.onError(error, partition);
    }
    this.#owners[partition] = undefined;
  }

  #assign(partition: number): void {
    const member = this.#targets[partition];
    if (member === undefined) return;
    const { options } = member;
    const generation = this.#generation;
    const { store, realClock, onMoved } = this.#dependencies;
    const reader: PartitionReader = new PartitionReader({
      store,
      realClock,
      partition,
      topics: options.topics,
      batchRecordsMax: options.batchRecordsMax,
      isPaused: () => member.paused.has(partition),
      begin: async () => {
        const own = await options.onAssigned?.(partition, generation);
        return new Map(
          options.topics.map((topic) => [topic, own?.get(topic) ?? this.#resume(member, topic, partition)]),
        );
      },
      handle: (batch) => options.handle(batch, this.#context(batch, generation, reader)),
      onError: (error) => options.onError(error, partition),
      onMoved: (topic, asked, begun) => onMoved(topic, partition, asked, begun),
      onProgress: () => {
        for (const each of this.#members) each.catchUp.progress(partition, (topic) => reader.position(topic));
      },
    });
    this.#owners[partition] = { member, reader };
  }

  #resume(member: Member, topic: string, partition: number): number {
    return (
      this.#dependencies.committedOffset(topic, partition) ?? member.options.startOffset(topic, partition)
    );
  }

  #context(batch: Batch, generation: number, reader: PartitionReader): BatchContext {
    const isCurrent = () => this.#owners[batch.partition]?.reader === reader;
    return {
      generation,
      isCurrent,
      isCaughtUp: () => !reader.hasRecords(batch),
      commit: async () => {
        if (!isCurrent())
          throw new Error(`partition ${batch.partition} of ${batch.topic} belongs to somebody else now`);
        await this.#dependencies.commit(batch.topic, batch.partition, nextOffset(batch));
      },
    };
  }
}
