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
  let nowMs = 0;
  const rests = [0, 0, 0, 0].map(() => {
    breaker.note(false, nowMs);
    const restMs = breaker.openForMs(nowMs);
    nowMs += restMs;
    return restMs;
  });
  expect(rests).toEqual([30_000, 60_000, 100_000, 100_000]);
});

test('many tries that fail together are one outage, and the first rest is the shortest', () => {
  const breaker = createBreaker({ failures: 5, openMs: 30_000, longestOpenMs: 600_000 });
  for (let count = 0; count < 40; count++) breaker.note(false, count);
  expect(breaker.openForMs(39)).toBe(29_965);
});

test('when a rest is over one try passes; the others wait for what it shows', () => {
  const breaker = steady();
  for (let count = 0; count < 5; count++) breaker.note(false, 0);
  expect([0, 0, 0].map(() => breaker.openForMs(30_000))).toEqual([0, 5_000, 5_000]);
  breaker.note(true, 31_000);
  expect([0, 0, 0].map(() => breaker.openForMs(31_000))).toEqual([0, 0, 0]);
});

test('a try that shows nothing is followed by another', () => {
  const breaker = steady();
  for (let count = 0; count < 5; count++) breaker.note(false, 0);
  expect(breaker.openForMs(30_000)).toBe(0);
  expect(breaker.openForMs(34_999)).toBe(1);
  expect(breaker.openForMs(35_000)).toBe(0);
  expect(breaker.openForMs(35_000)).toBe(5_000);
});
