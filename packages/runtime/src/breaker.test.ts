import { expect, test } from 'vitest';
import { createBreaker } from './breaker.ts';

const steady = () => createBreaker({ failures: 5, openMs: 30_000 });

test('what failed four times is tried again, after the fifth it rests for 30 s', () => {
  const breaker = steady();
  for (let count = 0; count < 4; count++) breaker.note(false, 0);
  expect(breaker.openForMs(0)).toBe(0);
  breaker.note(false, 0);
  expect(breaker.openForMs(0)).toBe(30_000);
  expect(breaker.openForMs(29_999)).toBe(1);
  expect(breaker.openForMs(30_000)).toBe(0);
});

test('one more failure after the rest is another rest, a success ends it', () => {
  const breaker = steady();
  for (let count = 0; count < 5; count++) breaker.note(false, 0);
  breaker.note(false, 30_000);
  expect(breaker.openForMs(30_000)).toBe(30_000);
  breaker.note(true, 60_000);
  breaker.note(false, 60_000);
  expect(breaker.openForMs(60_000)).toBe(0);
});

test('rests double up to the longest, where one is given', () => {
  const breaker = createBreaker({ failures: 1, openMs: 30_000, longestOpenMs: 100_000 });
  const rests = [0, 0, 0, 0].map(() => {
    breaker.note(false, 0);
    return breaker.openForMs(0);
  });
  expect(rests).toEqual([30_000, 60_000, 100_000, 100_000]);
});
