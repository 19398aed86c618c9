import { describe, expect, it } from 'vitest';
import { partitionOf } from '../partition.ts';
import { TOPICS } from '../topics.ts';
import { type Harness, record, START_MS, until } from './harness.ts';

const DAY_MS = 86_400_000;

export function cleanupContract(h: Harness): void {
  describe('retention and compaction', () => {
    const raw = TOPICS.raw.name;
    const forecasts = TOPICS.forecasts.name;
    const trips = TOPICS.trips.name;
    const RETENTION_MS = 30 * DAY_MS;
    const HISTORY_MS = 14 * DAY_MS;

    const readAll = async (topic: string, group = 'fresh') => {
      const reader = await h.collect({ group, topics: [topic] });
      await reader.caughtUp;
      await reader.stop();
      return reader.texts;
    };

    it('deletes what is older than the retention, not what is exactly as old, and gives no offset twice', async () => {
      await h.bus.publish([record('car-1', 'old', raw)]);
      h.clock.advanceTo(START_MS + 1);
      await h.bus.publish([record('car-1', 'edge', raw)]);
      h.clock.advanceTo(START_MS + 1 + RETENTION_MS);
      expect(await h.bus.maintain()).toBe(1);
      expect(await h.bus.maintain()).toBe(0);
      expect(await readAll(raw, 'one')).toEqual(['edge']);
      h.clock.advanceTo(START_MS + 2 + RETENTION_MS);
      expect(await h.bus.maintain()).toBe(1);
      if (h.traits.keepsRecords) await h.reopen();
      const [position] = await h.bus.publish([record('car-1', 'new', raw)]);
      expect(position?.offset).toBe(2);
      expect(await readAll(raw, 'two')).toEqual(['new']);
    });

    it('lets a group whose place was deleted go on at the oldest record', async () => {
      const [position] = await h.bus.publish([record('car-1', 'old', raw)]);
      await h.bus.commit('readers', [{ topic: raw, partition: position?.partition ?? 0, offset: 0 }]);
      h.clock.advanceTo(START_MS + RETENTION_MS + 1);
      await h.bus.publish([record('car-1', 'new', raw)]);
      expect(await h.bus.maintain()).toBe(1);
      expect(await readAll(raw, 'readers')).toEqual(['new']);
    });

    it('counts nothing that was deleted as waiting', async () => {
      const [position] = await h.bus.publish([record('car-1', 'old', raw)]);
      const partition = position?.partition ?? 0;
      await h.bus.commit('readers', [{ topic: raw, partition, offset: 0 }]);
      await h.bus.commit('others', [
        { topic: raw, partition: (partition + 1) % h.bus.partitions, offset: 0 },
      ]);
      h.clock.advanceTo(START_MS + RETENTION_MS + 1);
      expect(await h.bus.maintain()).toBe(1);
      await h.bus.publish([record('car-1', 'new', raw)]);
      const expected = { topic: raw, partition, next: 1, end: 2 };
      for (const group of ['readers', 'others'])
        expect((await h.bus.lag(group)).find((one) => one.partition === partition)).toEqual(expected);
    });

    it('leaves what a subscriber has not done yet, however old', async () => {
      await h.bus.publish([record('car-1', 'old', raw)]);
      const reader = await h.collect({ topics: [raw] });
      reader.pause();
      await h.settle();
      h.clock.advanceTo(START_MS + 2 * RETENTION_MS);
      expect(await h.bus.maintain()).toBe(0);
      reader.resume();
      await reader.caughtUp;
      expect(reader.texts).toEqual(['old']);
      expect(await h.bus.maintain()).toBe(1);
    });

    it('keeps the newest record of each key, in order', async () => {
      await h.bus.publish(
        [
          ['car-1', 'a1'],
          ['car-2', 'b1'],
          ['car-1', 'a2'],
          ['car-1', 'a3'],
        ].map(([key = '', text = '']) => record(key, text, forecasts)),
      );
      expect(await h.bus.maintain()).toBe(2);
      expect((await readAll(forecasts)).sort()).toEqual(['a3', 'b1']);
    });

    it('keeps the newest record of each plan of a car, all in the partition of the car', async () => {
      const positions = await h.bus.publish(
        [
          ['car-1', 'whole'],
          ['car-1/plan-1', 'a1'],
          ['car-1/plan-2', 'b1'],
          ['car-1/plan-1', 'a2'],
          ['car-1/plan-3', null],
        ].map(([key, text]) => record(key as string, text ?? null, trips)),
      );
      expect(new Set(positions.map(({ partition }) => partition)).size).toBe(1);
      expect(positions[0]?.partition).toBe(partitionOf('car-1', h.bus.partitions));
      h.clock.advanceTo(START_MS + HISTORY_MS + 1);
      expect(await h.bus.maintain()).toBe(2);
      expect(await readAll(trips)).toEqual(['whole', 'b1', 'a2']);
    });

    it('keeps for its time what a newer record of the key replaced, where a topic has a history', async () => {
      await h.bus.publish([record('car-1', 'a1', trips)]);
      h.clock.advanceTo(START_MS + DAY_MS);
      await h.bus.publish([record('car-1', 'a2', trips), record('car-1', 'a3', trips)]);
      h.clock.advanceTo(START_MS + HISTORY_MS);
      expect(await h.bus.maintain()).toBe(0);
      expect(await readAll(trips, 'one')).toEqual(['a1', 'a2', 'a3']);
      h.clock.advanceTo(START_MS + HISTORY_MS + 1);
      expect(await h.bus.maintain()).toBe(1);
      expect(await readAll(trips, 'two')).toEqual(['a2', 'a3']);
      if (h.traits.keepsRecords) await h.reopen();
      h.clock.advanceTo(START_MS + HISTORY_MS + DAY_MS + 1);
      expect(await h.bus.maintain()).toBe(1);
      expect(await readAll(trips, 'three')).toEqual(['a3']);
    });

    it('forgets a deleted key only with its history', async () => {
      await h.bus.publish([record('car-1', 'a1', trips), record('car-1', null, trips)]);
      h.clock.advanceTo(START_MS + HISTORY_MS);
      expect(await h.bus.maintain()).toBe(0);
      expect(await readAll(trips, 'one')).toEqual(['a1', null]);
      h.clock.advanceTo(START_MS + HISTORY_MS + 1);
      expect(await h.bus.maintain()).toBe(2);
      expect(await readAll(trips, 'two')).toEqual([]);
    });

    it('keeps a tombstone for a day, then forgets the key', async () => {
      await h.bus.publish([record('car-1', 'a', forecasts), record('car-1', null, forecasts)]);
      expect(await h.bus.maintain()).toBe(1);
      h.clock.advanceTo(START_MS + DAY_MS);
      expect(await h.bus.maintain()).toBe(0);
      expect(await readAll(forecasts, 'one')).toEqual([null]);
      h.clock.advanceTo(START_MS + DAY_MS + 1);
      expect(await h.bus.maintain()).toBe(1);
      if (h.traits.keepsRecords) await h.reopen();
      expect(await readAll(forecasts, 'two')).toEqual([]);
      const [position] = await h.bus.publish([record('car-1', 'again', forecasts)]);
      expect(position?.offset).toBe(2);
    });

    it('passes over the gaps that compaction leaves, also at the end', async () => {
      const [position] = await h.bus.publish([
        record('car-1', 'a', forecasts),
        record('car-1', null, forecasts),
      ]);
      h.clock.advanceTo(START_MS + DAY_MS + 1);
      await h.bus.maintain();
      await h.bus.commit('readers', [{ topic: forecasts, partition: position?.partition ?? 0, offset: 1 }]);
      const reader = await h.collect({ topics: [forecasts] });
      await reader.caughtUp;
      await until(() => reader.isIdle());
      await h.bus.publish([record('car-1', 'b', forecasts)]);
      await until(() => reader.texts.length === 1);
      expect(reader.texts).toEqual(['b']);
    });

    it('leaves topics alone that are not ours', async () => {
      await h.bus.publish([record('car-1', 'a'), record('car-1', 'b')]);
      h.clock.advanceTo(START_MS + 3_650 * DAY_MS);
      expect(await h.bus.maintain()).toBe(0);
    });
  });
}

/** What is left to keep where the broker cleans by itself. */
export function cleansItselfContract(h: Harness): void {
  describe('retention and compaction', () => {
    it('does nothing when asked, and loses nothing', async () => {
      await h.bus.publish([record('car-1', 'a'), record('car-1', 'b')]);
      expect(await h.bus.maintain()).toBe(0);
      const reader = await h.collect();
      await reader.caughtUp;
      expect(reader.texts).toEqual(['a', 'b']);
    });
  });
}
