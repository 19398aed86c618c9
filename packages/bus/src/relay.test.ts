import { manualClock, silentLog } from '@outrider/runtime';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Bus, OutgoingRecord } from './bus.ts';
import { createRelay, type Relay, type RelayRow } from './relay.ts';

const row = (outboxId: string): RelayRow => ({
  outboxId,
  topic: 'alerts.v1',
  key: 'veh_milford0001',
  value: Buffer.from(outboxId),
  headers: { keyId: 'key' },
});

let pending: RelayRow[];
let published: string[];
let failures: { publish: number; mark: number; read: number };
let clock: ReturnType<typeof manualClock>;
let relay: Relay;

const failOnce = (what: keyof typeof failures): void => {
  if (failures[what] === 0) return;
  failures[what]--;
  throw new Error(`${what} failed`);
};

beforeEach(() => {
  pending = [];
  published = [];
  failures = { publish: 0, mark: 0, read: 0 };
  clock = manualClock(0);
  const bus = {
    async publish(records: readonly OutgoingRecord[]) {
      failOnce('publish');
      published.push(...records.map(({ value }) => Buffer.from(value ?? []).toString('utf8')));
      return [];
    },
  } as unknown as Bus;
  relay = createRelay({
    outbox: {
      inTurn: (_writer, work) => work(),
      async pending(_writer, limit) {
        failOnce('read');
        return pending.slice(0, limit);
      },
      async markPublished(ids) {
        failOnce('mark');
        pending = pending.filter(({ outboxId }) => !ids.includes(outboxId));
      },
    },
    writer: 'predictor',
    bus,
    realClock: clock,
    log: silentLog,
    random: () => 1,
  });
});

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
};
const rest = async (): Promise<void> => {
  await settle();
  for (let step = 0; step < 20 && !relay.isIdle(); step++) {
    clock.advanceTo(clock.nowMs() + 5_000);
    await settle();
  }
};

describe('the relay', () => {
  test('publishes what waits, in its order, once', async () => {
    pending = ['a', 'b', 'c'].map(row);
    relay.poke();
    expect(relay.isIdle()).toBe(false);
    await rest();
    expect(published).toEqual(['a', 'b', 'c']);
    relay.poke();
    await rest();
    expect(published).toEqual(['a', 'b', 'c']);
    expect(relay.isIdle()).toBe(true);
  });

  test('works off more than one reading holds', async () => {
    pending = Array.from({ length: 1_201 }, (_, i) => row(String(i)));
    relay.poke();
    await rest();
    expect(published).toEqual(Array.from({ length: 1_201 }, (_, i) => String(i)));
  });

  test('takes what was written while it was busy, however often it was told', async () => {
    pending = [row('a')];
    relay.poke();
    relay.poke();
    await new Promise((resolve) => setImmediate(resolve));
    pending = [...pending, row('b')];
    relay.poke();
    await rest();
    expect(published).toEqual(['a', 'b']);
  });

  test.each(['publish', 'read'] as const)('goes on after %s failed, and repeats nothing', async (what) => {
    pending = ['a', 'b'].map(row);
    failures[what] = 3;
    relay.poke();
    await settle();
    expect(published).toEqual([]);
    expect(relay.isIdle()).toBe(false);
    await rest();
    expect(published).toEqual(['a', 'b']);
  });

  test('repeats what it could not mark: readers know it by its id', async () => {
    pending = ['a', 'b'].map(row);
    failures.mark = 1;
    relay.poke();
    await rest();
    expect(published).toEqual(['a', 'b', 'a', 'b']);
    expect(pending).toEqual([]);
  });
});

describe('stopping', () => {
  test('finishes what was begun', async () => {
    pending = ['a', 'b'].map(row);
    relay.poke();
    await relay.stop();
    expect(published).toEqual(['a', 'b']);
  });

  test('does not wait for a bus that is down; the rows stay', async () => {
    pending = [row('a')];
    failures.publish = 1_000;
    relay.poke();
    await settle();
    await relay.stop();
    expect(pending).toHaveLength(1);
    expect(relay.isIdle()).toBe(true);
  });

  test('without ever having run, and twice, is fine', async () => {
    await relay.stop();
    await relay.stop();
    expect(relay.isIdle()).toBe(true);
  });
});
