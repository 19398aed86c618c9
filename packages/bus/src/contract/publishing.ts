import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { partitionOf } from '../partition.ts';
import { TOPICS } from '../topics.ts';
import { type Harness, OTHER, record, START_MS, TOPIC, textOf } from './harness.ts';

export function publishingContract(h: Harness): void {
  describe('publishing', () => {
    it('gives each record of a partition the next offset, and one key always the same partition', async () => {
      const first = await h.bus.publish([record('car-1', 'a'), record('car-1', 'b')]);
      const second = await h.bus.publish([record('car-1', 'c')]);
      const partition = first[0]?.partition;
      expect([...first, ...second]).toEqual([0, 1, 2].map((offset) => ({ topic: TOPIC, partition, offset })));
    });

    it('puts a key of two topics into the same partition', async () => {
      const positions = await h.bus.publish([record('car-1', 'a'), record('car-1', 'b', OTHER)]);
      expect(positions[0]?.partition).toBe(positions[1]?.partition);
    });

    it('puts every part of a car into the partition of the car, where a topic has parts', async () => {
      const keys = ['car-1', 'car-1/plan-1', 'car-1/plan-2', 'car-1/plan-3'];
      const positions = await h.bus.publish(keys.map((key) => record(key, key, TOPICS.trips.name)));
      const partition = partitionOf('car-1', h.bus.partitions);
      expect(positions.map((position) => position.partition)).toEqual(keys.map(() => partition));
      expect(positions.map(({ offset }) => offset)).toEqual([0, 1, 2, 3]);
    });

    it('takes a slash for a part of the key only where a topic has parts', async () => {
      const keys = ['place/1', 'place/2', 'place/3', 'place/4'];
      const positions = await h.bus.publish(keys.map((key) => record(key, key, TOPICS.chargers.name)));
      expect(positions.map(({ partition }) => partition)).toEqual(
        keys.map((key) => partitionOf(key, h.bus.partitions)),
      );
    });

    it('keeps the order of concurrent calls', async () => {
      const texts = Array.from({ length: 300 }, (_, index) => `${index}`);
      await Promise.all(texts.map((text) => h.bus.publish([record('car-1', text)])));
      const reader = await h.collect();
      await reader.caughtUp;
      expect(reader.texts).toEqual(texts);
    });

    it('answers each of many concurrent calls with its own positions', async () => {
      const answers = await Promise.all([
        h.bus.publish([record('car-1', 'a'), record('car-1', 'b')]),
        h.bus.publish([]),
        h.bus.publish([record('car-1', 'c')]),
      ]);
      expect(answers.map((positions) => positions.map(({ offset }) => offset))).toEqual([[0, 1], [], [2]]);
    });

    it('takes a record of some megabytes, and what comes with it', async () => {
      const value = randomBytes(3 * 1024 * 1024);
      await h.bus.publish([
        record('car-1', 'before'),
        { ...record('car-1', ''), value },
        record('car-1', 'after'),
      ]);
      const reader = await h.collect();
      await reader.caughtUp;
      expect(reader.texts.filter((text) => text !== null && text.length < 10)).toEqual(['before', 'after']);
      expect(Buffer.compare(Buffer.from(reader.records[1]?.value ?? []), value)).toBe(0);
    });

    it('brings back headers, time, empty values and tombstones as they were', async () => {
      const headers = JSON.parse('{"format":"vss-json","__proto__":"x","constructor":"y","ü":"é\\u0000"}');
      await h.bus.publish([{ ...record('car-1', ''), headers }, record('car-1', null)]);
      const reader = await h.collect();
      await reader.caughtUp;
      expect(reader.texts).toEqual(['', null]);
      expect(Object.entries(reader.records[0]?.headers ?? {})).toEqual(Object.entries(headers));
      expect(reader.records[1]?.headers).toEqual({});
      expect(reader.records[0]?.timestampMs).toBe(START_MS);
      expect(reader.records[0]?.key).toBe('car-1');
    });

    it('brings back bytes exactly, also when the writer uses its buffer again', async () => {
      const value = Uint8Array.from({ length: 256 }, (_, index) => index);
      await h.bus.publish([{ topic: TOPIC, key: 'k', value }]);
      value.fill(0);
      const reader = await h.collect();
      await reader.caughtUp;
      expect(Array.from(reader.records[0]?.value ?? [])).toEqual(
        Array.from({ length: 256 }, (_, index) => index),
      );
    });

    it('takes odd keys: empty, prototype names, zero characters, other scripts', async () => {
      const keys = ['', '__proto__', 'constructor', 'a\u0000b', 'ключ', '🚗'];
      await h.bus.publish(keys.map((key) => record(key, key)));
      const reader = await h.collect();
      await reader.caughtUp;
      expect(reader.records.map(({ key }) => key).sort()).toEqual([...keys].sort());
      expect(reader.records.every((each) => textOf(each) === each.key)).toBe(true);
    });

    it('refuses records after it was closed', async () => {
      await h.bus.close();
      await expect(h.bus.publish([record('car-1', 'a')])).rejects.toThrow('closed');
      await expect(h.collect()).rejects.toThrow('closed');
    });
  });
}
