import { expect, test } from 'vitest';
import { createNewestSealed } from './newest-sealed.ts';

const batch = (...records: readonly (readonly [key: string, bytes: number | null])[]) => ({
  topic: 'forecasts.v1',
  partition: 0,
  records: records.map(([key, bytes], offset) => ({
    topic: 'forecasts.v1',
    partition: 0,
    offset,
    key,
    value: bytes === null ? null : new Uint8Array(bytes),
    headers: { keyId: 'k' },
    timestampMs: 0,
  })),
});

test('the newest of each vehicle is kept, and a tombstone forgets it', () => {
  const newest = createNewestSealed(10_000);
  newest.take(batch(['a', 10], ['b', 10], ['a', 20]));
  expect(newest.find('a')?.box.byteLength).toBe(20);
  newest.take(batch(['a', null], ['b', null]));
  expect(newest.find('a')).toBeUndefined();
  expect(newest.bytes).toBe(0);
});

test('memory stays below its bound; the longest unchanged go first', () => {
  const newest = createNewestSealed(1_000);
  newest.take(batch(['a', 300], ['b', 300], ['a', 300]));
  expect(newest.bytes).toBe(1_000);
  newest.take(batch(['c', 1]));
  expect(newest.find('b')).toBeUndefined();
  expect(newest.find('a')).toBeDefined();
  newest.take(batch(['huge', 5_000]));
  expect(newest.bytes).toBe(0);
});
