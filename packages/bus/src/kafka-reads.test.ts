import type { Batch } from 'kafkajs';
import { expect, it } from 'vitest';
import type { KafkaEnds } from './kafka-ends.ts';
import type { KafkaGroup } from './kafka-patches.ts';
import { FETCH_WAIT_MS, KafkaReads } from './kafka-reads.ts';

const RECORDS = 2_500;

const batch = (partition: number) => ({
  ...{ topic: 'a', partition, highWatermark: `${RECORDS}`, fetchedOffset: '0' },
  lastOffset: () => `${RECORDS - 1}`,
  messages: Array.from({ length: RECORDS }, (_, offset) => ({
    ...{ offset: `${offset}`, key: null, value: null, timestamp: '0', headers: {} },
  })),
});

function openReads() {
  const nothing = () => undefined;
  const group = { maxWaitTime: 0, seek: nothing, pause: nothing, resume: nothing } as unknown as KafkaGroup;
  const reads = new KafkaReads((name) => name, { raise: nothing } as unknown as KafkaEnds);
  reads.begin(group);
  return { group, reads };
}

it('lets a fetch wait only shortly while partitions are full, which would wait with it', () => {
  const { group, reads } = openReads();
  for (const partition of [0, 1]) {
    reads.headTimestampMs('a', partition, 0);
    reads.take(batch(partition) as unknown as Batch);
  }
  expect(group.maxWaitTime).toBeLessThan(FETCH_WAIT_MS / 2);
  reads.headTimestampMs('a', 0, RECORDS);
  expect(group.maxWaitTime).toBeLessThan(FETCH_WAIT_MS / 2);
  reads.headTimestampMs('a', 1, RECORDS);
  expect(group.maxWaitTime).toBe(FETCH_WAIT_MS);
});

it('waits as long as ever in the next generation', () => {
  const { group, reads } = openReads();
  reads.headTimestampMs('a', 0, 0);
  reads.take(batch(0) as unknown as Batch);
  reads.begin(group);
  expect(group.maxWaitTime).toBe(FETCH_WAIT_MS);
});
