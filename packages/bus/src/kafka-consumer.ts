import { backoffMs, type Clock, type Log, systemClock } from '@outrider/runtime';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { createAssigner } from './kafka-assigner.ts';
import { atMost, type KafkaClient } from './kafka-client.ts';
import { type JoinHooks, nameMember } from './kafka-patches.ts';
import { FETCH_WAIT_MS } from './kafka-reads.ts';

/** After this long without a heartbeat a member's partitions go to others. */
export const SESSION_MS = 15_000;
/** A joining member waits for the others' next heartbeat. */
export const HEARTBEAT_MS = 1_000;
/** How long the others wait for a member that still finishes a batch. */
const REBALANCE_MS = 60_000;
const FETCH_BYTES_MAX = 256 * 1024;
/** Who cannot say that it leaves is noticed after SESSION_MS. */
const LEAVE_MS = 5_000;
const FIRST_REBUILD_MS = 500;
const REBUILD_MS_MAX = 10_000;

/** What a consumer tells the member it works for. */
export interface ConsumerMember extends JoinHooks {
  /** Partitions that this member has, or had before it joined anew. */
  readonly held: readonly number[];
  /** The broker took a heartbeat: for SESSION_MS from now nobody else gets the partitions. */
  onHeartbeat(): void;
  onBatch(payload: EachBatchPayload): void;
  /** Offsets up to before `next` hold no record: marks of transactions, and what they took back. */
  onGap(topic: string, partition: number, next: number): void;
}

export interface KafkaConsumerOptions {
  readonly client: KafkaClient;
  readonly log: Log;
  readonly group: string;
  /** By their names in the cluster. */
  readonly topics: readonly string[];
  readonly member: ConsumerMember;
  readonly onCrash: (error: unknown) => void;
  /** For tests. */
  readonly clock?: Pick<Clock, 'nowMs' | 'sleep'>;
}

/** A consumer of kafkajs that is built again whenever it gives up for good. */
export interface KafkaConsumer {
  /** False from when it gives up until the broker takes a heartbeat of the next one. */
  isUp(): boolean;
  /** Leaves the group. */
  stop(): Promise<void>;
}

export function runConsumer(options: KafkaConsumerOptions): KafkaConsumer {
  const { client, group, clock = systemClock } = options;
  const { member: name } = client.address;
  const forgetName = name === undefined ? () => undefined : nameMember(client.named(group), name);
  const ended = new AbortController();
  let current: Consumer | undefined;
  let isUp = true;
  const crash = (error: unknown): void => {
    isUp = false;
    options.onCrash(error);
  };

  const runOnce = async (): Promise<void> => {
    const consumer = createConsumer(options);
    current = consumer;
    // Not when it joins: what it cannot read would make it give up right after.
    consumer.on(consumer.events.HEARTBEAT, () => {
      isUp = true;
    });
    const crashed = Promise.withResolvers<void>();
    // With `restart` kafkajs builds it again itself; else the process would stay up and read nothing.
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      crash(error);
      if (!restart) crashed.resolve();
    });
    ended.signal.addEventListener('abort', () => crashed.resolve(), { once: true });
    try {
      await consumer.connect();
      if (ended.signal.aborted) return;
      await consumer.subscribe({ topics: [...options.topics], fromBeginning: true });
      if (ended.signal.aborted) return;
      await consumer.run({
        autoCommit: false,
        partitionsConsumedConcurrently: 1,
        // Windows keep what was fetched; a batch is only ever put there, so heartbeats never wait for handlers.
        eachBatch: async (payload) => options.member.onBatch(payload),
      });
      await crashed.promise;
    } finally {
      // Also after a stop: one that comes while kafkajs still joins is followed by the sockets of that join.
      await consumer.disconnect().catch(() => undefined);
    }
  };

  const running = (async () => {
    for (let attempt = 0; !ended.signal.aborted; attempt++) {
      const startedMs = clock.nowMs();
      await runOnce().catch(crash);
      // Who was up for so long is not failing over and over: its next trouble is a first one.
      if (clock.nowMs() - startedMs > REBUILD_MS_MAX) attempt = 0;
      const delayMs = backoffMs(attempt, FIRST_REBUILD_MS, REBUILD_MS_MAX, () => 1);
      await clock.sleep(delayMs, ended.signal);
    }
  })();

  return {
    isUp: () => isUp,
    async stop() {
      ended.abort();
      const leaving = current?.disconnect() ?? Promise.resolve();
      await atMost(
        LEAVE_MS,
        leaving.finally(() => running),
      );
      forgetName();
    },
  };
}

function createConsumer({ client, group, member }: KafkaConsumerOptions): Consumer {
  const consumer = client.patient.consumer({
    groupId: client.named(group),
    sessionTimeout: SESSION_MS,
    heartbeatInterval: HEARTBEAT_MS,
    rebalanceTimeout: REBALANCE_MS,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    maxBytesPerPartition: FETCH_BYTES_MAX,
    allowAutoTopicCreation: false,
    partitionAssigners: [({ cluster }) => createAssigner(cluster, () => member.held, member)],
  });
  consumer.on(consumer.events.HEARTBEAT, () => member.onHeartbeat());
  consumer.on(consumer.events.START_BATCH_PROCESS, ({ payload }) => {
    if (payload.batchSize === 0)
      member.onGap(payload.topic, payload.partition, Number(payload.lastOffset) + 1);
  });
  return consumer;
}
