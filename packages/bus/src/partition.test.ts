import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { carOf, keyOfPart, murmur2, partitionOf, partOf } from './partition.ts';

// Apache Kafka, clients/src/test/java/org/apache/kafka/common/utils/UtilsTest.java, testMurmur2.
const KAFKA_VECTORS: readonly (readonly [string, number])[] = [
  ['21', -973_932_308],
  ['foobar', -790_332_482],
  ['a-little-bit-long-string', -985_981_536],
  ['a-little-bit-longer-string', -1_486_304_829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
  ['abc', 479_470_107],
];

describe('partition of a key', () => {
  it.each(KAFKA_VECTORS)('hashes %s as Kafka does', (text, hash) => {
    expect(murmur2(new TextEncoder().encode(text))).toBe(hash);
  });

  it('masks the sign as Kafka does', () => {
    expect(partitionOf('foobar', 32)).toBe((-790_332_482 & 0x7fffffff) % 32);
  });

  it('is a partition there is, for every text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 1_024 }), (key, partitions) => {
        const partition = partitionOf(key, partitions);
        return Number.isInteger(partition) && partition >= 0 && partition < partitions;
      }),
    );
  });

  it('spreads vehicles evenly', () => {
    const counts = new Array<number>(32).fill(0);
    for (let car = 0; car < 32_000; car++) {
      const partition = partitionOf(`veh_${car.toString(36)}`, 32);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1_200);
  });
});

describe('the key of a part', () => {
  it.each([
    ['veh_1', 'veh_1', undefined],
    ['veh_1/trip-1', 'veh_1', 'trip-1'],
    ['veh_1/trip/with/slashes', 'veh_1', 'trip/with/slashes'],
    ['veh_1/', 'veh_1', ''],
    ['', '', undefined],
  ])('%j is of %j, part %j', (key, car, part) => {
    expect(carOf(key)).toBe(car);
    expect(partOf(key)).toBe(part);
    if (part !== undefined) expect(keyOfPart(car, part)).toBe(key);
  });
});
