import { describe, expect, test } from 'vitest';
import type { Outcome, StretchLabel } from './quality.ts';
import { FEWEST_CASES, RULE_BAR, shareOf, summariseQuality } from './quality-summary.ts';

const label = (outcome: Outcome, change: Partial<StretchLabel> = {}): StretchLabel => ({
  dayMs: 0,
  outcome,
  warnings: ['missed', 'uneventful', 'censored'].includes(outcome)
    ? []
    : [{ ruleId: 'rule', times: 1, leadS: 600 }],
  ...change,
});
const times = (count: number, one: StretchLabel): StretchLabel[] => Array.from({ length: count }, () => one);

describe('a share', () => {
  test('of too few cases is none, of enough it is one', () => {
    expect(shareOf(2, FEWEST_CASES - 1)).toEqual({
      of: FEWEST_CASES - 1,
      ratio: null,
      low: null,
      high: null,
    });
    expect(shareOf(2, FEWEST_CASES).ratio).toBe(0.4);
  });

  test.each([
    // Wilson's interval as tables have it.
    [5, 10, 0.2366, 0.7634],
    [0, 10, 0, 0.2775],
    [10, 10, 0.7225, 1],
    [81, 263, 0.2553, 0.3662],
  ])('%i of %i lies between %f and %f', (hits, of, low, high) => {
    const share = shareOf(hits, of);
    expect(share.low).toBeCloseTo(low, 3);
    expect(share.high).toBeCloseTo(high, 3);
  });

  test('of more than there is is a mistake', () => {
    expect(() => shareOf(3, 2)).toThrow(RangeError);
    expect(() => shareOf(-1, 2)).toThrow(RangeError);
  });
});

test('nothing was judged: counts are 0 and no figure is invented', () => {
  const quality = summariseQuality([]);
  expect(quality.stretches).toBe(0);
  expect(quality.rules).toEqual([]);
  expect(quality.recall.ratio).toBeNull();
  expect(quality.forecasts).toMatchObject({ count: 0, brier: null });
});

test('a rule is right where the reserve was or would have been missed', () => {
  const quality = summariseQuality([
    ...times(4, label('acted')),
    ...times(2, label('ignored')),
    ...times(1, label('late')),
    ...times(3, label('false-alarm')),
    ...times(3, label('missed')),
    ...times(9, label('uneventful')),
    ...times(5, label('censored', { warnings: [{ ruleId: 'rule', times: 1, leadS: 0 }] })),
  ]);
  expect(quality.outcomes).toEqual({
    ...{ acted: 4, ignored: 2, late: 1, missed: 3 },
    ...{ 'false-alarm': 3, uneventful: 9, censored: 5 },
  });
  expect(quality.recall).toMatchObject({ of: 10, ratio: 0.6 });
  const [rule] = quality.rules;
  expect(rule).toMatchObject({ ruleId: 'rule', stretches: 15 });
  expect(rule?.precision).toMatchObject({ of: 10, ratio: 0.7 });
  expect(rule?.recall).toMatchObject({ of: 10, ratio: 0.6 });
  expect(rule?.actedOn).toMatchObject({ of: 7, ratio: 4 / 7 });
});

test('rules are told apart; lead is a median and flips are a mean', () => {
  const warned = (ruleId: string, leads: readonly number[], episodes = 1) =>
    leads.map((leadS) => label('acted', { warnings: [{ ruleId, times: episodes, leadS }] }));
  const { rules } = summariseQuality([
    ...warned('a', [60, 120, 600, 6_000]),
    ...warned('b', [10, 20, 30, 40], 1),
    ...warned('b', [1_000], 3),
  ]);
  expect(rules.map(({ ruleId, leadS }) => [ruleId, leadS])).toEqual([
    ['a', null],
    ['b', 30],
  ]);
  expect(rules[1]?.flipsPerStretch).toBeCloseTo(0.4);
});

test.each([
  [9, 11, true],
  [10, 10, false],
  // Too few to say so.
  [9, 10, false],
  [0, 19, false],
  [0, 20, true],
])('right %i times and wrong %i times: below the bar is %s', (right, wrong, isBelowBar) => {
  expect(RULE_BAR).toEqual({ precision: 0.5, fewestCases: 20 });
  const labels = [
    ...times(right, label('ignored')),
    ...times(wrong, label('false-alarm')),
    ...times(30, label('censored', { warnings: [{ ruleId: 'rule', times: 1, leadS: 0 }] })),
  ];
  expect(summariseQuality(labels).rules).toMatchObject([{ isBelowBar }]);
});

test('forecasts are scored by what they promised', () => {
  const forecast = (belowReserveProbability: number, isBelowReserve: boolean, isWithinBand = true) =>
    label('uneventful', { forecast: { belowReserveProbability, isBelowReserve, isWithinBand } });
  const { forecasts } = summariseQuality([
    ...times(4, forecast(0.2, false)),
    forecast(0.2, true, false),
    ...times(5, forecast(1, true)),
    label('uneventful'),
  ]);
  expect(forecasts.count).toBe(10);
  expect(forecasts.brier).toBeCloseTo((4 * 0.04 + 0.64) / 10);
  expect(forecasts.coverage.ratio).toBe(0.9);
  const told = forecasts.reliability.filter((bin) => bin.forecasts > 0);
  expect(told).toMatchObject([
    { from: 0.2, to: 0.3, forecasts: 5, observed: 0.2 },
    { from: 0.9, to: 1, forecasts: 5, observed: 1, meanProbability: 1 },
  ]);
});

test('in time is counted of stretches in need whose rule asked for a lead', () => {
  const said = (outcome: Outcome, isLate?: boolean) => {
    const one = { ruleId: 'rule', times: 1, leadS: 600, ...(isLate !== undefined && { isLate }) };
    return label(outcome, { warnings: [one] });
  };
  const none = summariseQuality(times(10, said('acted'))).rules[0];
  expect(none?.inTime).toMatchObject({ of: 0, ratio: null });
  const { rules } = summariseQuality([
    ...times(3, said('acted', false)),
    ...times(1, said('ignored', true)),
    ...times(1, said('late', true)),
    // No failure that it could have come before, or nobody knows.
    ...times(5, said('false-alarm', true)),
    ...times(5, said('censored', true)),
  ]);
  expect(rules[0]?.inTime).toMatchObject({ of: 5, ratio: 0.6 });
  expect(summariseQuality(times(4, said('acted', false))).rules[0]?.inTime.ratio).toBeNull();
});
