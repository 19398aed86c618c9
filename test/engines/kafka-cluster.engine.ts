import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bus, createKafkaTopics, openBus, type RecordPosition, TOPICS } from '@outrider/bus';
import { createMetrics, silentLog, systemClock } from '@outrider/runtime';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type KafkaCluster, type KafkaNode, startKafka } from '../../infra/native/kafka.ts';

// Three nodes, every record on all of them and acknowledged by two. Each node is killed once and restarted in order
// once, under load. A send that believes its client loses records here, though nobody is told of an error.

const TOPIC = TOPICS.raw.name;
const CARS = 60;
const AT_ONCE = 20;
const EVERY_MS = 20;
const WAITING_MAX = 20_000;
const START_MS = 150_000;
const LIMIT_MS = 400_000;

const folder = mkdtempSync(join(tmpdir(), 'outrider-kafka-cluster-'));
const send = inject('sabotage') === 'plain-send' ? 'plain' : 'checked';
const metrics = createMetrics();
let cluster: KafkaCluster | undefined;
let bus: Bus | undefined;

beforeAll(async () => {
  cluster = await startKafka(folder, 3);
  await createKafkaTopics(cluster.url, { partitions: 6, replication: 3 }, silentLog);
  bus = await openBus(cluster.url, { clock: systemClock, log: silentLog, metrics, send });
}, START_MS);
afterAll(async () => {
  await bus?.close();
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What the tests run on; they do not begin before it stands. */
function opened(): { readonly cluster: KafkaCluster; readonly bus: Bus } {
  if (cluster === undefined || bus === undefined) throw new Error('the cluster does not stand');
  return { cluster, bus };
}

const textAt = ({ partition, offset }: Pick<RecordPosition, 'partition' | 'offset'>) =>
  `${partition}/${offset}`;

/** Publishes on and on, each record by itself, until it is stopped. */
function startLoad() {
  const { bus } = opened();
  /** Numbers of the records that were acknowledged, and where they were said to be. */
  const acked = new Map<number, string>();
  const waiting = new Set<Promise<void>>();
  let sent = 0;
  let failed = 0;
  let isOver = false;
  const publish = async (number: number): Promise<void> => {
    try {
      const value = Buffer.from(`${number}`);
      const [position] = await bus.publish([{ topic: TOPIC, key: `car-${number % CARS}`, value }]);
      if (position !== undefined) acked.set(number, textAt(position));
    } catch {
      failed++;
    }
  };
  const running = (async () => {
    while (!isOver) {
      for (let index = 0; index < AT_ONCE; index++) {
        const one: Promise<void> = publish(sent++).finally(() => waiting.delete(one));
        waiting.add(one);
      }
      if (waiting.size > WAITING_MAX) await Promise.all(waiting);
      await systemClock.sleep(EVERY_MS);
    }
    await Promise.all(waiting);
  })();
  return {
    acked,
    async stop() {
      isOver = true;
      await running;
      return { sent, failed };
    },
  };
}

/** Reads as a service does, while nodes go and come. */
async function startReading() {
  const { bus } = opened();
  const handled = new Set<number>();
  const subscription = await bus.subscribe({
    ...{ group: 'readers', topics: [TOPIC], start: 'earliest' },
    handle: async ({ records }, context) => {
      for (const { value } of records) handled.add(Number(value));
      await context.commit();
    },
  });
  return { handled, stop: subscription.stop };
}

/** The log as it is in the end: numbers by place, and each car's in the order of the log. */
async function readLog() {
  const { bus } = opened();
  const byPlace = new Map<string, number>();
  const byCar = new Map<string, number[]>();
  const subscription = await bus.broadcast({
    ...{ topics: [TOPIC], start: 'earliest' },
    handle: async ({ records }) => {
      for (const record of records) {
        byPlace.set(textAt(record), Number(record.value));
        byCar.set(record.key, [...(byCar.get(record.key) ?? []), Number(record.value)]);
      }
    },
  });
  await subscription.caughtUp;
  await subscription.stop();
  return { byPlace, byCar };
}

async function killAndRestart(nodes: readonly KafkaNode[]): Promise<void> {
  for (const node of nodes) {
    await systemClock.sleep(2_000);
    await node.kill();
    // Longer than the others take to notice: leaders move.
    await systemClock.sleep(5_000);
    await node.restart();
  }
  for (const node of nodes) {
    await systemClock.sleep(2_000);
    await node.stop();
    await node.restart();
  }
  await systemClock.sleep(2_000);
}

/** Of each number the first: a record may stand twice, and its id tells. */
const isInOrder = (numbers: readonly number[]) =>
  [...new Set(numbers)].every((number, index, all) => index === 0 || number > (all[index - 1] ?? 0));

test('nodes that are killed and restarted lose no acknowledged record', { timeout: LIMIT_MS }, async ({
  task,
}) => {
  const reading = await startReading();
  const load = startLoad();
  await killAndRestart(opened().cluster.nodes);
  const { sent, failed } = await load.stop();
  const { byPlace, byCar } = await readLog();
  const stored = new Set(byPlace.values());
  const lost = [...load.acked.keys()].filter((number) => !stored.has(number)).length;
  const misplaced = [...load.acked].filter(([number, place]) => byPlace.get(place) !== number).length;
  const outOfOrder = [...byCar.values()].filter((numbers) => !isInOrder(numbers)).length;
  const repeated = byPlace.size - stored.size;
  const resent = Number(/^bus_records_resent_total (\d+)/m.exec(await metrics.text())?.[1] ?? 0);
  const ledger = { kills: 3, restarts: 3, sent, acked: load.acked.size, failed, lost, misplaced };
  task.meta.ledger = { ...ledger, outOfOrder, repeated, resent };
  console.info(JSON.stringify(task.meta.ledger));
  expect(load.acked.size).toBeGreaterThan(1_000);
  expect({ lost, misplaced, outOfOrder }).toEqual({ lost: 0, misplaced: 0, outOfOrder: 0 });
  while (![...stored].every((number) => reading.handled.has(number))) await systemClock.sleep(100);
  await reading.stop();
});
