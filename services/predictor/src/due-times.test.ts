import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DueTimes } from './due-times.ts';

test('nothing is due where nothing was set', () => {
  const due = new DueTimes();
  expect(due.nextMs()).toBeUndefined();
  expect(due.takeUpTo(Number.POSITIVE_INFINITY)).toEqual([]);
});

test('due at its moment and not before, and taken once', () => {
  const due = new DueTimes();
  due.set('a', 100);
  expect(due.takeUpTo(99)).toEqual([]);
  expect(due.nextMs()).toBe(100);
  expect(due.takeUpTo(100)).toEqual(['a']);
  expect(due.takeUpTo(100)).toEqual([]);
});

test('an id that is set to what it was before, by way of another moment, is taken once', () => {
  const due = new DueTimes();
  for (const atMs of [100, 50, 100]) due.set('a', atMs);
  expect(due.takeUpTo(60)).toEqual([]);
  expect(due.takeUpTo(100)).toEqual(['a']);
});

test('it finds what a look at everything finds, soonest first', () => {
  const ids = ['a', 'b', 'c', 'd', 'e'];
  const step = fc.oneof(
    fc.record({ id: fc.constantFrom(...ids), atMs: fc.option(fc.integer({ min: -3, max: 60 })) }),
    fc.record({ untilMs: fc.integer({ min: 0, max: 60 }) }),
    fc.constant({ id: 'now', atMs: Number.NEGATIVE_INFINITY }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const due = new DueTimes();
      const scanned = new Map<string, number>();
      for (const one of steps) {
        if ('untilMs' in one) {
          const expected = [...scanned]
            .filter(([, atMs]) => atMs <= one.untilMs)
            .toSorted(([a, aMs], [b, bMs]) => (aMs === bMs ? (a < b ? -1 : 1) : aMs < bMs ? -1 : 1))
            .map(([id]) => id);
          expect(due.takeUpTo(one.untilMs)).toEqual(expected);
          for (const id of expected) scanned.delete(id);
        } else {
          due.set(one.id, one.atMs ?? undefined);
          if (one.atMs === null) scanned.delete(one.id);
          else scanned.set(one.id, one.atMs);
        }
        expect(due.nextMs()).toBe(scanned.size === 0 ? undefined : Math.min(...scanned.values()));
      }
    }),
  );
});
