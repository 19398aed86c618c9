import { crc32c } from './crc32c.ts';
import type { LogRecord } from './log-store.ts';

// Kafka's record batch, version 2, and the body of a Produce request around it. kafkajs makes some twenty buffers per
// record for the same bytes; at a gateway's rates that was half of its time.
// Source: Apache Kafka, org.apache.kafka.common.record.DefaultRecordBatch and DefaultRecord.

const MAGIC = 2;
/** What comes before the records, and of that what the checksum leaves out. */
const HEAD_BYTES = 61;
const UNCHECKED_BYTES = 21;
/** Numbers of one record at their longest: lengths, times, offsets, and the count of its headers. */
const RECORD_OVERHEAD_BYTES = 48;
const HEADER_OVERHEAD_BYTES = 10;
const UTF8_BYTES_MAX = 3;

export interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
}

/** Records of one partition, each with the time it is to get, not empty. */
export interface PartitionRecords {
  readonly partition: number;
  readonly records: readonly LogRecord[];
  /** Later times are brought forward to this one. */
  readonly latestMs: number;
}

/** The records as one batch: durable together, at consecutive offsets. `codec` with its number, or none. */
export async function encodeRecordBatch(
  { records, latestMs }: PartitionRecords,
  compression: number,
  codec: Codec | undefined,
): Promise<Buffer> {
  const timeOf = ({ timestampMs }: LogRecord): number => Math.min(timestampMs, latestMs);
  const firstMs = timeOf(records[0] as LogRecord);
  let newestMs = firstMs;
  for (const record of records) newestMs = Math.max(newestMs, timeOf(record));
  const start = codec === undefined ? HEAD_BYTES : 0;
  const plain = writeRecords(records, start, (record) => timeOf(record) - firstMs);
  const batch =
    codec === undefined
      ? plain
      : Buffer.concat([Buffer.allocUnsafe(HEAD_BYTES), await codec.compress({ buffer: plain })]);
  batch.writeBigInt64BE(0n, 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(-1, 12);
  batch.writeInt8(MAGIC, 16);
  batch.writeInt16BE(codec === undefined ? 0 : compression, 21);
  batch.writeInt32BE(records.length - 1, 23);
  batch.writeBigInt64BE(BigInt(firstMs), 27);
  batch.writeBigInt64BE(BigInt(newestMs), 35);
  // Producer, its epoch and its sequence: none of them.
  batch.fill(0xff, 43, 57);
  batch.writeInt32BE(records.length, 57);
  batch.writeUInt32BE(crc32c(batch.subarray(UNCHECKED_BYTES)), 17);
  return batch;
}

/** The records after each other, from `start` on of the buffer returned. */
function writeRecords(
  records: readonly LogRecord[],
  start: number,
  deltaOf: (record: LogRecord) => number,
): Buffer {
  let most = start;
  for (const record of records) most += mostBytesOf(record);
  const into = new ByteWriter(Buffer.allocUnsafe(most), start);
  for (const [index, record] of records.entries()) into.record(record, deltaOf(record), index);
  return into.written();
}

function mostBytesOf({ key, value, headers }: LogRecord): number {
  let bytes = RECORD_OVERHEAD_BYTES + UTF8_BYTES_MAX * key.length + (value?.length ?? 0);
  for (const name in headers)
    bytes += HEADER_OVERHEAD_BYTES + UTF8_BYTES_MAX * (name.length + (headers[name] as string).length);
  return bytes;
}

/** Below this a record's own length takes at most this many bytes: room for it is left before it is known. */
const LENGTH_BYTES = 5;

class ByteWriter {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  written(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  record({ key, value, headers }: LogRecord, timeDeltaMs: number, offsetDelta: number): void {
    const start = this.#at;
    this.#at += LENGTH_BYTES;
    this.#bytes[this.#at++] = 0;
    this.#number(timeDeltaMs);
    this.#number(offsetDelta);
    this.#text(key);
    if (value === null) this.#number(-1);
    else {
      this.#number(value.length);
      this.#bytes.set(value, this.#at);
      this.#at += value.length;
    }
    let count = 0;
    for (const _ in headers) count += 1;
    this.#number(count);
    for (const name in headers) {
      this.#text(name);
      this.#text(headers[name] as string);
    }
    this.#putLength(start);
  }

  /** The record stands behind the room for its length, which is rarely needed whole: it moves up. */
  #putLength(start: number): void {
    const from = start + LENGTH_BYTES;
    const end = this.#at;
    this.#at = start;
    this.#number(end - from);
    this.#bytes.copyWithin(this.#at, from, end);
    this.#at += end - from;
  }

  /** Zigzag and seven bits a byte; exact up to 2⁵². */
  #number(value: number): void {
    let left = value >= 0 ? value * 2 : -value * 2 - 1;
    while (left >= 0x80) {
      this.#bytes[this.#at++] = (left % 0x80) | 0x80;
      left = Math.floor(left / 0x80);
    }
    this.#bytes[this.#at++] = left;
  }

  /** Its length in bytes, then UTF-8. Short ASCII, which is nearly all, is quicker by hand than by a native call. */
  #text(text: string): void {
    const { length } = text;
    if (length < 64) {
      const start = this.#at;
      this.#number(length);
      let at = this.#at;
      let one = 0;
      for (; one < length; one++) {
        const code = text.charCodeAt(one);
        if (code >= 0x80) break;
        this.#bytes[at++] = code;
      }
      this.#at = at;
      if (one === length) return;
      this.#at = start;
    }
    this.#number(Buffer.byteLength(text));
    this.#at += this.#bytes.write(text, this.#at);
  }
}

export interface ProduceRequest {
  readonly acks: number;
  readonly timeoutMs: number;
  readonly compression: number;
  readonly codec: Codec | undefined;
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly PartitionRecords[] }[];
}

/** The body of a Produce request, versions 3 to 8, outside of transactions. */
export async function encodeProduce(request: ProduceRequest): Promise<Buffer> {
  const { acks, timeoutMs, compression, codec, topics } = request;
  const parts: Buffer[] = [];
  const head = Buffer.alloc(12);
  // No transaction.
  head.writeInt16BE(-1, 0);
  head.writeInt16BE(acks, 2);
  head.writeInt32BE(timeoutMs, 4);
  head.writeInt32BE(topics.length, 8);
  parts.push(head);
  for (const { topic, partitions } of topics) {
    const name = Buffer.from(topic);
    const about = Buffer.alloc(2 + name.length + 4);
    about.writeInt16BE(name.length, 0);
    about.set(name, 2);
    about.writeInt32BE(partitions.length, 2 + name.length);
    parts.push(about);
    for (const one of partitions) {
      const batch = await encodeRecordBatch(one, compression, codec);
      const where = Buffer.alloc(8);
      where.writeInt32BE(one.partition, 0);
      where.writeInt32BE(batch.length, 4);
      parts.push(where, batch);
    }
  }
  return Buffer.concat(parts);
}
