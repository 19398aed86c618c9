import { describe, expect, test } from 'vitest';
import type { State } from '../state.ts';
import { notificationRow } from './rows.ts';

/** Messages that were given up. */
export function failedContract(state: () => State): void {
  describe('messages given up', () => {
    const failed = (notificationId: string) =>
      notificationRow({ notificationId, state: 'failed', reason: 'unreachable', attempts: 4 });

    test('are listed newest first, page by page, and nothing else is', async () => {
      const { notifications } = state();
      await notifications.insert([failed('a'), notificationRow(), failed('b'), failed('c')]);
      const first = await notifications.listFailed({ limit: 2 });
      expect(first.map(({ notificationId }) => notificationId)).toEqual(['c', 'b']);
      const beforeSequence = first.at(-1)?.sequence;
      const second = await notifications.listFailed({ limit: 2, beforeSequence });
      expect(second.map(({ notificationId }) => notificationId)).toEqual(['a']);
      const end = { limit: 2, beforeSequence: second.at(-1)?.sequence };
      expect(await notifications.listFailed(end)).toEqual([]);
    });

    test('wait again under their own id with what is known of them, once', async () => {
      const { notifications } = state();
      await notifications.insert([failed('a'), notificationRow()]);
      expect(await notifications.replay('a', 15_000)).toBe(true);
      expect(await notifications.replay('a', 16_000)).toBe(false);
      for (const id of ['not_a', 'unknown']) expect(await notifications.replay(id, 15_000)).toBe(false);
      const row = { ...failed('a'), state: 'waiting', notBeforeMs: 15_000, changedAtMs: 15_000 } as const;
      const claim = { nowMs: 15_000, realNowMs: 1, leaseUntilMs: 2, leaseId: 'lease', limit: 1 };
      expect(await notifications.claim(claim)).toEqual([{ row, leaseId: 'lease', words: [] }]);
    });
  });
}
