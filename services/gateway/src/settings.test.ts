import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from '@outrider/runtime';
import { expect, test } from 'vitest';
import { aloneSettings, gatewaySettings } from './settings.ts';

test('the table of settings in the README says what the code says', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  const documented = readme.split('\n').filter((line) => /^\| `[A-Z_]+` \|/.test(line));
  const all = [...Object.values(gatewaySettings), ...Object.values(aloneSettings)];
  expect(documented).toEqual(
    all.map((setting) => `| \`${setting.env}\` | ${setting.about} | \`${setting.default}\` |`),
  );
});

test('the defaults are valid, and the gateway listens on loopback unless told otherwise', () => {
  expect(readSettings(gatewaySettings, {}).host).toBe('127.0.0.1');
});

test('a full batch fits into the burst of a car that was silent', () => {
  expect(readSettings(gatewaySettings, {}).framesBurst).toBe(500);
});
