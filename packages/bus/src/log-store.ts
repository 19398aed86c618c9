import type { BusRecord, RecordPosition } from './bus.ts';

/** A record on its way into the log; the log gives it its offset. */
export interface LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestampMs: number;
}

/** `offset` is the next one the group will read. */
export interface GroupOffset extends RecordPosition {
  readonly group: string;
}

export interface ReadLimits {
  readonly recordsMax: number;
  /** Reading stops after the record that reaches it, so one record always fits. */
  readonly bytesMax: number;
  /** Reading stops before the first record younger than this; the first record is always read. */
  readonly untilMs?: number;
}

export interface TrimLimits {
  readonly beforeMs: number;
  readonly belowOffset: number;
  readonly recordsMax: number;
}

/** What compaction needs to know of a record. */
export interface KeyEntry {
  readonly offset: number;
  readonly key: string;
  readonly timestampMs: number;
  readonly isTombstone: boolean;
}

/** A log as its readers see it. Everything is synchronous: what is not here yet is read later. */
export interface ReadableLog {
  /** Consecutive records from `fromOffset` on, oldest first; gaps left by compaction are passed over. */
  read(topic: string, partition: number, fromOffset: number, limits: ReadLimits): readonly BusRecord[];
  /** Time of the first record at or after `fromOffset`; absent when there is none. */
  headTimestampMs(topic: string, partition: number, fromOffset: number): number | undefined;
  /** First offset that retention has left. */
  beginOffset(topic: string, partition: number): number;
  /** The offset the next record gets. */
  endOffset(topic: string, partition: number): number;
  /** Where the log is elsewhere: records before this offset are here, the others on their way. */
  arrivedOffset?(topic: string, partition: number): number;
}

/**
 * Where an embedded bus keeps its records. Offsets of a partition only grow, and are never given twice,
 * whatever was deleted. Everything is synchronous: the owner decides when its thread may stop for the disk.
 */
export interface LogStore extends ReadableLog {
  readonly partitions: number;
  /** Appends records and stores offsets, all durable on return or none. @throws on disk errors. */
  write(records: readonly LogRecord[], offsets: readonly GroupOffset[]): readonly RecordPosition[];
  committedOffset(group: string, topic: string, partition: number): number | undefined;
  /** Topics of which the group committed an offset. */
  groupTopics(group: string): readonly string[];
  /** Topics that were ever written. */
  topics(): readonly string[];
  /** A number larger than every one given to this group before. */
  nextGeneration(group: string): number;
  /**
   * Retention: deletes the oldest records while they are older than `beforeMs` and below `belowOffset`,
   * `recordsMax` at most. Returns how many.
   */
  trim(topic: string, partition: number, limits: TrimLimits): number;
  /** Keys from `fromOffset` on, for compaction. */
  keys(topic: string, partition: number, fromOffset: number, max: number): readonly KeyEntry[];
  /** Deletes these offsets. */
  remove(topic: string, partition: number, offsets: readonly number[]): void;
  close(): void;
}

/** Size of a record for limits: what it costs in memory and in a transaction, about. */
export function recordBytes(record: { readonly key: string; readonly value: Uint8Array | null }): number {
  return (record.value?.length ?? 0) + record.key.length + 64;
}
