import kafkajs, { type Kafka } from 'kafkajs';
import type { RecordedRecord } from './recordings.ts';

/** Brokers pack anew in the codec of a topic, with the libraries that Java's producers use. */
const CODECS = ['gzip', 'snappy', 'lz4', 'zstd', 'uncompressed'];
const BATCH_RECORDS = 200;
const CREATE_MS = 30_000;

export interface Pushed {
  readonly topics: readonly string[];
  /** What was written at a place of the topic. */
  recordAt(topic: string, partition: number, offset: number): RecordedRecord;
}

/**
 * Makes the topics that the records name, each with another codec, and writes the records there as they were: key,
 * headers, time, partition, and their order in it.
 */
export async function pushRecords(client: Kafka, records: readonly RecordedRecord[]): Promise<Pushed> {
  const byTopic = Map.groupBy(records, ({ topic }) => topic);
  await createTopics(client, byTopic);
  const written = new Map<string, readonly RecordedRecord[]>();
  const createPartitioner = kafkajs.Partitioners.DefaultPartitioner;
  const producer = client.producer({ createPartitioner, allowAutoTopicCreation: false });
  await producer.connect();
  try {
    for (const [topic, own] of byTopic)
      for (const [partition, some] of Map.groupBy(own, (record) => record.partition)) {
        const ordered = some.toSorted((a, b) => a.offset - b.offset);
        written.set(`${topic} ${partition}`, ordered);
        for (let from = 0; from < ordered.length; from += BATCH_RECORDS)
          await producer.send({ topic, messages: ordered.slice(from, from + BATCH_RECORDS).map(messageOf) });
      }
  } finally {
    await producer.disconnect();
  }
  return {
    topics: [...byTopic.keys()],
    recordAt(topic, partition, offset) {
      const record = written.get(`${topic} ${partition}`)?.[offset];
      if (record === undefined) throw new Error(`nobody wrote ${topic} ${partition} ${offset}`);
      return record;
    },
  };
}

async function createTopics(client: Kafka, byTopic: ReadonlyMap<string, readonly RecordedRecord[]>) {
  const admin = client.admin();
  await admin.connect();
  await admin.createTopics({
    timeout: CREATE_MS,
    topics: [...byTopic].map(([topic, own], index) => ({
      ...{ topic, replicationFactor: 1 },
      numPartitions: 1 + Math.max(...own.map(({ partition }) => partition)),
      // Recordings of long ago are kept, whatever the broker's clock says.
      configEntries: [
        { name: 'retention.ms', value: '-1' },
        { name: 'compression.type', value: CODECS[index % CODECS.length] as string },
      ],
    })),
  });
  await admin.disconnect();
}

const messageOf = ({ key, value, headers, timestampMs, partition }: RecordedRecord) => ({
  ...{ key, value, partition, timestamp: String(timestampMs) },
  headers: { ...headers },
});
