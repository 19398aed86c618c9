import { expect, test } from 'vitest';
import { createRateLimit } from './rate.ts';

test('a burst passes at once, the next one waits for its share of a second', () => {
  const rate = createRateLimit(20, 3);
  expect([0, 0, 0].map(() => rate.take('a', 1_000))).toEqual([0, 0, 0]);
  expect(rate.take('a', 1_000)).toBe(50);
  expect(rate.take('a', 1_049)).toBe(1);
  expect(rate.take('a', 1_050)).toBe(0);
  expect(rate.take('b', 1_050)).toBe(0);
});

test('a bucket never holds more than the burst, and time that runs back adds nothing', () => {
  const rate = createRateLimit(1_000, 2);
  expect(rate.take('a', 0)).toBe(0);
  expect([0, 0].map(() => rate.take('a', 1_000_000))).toEqual([0, 0]);
  expect(rate.take('a', 1_000_000)).toBe(1);
  expect(rate.take('a', 999_000)).toBe(1);
});

test('full buckets are forgotten, others are kept', () => {
  const rate = createRateLimit(1, 2);
  rate.take('a', 0);
  rate.sweep(999);
  expect(rate.size).toBe(1);
  rate.sweep(1_000);
  expect(rate.size).toBe(0);
});

test('several are taken together or not at all', () => {
  const rate = createRateLimit(1, 5);
  expect(rate.take('a', 0, 4)).toBe(0);
  expect(rate.take('a', 0, 2)).toBe(1_000);
  expect(rate.take('a', 0, 1)).toBe(0);
});

test('more than a bucket holds waits for a full one, and is owed afterwards', () => {
  const rate = createRateLimit(1, 5);
  expect(rate.take('a', 0, 1)).toBe(0);
  expect(rate.take('a', 0, 12)).toBe(1_000);
  expect(rate.take('a', 1_000, 12)).toBe(0);
  expect(rate.take('a', 1_000, 1)).toBe(8_000);
  rate.sweep(12_999);
  expect(rate.size).toBe(1);
  rate.sweep(13_000);
  expect(rate.size).toBe(0);
});
