import type { OutgoingRecord } from './bus.ts';
import type { LogRecord } from './log-store.ts';
import { carOf, partitionOf } from './partition.ts';
import { topicList } from './topics.ts';

const WITH_PARTS = new Set(topicList.filter(({ partOf }) => partOf !== undefined).map(({ name }) => name));

/** The record as the log gets it, in its partition. @throws TypeError on what no log takes */
export function placeRecord(record: OutgoingRecord, partitions: number, timestampMs: number): LogRecord {
  const { topic, value, headers = {} } = record;
  if (topic === '') throw new TypeError('a record needs a topic');
  if (value !== null && !(value instanceof Uint8Array))
    throw new TypeError(`a record of ${topic} is neither bytes nor null`);
  // A lone surrogate would come back as another key than it went in.
  const key = record.key.toWellFormed();
  const partition = partitionOf(WITH_PARTS.has(topic) ? carOf(key) : key, partitions);
  return { topic, partition, key, value, headers, timestampMs };
}
