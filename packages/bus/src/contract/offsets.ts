import { describe, expect, it } from 'vitest';
import { type Harness, OTHER, record, TOPIC, textOf, until } from './harness.ts';

export function offsetsContract(h: Harness): void {
  describe('offsets', () => {
    it('goes on after the last commit, and again from there when nothing was committed', async () => {
      await h.bus.publish([record('car-1', 'a'), record('car-1', 'b')]);
      const first = await h.collect({ batchRecordsMax: 1 });
      await first.caughtUp;
      await first.stop();
      await h.bus.publish([record('car-1', 'c')]);
      const seen: (string | null)[] = [];
      const forgetful = await h.collect({
        handle: async (batch) => void seen.push(...batch.records.map(textOf)),
      });
      await forgetful.caughtUp;
      await forgetful.stop();
      const third = await h.collect();
      await third.caughtUp;
      expect(first.texts).toEqual(['a', 'b']);
      expect(seen).toEqual(['c']);
      expect(third.texts).toEqual(['c']);
    });

    if (h.traits.keepsRecords)
      it('survives closing: records, ends, commits and rising generations', async () => {
        const generations: number[] = [];
        const onAssigned = async (_: number, generation: number) => {
          generations.push(generation);
          return undefined;
        };
        await h.bus.publish([record('car-1', 'a')]);
        await (await h.collect({ onAssigned })).caughtUp;
        const before = Math.max(...generations);
        await h.bus.publish([record('car-1', 'b')]);
        await h.reopen();
        generations.length = 0;
        const [position] = await h.bus.publish([record('car-1', 'c')]);
        const reader = await h.collect({ onAssigned });
        await reader.caughtUp;
        expect(position?.offset).toBe(2);
        expect(reader.texts.slice(-1)).toEqual(['c']);
        expect(reader.texts).not.toContain('a');
        expect(Math.min(...generations)).toBeGreaterThan(before);
      });

    it('begins where onAssigned says, topic by topic, whatever was committed', async () => {
      const positions = await h.bus.publish(['a', 'b', 'c'].map((text) => record('car-1', text)));
      await h.bus.publish([record('car-1', 'x', OTHER)]);
      const partition = positions[0]?.partition ?? 0;
      await h.bus.commit('readers', [{ topic: TOPIC, partition, offset: 3 }]);
      const reader = await h.collect({
        topics: [TOPIC, OTHER],
        onAssigned: async (of) => (of === partition ? new Map([[TOPIC, 1]]) : undefined),
      });
      await reader.caughtUp;
      expect(reader.texts).toEqual(['b', 'c', 'x']);
    });

    it('asks onAssigned again when it fails, and handles nothing before', async () => {
      await h.bus.publish([record('car-1', 'a')]);
      let failures = 0;
      const reader = await h.collect({
        onAssigned: async () => {
          if (failures >= h.bus.partitions) return undefined;
          failures++;
          throw new Error('the state store is down');
        },
        onError: () => {},
      });
      await until(() => failures === h.bus.partitions);
      await h.settle();
      expect(reader.texts).toEqual([]);
      expect(reader.isIdle()).toBe(false);
      h.realClock.advanceTo(h.realClock.nowMs() + 50);
      await reader.caughtUp;
      expect(reader.texts).toEqual(['a']);
    });

    it('begins at the end when told an offset beyond it, so that nothing new is skipped', async () => {
      const [position] = await h.bus.publish([record('car-1', 'a')]);
      const partition = position?.partition ?? 0;
      await h.bus.commit('readers', [{ topic: TOPIC, partition, offset: 900 }]);
      const reader = await h.collect();
      await reader.caughtUp;
      await h.bus.publish([record('car-1', 'b')]);
      await until(() => reader.texts.length > 0);
      expect(reader.texts).toEqual(['b']);
    });

    it('tells the lag per partition, before and after', async () => {
      const [position] = await h.bus.publish([record('car-1', 'a'), record('car-1', 'b')]);
      const partition = position?.partition ?? 0;
      await h.bus.commit('readers', [{ topic: TOPIC, partition, offset: 1 }]);
      const lagOf = async () => (await h.bus.lag('readers')).find((each) => each.partition === partition);
      expect(await lagOf()).toEqual({ topic: TOPIC, partition, next: 1, end: 2 });
      await (await h.collect()).caughtUp;
      expect(await lagOf()).toEqual({ topic: TOPIC, partition, next: 2, end: 2 });
      expect(await h.bus.lag('readers')).toHaveLength(h.bus.partitions);
      expect(await h.bus.lag('nobody')).toEqual([]);
    });
  });
}
