import { type Cancel, systemClock } from '@outrider/runtime';
import kafkajs, { type Message, type Producer } from 'kafkajs';
import type { RecordPosition } from './bus.ts';
import { sendChecked, sendPlain } from './kafka-checked-send.ts';
import { atMost, type KafkaClient } from './kafka-client.ts';
import type { PartitionRecords } from './kafka-record-batch.ts';
import { type LogRecord, recordBytes } from './log-store.ts';

const CALL_RECORDS_MAX = 4_000;
const CALL_BYTES_MAX = 2 * 1024 * 1024;
/** Of one partition: below what a broker takes as one batch by default, 1 MiB. */
const BATCH_BYTES_MAX = 768 * 1024;
const WAITING_BYTES_MAX = 64 * 1024 * 1024;
/** A call lasts as long as kafkajs tries again; who published learns sooner that nothing is certain. */
const DEADLINE_MS = 30_000;
/** How often it is looked for those who waited that long: a timer for each would cost more than its record. */
const DEADLINE_EVERY_MS = 500;
const FAREWELL_MS = 5_000;
/** Brokers refuse a record that is more than an hour ahead of them, and its whole batch with it. */
const AHEAD_MS_MAX = 55 * 60_000;

interface Waiting {
  readonly records: readonly LogRecord[];
  readonly bytes: number;
  readonly sinceMs: number;
  resolve(positions: readonly RecordPosition[]): void;
  reject(error: unknown): void;
}

export interface KafkaWriterOptions {
  readonly client: KafkaClient;
  readonly send: 'checked' | 'plain';
  /** Called before a topic is written to. @throws when there is none */
  readonly findTopic: (topic: string) => Promise<void>;
  readonly onWritten: (positions: readonly RecordPosition[]) => void;
  readonly onFailed: (error: unknown, records: number) => void;
  /** Records of partitions that kafkajs left out of its answer; they go again. */
  readonly onMissing: (records: number) => void;
}

const COMPRESSION = {
  zstd: kafkajs.CompressionTypes.ZSTD,
  gzip: kafkajs.CompressionTypes.GZIP,
  snappy: kafkajs.CompressionTypes.Snappy,
  none: kafkajs.CompressionTypes.None,
};

/** Puts records into topics: those of a few milliseconds together, one call in flight, in the order given. */
export class KafkaWriter {
  readonly #options: KafkaWriterOptions;
  readonly #producer: Producer;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  /** Who has no answer yet, oldest first: those that wait and those being written. */
  readonly #unanswered = new Set<Waiting>();
  readonly #cancelDeadlines: Cancel;
  #running: Promise<void> | undefined;

