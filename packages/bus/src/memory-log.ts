import type { BusRecord, RecordPosition } from './bus.ts';
import {
  type GroupOffset,
  type KeyEntry,
  type LogRecord,
  type LogStore,
  type ReadLimits,
  recordBytes,
  type TrimLimits,
} from './log-store.ts';

interface MemoryStream {
  records: BusRecord[];
  begin: number;
  end: number;
}

/** The log in memory, for tests and for trying things: gone with the process. */
export class MemoryLog implements LogStore {
  readonly partitions: number;
  readonly #streams = new Map<string, MemoryStream[]>();
  /** group → topic → partition → next offset */
  readonly #committed = new Map<string, Map<string, Map<number, number>>>();
  readonly #generations = new Map<string, number>();

  constructor(partitions: number) {
    this.partitions = partitions;
  }

  write(records: readonly LogRecord[], offsets: readonly GroupOffset[]): readonly RecordPosition[] {
    const positions = records.map((record) => this.#append(record));
    for (const entry of offsets) this.#commit(entry);
    return positions;
  }

  read(topic: string, partition: number, fromOffset: number, limits: ReadLimits): readonly BusRecord[] {
    const records = this.#recordsOf(topic, partition);
    return takeWithin(records, indexOfOffset(records, fromOffset), limits);
  }

  headTimestampMs(topic: string, partition: number, fromOffset: number): number | undefined {
    const records = this.#recordsOf(topic, partition);
    return records[indexOfOffset(records, fromOffset)]?.timestampMs;
  }

  beginOffset(topic: string, partition: number): number {
    return this.#streams.get(topic)?.[partition]?.begin ?? 0;
  }

  endOffset(topic: string, partition: number): number {
    return this.#streams.get(topic)?.[partition]?.end ?? 0;
  }

  committedOffset(group: string, topic: string, partition: number): number | undefined {
    return this.#committed.get(group)?.get(topic)?.get(partition);
  }

  groupTopics(group: string): readonly string[] {
    return [...(this.#committed.get(group)?.keys() ?? [])];
  }

  topics(): readonly string[] {
    return [...this.#streams.keys()];
  }

  nextGeneration(group: string): number {
    const generation = (this.#generations.get(group) ?? 0) + 1;
    this.#generations.set(group, generation);
    return generation;
  }

  trim(topic: string, partition: number, { beforeMs, belowOffset, recordsMax }: TrimLimits): number {
    const stream = this.#streamFor(topic, partition);
    const kept = stream.records.findIndex(
      ({ timestampMs, offset }, index) =>
        index >= recordsMax || timestampMs >= beforeMs || offset >= belowOffset,
    );
    const gone = stream.records.splice(0, kept === -1 ? stream.records.length : kept);
    const last = gone.at(-1);
    if (last !== undefined) stream.begin = last.offset + 1;
    return gone.length;
  }

  keys(topic: string, partition: number, fromOffset: number, max: number): readonly KeyEntry[] {
    const records = this.#recordsOf(topic, partition);
    const from = indexOfOffset(records, fromOffset);
    return records.slice(from, from + max).map(({ offset, key, timestampMs, value }) => ({
      offset,
      key,
      timestampMs,
      isTombstone: value === null,
    }));
  }

  remove(topic: string, partition: number, offsets: readonly number[]): void {
    const gone = new Set(offsets);
    const stream = this.#streamFor(topic, partition);
    stream.records = stream.records.filter((record) => !gone.has(record.offset));
  }

  close(): void {
    this.#streams.clear();
  }

  #recordsOf(topic: string, partition: number): readonly BusRecord[] {
    return this.#streams.get(topic)?.[partition]?.records ?? [];
  }

  #streamFor(topic: string, partition: number): MemoryStream {
    let streams = this.#streams.get(topic);
    if (streams === undefined) {
      streams = Array.from({ length: this.partitions }, () => ({ records: [], begin: 0, end: 0 }));
      this.#streams.set(topic, streams);
    }
    const stream = streams[partition];
    if (stream === undefined) throw new RangeError(`${topic} has no partition ${partition}`);
    return stream;
  }

  #append(record: LogRecord): RecordPosition {
    const { topic, partition } = record;
    const stream = this.#streamFor(topic, partition);
    const offset = stream.end++;
    // Copies: the writer may use its buffer again.
    const value = record.value === null ? null : Uint8Array.from(record.value);
    stream.records.push({ ...record, value, headers: { ...record.headers }, offset });
    return { topic, partition, offset };
  }

  #commit({ group, topic, partition, offset }: GroupOffset): void {
    const byTopic = this.#committed.get(group) ?? new Map<string, Map<number, number>>();
    this.#committed.set(group, byTopic);
    const byPartition = byTopic.get(topic) ?? new Map<number, number>();
    byTopic.set(topic, byPartition);
    byPartition.set(partition, offset);
  }
}

/** Index of the first record at or after `offset`: binary search, offsets grow and may have gaps. */
function indexOfOffset(records: readonly BusRecord[], offset: number): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((records[middle]?.offset ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function takeWithin(records: readonly BusRecord[], from: number, limits: ReadLimits): BusRecord[] {
  const taken: BusRecord[] = [];
  let bytes = 0;
  for (let index = from; index < records.length; index++) {
    const record = records[index] as BusRecord;
    const isTooYoung = limits.untilMs !== undefined && record.timestampMs > limits.untilMs;
    if (taken.length > 0 && (isTooYoung || bytes >= limits.bytesMax)) break;
    if (taken.length >= limits.recordsMax) break;
    taken.push(record);
    bytes += recordBytes(record);
  }
  return taken;
}
