import { manualClock, silentLog } from '@outrider/runtime';
import { beforeEach, describe, expect, it } from 'vitest';
import type { KafkaClient } from './kafka-client.ts';
import { type ConsumerMember, type KafkaConsumer, runConsumer } from './kafka-consumer.ts';

const events = { CRASH: 'crash', HEARTBEAT: 'heartbeat', START_BATCH_PROCESS: 'batch' };
type Listener = (event: { readonly payload: object }) => void;

/** As a consumer of kafkajs, with its fate in the test's hand. */
class FakeConsumer {
  readonly events = events;
  readonly #listeners: (readonly [string, Listener])[] = [];
  readonly #connects: boolean | Promise<void>;
  /** What was asked of it, in turn. */
  readonly asked: string[] = [];
  constructor(connects: boolean | Promise<void>) {
    this.#connects = connects;
  }
  on(name: string, listener: Listener) {
    this.#listeners.push([name, listener]);
  }
  emit(name: string, payload: object = {}) {
    for (const [on, listener] of this.#listeners) if (on === name) listener({ payload });
  }
  async connect() {
    this.asked.push('connect');
    if (this.#connects === false) throw new Error('nobody answers');
    if (this.#connects !== true) await this.#connects;
  }
  async subscribe() {}
  async run() {
    this.asked.push('run');
  }
  async disconnect() {
    this.asked.push('disconnect');
  }
}

const member: ConsumerMember = {
  held: [],
  beforeJoin: async () => true,
  afterJoin: () => {},
  onHeartbeat: () => {},
  onBatch: () => {},
  onGap: () => {},
};
const turns = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

describe('a consumer that gives up', () => {
  let clock = manualClock(0);
  let built: FakeConsumer[] = [];
  let connects: boolean | Promise<void> = true;
  let crashes = 0;
  let consumer: KafkaConsumer;
  const newest = () => built.at(-1) as FakeConsumer;
  const crash = (restart = false) =>
    newest().emit(events.CRASH, { error: new Error('no such codec'), restart });
  const pass = async (ms: number) => {
    clock.advanceTo(clock.nowMs() + ms);
    await turns();
  };

  beforeEach(async () => {
    clock = manualClock(0);
    built = [];
    connects = true;
    crashes = 0;
    consumer = start();
    await turns();
  });

  const start = () => {
    const create = () => {
      built.push(new FakeConsumer(connects));
      return newest();
    };
    return runConsumer({
      client: {
        ...{ patient: { consumer: create }, address: { member: undefined } },
        named: (name: string) => name,
      } as unknown as KafkaClient,
      ...{ log: silentLog, group: 'g', topics: ['a'], member, clock },
      onCrash: () => {
        crashes++;
      },
    });
  };

  it('that is stopped while it connects is not started, and is left closed', async () => {
    await consumer.stop();
    const { promise, resolve } = Promise.withResolvers<void>();
    connects = promise;
    consumer = start();
    await turns();
    const stopping = consumer.stop();
    await turns();
    resolve();
    await stopping;
    expect(newest().asked).toEqual(['connect', 'disconnect', 'disconnect']);
  });

  it('is built again after a pause, and counts as up once the broker takes a heartbeat', async () => {
    expect([built.length, consumer.isUp()]).toEqual([1, true]);
    crash();
    await turns();
    expect([built.length, consumer.isUp()]).toEqual([1, false]);
    await pass(499);
    expect(built).toHaveLength(1);
    await pass(1);
    expect([built.length, consumer.isUp()]).toEqual([2, false]);
    newest().emit(events.HEARTBEAT);
    expect(consumer.isUp()).toBe(true);
    expect(crashes).toBe(1);
  });

  it('waits longer each time, ten seconds at most, and not so after a minute of work', async () => {
    for (const delayMs of [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
      const before = built.length;
      crash();
      await turns();
      await pass(delayMs - 1);
      expect(built).toHaveLength(before);
      await pass(1);
      expect(built).toHaveLength(before + 1);
    }
    await pass(60_000);
    const before = built.length;
    crash();
    await turns();
    await pass(500);
    expect(built).toHaveLength(before + 1);
  });

  it('is left to itself when it says that it comes back, and is down until then', async () => {
    crash(true);
    await pass(20_000);
    expect([built.length, consumer.isUp()]).toEqual([1, false]);
    newest().emit(events.HEARTBEAT);
    expect(consumer.isUp()).toBe(true);
  });

  it('is down when it cannot connect, and tries again', async () => {
    connects = false;
    crash();
    await turns();
    await pass(500);
    expect([built.length, crashes, consumer.isUp()]).toEqual([2, 2, false]);
    connects = true;
    await pass(1_000);
    newest().emit(events.HEARTBEAT);
    expect([built.length, consumer.isUp()]).toEqual([3, true]);
  });

  it('is not built again once it was stopped', async () => {
    await consumer.stop();
    await pass(60_000);
    expect(built).toHaveLength(1);
  });
});
