import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from '@outrider/runtime';
import { expect, test } from 'vitest';
import { aloneSettings, worldSettings } from './settings.ts';

test('the table of settings in the README says what the code says', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  const documented = readme.split('\n').filter((line) => /^\| `[A-Z_]+` \|/.test(line));
  expect(documented).toEqual(
    Object.values({ ...worldSettings, ...aloneSettings }).map(
      ({ env, about, default: value }) =>
        `| \`${env}\` | ${about} | ${value === '' ? 'none' : `\`${value}\``} |`,
    ),
  );
});

test('weather vendors are asked in the order given, each once', () => {
  const order = (text: string) => readSettings(worldSettings, { WEATHER_ORDER: text }).weatherOrder;
  expect(readSettings(worldSettings, {}).weatherOrder).toEqual(['open-meteo', 'met-norway', 'nws-grid']);
  expect(order('met-norway, open-meteo')).toEqual(['met-norway', 'open-meteo']);
  for (const wrong of ['', 'open-meteo,open-meteo', 'accurate-weather'])
    expect(() => order(wrong)).toThrow('WEATHER_ORDER');
});

test.each([
  ['ops@example.org', true],
  ['https://example.org/contact', true],
  ['nobody', false],
  ['ops@example.org\r\nx-evil: 1', false],
])('a contact like %j is taken: %s', (text, isTaken) => {
  const read = () => readSettings(worldSettings, { PROVIDER_CONTACT: text }).providerContact;
  if (isTaken) expect(read()).toBe(text);
  else expect(read).toThrow('PROVIDER_CONTACT');
});

test('without files there are none, and a wait of no length is refused', () => {
  expect(readSettings(worldSettings, {})).toMatchObject({ chargersFile: undefined, weatherFile: undefined });
  expect(readSettings(worldSettings, { WORLD_TIMEOUT_MS: '100' }).snapshotTimeoutMs).toBe(100);
  expect(() => readSettings(worldSettings, { WORLD_TIMEOUT_MS: '99' })).toThrow('WORLD_TIMEOUT_MS');
});
