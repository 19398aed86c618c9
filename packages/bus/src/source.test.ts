import { expect, test } from 'vitest';
import { matchesTopic } from './source.ts';

test.each([
  ['tesla_*', 'tesla_V', true],
  ['tesla_*', 'tesla_connectivity', true],
  ['tesla_*', 'tesla_telemetry_V', false],
  ['tesla_*', 'my_tesla_V', false],
  ['tesla_*', 'tesla', false],
  ['*_V', 'tesla_V', true],
  ['*_V', 'tesla_telemetry_V', false],
  ['tesla.eu_V', 'tesla.eu_V', true],
  ['tesla.*_V', 'tesla.eu_V', true],
  ['tesla.*_V', 'teslaXeu_V', false],
  ['tesla_V', 'tesla_V2', false],
])('%s and %s: %s', (wanted, name, matches) => {
  expect(matchesTopic(wanted, name)).toBe(matches);
});
