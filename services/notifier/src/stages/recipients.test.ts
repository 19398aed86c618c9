import { expect, test } from 'vitest';
import { driver } from '../notifier.fixture.ts';
import { PASS } from '../stage.ts';
import { recipients, recipientsOf } from './recipients.ts';

test('the owner at every instant asked for; from is inclusive, to is not', () => {
  const period = { vehicleId: 'v', personId: 'p', keyId: 'k', fromMs: 100, toMs: 200 };
  expect(recipientsOf([period], [100, 199])).toEqual(['p']);
  expect(recipientsOf([period], [99, 150])).toEqual([]);
  expect(recipientsOf([period], [150, 200])).toEqual([]);
  expect(recipientsOf([{ ...period, toMs: null }], [150, 9e12])).toEqual(['p']);
});

test('nobody is a reason, somebody passes', () => {
  expect(recipients.decide({ recipient: undefined })).toEqual({ kind: 'suppress', reason: 'no-recipient' });
  expect(recipients.decide({ recipient: driver })).toEqual(PASS);
});
