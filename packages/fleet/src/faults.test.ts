import { expect, test } from 'vitest';
import { createChance } from './chance.ts';
import { brokenForH, type Part } from './faults.ts';

const PARTS: readonly Part[] = ['tyre', 'low-voltage', 'pack-heater', 'motor-pump', 'charge-flag', 'modem'];
const HOUR_MS = 3_600_000;
const FROM_MS = Date.UTC(2026, 0, 12);
const chance = createChance(1);

/** Hours since a part broke, every hour of six weeks. */
const hours = (car: number, part: Part) =>
  Array.from({ length: 6 * 168 }, (_, hour) => brokenForH(chance, car, part, FROM_MS + hour * HOUR_MS));

test.each(PARTS)('%s breaks in some cars of a hundred within six weeks, and in most it does not', (part) => {
  const broken = Array.from({ length: 100 }, (_, car) => hours(car, part)).filter((one) =>
    one.some((h) => h !== undefined),
  );
  expect(broken.length).toBeGreaterThan(5);
  expect(broken.length).toBeLessThan(50);
});

test.each(PARTS)('a broken %s stays so hour by hour until it is mended, then works again', (part) => {
  const car = Array.from({ length: 200 }, (_, i) => i).find((i) => {
    const own = hours(i, part);
    return own[0] === undefined && own.at(-1) === undefined && own.some((h) => h !== undefined);
  });
  const own = hours(car ?? -1, part);
  const first = own.findIndex((h) => h !== undefined);
  const [since = 0] = own.slice(first);
  expect(since).toBeLessThan(1);
  const lasts = own.slice(first).indexOf(undefined);
  for (let i = 0; i < lasts; i++) expect(own[first + i]).toBeCloseTo(since + i, 6);
  expect(lasts).toBeGreaterThan(60);
});

test('what breaks in one car says nothing of another, and the same car breaks the same again', () => {
  expect(hours(3, 'tyre')).toEqual(hours(3, 'tyre'));
  const cars = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19];
  expect(new Set(cars.map((car) => JSON.stringify(hours(car, 'tyre')))).size).toBeGreaterThan(2);
});
