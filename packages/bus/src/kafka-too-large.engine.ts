import { randomBytes } from 'node:crypto';
import { manualClock, randomId, silentLog, systemClock } from '@outrider/runtime';
import { expect, inject, test } from 'vitest';
import { createTopics } from './kafka-topics.ts';
import { openBus } from './open.ts';
import { TOPICS } from './topics.ts';

const address: Readonly<Record<string, string>> = inject('engines').kafka ?? {};
const TOPIC = 'large.v1';
const TOO_LARGE_BYTES = 9 * 1024 * 1024;

test('a record that no broker takes is refused, its key waits for it, and nobody else does', async () => {
  const url = `${address.url}/${randomId('large')}.`;
  const plan = { name: TOPIC, cleanup: { kind: 'delete', retentionMs: -1 } } as const;
  await createTopics(url, { partitions: 2, replication: 1 }, silentLog, [plan, TOPICS.trips]);
  const clock = manualClock(systemClock.nowMs());
  const bus = await openBus(url, { clock, realClock: systemClock, log: silentLog });
  try {
    const publish = (key: string, value: Buffer) => bus.publish([{ topic: TOPIC, key, value }]);
    const outcomes = await Promise.allSettled([
      publish('car-1', randomBytes(TOO_LARGE_BYTES)),
      publish('car-2', Buffer.from('mine is small')),
      bus.publish([
        { topic: TOPIC, key: 'car-3', value: randomBytes(TOO_LARGE_BYTES) },
        { topic: TOPIC, key: 'car-3', value: Buffer.from('behind it') },
      ]),
      publish('car-4', Buffer.from('so is mine')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled']);
    const stored: string[] = [];
    const reading = await bus.broadcast({
      topics: [TOPIC],
      start: 'earliest',
      handle: async ({ records }) => void stored.push(...records.map(({ key }) => key)),
    });
    await reading.caughtUp;
    expect(stored.toSorted()).toEqual(['car-2', 'car-4']);
    await reading.stop();
  } finally {
    await bus.close();
  }
});
