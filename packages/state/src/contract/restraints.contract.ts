import type { NewRestraint } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import type { State } from '../state.ts';

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
}
