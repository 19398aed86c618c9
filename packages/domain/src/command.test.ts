import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  COMMAND_RUNS_MAX_MS,
  COMMAND_STATES,
  type Command,
  type CommandState,
  commandStateAt,
  furtherStep,
  isCommandOpen,
} from './command.ts';

const ASKED: Command = {
  commandId: 'cmd-1',
  vehicleId: 'veh_example00000001',
  kind: 'precondition-battery',
  state: 'asked',
  askedAtMs: 1_000,
  expiresAtMs: 2_000,
};

const steps = fc.array(
  fc.record({
    state: fc.constantFrom(...COMMAND_STATES),
    changedAtMs: fc.integer({ min: 1_000, max: 1_003 }),
    reason: fc.constantFrom('', 'the car sleeps', 'too warm'),
  }),
  { minLength: 1, maxLength: 8 },
);

test('any order and any repetition of the steps ends the same', () => {
  fc.assert(
    fc.property(steps, fc.func(fc.integer()), (said, orderOf) => {
      const all = said.map((change): Command => ({ ...ASKED, ...change }));
      const inOrder = all.reduce(furtherStep);
      const shuffled = [...all, ...all].toSorted((one, other) => orderOf(one) - orderOf(other));
      expect(shuffled.reduce(furtherStep)).toEqual(inOrder);
      expect(shuffled.reduce(furtherStep, inOrder)).toEqual(inOrder);
    }),
  );
});

describe('of two steps', () => {
  const rows: readonly { name: string; first: CommandState; next: CommandState; holds: CommandState }[] = [
    { name: 'a late "accepted" changes nothing', first: 'started', next: 'accepted', holds: 'started' },
    { name: 'a cancel ends what the car had begun', first: 'started', next: 'cancelled', holds: 'cancelled' },
    { name: 'a start after the cancel is no start', first: 'cancelled', next: 'started', holds: 'cancelled' },
    { name: 'what the car did all the same is said', first: 'cancelled', next: 'done', holds: 'done' },
    { name: 'a refusal is no cancel', first: 'cancelled', next: 'refused', holds: 'refused' },
  ];
  test.each(rows)('$name', ({ first, next, holds }) => {
    expect(furtherStep({ ...ASKED, state: first }, { ...ASKED, state: next }).state).toBe(holds);
  });
});

test('what began and was never heard of again is over when nothing takes that long', () => {
  const begun: Command = { ...ASKED, state: 'started' };
  expect(isCommandOpen(begun, ASKED.expiresAtMs + COMMAND_RUNS_MAX_MS - 1)).toBe(true);
  expect(isCommandOpen(begun, ASKED.expiresAtMs + COMMAND_RUNS_MAX_MS)).toBe(false);
});

describe('at its expiry', () => {
  const rows: readonly { state: CommandState; before: boolean; at: boolean; says: CommandState }[] = [
    { state: 'asked', before: true, at: false, says: 'expired' },
    { state: 'accepted', before: true, at: false, says: 'expired' },
    { state: 'started', before: true, at: true, says: 'started' },
    { state: 'cancelled', before: false, at: false, says: 'cancelled' },
    { state: 'done', before: false, at: false, says: 'done' },
  ];
  test.each(rows)('$state: open before $before, open then $at', ({ state, before, at, says }) => {
    const one = { ...ASKED, state };
    expect(isCommandOpen(one, 1_999)).toBe(before);
    expect(isCommandOpen(one, 2_000)).toBe(at);
    expect(commandStateAt(one, 1_999)).toBe(state);
    expect(commandStateAt(one, 2_000)).toBe(says);
  });
});
