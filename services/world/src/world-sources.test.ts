import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings, SettingsError, silentLog, systemClock } from '@outrider/runtime';
import { afterAll, describe, expect, test } from 'vitest';
import { worldSettings } from './settings.ts';
import { openWorldSources, worldOptions } from './world-sources.ts';

const folder = mkdtempSync(join(tmpdir(), 'outrider-sources-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fileOf = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const settingsOf = (environment: Readonly<Record<string, string>>) =>
  readSettings(worldSettings, environment);
const open = (environment: Readonly<Record<string, string>>) =>
  openWorldSources(settingsOf(environment), {
    clock: systemClock,
    random: () => 0,
    fetch: () => Promise.reject(new Error('nothing is asked while sources are opened')),
    log: silentLog,
  });

describe('what is asked of the world', () => {
  test('nothing and nobody by default', async () => {
    expect(await open({})).toMatchObject({ locations: [], chargerSources: [], weather: [], routing: [] });
  });
  test('the file of forecasts before any service', async () => {
    const environment = {
      WEATHER_FILE: fileOf('none.json', '[]'),
      OPEN_METEO_URL: 'https://weather.example',
    };
    const { weather } = await open(environment);
    expect(weather.map(({ name }) => name).slice(0, 2)).toEqual(['forecast-file', 'open-meteo']);
  });
  test.for([
    { case: 'chargers that are not there', name: 'CHARGERS_FILE', file: () => join(folder, 'gone.csv') },
    { case: 'chargers without a row', name: 'CHARGERS_FILE', file: () => fileOf('a.csv', 'id,lat,lon\n') },
    { case: 'weather that is not there', name: 'WEATHER_FILE', file: () => join(folder, 'gone.json') },
    { case: 'weather that is not JSON', name: 'WEATHER_FILE', file: () => fileOf('b.json', '{') },
    { case: 'weather of another shape', name: 'WEATHER_FILE', file: () => fileOf('c.json', '[{"a":1}]') },
  ])('$case are refused by the name of the setting', async ({ name, file }) => {
    const refused = open({ [name]: file() });
    await expect(refused).rejects.toBeInstanceOf(SettingsError);
    await expect(refused).rejects.toThrow(name);
  });
});

test('nobody listens for pushes without a token that lets a peer in', () => {
  expect(worldOptions(settingsOf({}))).toEqual({ chargerRefreshMs: 21_600_000, snapshotTimeoutMs: 15_000 });
  const { ocpiPush } = worldOptions(settingsOf({ OCPI_PUSH_TOKEN: 'a-long-push-token-1' }));
  expect(ocpiPush).toEqual({ token: 'a-long-push-token-1', host: '127.0.0.1', port: 8082 });
});
