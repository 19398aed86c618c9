import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog, systemClock } from '@outrider/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { busContract } from './bus.contract.ts';
import type { Bus } from './bus.ts';
import { type JointBus, openJointBus } from './joint-bus.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'outrider-joint-bus-'));
const urlIn = (folder: string) => `sqlite:${join(folder, 'bus.db')}`;

busContract('sqlite, joint', { keepsRecords: true, cleans: 'by itself', settleMs: 0 }, () => {
  const folder = newFolder();
  return {
    open: (clocks) => openJointBus(urlIn(folder), { ...clocks, partitions: 8, log: silentLog }),
    clean: async () => rmSync(folder, { recursive: true, force: true }),
  };
});

const TOPIC = 'joint.v1';
let folder: string;
let one: JointBus;
let other: JointBus;
const open = () => openJointBus(urlIn(folder), { clock: systemClock, partitions: 2, log: silentLog });
const publish = (bus: Bus, text: string) =>
  bus.publish([{ topic: TOPIC, key: 'car', value: new TextEncoder().encode(text) }]);

/** Notes what comes; `idle` resolves when nothing more does. */
async function listen(bus: JointBus) {
  const texts: string[] = [];
  const subscription = await bus.subscribe({
    group: 'readers',
    topics: [TOPIC],
    start: 'earliest',
    handle: async ({ records }, context) => {
      for (const { value } of records) texts.push(new TextDecoder().decode(value ?? undefined));
      await context.commit();
    },
  });
  const idle = async (): Promise<void> => {
    while (!subscription.isIdle()) await new Promise((resolve) => setImmediate(resolve));
  };
  return { texts, idle };
}

// Two connections to one file: to SQLite they are as strange to each other as two processes.
beforeEach(async () => {
  folder = newFolder();
  one = await open();
  other = await open();
});
afterEach(async () => {
  await one.close();
  await other.close();
  rmSync(folder, { recursive: true, force: true });
});

test('what another one wrote is read once somebody says so, not before', async () => {
  const { texts, idle } = await listen(other);
  await publish(one, 'a');
  await idle();
  expect(texts).toEqual([]);
  other.refresh();
  await idle();
  expect(texts).toEqual(['a']);
});

test('both may write: no offset is given twice, and everybody reads all in that order', async () => {
  const { texts, idle } = await listen(other);
  const positions = [
    ...(await publish(one, 'a')),
    ...(await publish(other, 'b')),
    ...(await publish(other, 'c')),
    ...(await publish(one, 'd')),
  ];
  expect(positions.map(({ offset }) => offset)).toEqual([0, 1, 2, 3]);
  other.refresh();
  await idle();
  expect(texts).toEqual(['a', 'b', 'c', 'd']);
});

test('records that were noticed while writing are not forgotten until somebody reads', async () => {
  const { texts, idle } = await listen(other);
  await publish(one, 'a');
  // Takes note of the record of the other one to know its own offset.
  await other.publish([{ topic: 'elsewhere.v1', key: 'car', value: null }]);
  other.refresh();
  await idle();
  expect(texts).toEqual(['a']);
});

test('a group that comes back elsewhere goes on where it stood', async () => {
  const first = await listen(one);
  await publish(one, 'a');
  await first.idle();
  await one.close();
  await publish(other, 'b');
  one = await open();
  const again = await listen(one);
  await again.idle();
  expect(again.texts).toEqual(['b']);
});

test('nothing is cleaned up: who else reads is not known here', async () => {
  await publish(one, 'a');
  expect(await one.maintain()).toBe(0);
});
