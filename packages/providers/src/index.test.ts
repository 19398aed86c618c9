import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chargerFiles } from './charging/index.ts';
import { routeProviders } from './routing/index.ts';
import { weatherProviderNames } from './weather/index.ts';

/** Names of the files of a folder that are neither ports nor tests nor what they share. */
const filesOf = (folder: string, shared: readonly string[]): string[] =>
  readdirSync(join(import.meta.dirname, folder))
    .filter((name) => /^[a-z-]+\.ts$/.test(name))
    .map((name) => name.slice(0, -3))
    .filter((name) => !['index', ...shared].includes(name));

test('every route provider is listed under the name of its file', () => {
  expect(routeProviders.map(({ name }) => name).toSorted()).toEqual(filesOf('routing', ['route-provider']));
});

test('every weather provider is listed under the name of its file', () => {
  expect([...weatherProviderNames].toSorted()).toEqual(filesOf('weather', ['weather-provider']));
});

test('every charger file format is listed under the name of its file', () => {
  const shared = ['charger-index', 'charger-provider', 'raw-location', 'works-probability'];
  expect(chargerFiles.map(({ name }) => `${name}-file`).toSorted()).toEqual(filesOf('charging', shared));
});

test('the floor that always answers is the last to be asked', () => {
  expect(routeProviders.at(-1)?.name).toBe('great-circle');
});
