import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitBatch } from './batch.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

test('a batch is cut into exactly the frames it was made of, however it is written', () => {
  fc.assert(
    fc.property(
      fc.array(fc.json({ maxDepth: 4 }), { maxLength: 8 }),
      fc.constantFrom('', ' ', '\n\t'),
      (frames, blank) => {
        const body = `${blank}{${blank}"frames"${blank}:${blank}[${frames.join(`${blank},${blank}`)}${blank}]${blank}}`;
        const batch = splitBatch(encoder.encode(body));
        if (batch.kind === 'refused') throw new Error(batch.detail);
        expect(batch.frames.map((frame) => decoder.decode(frame).trim())).toEqual(frames);
      },
    ),
    { numRuns: 300 },
  );
});

test('no bytes make it throw', () => {
  const like = fc.string({ unit: fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', 'a', ' ') });
  fc.assert(
    fc.property(like, (text) => {
      splitBatch(encoder.encode(`{"frames":[${text}`));
      splitBatch(encoder.encode(text));
    }),
    { numRuns: 1_000 },
  );
});
