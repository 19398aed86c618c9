import { createRequire } from 'node:module';
import kafkajs from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { crc32c } from './crc32c.ts';
import { registerCodecs } from './kafka-codecs.ts';
import { type Codec, encodeProduce, encodeRecordBatch } from './kafka-record-batch.ts';
import type { LogRecord } from './log-store.ts';

// What kafkajs itself reads and writes decides: it has spoken to every broker.
const require = createRequire(import.meta.url);
const Decoder = require('kafkajs/src/protocol/decoder');
const readBatch = require('kafkajs/src/protocol/recordBatch/v0/decoder');
const { lookupCodec } = require('kafkajs/src/protocol/message/compression') as {
  lookupCodec(type: number): Codec;
};
const theirProduce = require('kafkajs/src/protocol/requests/produce/v3/request');

registerCodecs();
const { CompressionTypes } = kafkajs;
const LATEST_MS = 1_800_000_000_000;

const record = (own: Partial<LogRecord>): LogRecord => ({
  ...{
    topic: 't',
    partition: 3,
    key: 'veh_1',
    value: Buffer.from('x'),
    headers: {},
    timestampMs: 1_700_000_000_000,
  },
  ...own,
});

const records: readonly LogRecord[] = [
  record({}),
  record({ key: 'Ž'.repeat(40), value: null, headers: { format: 'vss-json', größe: 'µ→' } }),
  record({ key: '', value: Buffer.alloc(0), timestampMs: 1_600_000_000_000, headers: { a: '' } }),
  record({ key: `a${'é'.repeat(200)}`, value: Buffer.alloc(70_000, 7), timestampMs: 1_700_000_000_001 }),
  record({ key: 'k'.repeat(63), value: new Uint8Array([0, 255]), timestampMs: LATEST_MS + 5 }),
];

const said = ({ key, value, headers, timestampMs }: LogRecord) => ({
  key,
  value: value === null ? null : Buffer.from(value).toString('hex'),
  headers: Object.entries(headers),
  timestamp: `${Math.min(timestampMs, LATEST_MS)}`,
});

describe('a batch of records', () => {
  for (const [name, compression] of Object.entries({
    none: CompressionTypes.None,
    zstd: CompressionTypes.ZSTD,
    gzip: CompressionTypes.GZIP,
  }))
    it(`says the same as its records, ${name}`, async () => {
      const codec = compression === CompressionTypes.None ? undefined : lookupCodec(compression);
      const bytes = await encodeRecordBatch(
        { partition: 3, records, latestMs: LATEST_MS },
        compression,
        codec,
      );
      const batch = await readBatch(new Decoder(bytes));
      expect(
        batch.records.map(
          (one: {
            key: Buffer;
            value: Buffer | null;
            headers: Record<string, Buffer>;
            timestamp: string;
          }) => ({
            key: one.key.toString(),
            value: one.value?.toString('hex') ?? null,
            headers: Object.entries(one.headers).map(([header, value]) => [header, value.toString()]),
            timestamp: one.timestamp,
          }),
        ),
      ).toEqual(records.map(said));
      expect(batch.records.map(({ offset }: { offset: string }) => offset)).toEqual([
        '0',
        '1',
        '2',
        '3',
        '4',
      ]);
      expect(batch.maxTimestamp).toBe(`${LATEST_MS}`);
      expect(bytes.readUInt32BE(17)).toBe(crc32c(bytes.subarray(21)));
    });

  it('is asked for in the words of kafkajs', async () => {
    // Times ascending, as kafkajs takes the smallest for the first.
    const plain = records.slice(0, 2);
    const messages = plain.map(({ key, value, headers, timestampMs }) => ({
      ...{ key: Buffer.from(key), value, headers, timestamp: `${timestampMs}` },
    }));
    const theirs = await theirProduce({
      ...{ acks: -1, timeout: 30_000, compression: CompressionTypes.None },
      topicData: [{ topic: 'tøpic', partitions: [{ partition: 3, messages }] }],
    }).encode();
    const ours = await encodeProduce({
      ...{ acks: -1, timeoutMs: 30_000, compression: CompressionTypes.None, codec: undefined },
      topics: [{ topic: 'tøpic', partitions: [{ partition: 3, records: plain, latestMs: LATEST_MS }] }],
    });
    const bare = (bytes: Buffer) => {
      const at = bytes.indexOf('tøpic') + Buffer.byteLength('tøpic') + 12;
      // Leader's epoch, checksum, producer, its epoch and sequence: kafkajs says 0 where nothing says -1.
      for (const [from, to] of [
        [12, 16],
        [17, 21],
        [43, 57],
      ] as const)
        bytes.fill(0, at + from, at + to);
      return bytes.toString('hex');
    };
    expect(bare(ours)).toBe(bare(theirs.buffer));
  });
});

describe('the checksum', () => {
  // RFC 3720, B.4; the last is the usual check value.
  for (const [name, bytes, sum] of [
    ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
    ['32 bytes of ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
    ['ascending', Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e],
    ['nothing', Buffer.alloc(0), 0],
    ['nine digits', Buffer.from('123456789'), 0xe3069283],
  ] as const)
    it(`of ${name}`, () => expect(crc32c(bytes)).toBe(sum));
});
