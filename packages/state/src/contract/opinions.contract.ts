import { describe, expect, test } from 'vitest';
import type { OpinionRow, State } from '../state.ts';

const DAY_MS = 24 * 3_600_000;
const opinion = (opinionId: string, change: Partial<OpinionRow> = {}): OpinionRow => ({
  ...{ opinionId, dayMs: DAY_MS, ruleId: 'some', because: null, isSynthetic: false },
  ...change,
});

export function opinionsContract(state: () => State): void {
  const put = (...args: Parameters<typeof opinion>) => state().opinions.put(opinion(...args));
  const count = (fromDay = 0, isSynthetic = false) =>
    state().opinions.countSince(fromDay * DAY_MS, { isSynthetic });

  describe('what was not useful', () => {
    test('is counted by rule and reason, from a day on, synthetic cars apart', async () => {
      expect(await count()).toEqual([]);
      await put('a', { because: 'too-late' });
      await put('b', { because: 'too-late', dayMs: 2 * DAY_MS });
      await put('c', { ruleId: 'other' });
      await put('d', { isSynthetic: true });
      expect(await count()).toEqual([
        { ruleId: 'other', because: null, count: 1 },
        { ruleId: 'some', because: 'too-late', count: 2 },
      ]);
      expect(await count(2)).toEqual([{ ruleId: 'some', because: 'too-late', count: 1 }]);
      expect(await count(0, true)).toEqual([{ ruleId: 'some', because: null, count: 1 }]);
    });

    test('counts once, with the reason given last', async () => {
      await put('a');
      await put('a', { because: 'too-late' });
      await put('a', { because: 'flapping' });
      await put('a');
      expect(await count()).toEqual([{ ruleId: 'some', because: 'flapping', count: 1 }]);
    });

    test('goes 400 days later', async () => {
      await put('a');
      await put('b', { dayMs: 401 * DAY_MS });
      expect(await count()).toMatchObject([{ count: 2 }]);
      await put('c', { dayMs: 402 * DAY_MS });
      expect(await count()).toMatchObject([{ count: 2 }]);
    });
  });
}
