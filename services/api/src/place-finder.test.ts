import { readSettings, systemClock } from '@outrider/runtime';
import { expect, test } from 'vitest';
import { geocoders } from './place-finder.ts';
import { apiSettings } from './settings.ts';

test('geocoders are those that the settings name, in their order', () => {
  const named = (environment: Readonly<Record<string, string>>) =>
    geocoders(readSettings(apiSettings, environment), { clock: systemClock, random: () => 0, fetch }).map(
      ({ name }) => name,
    );
  expect(named({})).toEqual([]);
  expect(named({ NOMINATIM_URL: 'https://b.example', PHOTON_URL: 'https://a.example' })).toEqual([
    'photon',
    'nominatim',
  ]);
  expect(() => named({ PHOTON_URL: 'file:///etc' })).toThrow('PHOTON_URL');
});
