import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from '@outrider/runtime';
import { expect, test } from 'vitest';
import { aloneSettings, predictorSettings } from './settings.ts';

test('the table of settings in the README says what the code says', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  const documented = readme.split('\n').filter((line) => /^\| `[A-Z_]+` \|/.test(line));
  expect(documented).toEqual(
    Object.values({ ...predictorSettings, ...aloneSettings }).map(
      ({ env, about, default: value }) =>
        `| \`${env}\` | ${about} | ${value === '' ? 'none' : `\`${value}\``} |`,
    ),
  );
});

test.each([
  ['REORDER_WINDOW_S', '-1'],
  ['REORDER_WINDOW_S', '301'],
  ['CHECKPOINT_EVERY_S', '0'],
  ['CHECKPOINT_RECORDS', '0'],
  ['CHECKPOINT_RECORDS', '1.5'],
])('%s=%s is refused', (env, value) => {
  expect(() => readSettings(predictorSettings, { [env]: value })).toThrow(env);
});
