import { randomId, silentLog, systemClock } from '@outrider/runtime';
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { Batch, BatchContext, Bus } from './bus.ts';
import { record, textOf, until } from './contract/harness.ts';
import { createTopics } from './kafka-topics.ts';
import { openBus } from './open.ts';

const TOPIC = 'load.v1';
const CARS = Array.from({ length: 24 }, (_, index) => `car-${index}`);
const address: Readonly<Record<string, string>> = inject('engines').kafka ?? {};
const plan = { name: TOPIC, cleanup: { kind: 'delete', retentionMs: -1 } } as const;

describe('members that come and go under load', () => {
  const buses: Bus[] = [];
  afterEach(async () => {
    await Promise.all(buses.splice(0).map((bus) => bus.close()));
  });

  /** What every member handled and committed, in the order it did, by car. */
  const done = new Map(CARS.map((car) => [car, [] as number[]]));
  const running = new Set<number>();
  let overlaps = 0;

  const handle = async (batch: Batch, context: BatchContext): Promise<void> => {
    if (running.has(batch.partition)) overlaps++;
    running.add(batch.partition);
    await systemClock.sleep(5);
    // A side effect stands behind this check, as in the services.
    if (context.isCurrent()) for (const each of batch.records) done.get(each.key)?.push(Number(textOf(each)));
    running.delete(batch.partition);
    await context.commit();
  };

  it('lose nothing, keep the order of every car, and never hold a partition at once', async () => {
    const url = `${address.url}/${randomId('rebalance')}.`;
    await createTopics(url, { partitions: 8, replication: 1 }, silentLog, [plan]);
    const open = async () => {
      const bus = await openBus(url, { clock: systemClock, log: silentLog });
      buses.push(bus);
      return bus;
    };
    // A bus each, as processes have: members know of each other only through the broker.
    const join = async () => {
      const bus = await open();
      return bus.subscribe({ group: 'g', topics: [TOPIC], start: 'earliest', batchRecordsMax: 20, handle });
    };
    const writer = await open();
    let sent = 0;
    let isLoading = true;
    const loading = (async () => {
      for (; isLoading; sent++) await writer.publish(CARS.map((car) => record(car, `${sent}`, TOPIC)));
    })();
    const members = [await join(), await join()];
    await systemClock.sleep(3_000);
    members.push(await join(), await join());
    await systemClock.sleep(4_000);
    await Promise.all(members.slice(0, 3).map((member) => member.stop()));
    await systemClock.sleep(3_000);
    isLoading = false;
    await loading;
    const isRead = () => CARS.every((car) => new Set(done.get(car)).size === sent);
    await until(isRead);
    expect(sent).toBeGreaterThan(100);
    expect(overlaps).toBe(0);
    const inOrder = Array.from({ length: sent }, (_, index) => index);
    for (const car of CARS) expect([...new Set(done.get(car))]).toEqual(inOrder);
    // Nothing came twice either: members finish, and commit, before they give a partition away.
    expect([...done.values()].flat()).toHaveLength(sent * CARS.length);
  });
});
