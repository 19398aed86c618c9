import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unpackLz4 } from './lz4.ts';

const MANY = 1 << 20;
const HEAD = [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82];
const END = [0, 0, 0, 0];
const word = (value: number): number[] => [
  value & 255,
  (value >>> 8) & 255,
  (value >>> 16) & 255,
  value >>> 24,
];
const block = (...bytes: number[]): number[] => [...word(bytes.length), ...bytes];
const plain = (text: string): number[] => [...word((0x8000_0000 + text.length) >>> 0), ...Buffer.from(text)];
const frame = (...blocks: number[][]): Buffer => Buffer.from([...HEAD, ...blocks.flat(), ...END]);
const textOf = (bytes: Buffer, bytesMax = MANY): string => unpackLz4(bytes, bytesMax).toString();

/** "abc", then nine bytes from three back, then "!": a repetition of what is still being written. */
const ABC = block(0x35, 97, 98, 99, 3, 0, 0x10, 33);

describe('an lz4 frame', () => {
  it.each([
    ['nothing', frame(), ''],
    ['a plain block', frame(plain('as it is')), 'as it is'],
    ['a repetition that overlaps itself', frame(ABC), 'abcabcabcabc!'],
    [
      'a block that repeats what stands in the one before',
      frame(plain('abc'), block(0x04, 3, 0, 0)),
      'abcabcabcab',
    ],
    [
      'lengths that go on in further bytes',
      frame(block(0x1f, 97, 1, 0, 255, 6, 0x10, 33)),
      `${'a'.repeat(281)}!`,
    ],
  ])('unpacks %s', (_, bytes, text) => expect(textOf(bytes)).toBe(text));

  it('passes over sizes and checksums', () => {
    const head = [0x04, 0x22, 0x4d, 0x18, 0x7c, 0x40, ...new Array(8).fill(0), 0x99];
    const bytes = [...head, ...plain('abc'), 1, 2, 3, 4, ...END, 5, 6, 7, 8];
    expect(textOf(Buffer.from(bytes))).toBe('abc');
  });

  it('refuses every cut, and anything behind its end', () => {
    const whole = frame(ABC, plain('abc'));
    for (let length = 0; length < whole.length; length++)
      expect(() => textOf(whole.subarray(0, length)), `${length} bytes`).toThrow();
    expect(() => textOf(Buffer.concat([whole, Buffer.from([0])]))).toThrow();
  });

  it.each([
    ['no frame', Buffer.from('{"speed": 5, "soc": 80}')],
    ['another version', Buffer.from([4, 0x22, 0x4d, 0x18, 0xa0, 0x40, 0x82, ...END])],
    ['a dictionary', Buffer.from([4, 0x22, 0x4d, 0x18, 0x61, 0x40, 0x82, 0, 0, 0, 0, ...END])],
    ['blocks of no known size', Buffer.from([4, 0x22, 0x4d, 0x18, 0x60, 0x30, 0x82, ...END])],
    ['a repetition of what comes before the beginning', frame(block(0x10, 97, 2, 0, 0x10, 33))],
    ['a repetition of nothing', frame(block(0x10, 97, 0, 0, 0x10, 33))],
    [
      'a block that unfolds to more than its size',
      frame(block(0x1f, 97, 1, 0, ...new Array(260).fill(255), 0, 0)),
    ],
  ])('refuses %s', (_, bytes) => expect(() => textOf(bytes)).toThrow());

  it('refuses what unfolds to more than it may, and takes exactly that', () => {
    expect(textOf(frame(ABC), 13)).toHaveLength(13);
    expect(() => textOf(frame(ABC), 12)).toThrow();
    expect(() => textOf(frame(plain('abc'), plain('def')), 5)).toThrow();
  });

  it('throws, or stays within what it may, whatever the bytes of its blocks are', () => {
    let unpacked = 0;
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 3 }), (blocks) => {
        const whole = frame(...blocks.map((each) => block(...each)));
        try {
          expect(unpackLz4(whole, 1_000).length).toBeLessThanOrEqual(1_000);
          unpacked++;
        } catch (error) {
          expect(String(error)).toMatch(/lz4|ERR_OUT_OF_RANGE|out of range|outside/);
        }
      }),
      { seed: 1, numRuns: 2_000 },
    );
    expect(unpacked).toBeGreaterThan(50);
  });
});
