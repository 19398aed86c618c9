import { backoffMs, systemClock } from '@outrider/runtime';
import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs';
import { atMost, connectKafka, type KafkaClient } from './kafka-client.ts';
import { placeGroup, topicsOf } from './kafka-source-places.ts';
import type { Source, SourceOptions, SourceRecord } from './source.ts';

/** Longer than our own bus's: their brokers may be far away. */
const SESSION_MS = 30_000;
const HEARTBEAT_MS = 1_000;
const REBALANCE_MS = 60_000;
const FETCH_WAIT_MS = 250;
/** A vehicle's message has a megabyte at most; JSON of it can be larger. */
const FETCH_BYTES_MAX = 2 * 1024 * 1024;
const PARTITIONS_AT_ONCE = 4;
const FIRST_WAIT_MS = 500;
const WAIT_MS_MAX = 30_000;
const LEAVE_MS = 5_000;
/** How soon a topic is found that fits and was made later. */
const LOOK_MS = 60_000;

/** Reads a source in rounds: each ends when the cluster gives up on us, or has other topics than before. */
export function runSource(options: SourceOptions): Source {
  const ended = new AbortController();
  const round = new Round(options, ended.signal);
  const running = (async () => {
    for (let attempt = 0; !ended.signal.aborted; attempt++) {
      const startedMs = systemClock.nowMs();
      try {
        await round.run();
        attempt = -1;
      } catch (error) {
        if (ended.signal.aborted) return;
        const why = (error as Error).message;
        options.log.warn({ group: options.group, why }, 'a source is not read, and tried again');
        options.onState?.({ kind: 'waiting', why });
        if (systemClock.nowMs() - startedMs > WAIT_MS_MAX) attempt = 0;
        await systemClock.sleep(
          backoffMs(attempt, FIRST_WAIT_MS, WAIT_MS_MAX, () => 1),
          ended.signal,
        );
      }
    }
  })();
  return {
    async stop() {
      ended.abort();
      await atMost(REBALANCE_MS, running);
    },
  };
}

class Round {
  readonly #options: SourceOptions;
  readonly #ended: AbortSignal;
  /** Topics that appear once it has read are read from their beginning: their records came after we asked for them. */
  #hasRead = false;

  constructor(options: SourceOptions, ended: AbortSignal) {
    this.#options = options;
    this.#ended = ended;
  }

  /** Resolves when it is to begin anew, or has been ended. @throws when the cluster does not let it read */
  async run(): Promise<void> {
    const { url, log, group, start, topics: wanted, onState } = this.#options;
    const client = await connectKafka(url, log);
    try {
      const topics = await topicsOf(client.admin, wanted);
      if (topics.length === 0) throw new Error(`no topic fits ${wanted.join(', ')}`);
      await placeGroup(client, group, topics, this.#hasRead ? 'earliest' : start);
      this.#hasRead = true;
      await this.#consume(client, topics, () => onState?.({ kind: 'reading', topics }));
    } finally {
      await atMost(LEAVE_MS, client.admin.disconnect());
    }
  }

  async #consume(client: KafkaClient, topics: readonly string[], onReading: () => void): Promise<void> {
    const { group, topics: wanted } = this.#options;
    const consumer = client.patient.consumer({
      ...{ groupId: group, sessionTimeout: SESSION_MS, heartbeatInterval: HEARTBEAT_MS },
      ...{ rebalanceTimeout: REBALANCE_MS, maxWaitTimeInMs: FETCH_WAIT_MS },
      ...{ maxBytesPerPartition: FETCH_BYTES_MAX, allowAutoTopicCreation: false },
    });
    const over = Promise.withResolvers<void>();
    // It may be rejected before anybody waits.
    over.promise.catch(() => undefined);
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      if (!restart) over.reject(error);
    });
    consumer.on(consumer.events.GROUP_JOIN, onReading);
    const end = () => over.resolve();
    this.#ended.addEventListener('abort', end, { once: true });
    if (this.#ended.aborted) return;
    const cancel = systemClock.onTick(LOOK_MS, () => {
      topicsOf(client.admin, wanted).then(
        (now) => now.join() !== topics.join() && over.resolve(),
        () => undefined,
      );
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...topics], fromBeginning: true });
      await this.#start(consumer);
      await over.promise;
    } finally {
      cancel();
      this.#ended.removeEventListener('abort', end);
      await atMost(LEAVE_MS, consumer.disconnect());
    }
  }

  #start(consumer: Consumer): Promise<void> {
    return consumer.run({
      ...{ autoCommit: false, eachBatchAutoResolve: false },
      partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
      eachBatch: (payload) => this.#handleBatch(payload),
    });
  }

  async #handleBatch(payload: EachBatchPayload): Promise<void> {
    const { batch, isRunning, isStale, heartbeat, resolveOffset, commitOffsetsIfNecessary } = payload;
    const { topic, partition, messages } = batch;
    const { batchRecordsMax } = this.#options;
    for (let from = 0; from < messages.length; from += batchRecordsMax) {
      const chunk = messages.slice(from, from + batchRecordsMax);
      const last = chunk.at(-1);
      if (last === undefined || !isRunning() || isStale()) return;
      const records = chunk.map((message) => recordOf(topic, partition, message));
      if (!(await this.#handle(records, heartbeat))) return;
      const offset = `${Number(last.offset) + 1}`;
      await commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
      resolveOffset(last.offset);
      await heartbeat();
    }
  }

  /** Until it is done, or we are to stop: false. The group is told meanwhile that this member lives. */
  async #handle(records: readonly SourceRecord[], heartbeat: () => Promise<void>): Promise<boolean> {
    const { handle, log } = this.#options;
    for (let attempt = 0; !this.#ended.aborted; attempt++) {
      const done = new AbortController();
      const handling = handle(records).finally(() => done.abort());
      // A rebalance is told to the group by whoever asks next; these records are finished first.
      const beating = (async () => {
        while (!done.signal.aborted) {
          await systemClock.sleep(HEARTBEAT_MS, done.signal);
          if (!done.signal.aborted) await heartbeat().catch(() => undefined);
        }
      })();
      try {
        await handling;
        return true;
      } catch (error) {
        log.warn({ err: error }, 'records of a source were not stored, and come again');
        await this.#rest(attempt, heartbeat);
      } finally {
        await beating;
      }
    }
    return false;
  }

  /** Waits for the next attempt, and stays in the group meanwhile. @throws once the group moves its partitions */
  async #rest(attempt: number, heartbeat: () => Promise<void>): Promise<void> {
    const waitMs = backoffMs(attempt, FIRST_WAIT_MS, WAIT_MS_MAX, () => 1);
    for (let leftMs = waitMs; leftMs > 0 && !this.#ended.aborted; leftMs -= HEARTBEAT_MS) {
      await systemClock.sleep(Math.min(leftMs, HEARTBEAT_MS), this.#ended);
      await heartbeat();
    }
  }
}

function recordOf(topic: string, partition: number, message: KafkaMessage): SourceRecord {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) headers[name] = last.toString();
  }
  return {
    ...{ topic, partition, offset: Number(message.offset), key: message.key?.toString() ?? null },
    ...{ headers, timestampMs: Number(message.timestamp), value: message.value },
  };
}
