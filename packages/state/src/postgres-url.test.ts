import { silentLog } from '@outrider/runtime';
import { expect, test } from 'vitest';
import { openState } from './open.ts';
import { checkPostgresUrl, isInClear } from './postgres-url.ts';
import { fromPostgresText, toPostgresValue } from './postgres-values.ts';

test.each([
  'postgres://outrider:hunter2@db/outrider',
  'postgresql://outrider@127.0.0.1:5433/outrider?application_name=api',
  'postgres://outrider:hunter2@db/outrider?sslmode=verify-full&sslrootcert=/run/ca.pem',
])('%s is taken', (url) => {
  expect(() => checkPostgresUrl(url)).not.toThrow();
});

test.each([
  { name: 'no host', url: 'postgres:///hunter2' },
  { name: 'no database', url: 'postgres://outrider:hunter2@db/' },
  { name: 'no URL', url: 'postgres://outrider:hunter2@db:port/outrider' },
  { name: 'an unknown parameter', url: 'postgres://outrider:hunter2@db/outrider?options=-c%20fsync' },
  { name: 'a mode that trusts anybody', url: 'postgres://outrider:hunter2@db/outrider?sslmode=require' },
  { name: 'a certificate without TLS', url: 'postgres://outrider:hunter2@db/outrider?sslrootcert=/ca.pem' },
])('a URL with $name is refused before anything is asked, without its password', async ({ url }) => {
  const refusal = openState(url, { log: silentLog });
  await expect(refusal).rejects.toThrow('the state URL');
  await expect(refusal).rejects.not.toThrow('hunter2');
});

test.each([
  { url: 'postgres://db/outrider', inClear: true },
  { url: 'postgres://db/outrider?sslmode=disable', inClear: true },
  { url: 'postgres://db/outrider?sslmode=verify-full', inClear: false },
  { url: 'postgres://127.0.0.1/outrider', inClear: false },
  { url: 'postgres://[::1]:5432/outrider', inClear: false },
])('$url crosses a network in clear: $inClear', ({ url, inClear }) => {
  expect(isInClear(url)).toBe(inClear);
});

test.each(['', 'plain', '\0', '\uE000', 'a\0\uE000\uE001\uE002\0\0', '\uE000\uE002', '\uE000\0'])(
  'the text %j survives without a U+0000 on its way',
  (text) => {
    const sent = toPostgresValue(text) as string;
    expect(sent).not.toContain('\0');
    expect(fromPostgresText(sent)).toBe(text);
  },
);
