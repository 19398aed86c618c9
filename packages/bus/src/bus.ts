/** The log between services. Engines: sqlite (default), kafka, memory (tests); one contract test binds them all. */

export interface OutgoingRecord {
  readonly topic: string;
  /** Decides the partition, in topics by `vehicleId/…` with the part before the slash: a car's records stay in order. */
  readonly key: string;
  /** `null` is a tombstone: with compaction it deletes the key. */
  readonly value: Uint8Array | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface BusRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
  /** When the bus took it, event clock of the writer. */
  readonly timestampMs: number;
}

export interface RecordPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Consecutive records of one topic and partition, oldest first; never empty. */
export interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly BusRecord[];
}

export interface BatchContext {
  /** Changes whenever partitions are handed out anew; a side effect of an older one must not happen. */
  readonly generation: number;
  /** False once the partition belongs to somebody else or the subscription stops. */
  isCurrent(): boolean;
  /** True when the partition holds no record after this batch, on any of the subscribed topics. */
  isCaughtUp(): boolean;
  /** Stores "everything up to the end of this batch is done" for the group. */
  commit(): Promise<void>;
}

export interface GroupOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /** Where a group without committed offset begins. */
  readonly start: 'earliest' | 'latest';
  /**
   * Called before the first record of a partition. Returned offsets (topic → next offset) override the
   * committed ones: a consumer that keeps its offset beside its state begins where its state ends.
   */
  readonly onAssigned?: (
    partition: number,
    generation: number,
  ) => Promise<ReadonlyMap<string, number> | undefined>;
  /** Called after the last batch of a partition was handled, before somebody else gets it. */
  readonly onRevoked?: (partition: number) => Promise<void>;
  /**
   * One call at a time per partition, across all topics of the subscription. When it throws, the same
   * batch comes again after a growing delay: nothing is skipped.
   */
  readonly handle: (batch: Batch, context: BatchContext) => Promise<void>;
  readonly batchRecordsMax?: number;
  readonly onError?: (error: unknown, partition: number) => void;
}

export interface BroadcastOptions {
  readonly topics: readonly string[];
  readonly start: 'earliest' | 'latest';
  readonly handle: (batch: Batch) => Promise<void>;
  readonly onError?: (error: unknown, partition: number) => void;
}

export interface Subscription {
  /** Stops fetching; a batch being handled is finished. Memory stays bounded while paused. */
  pause(partition?: number): void;
  resume(partition?: number): void;
  /** The next batch of this topic and partition begins at `offset`. */
  seek(topic: string, partition: number, offset: number): void;
  /** Nothing is being handled and no fetched or stored record waits; of one partition, if it is with this member. */
  isIdle(partition?: number): boolean;
  /** Resolves once every record that existed at the time of subscribing was handled. */
  readonly caughtUp: Promise<void>;
  stop(): Promise<void>;
}

export interface GroupLag {
  readonly topic: string;
  readonly partition: number;
  /** Next offset the group will read: what it committed, or the first there is. */
  readonly next: number;
  /** Next offset the topic will write. */
  readonly end: number;
}

export interface Bus {
  /** Resolves when all records are durable, in the order given. Concurrent calls may share one commit. */
  publish(records: readonly OutgoingRecord[]): Promise<readonly RecordPosition[]>;
  /** Members of one group share the partitions. */
  subscribe(options: GroupOptions): Promise<Subscription>;
  /** Every subscriber reads everything; nothing is committed. */
  broadcast(options: BroadcastOptions): Promise<Subscription>;
  /** Here `offset` is the next one the group will read, as in Kafka: last done + 1. Going back is allowed. */
  commit(group: string, offsets: readonly RecordPosition[]): Promise<void>;
  lag(group: string): Promise<readonly GroupLag[]>;
  /** Number of partitions every topic has. */
  readonly partitions: number;
  /** Applies retention and compaction of `topics.ts`; returns how many records went. */
  maintain(): Promise<number>;
  /** The log answers. @throws when it does not, or is closed */
  ping(): Promise<void>;
  close(): Promise<void>;
}
