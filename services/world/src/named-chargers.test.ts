import { chargerSourceNames } from '@outrider/providers';
import { readSettings, systemClock } from '@outrider/runtime';
import { expect, test } from 'vitest';
import { chargerSources } from './named-chargers.ts';
import { worldSettings } from './settings.ts';

const ALL = {
  OCPI_URL: 'https://ocpi.example/2.2.1/locations',
  OPEN_CHARGE_MAP_URL: 'https://map.example/v3/poi',
  AFDC_URL: 'https://afdc.example/v1.json',
};
const namesOf = (environment: Readonly<Record<string, string>>) =>
  chargerSources(readSettings(worldSettings, environment), {
    clock: systemClock,
    random: () => 0,
    fetch,
  }).map(({ name }) => name);

test('by default nobody is asked', () => {
  expect(namesOf({})).toEqual([]);
  expect(namesOf({ OCPI_TOKEN: 'secret', AFDC_KEY: 'secret' })).toEqual([]);
});

test('each that has an address is asked, the most trusted first', () => {
  expect(namesOf(ALL)).toEqual(chargerSourceNames);
  expect(namesOf({ ...ALL, CHARGER_TRUST: 'afdc, ocpi-pull' })).toEqual([
    'afdc',
    'ocpi-pull',
    'open-charge-map',
  ]);
});

test.each([
  ['CHARGER_TRUST', 'tesla'],
  ['OCPI_URL', 'file:///etc/passwd'],
  ['OCPI_TOKEN_ENCODING', 'hex'],
  ['CHARGER_REFRESH_H', '0'],
])('%s cannot be %s', (setting, value) => {
  expect(() => namesOf({ ...ALL, [setting]: value })).toThrow(setting);
});

test('keys are never shown', () => {
  const secrets = Object.values(worldSettings).filter((one) => 'secret' in one && one.secret === true);
  for (const env of ['OCPI_TOKEN', 'OPEN_CHARGE_MAP_KEY', 'AFDC_KEY'])
    expect(secrets.map((one) => one.env)).toContain(env);
});
