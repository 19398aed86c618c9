import { FAILURE_REASONS, notificationState } from '@outrider/domain';
import type { Word } from '@outrider/state';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { afterWord, afterWords, type Standing } from './message-state.ts';

type State = Standing['state'];

const standing = (state: State, reason: string | null = null): Standing => ({
  state,
  reason,
  changedAtMs: 5,
});
const word = (kind: 'delivered' | 'undelivered' | 'seen' | 'dropped', atMs = 9): Word =>
  kind === 'dropped' ? { kind, reason: 'superseded', atMs } : { kind, atMs };

for (const [state, reason, kind, next, nextReason] of [
  ['waiting', null, 'delivered', 'delivered', null],
  ['waiting', 'ambiguous', 'delivered', 'delivered', null],
  ['waiting', null, 'seen', 'suppressed', 'acknowledged'],
  ['waiting', 'driver-moving', 'dropped', 'suppressed', 'superseded'],
  ['sent', 'escalation', 'delivered', 'delivered', 'escalation'],
  ['sent', null, 'undelivered', 'failed', 'unreachable'],
  ['sent', 'bundled', 'seen', 'read', 'bundled'],
  ['delivered', null, 'seen', 'read', null],
  ['failed', 'ambiguous', 'delivered', 'delivered', null],
] as const)
  test(`${state} (${reason}) and then ${kind}: ${next} (${nextReason})`, () => {
    const after = afterWord(standing(state, reason), word(kind));
    expect(after).toEqual({ state: next, reason: nextReason, changedAtMs: 9 });
  });

for (const [state, reason, kind] of [
  ['waiting', null, 'undelivered'],
  ['sent', null, 'dropped'],
  ['delivered', null, 'undelivered'],
  ['delivered', null, 'delivered'],
  ['failed', 'ambiguous', 'undelivered'],
  ['failed', 'unreachable', 'delivered'],
  ['failed', 'target-gone', 'delivered'],
  ['read', null, 'delivered'],
  ['read', null, 'undelivered'],
  ['read', null, 'seen'],
  ['suppressed', 'superseded', 'delivered'],
  ['expired', 'expired', 'seen'],
] as const)
  test(`${state} (${reason}) and then ${kind}: as it was`, () => {
    expect(afterWord(standing(state, reason), word(kind))).toBeUndefined();
  });

test('a word that was said before the message changed does not turn time back', () => {
  expect(afterWord(standing('sent'), word('seen', 3))?.changedAtMs).toBe(5);
});

describe('whatever is said, in whatever order', () => {
  const RANK: Readonly<Record<State, number>> = {
    ...{ waiting: 0, sent: 1, failed: 2, delivered: 3, read: 4, suppressed: 4, expired: 4 },
  };
  const anyState = fc.constantFrom(...notificationState.options);
  const anyReason = fc.constantFrom(null, ...FAILURE_REASONS);
  const anyWords = fc.array(
    fc.record({ kind: fc.constantFrom('delivered', 'undelivered', 'seen', 'dropped'), atMs: fc.nat(20) }),
  );
  const wordsOf = (said: readonly { kind: Word['kind']; atMs: number }[]) =>
    said.map(({ kind, atMs }) => word(kind, atMs));

  test('a message never moves back, and time neither', () => {
    fc.assert(
      fc.property(anyState, anyReason, anyWords, (state, reason, said) => {
        let before = standing(state, reason);
        for (const one of wordsOf(said)) {
          const after = afterWord(before, one) ?? before;
          expect(RANK[after.state]).toBeGreaterThanOrEqual(RANK[before.state]);
          expect(after.changedAtMs).toBeGreaterThanOrEqual(before.changedAtMs);
          before = after;
        }
      }),
    );
  });

  test('said again, nothing changes', () => {
    fc.assert(
      fc.property(anyState, anyReason, anyWords, (state, reason, said) => {
        const words = wordsOf(said);
        const once = afterWords(standing(state, reason), words);
        const twice = words.flatMap((one) => [one, one]);
        expect(afterWords(standing(state, reason), twice)).toEqual(once);
      }),
    );
  });

  test('what was taken and seen is read, whatever providers say and whenever', () => {
    fc.assert(
      fc.property(anyWords, fc.nat(), (said, place) => {
        const fair = wordsOf(said).filter(({ kind }) => kind !== 'undelivered');
        const words = fair.toSpliced(place % (fair.length + 1), 0, word('seen'));
        expect(afterWords(standing('sent'), words).state).toBe('read');
      }),
    );
  });
});
