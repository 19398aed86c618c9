import { describe, expect, it } from 'vitest';
import { type Harness, keysByPartition, OTHER, record, START_MS, TOPIC, textOf, until } from './harness.ts';

export function controlContract(h: Harness): void {
  describe('seek, pause, idle', () => {
    it('seeks back and forth, also from within a batch', async () => {
      const [position] = await h.bus.publish(['a', 'b', 'c'].map((text) => record('car-1', text)));
      const partition = position?.partition ?? 0;
      let isFirst = true;
      const reader = await h.collect({
        batchRecordsMax: 1,
        onBatch: () => {
          if (isFirst) reader.seek(TOPIC, partition, 2);
          isFirst = false;
        },
      });
      await reader.caughtUp;
      expect(reader.texts).toEqual(['a', 'c']);
      reader.seek(TOPIC, partition, 1);
      await until(() => reader.texts.length === 4);
      expect(reader.texts).toEqual(['a', 'c', 'b', 'c']);
    });

    it('begins at the offset sought right after subscribing', async () => {
      const [position] = await h.bus.publish(['a', 'b'].map((text) => record('car-1', text)));
      const reader = await h.collect();
      reader.seek(TOPIC, position?.partition ?? 0, 1);
      await reader.caughtUp;
      expect(reader.texts).toEqual(['b']);
      expect(() => reader.seek('other.v1', 0, 0)).toThrow('not with this subscription');
    });

    it('reads nothing of a paused partition until it is resumed', async () => {
      const keys = await keysByPartition(h.bus);
      const reader = await h.collect();
      await reader.caughtUp;
      reader.pause(0);
      await h.bus.publish([record(keys[0] ?? '', 'held'), record(keys[1] ?? '', 'free')]);
      await until(() => reader.texts.length === 1);
      await h.settle();
      expect(reader.texts).toEqual(['free']);
      expect(reader.isIdle()).toBe(false);
      reader.resume(0);
      await until(() => reader.texts.length === 2);
      await until(() => reader.isIdle());
      reader.pause();
      await h.bus.publish(keys.map((key) => record(key, 'all held')));
      await h.settle();
      expect(reader.texts).toHaveLength(2);
      reader.resume();
      await until(() => reader.texts.length === 2 + keys.length);
    });

    it('is idle only when nothing waits and nothing is being handled', async () => {
      let release = () => {};
      const reader = await h.collect({
        onBatch: () =>
          new Promise<void>((resolve) => {
            release = resolve;
          }),
      });
      await reader.caughtUp;
      await until(() => reader.isIdle());
      const published = h.bus.publish([record('car-1', 'a')]);
      expect(reader.isIdle()).toBe(false);
      await published;
      expect(reader.isIdle()).toBe(false);
      await h.settle();
      expect(reader.isIdle()).toBe(false);
      release();
      await until(() => reader.isIdle());
      expect(reader.texts).toEqual(['a']);
    });

    it('tells a quiet partition from a busy one', async () => {
      const keys = await keysByPartition(h.bus);
      let release = () => {};
      const reader = await h.collect({
        onBatch: () =>
          new Promise<void>((resolve) => {
            release = resolve;
          }),
      });
      await until(() => reader.isIdle());
      await h.bus.publish([record(keys[0] ?? '', 'slow')]);
      await h.settle();
      expect([reader.isIdle(), reader.isIdle(0), reader.isIdle(1)]).toEqual([false, false, true]);
      release();
      await until(() => reader.isIdle(0));
      await reader.stop();
      expect(reader.isIdle(1)).toBe(false);
    });

    it('says whether a batch is the last of its partition, counting all topics', async () => {
      await h.bus.publish([record('car-1', 'a'), record('car-1', 'b')]);
      h.clock.advanceTo(START_MS + 1);
      await h.bus.publish([record('car-1', 'x', OTHER)]);
      const caughtUp: boolean[] = [];
      const reader = await h.collect({
        topics: [TOPIC, OTHER],
        batchRecordsMax: 1,
        onBatch: (_, context) => void caughtUp.push(context.isCaughtUp()),
      });
      await reader.caughtUp;
      expect(reader.texts).toEqual(['a', 'b', 'x']);
      expect(caughtUp).toEqual([false, false, true]);
    });
  });

  it('answers while it is open and not afterwards', async () => {
    await h.bus.ping();
    await h.bus.close();
    await expect(h.bus.ping()).rejects.toThrow('closed');
  });

  describe('broadcast', () => {
    it('brings everything to every subscriber, from the earliest or the latest, and commits nothing', async () => {
      await h.bus.publish([record('car-1', 'a'), record('car-2', 'b')]);
      const seen: Record<string, (string | null)[]> = { one: [], two: [], late: [] };
      const listen = (who: string, start: 'earliest' | 'latest') =>
        h.bus.broadcast({
          topics: [TOPIC],
          start,
          handle: async (batch) => void seen[who]?.push(...batch.records.map(textOf)),
        });
      const one = await listen('one', 'earliest');
      const two = await listen('two', 'earliest');
      const late = await listen('late', 'latest');
      await Promise.all([one.caughtUp, two.caughtUp, late.caughtUp]);
      expect([seen.one?.length, seen.two?.length, seen.late?.length]).toEqual([2, 2, 0]);
      await h.bus.publish([record('car-1', 'c')]);
      await until(() => one.isIdle() && two.isIdle() && late.isIdle());
      expect([seen.one?.at(-1), seen.two?.at(-1), seen.late]).toEqual(['c', 'c', ['c']]);
      await one.stop();
      await h.bus.publish([record('car-1', 'd')]);
      await until(() => two.isIdle());
      expect([seen.one?.at(-1), seen.two?.at(-1)]).toEqual(['c', 'd']);
    });

    it('catches up at once on topics that hold nothing', async () => {
      const reader = await h.bus.broadcast({
        topics: ['empty.v1'],
        start: 'earliest',
        handle: async () => {},
      });
      await reader.caughtUp;
      await until(() => reader.isIdle());
    });
  });
}
