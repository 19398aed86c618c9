import { describe, expect, test } from 'vitest';
import { usualCosts, type WarningCosts, warnFrom, withdrawBelow } from './decision.ts';

describe('the probability from which to warn', () => {
  const cases: [string, WarningCosts, number][] = [
    ['one in eleven when a stranding weighs ten needless cards', usualCosts, 1 / 11],
    ['one in twenty-one when it weighs twenty', { miss: 20, falseAlarm: 1 }, 1 / 21],
    ['a third for a tip worth two', { miss: 2, falseAlarm: 1 }, 1 / 3],
    ['a half when both weigh the same, in any unit', { miss: 300, falseAlarm: 300 }, 1 / 2],
    ['higher when only half can be averted', { ...usualCosts, avertableRatio: 0.5 }, 1 / 6],
    ['zero when a needless warning costs nothing', { miss: 10, falseAlarm: 0 }, 0],
  ];
  for (const [name, costs, expected] of cases)
    test(`is ${name}`, () => expect(warnFrom(costs)).toBeCloseTo(expected, 12));

  test('is where warning and silence cost the same', () => {
    const p = warnFrom();
    expect(p * usualCosts.miss).toBeCloseTo((1 - p) * usualCosts.falseAlarm, 12);
  });

  const bad: [string, WarningCosts][] = [
    ['a miss that costs nothing', { miss: 0, falseAlarm: 1 }],
    ['a negative false alarm', { miss: 10, falseAlarm: -1 }],
    ['a cost that is no number', { miss: Number.NaN, falseAlarm: 1 }],
    ['an endless cost', { miss: 10, falseAlarm: Number.POSITIVE_INFINITY }],
    ['nothing to avert', { ...usualCosts, avertableRatio: 0 }],
    ['more to avert than there is', { ...usualCosts, avertableRatio: 1.01 }],
  ];
  for (const [name, costs] of bad)
    test(`refuses ${name}`, () => expect(() => warnFrom(costs)).toThrow(RangeError));
});

test('a warning is withdrawn below half of what raised it', () => {
  expect(withdrawBelow(warnFrom())).toBeCloseTo(1 / 22, 12);
  expect(withdrawBelow(0.5)).toBe(0.25);
});
