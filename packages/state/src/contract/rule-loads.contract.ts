import type { RuleLoad } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import type { State } from '../state.ts';

const DAY_MS = 24 * 3_600_000;

const load = (loadId: string, atMs: number, change: Partial<RuleLoad> = {}): RuleLoad => ({
  ...{ loadId, atMs, kind: 'reload', process: 'pre_1', setId: `set-${loadId}`, beforeId: null },
  lines: ['some-rule: new, on'],
  rules: [
    { id: 'some-rule', version: 'v1', mode: 'on', share: 0.1, switched: { by: 'night', why: 'tried' } },
  ],
  ...change,
});

export function ruleLoadsContract(state: () => State): void {
  describe('loads of rules', () => {
    const loads = () => state().ruleLoads;
    const ids = async (limit: number, beforeMs?: number) =>
      (await loads().list({ limit, ...(beforeMs !== undefined && { beforeMs }) })).map(
        ({ loadId }) => loadId,
      );

    test('are listed newest first, as they were written, and on from a moment', async () => {
      expect(await ids(10)).toEqual([]);
      for (const [loadId, atMs] of [
        ['a', 1],
        ['c', 3],
        ['b', 2],
      ] as const)
        await loads().append(load(loadId, atMs, { beforeId: 'set-before' }));
      expect(await ids(10)).toEqual(['c', 'b', 'a']);
      expect(await ids(2)).toEqual(['c', 'b']);
      expect(await ids(2, 2)).toEqual(['a']);
      expect(await loads().list({ limit: 1 })).toEqual([load('c', 3, { beforeId: 'set-before' })]);
    });

    test('written twice are there once', async () => {
      await loads().append(load('a', 1));
      await loads().append(load('a', 1));
      expect(await ids(10)).toEqual(['a']);
    });

    test('tell which set runs: the newest that was not refused', async () => {
      expect(await loads().newestTaken()).toBeUndefined();
      await loads().append(load('a', 1, { kind: 'start' }));
      await loads().append(load('b', 2, { kind: 'refused', rules: [], lines: ['a.yaml:1: no'] }));
      expect(await loads().newestTaken()).toEqual(load('a', 1, { kind: 'start' }));
      await loads().append(load('c', 3));
      expect((await loads().newestTaken())?.loadId).toBe('c');
    });

    test('are kept for 400 days', async () => {
      await loads().append(load('a', 0));
      await loads().append(load('b', 400 * DAY_MS));
      expect(await ids(10)).toEqual(['b', 'a']);
      await loads().append(load('c', 400 * DAY_MS + 1));
      expect(await ids(10)).toEqual(['c', 'b']);
    });
  });
}
