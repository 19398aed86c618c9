import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from '@outrider/runtime';
import { expect, test } from 'vitest';
import { worldSettings } from './settings.ts';

test('the table of settings in the README says what the code says', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  const documented = readme.split('\n').filter((line) => /^\| `[A-Z_]+` \|/.test(line));
  expect(documented).toEqual(
    Object.values(worldSettings).map(
      ({ env, about, default: value }) =>
        `| \`${env}\` | ${about} | ${value === '' ? 'none' : `\`${value}\``} |`,
    ),
  );
});

test('without files there are none, and a wait of no length is refused', () => {
  expect(readSettings(worldSettings, {})).toMatchObject({ chargersFile: undefined, weatherFile: undefined });
  expect(readSettings(worldSettings, { WORLD_TIMEOUT_MS: '100' }).snapshotTimeoutMs).toBe(100);
  expect(() => readSettings(worldSettings, { WORLD_TIMEOUT_MS: '99' })).toThrow('WORLD_TIMEOUT_MS');
});
