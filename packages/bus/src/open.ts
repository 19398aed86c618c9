import { type Clock, type Log, type Metrics, sqlitePath, systemClock } from '@outrider/runtime';
import type { Bus } from './bus.ts';
import { createLocalBus } from './local-bus.ts';
import type { LogStore } from './log-store.ts';
import { MemoryLog } from './memory-log.ts';
import { openSqliteLog } from './sqlite-log.ts';

const PARTITIONS = 32;
/** More would leave SQLite's record ids too little room, and no car needs them on one machine. */
const PARTITIONS_MAX = 1_024;

export interface OpenBusOptions {
  /** Event clock: gives records their time, and decides what retention deletes. */
  readonly clock: Clock;
  /** Waits between attempts to handle a batch; the system's clock unless a test owns it. */
  readonly realClock?: Clock;
  /** Fixed when the log is created; default 32. Not for Kafka: `createKafkaTopics` says it there. */
  readonly partitions?: number;
  /** `off` gives up durability against power loss and exists only to prove that `full` keeps it. */
  readonly synchronous?: 'full' | 'off';
  /** On Kafka. `plain` takes its client's word and exists only to prove that `checked` loses nothing. */
  readonly send?: 'checked' | 'plain';
  readonly log: Log;
  readonly metrics?: Metrics;
}

/**
 * Opens the bus of a URL: `sqlite:<path>`, `kafka://<host>:<port>,…` or `memory:`. On Kafka the number of partitions
 * is that of the topics.
 * @throws when the scheme is unknown, when the log was created with another number of partitions, and when no broker
 * answers or the topics were not created.
 */
export async function openBus(url: string, options: OpenBusOptions): Promise<Bus> {
  const { clock, realClock = systemClock, send = 'checked', log, metrics } = options;
  if (url.startsWith('kafka://')) {
    // Who runs on one machine loads none of it.
    const { connectKafka } = await import('./kafka-client.ts');
    const { createKafkaBus } = await import('./kafka-bus.ts');
    const client = await connectKafka(url, log);
    return createKafkaBus({ client, clock, realClock, send, log, ...(metrics && { metrics }) });
  }
  const store = openStore(url, options);
  return createLocalBus({ store, clock, realClock, log, ...(metrics && { metrics }) });
}

function openStore(url: string, options: OpenBusOptions): LogStore {
  const { partitions = PARTITIONS, synchronous = 'full' } = options;
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > PARTITIONS_MAX)
    throw new RangeError(`a bus has 1 to ${PARTITIONS_MAX} partitions, not ${partitions}`);
  if (url === 'memory:') return new MemoryLog(partitions);
  if (url.startsWith('sqlite:')) return openSqliteLog(sqlitePath(url), { partitions, synchronous });
  throw new Error(
    `BUS_URL ${JSON.stringify(withoutPassword(url))} is not supported: use sqlite:<path of a file>, kafka://<host>:<port>,… or memory:`,
  );
}

const withoutPassword = (url: string): string => url.replace(/\/\/[^@/]*@/, '//');
