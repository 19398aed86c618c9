import { describe, expect, test } from 'vitest';
import { answered, type Said, saidOf, say, sayElsewhere } from './said.ts';

const onIt = { alertId: 'alert-1', kind: 'on-it' } as const;
const first = (said: readonly Said[]): Said => said[0] as Said;

describe('what a person says', () => {
  test('waits until the api took it', () => {
    const said = say([], onIt, 1);
    expect(said).toEqual([{ ...onIt, saidAtMs: 1, state: 'waiting' }]);
    expect(saidOf(answered(said, first(said), undefined), 'alert-1')?.state).toBe('taken');
    expect(saidOf(said, 'alert-2')).toBeUndefined();
  });

  test('waits on where the server is away or busy, and ends where it refuses', () => {
    const said = say([], onIt, 1);
    const stateAfter = (status: number) =>
      first(answered(said, first(said), { status, message: 'no' })).state;
    expect([0, 429, 500, 503].map(stateAfter)).toEqual(['waiting', 'waiting', 'waiting', 'waiting']);
    expect([400, 401, 404].map(stateAfter)).toEqual(['refused', 'refused', 'refused']);
    expect(first(answered(said, first(said), { status: 404, message: 'gone' })).why).toBe('gone');
  });

  test('the last word about a warning counts, and an answer to an earlier one is not taken for its', () => {
    const before = say([], onIt, 1);
    const now = say(before, { alertId: 'alert-1', kind: 'declined' }, 2);
    expect(now).toHaveLength(1);
    expect(first(answered(now, first(before), undefined))).toMatchObject({
      kind: 'declined',
      state: 'waiting',
    });
  });

  test('little is kept', () => {
    let said: readonly Said[] = [];
    for (let i = 0; i < 150; i++) said = say(said, { alertId: `alert-${i}`, kind: 'on-it' }, i);
    expect(said).toHaveLength(100);
    expect(saidOf(said, 'alert-149')).toBeDefined();
  });

  test('elsewhere is taken as said; what was said here counts before it', () => {
    const elsewhere = { alertId: 'alert-1', kind: 'declined', saidAtMs: 5 } as const;
    expect(sayElsewhere([], elsewhere)).toEqual([{ ...elsewhere, state: 'taken' }]);
    const here = say([], onIt, 1);
    expect(sayElsewhere(here, elsewhere)).toBe(here);
    expect(sayElsewhere(here, { ...elsewhere, alertId: 'alert-2' })).toHaveLength(2);
  });
});
