import { randomId, silentLog, systemClock } from '@outrider/runtime';
import { expect, inject, test } from 'vitest';
import { record, textOf } from './contract/harness.ts';
import { connectKafka } from './kafka-client.ts';
import { openBus } from './open.ts';

const address: Readonly<Record<string, string>> = inject('engines').kafka ?? {};
const TOPIC = 'packed.v1';

/** Texts that pack well, hardly, and over more than one block of any codec. */
const texts = [
  'abc',
  'x'.repeat(300_000),
  ...Array.from(
    { length: 400 },
    (_, index) => `${index}:${randomId('noise')}${'north of here, '.repeat(index % 40)}`,
  ),
];

for (const codec of ['gzip', 'snappy', 'lz4', 'zstd'])
  test(`what the broker itself packs with ${codec} is read`, async () => {
    const url = `${address.url}/${randomId(codec)}.?compression=none`;
    const client = await connectKafka(url, silentLog);
    // It packs anew whatever comes in another codec, with the library that Java's producers use.
    const configEntries = [{ name: 'compression.type', value: codec }];
    await client.admin.createTopics({
      topics: [{ topic: client.named(TOPIC), numPartitions: 1, replicationFactor: 1, configEntries }],
    });
    await client.admin.disconnect();
    const bus = await openBus(url, { clock: systemClock, log: silentLog });
    try {
      await bus.publish(texts.map((text) => record('car-1', text, TOPIC)));
      const read: (string | null)[] = [];
      const reading = await bus.broadcast({
        topics: [TOPIC],
        start: 'earliest',
        handle: async ({ records }) => void read.push(...records.map(textOf)),
      });
      await reading.caughtUp;
      expect(read).toEqual(texts);
    } finally {
      await bus.close();
    }
  });
