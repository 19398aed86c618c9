import { describe, expect, test } from 'vitest';
import type { State, WatchLineRow } from '../state.ts';

const line = (vehicleId: string, change: Partial<WatchLineRow> = {}): WatchLineRow => ({
  ...{ vehicleId, tripId: 'trip_a', personId: 'per_aaaaaaaa', state: 'watching', revision: 1 },
  ...{ startedAtMs: 1_000, changedAtMs: 2_000, madeAtMs: 1_900, validUntilMs: 3_000, expiresAtMs: 4_000 },
  ...{ keyId: 'key_a', box: 'sealed' },
  ...change,
});

export function watchLinesContract(state: () => State): void {
  const put = (...given: Parameters<typeof line>) => state().watchLines.put(line(...given));

  describe('lines about watched trips', () => {
    test('there is one per car, as it was put last', async () => {
      expect(await state().watchLines.find('veh_a')).toBeUndefined();
      await put('veh_a');
      await put('veh_b');
      expect(await state().watchLines.find('veh_a')).toEqual(line('veh_a'));
      const over = { tripId: 'trip_b', revision: 2, state: 'ended', validUntilMs: null } as const;
      await put('veh_a', over);
      expect(await state().watchLines.find('veh_a')).toEqual(line('veh_a', over));
      expect(await state().watchLines.listOf(['veh_b', 'veh_a', 'veh_c'])).toEqual([
        line('veh_a', over),
        line('veh_b'),
      ]);
      expect(await state().watchLines.listOf([])).toEqual([]);
    });

    test('those whose time is over are found, the oldest first; one without an end is never over', async () => {
      await put('veh_a', { validUntilMs: 3_000 });
      await put('veh_b', { validUntilMs: 2_000 });
      await put('veh_c', { validUntilMs: null });
      const overdue = async (beforeMs: number, limit = 10) =>
        (await state().watchLines.listOverdue(beforeMs, limit)).map(({ vehicleId }) => vehicleId);
      expect(await overdue(2_000)).toEqual([]);
      expect(await overdue(2_001)).toEqual(['veh_b']);
      expect(await overdue(9_000)).toEqual(['veh_b', 'veh_a']);
      expect(await overdue(9_000, 1)).toEqual(['veh_b']);
    });
  });
}
