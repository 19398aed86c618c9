import type { CommandState } from '@outrider/domain';
import { expect, test } from 'vitest';
import { wordsOfCommand } from './command-words.ts';

const COST = { minutes: 24.2, energyKwh: 2.0833 };
const rows: readonly { state: CommandState; reason?: string; body: string }[] = [
  {
    state: 'asked',
    body: 'The car is asked to warm the battery for the charge at Lahr: 25 min, about 2.1 kWh.',
  },
  { state: 'accepted', body: 'The car will warm the battery for the charge at Lahr: 25 min, about 2.1 kWh.' },
  { state: 'started', body: 'Warming the battery for the charge at Lahr: 25 min, about 2.1 kWh.' },
  { state: 'done', body: 'The car has warmed the battery for the charge at Lahr.' },
  {
    ...{ state: 'failed', reason: 'the heater has a fault' },
    body: 'The car could not warm the battery for the charge at Lahr: the heater has a fault.',
  },
  {
    ...{ state: 'refused', reason: 'the car sleeps' },
    body: 'The car does not warm the battery for the charge at Lahr: the car sleeps.',
  },
  {
    state: 'expired',
    body: 'The car has not answered; it does not warm the battery for the charge at Lahr.',
  },
  {
    ...{ state: 'cancelled', reason: 'plan-changed' },
    body: 'Warming the battery for the charge at Lahr is cancelled: the plan changed.',
  },
  {
    ...{ state: 'cancelled', reason: 'asked-already' },
    body: 'Warming the battery for the charge at Lahr is cancelled: the same was asked already.',
  },
  {
    ...{ state: 'cancelled', reason: 'driver' },
    body: 'Warming the battery for the charge at Lahr is cancelled.',
  },
];

test.each(rows)('$state, $reason', ({ body, ...said }) => {
  expect(wordsOfCommand({ ...COST, ...said }, 'Lahr').body).toBe(body);
});

test('what is not known is left out', () => {
  expect(wordsOfCommand({ state: 'started' }, undefined)).toEqual({
    title: 'Warming the battery',
    body: 'Warming the battery.',
  });
  expect(wordsOfCommand({ state: 'failed', minutes: 14 }, undefined).body).toBe(
    'The car could not warm the battery.',
  );
  expect(wordsOfCommand({ state: 'asked', minutes: 14 }, undefined).body).toBe(
    'The car is asked to warm the battery: 14 min.',
  );
});
