import { describe, expect, it } from 'vitest';
import { type Harness, keysByPartition, record, textOf, until } from './harness.ts';

export function failuresContract(h: Harness): void {
  describe('failures', () => {
    it('brings the same batch again after a growing delay while other partitions go on', async () => {
      const [bad = '', good = ''] = await keysByPartition(h.bus);
      const attempts: string[][] = [];
      const errors: unknown[] = [];
      const reader = await h.collect({
        onBatch: (batch) => {
          if (batch.records[0]?.key !== bad) return;
          attempts.push(batch.records.map((each) => String(textOf(each))));
          if (attempts.length < 4) throw new Error('the sink is down');
        },
        onError: (error) => errors.push(error),
      });
      await h.bus.publish([record(bad, 'a'), record(bad, 'b')]);
      for (const [index, delayMs] of [50, 100, 200].entries()) {
        await until(() => attempts.length === index + 1);
        await h.bus.publish([record(bad, `more ${index}`), record(good, `${index}`)]);
        await until(() => reader.texts.length === index + 1);
        h.realClock.advanceTo(h.realClock.nowMs() + delayMs - 1);
        await h.settle();
        expect(attempts).toHaveLength(index + 1);
        expect(reader.isIdle()).toBe(false);
        h.realClock.advanceTo(h.realClock.nowMs() + 1);
      }
      await until(() => reader.texts.length === 8);
      expect(attempts.slice(0, 4)).toEqual(Array(4).fill(['a', 'b']));
      expect(reader.texts.slice(3)).toEqual(['a', 'b', 'more 0', 'more 1', 'more 2']);
      expect(errors).toHaveLength(3);
    });

    it('stops at once although a batch waits for its next attempt, and keeps it for later', async () => {
      await h.bus.publish([record('car-1', 'a')]);
      let attempts = 0;
      const broken = await h.collect({
        onBatch: () => {
          attempts++;
          throw new Error('down');
        },
      });
      await until(() => attempts === 1);
      await h.settle();
      await broken.stop();
      await expect(broken.caughtUp).rejects.toThrow('stopped');
      const reader = await h.collect();
      await reader.caughtUp;
      expect(reader.texts).toEqual(['a']);
    });

    it('waits with stop until the current batch is done', async () => {
      let release = () => {};
      let isDone = false;
      const reader = await h.collect({
        onBatch: async () => {
          await new Promise<void>((resolve) => {
            release = resolve;
          });
          isDone = true;
        },
      });
      await h.bus.publish([record('car-1', 'a')]);
      await h.settle();
      const stopping = reader.stop().then(() => isDone);
      await h.settle();
      expect(isDone).toBe(false);
      release();
      expect(await stopping).toBe(true);
    });
  });
}
