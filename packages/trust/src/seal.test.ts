import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BOX_OVERHEAD_BYTES, openBox, sealBox, sealingKey } from './seal.ts';

const secret = randomBytes(32);
const key = sealingKey('key_a', 'veh_aaaaaaaa', secret);
const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

test('what was sealed is opened again, whatever its bytes and length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
      const box = sealBox(key, bytes);
      expect(box.byteLength).toBe(bytes.byteLength + BOX_OVERHEAD_BYTES);
      expect(Buffer.from(openBox(key, box) ?? 'unreadable')).toEqual(Buffer.from(bytes));
    }),
  );
});

test('a box shows nothing of what it holds, and never looks the same twice', () => {
  const boxes = Array.from({ length: 2_000 }, () =>
    Buffer.from(sealBox(key, Buffer.from('52.5200,13.4050'))),
  );
  expect(new Set(boxes.map((box) => box.toString('hex'))).size).toBe(boxes.length);
  expect(new Set(boxes.map((box) => box.subarray(1, 13).toString('hex'))).size).toBe(boxes.length);
  expect(boxes.some((box) => box.includes('52.52'))).toBe(false);
});

test('a box does not change when later ones are sealed', () => {
  const box = sealBox(key, Buffer.from('first'));
  for (let count = 0; count < 1_000; count += 1) sealBox(key, Buffer.from('later'));
  expect(text(openBox(key, box))).toBe('first');
});

test('one flipped bit, wherever it is, makes a box unreadable', () => {
  const box = sealBox(key, Buffer.from('52.5200,13.4050'));
  fc.assert(
    fc.property(fc.nat(box.byteLength * 8 - 1), (bit) => {
      const flipped = Uint8Array.from(box);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(openBox(key, flipped)).toBeUndefined();
    }),
    { numRuns: 2_000 },
  );
});

test('hostile bytes are unreadable and never throw, with and without the right first byte', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.boolean(), (bytes, hasVersion) => {
      if (hasVersion) bytes[0] = 1;
      expect(openBox(key, bytes)).toBeUndefined();
    }),
    { numRuns: 2_000 },
  );
});

test('every truncation and an extra byte make a box unreadable', () => {
  const box = sealBox(key, Buffer.from('52.52'));
  for (let length = 0; length < box.byteLength; length += 1) {
    expect(openBox(key, box.subarray(0, length))).toBeUndefined();
  }
  expect(openBox(key, Buffer.concat([box, Buffer.of(0)]))).toBeUndefined();
});

test.each([
  { name: 'another key id', other: sealingKey('key_b', 'veh_aaaaaaaa', secret) },
  { name: 'another vehicle', other: sealingKey('key_a', 'veh_bbbbbbbb', secret) },
  { name: 'another secret', other: sealingKey('key_a', 'veh_aaaaaaaa', randomBytes(32)) },
])('a box is unreadable under $name', ({ other }) => {
  const box = sealBox(key, Buffer.from('home'));
  expect(openBox(other, box)).toBeUndefined();
  expect(text(openBox(key, box))).toBe('home');
});

test.each([0, 16, 31, 33])('a secret of %i bytes is refused', (length) => {
  expect(() => sealingKey('key_a', 'veh_aaaaaaaa', randomBytes(length))).toThrow(RangeError);
});
