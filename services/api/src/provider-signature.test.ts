import { expect, test } from 'vitest';
import { isSigned, signatureOf } from './provider-signature.ts';

// The example of Twilio's own documentation and libraries.
const URL_SAID = 'https://mycompany.com/myapp.php?foo=1&bar=2';
const TOKEN = '12345';
const SIGNATURE = '0/KCTR6DLpKmkAf8muzZqo1nDgQ=';
const fields = {
  ...{ CallSid: 'CA1234567890ABCDE', Digits: '1234', From: '+12349013030' },
  ...{ To: '+18005551212', Caller: '+12349013030' },
};
const form = (change: Readonly<Record<string, string>> = {}) => new URLSearchParams({ ...fields, ...change });

test('the documented example is signed as documented, in whatever order its fields come', () => {
  expect(signatureOf(TOKEN, URL_SAID, form())).toBe(SIGNATURE);
  const turned = new URLSearchParams([...form().entries()].toReversed());
  expect(isSigned(SIGNATURE, [TOKEN], URL_SAID, turned)).toBe(true);
});

test('while a token is changed both hold', () => {
  expect(isSigned(SIGNATURE, ['new', TOKEN], URL_SAID, form())).toBe(true);
  expect(isSigned(SIGNATURE, [TOKEN, 'new'], URL_SAID, form())).toBe(true);
});

for (const { name, said, tokens, url, fieldsSaid } of [
  { name: 'another token', said: SIGNATURE, tokens: ['54321'], url: URL_SAID, fieldsSaid: form() },
  { name: 'no token at all', said: SIGNATURE, tokens: [], url: URL_SAID, fieldsSaid: form() },
  { name: 'no signature', said: undefined, tokens: [TOKEN], url: URL_SAID, fieldsSaid: form() },
  { name: 'a shorter one', said: SIGNATURE.slice(1), tokens: [TOKEN], url: URL_SAID, fieldsSaid: form() },
  { name: 'another address', said: SIGNATURE, tokens: [TOKEN], url: `${URL_SAID}0`, fieldsSaid: form() },
  {
    name: 'a changed field',
    said: SIGNATURE,
    tokens: [TOKEN],
    url: URL_SAID,
    fieldsSaid: form({ Digits: '0' }),
  },
  { name: 'one more field', said: SIGNATURE, tokens: [TOKEN], url: URL_SAID, fieldsSaid: form({ Z: '' }) },
])
  test(`${name} is refused`, () => expect(isSigned(said, tokens, url, fieldsSaid)).toBe(false));
