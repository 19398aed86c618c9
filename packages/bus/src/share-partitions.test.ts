import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sharePartitions } from './share-partitions.ts';

const nobody = (partitions: number) => new Array<string | undefined>(partitions).fill(undefined);

describe('sharing partitions', () => {
  it('gives one member everything and no member nothing', () => {
    expect(sharePartitions(nobody(3), ['a'])).toEqual(['a', 'a', 'a']);
    expect(sharePartitions(['a', 'a'], [])).toEqual([undefined, undefined]);
  });

  it('moves only what evenness asks for when a member joins, and only the leaver’s when one leaves', () => {
    expect(sharePartitions(['a', 'a', 'a', 'a', 'a'], ['a', 'b'])).toEqual(['a', 'a', 'a', 'b', 'b']);
    expect(sharePartitions(['a', 'b', 'c', 'a', 'b', 'c'], ['a', 'c'])).toEqual([
      'a',
      'a',
      'c',
      'a',
      'c',
      'c',
    ]);
  });

  it('leaves some members without a partition when there are too few', () => {
    expect(sharePartitions(nobody(1), ['a', 'b'])).toEqual(['a']);
  });

  it('gives every partition to a member, with shares that differ by one at most', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.constantFrom('a', 'b', 'c', 'gone'), { nil: undefined }), { minLength: 1 }),
        fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 }),
        (owners, members) => {
          const shared = sharePartitions(owners, members);
          const counts = members.map((member) => shared.filter((owner) => owner === member).length);
          expect(counts.reduce((sum, count) => sum + count, 0)).toBe(owners.length);
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
          expect(sharePartitions(shared, members)).toEqual(shared);
        },
      ),
    );
  });
});
