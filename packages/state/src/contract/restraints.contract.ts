import type { NewRestraint } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import type { FiringRow, State } from '../state.ts';

const restraint = (restraintId: string, sinceMs: number): NewRestraint => ({
  ...{ restraintId, ruleId: 'nervous', ruleVersion: 'v1', kind: 'below-bar', sinceMs },
  figures: { right: 9, judged: 20 },
});

export function restraintsContract(state: () => State): void {
  describe('rules held to cards', () => {
    const list = () => state().restraints.list(10);

    test('are listed newest first, as they were raised', async () => {
      expect(await list()).toEqual([]);
      expect(await state().restraints.raise(restraint('a', 1))).toBe(true);
      await state().restraints.raise(restraint('b', 2));
      expect(await list()).toEqual([
        { ...restraint('b', 2), endedAtMs: null, answer: null },
        { ...restraint('a', 1), endedAtMs: null, answer: null },
      ]);
      expect(await state().restraints.list(1)).toHaveLength(1);
    });

    test('raised again, they stay as they are', async () => {
      await state().restraints.raise(restraint('a', 1));
      expect(await state().restraints.raise(restraint('a', 5))).toBe(false);
      expect(await list()).toMatchObject([{ restraintId: 'a', sinceMs: 1 }]);
    });

    test('end once', async () => {
      await state().restraints.raise(restraint('a', 1));
      expect(await state().restraints.end('a', 7)).toBe(true);
      expect(await state().restraints.end('a', 8)).toBe(false);
      expect(await state().restraints.end('other', 8)).toBe(false);
      expect(await list()).toMatchObject([{ endedAtMs: 7 }]);
    });

    test('show the answer given last', async () => {
      await state().restraints.raise(restraint('a', 1));
      await state().restraints.raise(restraint('b', 2));
      for (const atMs of [3, 4])
        await state().restraints.answer('a', { kind: 'lift', by: 'person per_1', atMs });
      expect((await list()).map(({ answer }) => answer)).toEqual([
        null,
        { kind: 'lift', by: 'person per_1', atMs: 4 },
      ]);
    });
  });

  describe('alerts that interrupt', () => {
    const fired = (alertId: string, vehicleId: string, atMs: number, ruleVersion = 'v1'): FiringRow => ({
      ...{ alertId, ruleId: 'nervous', ruleVersion, vehicleId, atMs },
    });
    let offset = 0;
    const store = async (...firings: FiringRow[]) => {
      const previous = await state().predictor.readCheckpoint(0);
      offset += 1;
      await state().predictor.writeCheckpoint({
        ...{ partition: 0, previous, vehicles: [], alerts: [], outbox: [], labels: [], firings },
        next: { partition: 0, generation: 1, offsets: new Map([['t', offset]]), savedAtMs: 1 },
      });
    };
    const count = (fromMs: number, toMs: number, ruleVersion = 'v1') =>
      state().firings.countCars({ ruleId: 'nervous', ruleVersion, fromMs, toMs });

    test('are counted by car within a time, both ends included', async () => {
      await store(fired('a', 'veh_1', 10), fired('b', 'veh_1', 11), fired('c', 'veh_2', 20));
      await store(fired('d', 'veh_3', 15, 'v2'));
      expect(await count(10, 20)).toBe(2);
      expect([await count(11, 19), await count(12, 19), await count(20, 30)]).toEqual([1, 0, 1]);
      expect([await count(0, 99, 'v2'), await count(0, 99, 'v3')]).toEqual([1, 0]);
    });

    test('count from their first moment, however often they are stored', async () => {
      await store(fired('a', 'veh_1', 12), fired('a', 'veh_1', 10));
      await store(fired('a', 'veh_1', 30));
      expect([await count(10, 10), await count(11, 99)]).toEqual([1, 0]);
    });

    test('go 30 days later', async () => {
      const DAY_MS = 24 * 3_600_000;
      await store(fired('a', 'veh_1', DAY_MS), fired('b', 'veh_2', 2 * DAY_MS));
      await store(fired('c', 'veh_3', 32 * DAY_MS));
      expect(await count(0, 99 * DAY_MS)).toBe(2);
    });
  });
}
