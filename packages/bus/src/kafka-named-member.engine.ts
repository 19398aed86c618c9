import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { randomId, silentLog, systemClock } from '@outrider/runtime';
import { afterEach, expect, inject, test } from 'vitest';
import type { Bus } from './bus.ts';
import { record, until } from './contract/harness.ts';
import { SESSION_MS } from './kafka-consumer.ts';
import { createTopics } from './kafka-topics.ts';
import { openBus } from './open.ts';

const TOPIC = 'named.v1';
const PARTITIONS = 4;
const address: Readonly<Record<string, string>> = inject('engines').kafka ?? {};
const plan = { name: TOPIC, cleanup: { kind: 'delete', retentionMs: -1 } } as const;

const children: ChildProcess[] = [];
let bus: Bus | undefined;
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await bus?.close();
});

/** A member as a process of its own, with the partitions it was given. */
function startMember(url: string): { readonly child: ChildProcess; readonly given: () => number } {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'kafka-member.child.ts'), url, TOPIC], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let lines = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    lines += text.split('\n').length - 1;
  });
  return { child, given: () => lines };
}

test('who is killed and comes back under its name takes its place before its old session is over', async () => {
  const url = `${address.url}/${randomId('named')}.`;
  await createTopics(url, { partitions: PARTITIONS, replication: 1 }, silentLog, [plan]);
  bus = await openBus(`${url}?member=stays`, { clock: systemClock, log: silentLog });
  const handled = new Set<string>();
  await bus.subscribe({
    group: 'g',
    topics: [TOPIC],
    start: 'earliest',
    async handle({ records }, context) {
      for (const { key } of records) handled.add(key);
      await context.commit();
    },
  });
  const first = startMember(`${url}?member=dies`);
  await until(() => first.given() > 0);
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const killedAtMs = systemClock.nowMs();
  const second = startMember(`${url}?member=dies`);
  await until(() => second.given() > 0);
  expect(systemClock.nowMs() - killedAtMs).toBeLessThan(SESSION_MS);
  // And the group goes on.
  const cars = Array.from({ length: 50 }, (_, index) => `car-${index}`);
  await bus.publish(cars.map((car) => record(car, '1', TOPIC)));
  await until(() => handled.size > 0);
  const read = async () => (await bus?.lag('g'))?.every(({ next, end }) => next === end) ?? false;
  while (!(await read())) await systemClock.sleep(100);
});

test('one process is one member under its name', async () => {
  const url = `${address.url}/${randomId('named')}.`;
  await createTopics(url, { partitions: PARTITIONS, replication: 1 }, silentLog, [plan]);
  bus = await openBus(`${url}?member=one`, { clock: systemClock, log: silentLog });
  const subscribe = () =>
    bus?.subscribe({ group: 'g', topics: [TOPIC], start: 'earliest', handle: async () => undefined });
  const subscription = await subscribe();
  await expect(subscribe()).rejects.toThrow(/cannot be two/);
  await subscription?.stop();
  await (await subscribe())?.stop();
});
