import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NOW_MS, record } from './predictor.fixture.ts';
import { insertRecord, type ReorderBuffer, releaseUpTo } from './reorder.ts';

const records = fc
  .array(fc.record({ afterMs: fc.integer({ min: 0, max: 30 }), id: fc.integer({ min: 0, max: 99 }) }), {
    maxLength: 30,
  })
  .map((some) => [
    ...new Map(
      some.map(({ afterMs, id }) => [
        `${afterMs}/${id}`,
        record(NOW_MS + afterMs, {}, { recordId: `${afterMs}/${id}` }),
      ]),
    ).values(),
  ]);
const filled = (some: readonly ReturnType<typeof record>[]) => some.reduce<ReorderBuffer>(insertRecord, []);

test('any order and any repeats give the same buffer, sorted, each once', () => {
  fc.assert(
    fc.property(
      records.chain((some) =>
        fc.tuple(
          fc.constant(some),
          fc.shuffledSubarray(some, { minLength: some.length, maxLength: some.length }),
          fc.array(fc.nat(Math.max(0, some.length - 1)), { maxLength: 10 }),
        ),
      ),
      ([some, shuffled, repeats]) => {
        const repeated = [...shuffled, ...repeats.flatMap((i) => shuffled[i] ?? [])];
        expect(filled(repeated)).toEqual(filled(some));
        const times = filled(some).map(({ observedAtMs }) => observedAtMs);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(filled(some)).toHaveLength(some.length);
      },
    ),
  );
});

test('what was observed up to the frontier comes out, the rest stays', () => {
  fc.assert(
    fc.property(records, fc.integer({ min: -1, max: 31 }), (some, afterMs) => {
      const { released, kept } = releaseUpTo(filled(some), NOW_MS + afterMs);
      expect([...released, ...kept]).toEqual(filled(some));
      expect(released.every(({ observedAtMs }) => observedAtMs <= NOW_MS + afterMs)).toBe(true);
      expect(kept.every(({ observedAtMs }) => observedAtMs > NOW_MS + afterMs)).toBe(true);
    }),
  );
});

test('a repeat leaves the very same buffer', () => {
  const one = record(NOW_MS, {});
  const buffer = insertRecord([], one);
  expect(insertRecord(buffer, { ...one })).toBe(buffer);
});
