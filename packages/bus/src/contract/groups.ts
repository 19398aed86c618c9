import { describe, expect, it } from 'vitest';
import type { BatchContext } from '../bus.ts';
import { type Harness, keysByPartition, OTHER, record, TOPIC, until } from './harness.ts';

export function groupsContract(h: Harness): void {
  describe('groups', () => {
    it('hands a record to one of two members, every partition to exactly one, shared evenly', async () => {
      const keys = await keysByPartition(h.bus);
      const assigned: [number[], number[]] = [[], []];
      const seen: [string[], string[]] = [[], []];
      const join = (member: 0 | 1) =>
        h.collect({
          onAssigned: async (partition) => {
            assigned[member].push(partition);
            return undefined;
          },
          onRevoked: async (partition) => {
            assigned[member] = assigned[member].filter((each) => each !== partition);
          },
          onBatch: (batch) => {
            seen[member].push(...batch.records.map(({ key }) => key));
          },
        });
      const first = await join(0);
      const second = await join(1);
      await until(
        () =>
          assigned[0].length + assigned[1].length === h.bus.partitions && first.isIdle() && second.isIdle(),
      );
      await h.bus.publish(keys.map((key) => record(key, key)));
      await until(() => seen[0].length + seen[1].length === keys.length);
      expect(Math.abs(assigned[0].length - assigned[1].length)).toBeLessThanOrEqual(1);
      expect([...assigned[0], ...assigned[1]].sort((a, b) => a - b)).toEqual(keys.map((_, index) => index));
      expect(seen[0].sort()).toEqual(assigned[0].map((partition) => keys[partition]).sort());
      await until(() => first.isIdle() && second.isIdle());
    });

    it('gives a partition away only after its batch is done and given up, under a larger generation', async () => {
      const events: string[] = [];
      const contexts: BatchContext[] = [];
      let release = () => {};
      await h.bus.publish([record('car-1', 'a')]);
      const [position] = await h.bus.publish([record('car-1', 'b')]);
      const partition = position?.partition;
      const note = (event: string, of: number) => of === partition && events.push(event);
      const first = await h.bus.subscribe({
        group: 'readers',
        topics: [TOPIC],
        start: 'earliest',
        batchRecordsMax: 1,
        onRevoked: async (of) => void note('revoked', of),
        handle: async (_, context) => {
          contexts.push(context);
          events.push('begins');
          await new Promise<void>((resolve) => {
            release = resolve;
          });
          await context.commit();
          events.push('ends');
        },
      });
      await until(() => events.includes('begins'));
      const second = await h.collect({
        onAssigned: async (of, generation) => {
          note(generation > (contexts[0]?.generation ?? 0) ? 'assigned anew' : 'assigned', of);
          return undefined;
        },
      });
      const stopping = first.stop();
      await h.settle();
      expect(contexts[0]?.isCurrent()).toBe(true);
      expect(events).toEqual(['begins']);
      release();
      await stopping;
      await until(() => second.texts.length === 1);
      expect(events).toEqual(['begins', 'ends', 'revoked', 'assigned anew']);
      expect(second.texts).toEqual(['b']);
      expect(contexts[0]?.isCurrent()).toBe(false);
      await expect(contexts[0]?.commit()).rejects.toThrow('belongs to somebody else');
    });

    it('keeps two groups apart', async () => {
      await h.bus.publish([record('car-1', 'a')]);
      const one = await h.collect({ group: 'one' });
      const two = await h.collect({ group: 'two' });
      await Promise.all([one.caughtUp, two.caughtUp]);
      expect([one.texts, two.texts]).toEqual([['a'], ['a']]);
    });

    it('refuses a member that reads other topics than its group', async () => {
      await h.collect();
      await expect(h.collect({ topics: [TOPIC, OTHER] })).rejects.toThrow(OTHER);
    });

    it('never handles two batches of a partition at once, across all topics, nor more than asked', async () => {
      const keys = (await keysByPartition(h.bus)).slice(0, 4);
      const running = new Set<number>();
      let overlaps = 0;
      let largest = 0;
      const reader = await h.collect({
        topics: [TOPIC, OTHER],
        batchRecordsMax: 7,
        onBatch: async (batch) => {
          if (running.has(batch.partition)) overlaps++;
          running.add(batch.partition);
          largest = Math.max(largest, batch.records.length);
          await h.settle();
          running.delete(batch.partition);
        },
      });
      for (const key of keys)
        await h.bus.publish(
          Array.from({ length: 20 }, (_, index) => record(key, `${index}`, index % 2 === 0 ? TOPIC : OTHER)),
        );
      await until(() => reader.texts.length === keys.length * 20);
      expect(overlaps).toBe(0);
      expect(largest).toBeLessThanOrEqual(7);
    });

    it('reads on while one partition is being handled', async () => {
      const [slow = '', fast = ''] = await keysByPartition(h.bus);
      let release = () => {};
      const reader = await h.collect({
        onBatch: (batch) =>
          batch.records[0]?.key === slow
            ? new Promise<void>((resolve) => {
                release = resolve;
              })
            : undefined,
      });
      await h.bus.publish([record(slow, 'slow'), record(fast, 'fast')]);
      await until(() => reader.texts.length === 1);
      expect(reader.texts).toEqual(['fast']);
      release();
      await until(() => reader.texts.length === 2);
    });

    it('starts a new group at the end when it asks for the latest, and loses nothing after that', async () => {
      await h.bus.publish([record('car-1', 'before')]);
      const reader = await h.collect({ start: 'latest' });
      await reader.caughtUp;
      await reader.stop();
      await h.bus.publish([record('car-1', 'while away')]);
      const again = await h.collect({ start: 'latest' });
      await again.caughtUp;
      expect([...reader.texts, ...again.texts]).toEqual(['while away']);
    });
  });
}
