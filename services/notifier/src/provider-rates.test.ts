import { expect, test } from 'vitest';
import { providerRates } from './provider-rates.ts';

test('rates of providers are read with their units; empty is none', () => {
  expect([...providerRates('sms=1/1s, telegram=30/2m,email=500/1h')]).toEqual([
    ['sms', { count: 1, windowMs: 1_000 }],
    ['telegram', { count: 30, windowMs: 120_000 }],
    ['email', { count: 500, windowMs: 3_600_000 }],
  ]);
  expect(providerRates('').size).toBe(0);
});

for (const wrong of ['sms', 'sms=1', 'sms=0/1s', 'sms=1/0s', 'sms=1/1d', 'fax=1/1s', 'feed=1/1s'])
  test(`"${wrong}" is none`, () => expect(() => providerRates(wrong)).toThrow('is not a list like'));
for (const wrong of ['sms=1/1s,', 'sms=1/1s,sms=2/1s', 'sms=1.5/1s', 'toString=1/1s'])
  test(`"${wrong}" is none`, () => expect(() => providerRates(wrong)).toThrow('is not a list like'));
