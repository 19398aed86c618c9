import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeStrictJson, type JsonRefusal } from './strict-json.ts';

const refused: readonly { name: string; text: string | Uint8Array; reason: JsonRefusal }[] = [
  { name: 'half a document', text: '{"soc":', reason: 'not-json' },
  { name: 'nothing', text: '', reason: 'not-json' },
  { name: 'NaN', text: '{"soc":NaN}', reason: 'not-json' },
  { name: 'bytes that are not UTF-8', text: Uint8Array.of(0x22, 0xff, 0x22), reason: 'not-utf8' },
  { name: 'a byte order mark', text: '\ufeff{}', reason: 'not-json' },
  { name: '__proto__ as a key', text: '{"__proto__":{"isAdmin":true}}', reason: 'forbidden-key' },
  {
    name: '__proto__ in disguise',
    text: '{"\\u005f_proto__":{"isAdmin":true}}',
    reason: 'forbidden-key',
  },
  { name: 'constructor deep inside', text: '[{"a":{"constructor" :1}}]', reason: 'forbidden-key' },
  {
    name: 'a key far from its colon',
    text: `{"__proto__"${' '.repeat(500)}:1}`,
    reason: 'forbidden-key',
  },
  { name: 'a key said twice', text: '{"soc":80,"soc":8}', reason: 'duplicate-key' },
  { name: 'a key said twice, once escaped', text: '{"soc":80,"\\u0073oc":8}', reason: 'duplicate-key' },
  { name: 'a number beyond a double', text: '{"soc":1e999}', reason: 'not-finite' },
  { name: 'an integer that would change', text: '9007199254740993', reason: 'unsafe-integer' },
  { name: 'a lone surrogate', text: '"\\ud800"', reason: 'bad-text' },
  { name: 'NUL in a string', text: '"a\\u0000b"', reason: 'bad-text' },
  { name: '17 levels', text: `${'['.repeat(17)}${']'.repeat(17)}`, reason: 'too-deep' },
];

for (const { name, text, reason } of refused) {
  test(`refuses ${name}`, () => {
    expect(decodeStrictJson(text)).toEqual({ kind: 'refused', reason });
  });
}

const accepted = [
  '{"a":{"soc":1},"b":{"soc":2}}',
  '["__proto__","constructor"]',
  '9007199254740991',
  '"a \\" quote and \\\\ back"',
  `${'['.repeat(16)}${']'.repeat(16)}`,
  '-0.5e-3',
];
for (const text of accepted) {
  test(`takes ${text.slice(0, 40)}`, () => {
    expect(decodeStrictJson(text)).toEqual({ kind: 'value', value: JSON.parse(text) });
  });
}

test('whatever it takes is what JSON.parse reads', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (text) => {
      const decoded = decodeStrictJson(text);
      if (decoded.kind === 'value') expect(decoded.value).toEqual(JSON.parse(text));
    }),
    { numRuns: 300 },
  );
});

test('random bytes never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      decodeStrictJson(bytes);
    }),
    { numRuns: 300 },
  );
});
