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

test('the fast way and the exact way agree on every document, however the text is written', () => {
  const key = fc.constantFrom('a', 'b', '__proto__', 'constructor', 'é');
  const scalar = fc.constantFrom(
    '1',
    '-0.5',
    '1e400',
    '1e300',
    '9007199254740993',
    'null',
    '"x"',
    '"\ud800"',
  );
  const { document } = fc.letrec<{ document: string }>((tie) => ({
    document: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      scalar,
      fc.array(tie('document'), { maxLength: 3 }).map((items) => `[${items.join(' , ')}]`),
      fc
        .array(fc.tuple(key, tie('document')), { maxLength: 3 })
        .map((members) => `{${members.map(([name, text]) => `"${name}" :\n${text}`).join(',')}}`),
    ),
  }));
  fc.assert(
    // A document with an escape never takes the fast way, so wrapping one in changes the way and nothing else.
    fc.property(document, (text) => {
      const plain = decodeStrictJson(text, 3);
      const escaped = decodeStrictJson(`["\\u0061",${text}]`, 4);
      expect(escaped.kind === 'refused' ? escaped.reason : 'value').toBe(
        plain.kind === 'refused' ? plain.reason : 'value',
      );
    }),
    { numRuns: 1_000 },
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
