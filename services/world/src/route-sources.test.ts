import { readSettings, systemClock } from '@outrider/runtime';
import { expect, test } from 'vitest';
import { routeSources } from './route-sources.ts';
import { worldSettings } from './settings.ts';

const sourcesOf = (environment: Readonly<Record<string, string>>) =>
  routeSources(readSettings(worldSettings, environment), { clock: systemClock, random: () => 0, fetch });
const namesOf = (all: readonly { readonly name: string }[] = []) => all.map(({ name }) => name);

test('by default nobody is asked', () => {
  expect(sourcesOf({})).toEqual({ routing: [], elevation: [], matrix: [], geocoding: [], probes: [] });
});

test('those that are named are asked in their order', () => {
  const sources = sourcesOf({
    VALHALLA_URL: 'http://valhalla.example',
    OSRM_URL: 'http://osrm.example',
    ELEVATION_FOLDER: 'heights',
    PHOTON_URL: 'https://photon.example',
    NOMINATIM_URL: 'https://nominatim.example',
  });
  expect(namesOf(sources.routing)).toEqual(['valhalla', 'osrm']);
  expect(namesOf(sources.elevation)).toEqual(['valhalla-heights', 'hgt-folder']);
  expect(namesOf(sources.matrix)).toEqual(['valhalla']);
  expect(namesOf(sources.geocoding)).toEqual(['photon', 'nominatim']);
  expect(namesOf(sources.probes)).toEqual(['valhalla', 'osrm', 'photon', 'nominatim']);
});

test.each(['VALHALLA_URL', 'OSRM_URL', 'PHOTON_URL', 'NOMINATIM_URL'])('%s is a web address', (setting) => {
  expect(() => sourcesOf({ [setting]: 'file:///etc' })).toThrow(setting);
});
