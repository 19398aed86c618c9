import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aloneSettings, ingestSettings } from './settings.ts';

test('the table of settings in the README says what the code says', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  const documented = readme.split('\n').filter((line) => /^\| `[A-Z_]+` \|/.test(line));
  const all = [...Object.values(ingestSettings), ...Object.values(aloneSettings)];
  expect(documented).toEqual(
    all.map(({ env, about, default: value }) => {
      const shown = value === '' ? 'none' : `\`${value}\``;
      return `| \`${env}\` | ${about} | ${shown} |`;
    }),
  );
});