  constructor(options: KafkaWriterOptions) {
    this.#options = options;
    this.#producer = options.client.patient.producer({
      idempotent: false,
      allowAutoTopicCreation: false,
      maxInFlightRequests: 1,
      // Ours, so that it is known before the call; `LogRecord` has it.
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition as number,
    });
    this.#cancelDeadlines = systemClock.onTick(DEADLINE_EVERY_MS, () => this.#giveUpOld());
  }

  async connect(): Promise<void> {
    await this.#producer.connect();
  }

  isEmpty(): boolean {
    return this.#running === undefined;
  }

  /** @throws when the records were not acknowledged in time, or too many wait; some of them may be written all the same */
  add(records: readonly LogRecord[]): Promise<readonly RecordPosition[]> {
    const bytes = records.reduce((sum, record) => sum + recordBytes(record), 0);
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > WAITING_BYTES_MAX)
      return Promise.reject(new Error('too much waits for the broker'));
    return new Promise((resolve, reject) => {
      const one: Waiting = { records, bytes, sinceMs: systemClock.nowMs(), resolve, reject };
      this.#unanswered.add(one);
      this.#waiting.push(one);
      this.#waitingBytes += bytes;
      this.#start();
    });
  }

  /** Writes what waits, as long as somebody still hopes for it, then ends. */
  async close(): Promise<void> {
    const written = async () => {
      while (this.#running !== undefined) await this.#running;
    };
    await atMost(DEADLINE_MS, written());
    this.#cancelDeadlines();
    await atMost(FAREWELL_MS, this.#producer.disconnect());
  }

  #giveUpOld(): void {
    const beforeMs = systemClock.nowMs() - DEADLINE_MS;
    for (const one of this.#unanswered) {
      if (one.sinceMs > beforeMs) break;
      this.#unanswered.delete(one);
      const index = this.#waiting.indexOf(one);
      if (index >= 0) {
        this.#waiting.splice(index, 1);
        this.#waitingBytes -= one.bytes;
      }
      one.reject(new Error(`the broker acknowledged nothing within ${DEADLINE_MS / 1_000} s`));
    }
  }

  #start(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      // What came while the last call ended.
      if (this.#waiting.length > 0) this.#start();
    });
  }

  async #run(): Promise<void> {
    const { lingerMs } = this.#options.client.address;
    while (this.#waiting.length > 0) {
      await this.#linger(lingerMs);
      await this.#write(this.#take());
    }
  }

  /** Until the oldest has waited for others to go with it, the call before this one included, or a call is full. */
  async #linger(lingerMs: number): Promise<void> {
    const sinceMs = this.#waiting[0]?.sinceMs ?? 0;
    const leftMs = Math.min(lingerMs, sinceMs + lingerMs - systemClock.nowMs());
    if (leftMs > 0 && this.#waitingBytes < CALL_BYTES_MAX) await systemClock.sleep(leftMs);
  }

  #take(): readonly Waiting[] {
    let count = 0;
    let bytes = 0;
    let records = 0;
    for (const one of this.#waiting) {
      bytes += one.bytes;
      records += one.records.length;
      if (count > 0 && (bytes > CALL_BYTES_MAX || records > CALL_RECORDS_MAX)) break;
      count++;
    }
    const taken = this.#waiting.splice(0, count);
    this.#waitingBytes -= taken.reduce((sum, one) => sum + one.bytes, 0);
    return taken;
  }

  /** Never throws: each publisher learns of its own records. */
  async #write(group: readonly Waiting[]): Promise<void> {
    const byTopic = Map.groupBy(
      group.flatMap(({ records }) => records),
      ({ topic }) => topic,
    );
    const placed = new Map<LogRecord, RecordPosition>();
    const failed = new Map<LogRecord, unknown>();
    for (const [topic, records] of byTopic) await this.#writeTopic(topic, records, placed, failed);
    this.#options.onWritten([...placed.values()]);
    for (const one of group) {
      const { records, resolve, reject } = one;
      this.#unanswered.delete(one);
      const lost = failed.size === 0 ? undefined : records.find((record) => failed.has(record));
      if (lost === undefined) resolve(records.map((record) => placed.get(record) as RecordPosition));
      else reject(failed.get(lost));
    }
  }

  /**
   * Part by part. What is too large stands alone, and others' records are not refused for it; but no record is
   * written behind an earlier one of its key that was not.
   */
  async #writeTopic(
    topic: string,
    records: readonly LogRecord[],
    placed: Map<LogRecord, RecordPosition>,
    failed: Map<LogRecord, unknown>,
  ): Promise<void> {
    const broken = new Map<string, unknown>();
    for (const whole of splitByBytes(records)) {
      const part = broken.size === 0 ? whole : whole.filter(({ key }) => !broken.has(key));
      for (const record of whole) if (broken.has(record.key)) failed.set(record, broken.get(record.key));
      if (part.length === 0) continue;
      try {
        await this.#options.findTopic(topic);
        for (const [index, offset] of (await this.#send(topic, part)).entries()) {
          const record = part[index] as LogRecord;
          placed.set(record, { topic, partition: record.partition, offset });
        }
      } catch (error) {
        for (const record of part) {
          failed.set(record, error);
          broken.set(record.key, error);
        }
        this.#options.onFailed(error, part.length);
      }
    }
  }

  /** Each record's offset, in their order. */
  async #send(topic: string, records: readonly LogRecord[]): Promise<readonly number[]> {
    const { client, send, onMissing } = this.#options;
    const latestMs = systemClock.nowMs() + AHEAD_MS_MAX;
    const byPartition = Map.groupBy(records, ({ partition }) => partition);
    const messages = [...byPartition].map(([partition, own]) =>
      messageOf({ partition, records: own, latestMs }),
    );
    const offsets = await (send === 'checked' ? sendChecked : sendPlain)(
      (parts) =>
        this.#producer.send({
          topic: client.named(topic),
          acks: -1,
          compression: COMPRESSION[client.address.compression],
          messages: [...parts],
        }),
      messages,
      (missing) => onMissing(missing.reduce((sum, part) => sum + part.records.length, 0)),
    );
    // The records of a partition go as one batch: their offsets follow each other.
    const next = new Map(messages.map(({ partition }, index) => [partition, offsets[index] as number]));
    return records.map(({ partition }) => {
      const offset = next.get(partition) as number;
      next.set(partition, offset + 1);
      return offset;
    });
  }
}

const NOTHING = Buffer.alloc(0);

/** To kafkajs one message, which `writeOwnBatches` has taught it to send as the batch it stands for. */
const messageOf = (part: PartitionRecords) =>
  ({ ...part, value: NOTHING }) satisfies Message & PartitionRecords;

/** Parts that are small enough for a broker, also in each partition; a record that is too large alone stands alone. */
function splitByBytes(records: readonly LogRecord[]): readonly (readonly LogRecord[])[] {
  const parts: LogRecord[][] = [];
  const ofPartition = new Map<number, number>();
  let whole = Number.POSITIVE_INFINITY;
  for (const record of records) {
    const bytes = recordBytes(record);
    const own = (ofPartition.get(record.partition) ?? 0) + bytes;
    if (whole + bytes > CALL_BYTES_MAX || own > BATCH_BYTES_MAX) {
      parts.push([]);
      ofPartition.clear();
      // Nothing joins a record that is too large.
      whole = bytes > BATCH_BYTES_MAX ? Number.POSITIVE_INFINITY : bytes;
      ofPartition.set(record.partition, bytes);
    } else {
      whole += bytes;
      ofPartition.set(record.partition, own);
    }
    parts.at(-1)?.push(record);
  }
  return parts;
}
