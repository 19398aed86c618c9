import { expect, test } from 'vitest';
import { createBreaker } from './breaker.ts';

const down = { kind: 'retryable', reason: 'unreachable' } as const;

test('a channel that failed four times is tried again, after the fifth it rests for 30 s', () => {
  const breaker = createBreaker();
  for (let count = 0; count < 4; count++) breaker.note(down, 0);
  expect(breaker.openForMs(0)).toBe(0);
  breaker.note(down, 0);
  expect(breaker.openForMs(0)).toBe(30_000);
  expect(breaker.openForMs(29_999)).toBe(1);
  expect(breaker.openForMs(30_000)).toBe(0);
});

test('one more failure after the rest is another rest, a success ends it', () => {
  const breaker = createBreaker();
  for (let count = 0; count < 5; count++) breaker.note(down, 0);
  breaker.note(down, 30_000);
  expect(breaker.openForMs(30_000)).toBe(30_000);
  breaker.note({ kind: 'delivered' }, 60_000);
  breaker.note(down, 60_000);
  expect(breaker.openForMs(60_000)).toBe(0);
});

test('a message that is refused says that the channel works', () => {
  const breaker = createBreaker();
  for (let count = 0; count < 4; count++) breaker.note(down, 0);
  breaker.note({ kind: 'rejected', reason: 'target-gone' }, 0);
  breaker.note(down, 0);
  expect(breaker.openForMs(0)).toBe(0);
});
