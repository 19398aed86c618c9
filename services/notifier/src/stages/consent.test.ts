import { expect, test } from 'vitest';
import { PASS } from '../stage.ts';
import { consent } from './consent.ts';

test('trust decides', () => {
  expect(consent.decide({ isAllowed: true })).toEqual(PASS);
  expect(consent.decide({ isAllowed: false })).toEqual({ kind: 'suppress', reason: 'no-consent' });
});
