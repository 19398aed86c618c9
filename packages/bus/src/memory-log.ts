import type { BusRecord } from './bus.ts';
import { type LogRecord, type LogStore, type ReadLimits, recordBytes } from './log-store.ts';

interface MemoryStream {
  records: BusRecord[];
  begin: number;
  end: number;
}

/** The log in memory, for tests and for trying things: gone with the process. */
export function createMemoryLog(partitions: number): LogStore {
  const streams = new Map<string, MemoryStream[]>();
  const groups = new Map<string, Map<string, Map<number, number>>>();
  const generations = new Map<string, number>();

  const streamOf = (topic: string, partition: number) => streams.get(topic)?.[partition];

  function streamFor(topic: string, partition: number): MemoryStream {
    let all = streams.get(topic);
    if (all === undefined) {
      all = Array.from({ length: partitions }, () => ({ records: [], begin: 0, end: 0 }));
      streams.set(topic, all);
    }
    const stream = all[partition];
    if (stream === undefined) throw new RangeError(`${topic} has no partition ${partition}`);
    return stream;
  }

  function append(record: LogRecord) {
    const stream = streamFor(record.topic, record.partition);
    const offset = stream.end++;
    // Copies: the writer may use its buffer again.
    const value = record.value === null ? null : Uint8Array.from(record.value);
    stream.records.push({ ...record, value, headers: { ...record.headers }, offset });
    return { topic: record.topic, partition: record.partition, offset };
  }

  function commit(group: string, topic: string, partition: number, offset: number): void {
    const byTopic = groups.get(group) ?? new Map<string, Map<number, number>>();
    groups.set(group, byTopic);
    const byPartition = byTopic.get(topic) ?? new Map<number, number>();
    byTopic.set(topic, byPartition);
    byPartition.set(partition, offset);
  }

  return {
    partitions,
    write(records, offsets) {
      const positions = records.map(append);
      for (const { group, topic, partition, offset } of offsets) commit(group, topic, partition, offset);
      return positions;
    },
    read(topic, partition, fromOffset, limits) {
      const stream = streamOf(topic, partition);
      return stream === undefined
        ? []
        : takeWithin(stream.records, indexOfOffset(stream.records, fromOffset), limits);
    },
    headTimestampMs(topic, partition, fromOffset) {
      const records = streamOf(topic, partition)?.records ?? [];
      return records[indexOfOffset(records, fromOffset)]?.timestampMs;
    },
    beginOffset: (topic, partition) => streamOf(topic, partition)?.begin ?? 0,
    endOffset: (topic, partition) => streamOf(topic, partition)?.end ?? 0,
    committedOffset: (group, topic, partition) => groups.get(group)?.get(topic)?.get(partition),
    groupTopics: (group) => [...(groups.get(group)?.keys() ?? [])],
    topics: () => [...streams.keys()],
    nextGeneration(group) {
      const generation = (generations.get(group) ?? 0) + 1;
      generations.set(group, generation);
      return generation;
    },
    trim(topic, partition, { beforeMs, belowOffset, recordsMax }) {
      const stream = streamFor(topic, partition);
      const kept = stream.records.findIndex(
        (record, index) =>
          index >= recordsMax || record.timestampMs >= beforeMs || record.offset >= belowOffset,
      );
      const gone = stream.records.splice(0, kept === -1 ? stream.records.length : kept);
      const last = gone.at(-1);
      if (last !== undefined) stream.begin = last.offset + 1;
      return gone.length;
    },
    keys(topic, partition, fromOffset, max) {
      const records = streamOf(topic, partition)?.records ?? [];
      const from = indexOfOffset(records, fromOffset);
      return records.slice(from, from + max).map(({ offset, key, timestampMs, value }) => ({
        offset,
        key,
        timestampMs,
        isTombstone: value === null,
      }));
    },
    remove(topic, partition, offsets) {
      const gone = new Set(offsets);
      const stream = streamFor(topic, partition);
      stream.records = stream.records.filter((record) => !gone.has(record.offset));
    },
    close: () => streams.clear(),
  };
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
