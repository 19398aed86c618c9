import { createMetrics, manualClock, silentLog } from '@outrider/runtime';
import { describe, expect, it } from 'vitest';
import { until } from './contract/harness.ts';
import { openBus } from './open.ts';
import { TOPICS } from './topics.ts';

const options = { clock: manualClock(0), log: silentLog };

describe('opening a bus', () => {
  it('names what is supported when the scheme is unknown, and hides passwords', async () => {
    const opening = openBus('amqp://user:secret@broker:9092', options);
    await expect(opening).rejects.toThrow('sqlite:<path of a file>, kafka://<host>:<port>,… or memory:');
    await expect(opening).rejects.not.toThrow('secret');
  });

  it('has 32 partitions unless told otherwise, and refuses none, parts and too many', async () => {
    expect((await openBus('memory:', options)).partitions).toBe(32);
    expect((await openBus('memory:', { ...options, partitions: 1_024 })).partitions).toBe(1_024);
    for (const partitions of [0, 1.5, 1_025])
      await expect(openBus('memory:', { ...options, partitions })).rejects.toThrow('1 to 1024');
  });

  it('counts the records that retention took from a group', async () => {
    const metrics = createMetrics();
    const clock = manualClock(0);
    const bus = await openBus('memory:', { ...options, clock, metrics, partitions: 1 });
    const publish = () => bus.publish([{ topic: TOPICS.raw.name, key: 'k', value: new Uint8Array(1) }]);
    await publish();
    await publish();
    await bus.commit('readers', [{ topic: TOPICS.raw.name, partition: 0, offset: 0 }]);
    clock.advanceTo(31 * 86_400_000);
    await publish();
    await bus.maintain();
    let records = 0;
    await bus.subscribe({
      group: 'readers',
      topics: [TOPICS.raw.name],
      start: 'earliest',
      handle: async (batch) => {
        records += batch.records.length;
      },
    });
    await until(() => records === 1);
    const text = await metrics.text();
    expect(text).toContain('bus_records_skipped_total{topic="telemetry.raw.v1"} 2');
    expect(text).toContain('bus_records_published_total 3');
    expect(text).toContain('bus_records_deleted_total 2');
    await bus.close();
  });
});
