import { describe, expect, it } from 'vitest';
import { packSnappy, unpackSnappy } from './kafka-codecs.ts';

describe('snappy as Java frames it', () => {
  it.each([0, 1, 32 * 1024, 32 * 1024 + 1, 200_000])('brings back %i bytes', (length) => {
    const bytes = Buffer.from(Array.from({ length }, (_, index) => (index * index) % 251));
    expect(unpackSnappy(packSnappy(bytes)).equals(bytes)).toBe(true);
  });

  it('reads a block without frame too', () => {
    // Snappy's own format: the length, then a literal of three bytes.
    expect(unpackSnappy(Buffer.from([3, 2 << 2, 97, 98, 99])).toString()).toBe('abc');
  });

  it('refuses what is cut off, and a block that says it is huge', () => {
    const packed = packSnappy(Buffer.from('some text that is long enough'));
    for (const cut of [1, 10, packed.length - 17])
      expect(() => unpackSnappy(packed.subarray(0, packed.length - cut))).toThrow();
    expect(() => unpackSnappy(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0]))).toThrow();
  });
});
