import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chargerFiles, chargerSourceNames } from './charging/index.ts';
import { elevationProviderNames } from './elevation/index.ts';
import { geocoderNames } from './geocoding/index.ts';
import { routeProviderNames } from './routing/index.ts';
import { tripSources } from './trips/index.ts';
import { vinDecoderNames } from './vehicles/index.ts';
import { weatherProviderNames } from './weather/index.ts';

/** Names of the files of a folder that are neither ports nor tests nor what they share. */
const filesOf = (folder: string, shared: readonly string[]): string[] =>
  readdirSync(join(import.meta.dirname, folder))
    .filter((name) => /^[a-z-]+\.ts$/.test(name))
    .map((name) => name.slice(0, -3))
    .filter((name) => !['index', ...shared].includes(name));

test('every route provider is listed under the name of its file', () => {
  const shared = ['ask-valhalla', 'decode-shape', 'route-promises', 'route-provider'];
  expect([...routeProviderNames].toSorted()).toEqual(filesOf('routing', shared));
});

test('every source of heights is listed under the name of its file', () => {
  const shared = ['elevation-provider', 'profile'];
  expect([...elevationProviderNames].toSorted()).toEqual(filesOf('elevation', shared));
});

test('every weather provider is listed under the name of its file', () => {
  const shared = ['forecast-cache', 'place-forecast', 'weather-probe', 'weather-provider'];
  expect([...weatherProviderNames].toSorted()).toEqual(filesOf('weather', shared));
});

test('every charger file format and source is listed under the name of its file', () => {
  const shared = [
    'charger-index',
    'charger-provider',
    'list-url',
    'raw-location',
    'twins',
    'works-probability',
  ];
  const names = [...chargerFiles.map(({ name }) => `${name}-file`), ...chargerSourceNames];
  expect(names.toSorted()).toEqual(filesOf('charging', shared));
});

test('every source of trips is listed under the name of its file', () => {
  const shared = ['trip-source', 'roads', 'local-time', 'repeat'];
  const names = Object.values(tripSources).map(({ name }) => name);
  expect(names.toSorted()).toEqual(filesOf('trips', shared));
});

test('every geocoder is listed under the name of its file', () => {
  const shared = ['geocoder', 'typed-coordinates'];
  expect([...geocoderNames].toSorted()).toEqual(filesOf('geocoding', shared));
});

test('every decoder of VINs is listed under the name of its file', () => {
  expect([...vinDecoderNames]).toEqual(filesOf('vehicles', ['vin-decoder']));
});

test('the floor that always answers is the last to be asked', () => {
  expect(routeProviderNames.at(-1)).toBe('great-circle');
});
