// kafkajs alone: reads the same records, looks at none, and writes as many of the size that ingest writes.
import { readFileSync } from 'node:fs';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import kafkajs, { type Message } from 'kafkajs';
import { serveParent } from './processes.ts';
import { countRecords } from './throughput.ts';

const { brokers, group, from, to, outputs, warm, records } = JSON.parse(process.argv[2] ?? '') as {
  readonly brokers: readonly string[];
  readonly group: string;
  readonly from: string;
  readonly to: string;
  /** A file with what ingest wrote, a line each. */
  readonly outputs: string;
  readonly warm: number;
  readonly records: number;
};
const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async ({ buffer }: { readonly buffer: Buffer }) => zstdCompressSync(buffer),
  decompress: async (buffer: Buffer) => zstdDecompressSync(buffer),
});

const values = readFileSync(outputs, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => Buffer.from(line));
/** More in one call is slower: kafkajs copies what it has so far for each message. */
const CALL_RECORDS = 500;
const count = countRecords(warm, records);
const kafka = new Kafka({ clientId: 'bare', brokers: [...brokers], logLevel: logLevel.NOTHING });
const producer = kafka.producer({ maxInFlightRequests: 1, idempotent: false });
const consumer = kafka.consumer({ groupId: group, maxWaitTimeInMs: 250 });
let next = 0;

serveParent(
  {},
  {
    run: async () => {
      await producer.connect();
      await consumer.connect();
      await consumer.subscribe({ topics: [from], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 8,
        async eachBatch({ batch, resolveOffset, commitOffsetsIfNecessary, heartbeat }) {
          const { topic, partition, messages } = batch;
          for (let at = 0; at < messages.length; at += CALL_RECORDS) {
            const part = messages.slice(at, at + CALL_RECORDS);
            const out = part.map(
              ({ key }): Message => ({ key, value: values[next++ % values.length] ?? null, partition }),
            );
            await producer.send({ topic: to, acks: -1, compression: CompressionTypes.ZSTD, messages: out });
            const offset = part.at(-1)?.offset as string;
            resolveOffset(offset);
            const partitions = [{ partition, offset: `${Number(offset) + 1}` }];
            await commitOffsetsIfNecessary({ topics: [{ topic, partitions }] });
            await heartbeat();
            count.add(part.length);
          }
        },
      });
      return count.finished;
    },
  },
  async () => {
    await consumer.disconnect();
    await producer.disconnect();
  },
);
