import type { RuleRestraint } from '@outrider/domain';
import type { FiringRow } from '@outrider/state';
import { describe, expect, test } from 'vitest';
import { brakeFor, brakeQuestions, firingsOf } from './rule-brake.ts';
import type { SaidStep } from './stretch-watch.ts';

const RULES = [{ id: 'nervous', version: 'v1' }];
const fired = (atMs: number, change: Partial<FiringRow> = {}): FiringRow => ({
  ...{ alertId: `alert-${atMs}`, ruleId: 'nervous', ruleVersion: 'v1', vehicleId: 'veh_1', atMs },
  ...change,
});
const braked: RuleRestraint = {
  ...{
    restraintId: 'r',
    ruleId: 'nervous',
    ruleVersion: 'v1',
    kind: 'brake',
    sinceMs: 5_000_000,
    figures: {},
  },
  ...{ endedAtMs: null, answer: null },
};
const HOUR_MS = 3_600_000;
const asked = { ruleId: 'nervous', ruleVersion: 'v1', fromMs: 0, toMs: 6_000_000 };
const isBraked = (
  cars: number,
  fleet: number,
  restraints: readonly RuleRestraint[] = [],
  toMs = asked.toMs,
) => brakeFor({ ...asked, toMs }, { cars, fleet }, restraints) !== null;

describe('a rule is braked', () => {
  test.each([
    [20, 20, true],
    [19, 19, false],
    [20, 999, true],
    [20, 1_000, false],
    [21, 1_000, true],
    [2_000, 100_000, false],
    [2_001, 100_000, true],
  ])('when it fires for %i cars of %i: %s', (cars, fleet, expected) => {
    expect(isBraked(cars, fleet)).toBe(expected);
  });

  test('once, and again when that has ended', () => {
    expect(isBraked(30, 100, [braked])).toBe(false);
    const released = { ...braked, answer: { kind: 'lift', by: 'operator', atMs: 5_500_000 } } as const;
    expect(isBraked(30, 100, [released])).toBe(true);
    expect(isBraked(30, 100, [braked], braked.sinceMs + 6 * HOUR_MS - 1)).toBe(false);
    expect(isBraked(30, 100, [braked], braked.sinceMs + 6 * HOUR_MS)).toBe(true);
    const kept = { ...braked, answer: { kind: 'keep', by: 'operator', atMs: 5_500_000 } } as const;
    expect(isBraked(30, 100, [kept], braked.sinceMs + 99 * HOUR_MS)).toBe(false);
  });

  test('under the same id in every process, and another the next time', () => {
    const idOf = (toMs: number, restraints: readonly RuleRestraint[]) =>
      brakeFor({ ...asked, toMs }, { cars: 30, fleet: 100 }, restraints)?.restraintId;
    expect(idOf(6_000_000, [])).toBe(idOf(6_000_500, []));
    expect(idOf(braked.sinceMs + 7 * HOUR_MS, [braked])).not.toBe(idOf(6_000_000, []));
  });
});

describe('what is counted', () => {
  test('ten minutes up to the newest, both ends included', () => {
    expect(brakeQuestions([fired(6_000_000), fired(5_000_000)], RULES, [])).toEqual([
      { ruleId: 'nervous', ruleVersion: 'v1', fromMs: 5_400_000, toMs: 6_000_000 },
    ]);
  });

  test('nothing that was before an operator released it', () => {
    const released = { ...braked, answer: { kind: 'lift', by: 'operator', atMs: 5_900_000 } } as const;
    expect(brakeQuestions([fired(6_000_000)], RULES, [released])).toMatchObject([{ fromMs: 5_900_001 }]);
  });

  test.each([
    ['another rule', [fired(1, { ruleId: 'other' })], RULES],
    ['another text of it', [fired(1, { ruleVersion: 'v0' })], RULES],
    ['a rule that is braked already', [fired(1)], [{ ...RULES[0], heldBy: { kind: 'brake', sinceMs: 0 } }]],
    ['nothing', [], RULES],
  ] as const)('not for %s', (_, firings, rules) => {
    expect(brakeQuestions(firings, rules as typeof RULES, [])).toEqual([]);
  });

  test('is what interrupts: no card, no trial, no end', () => {
    const step = (change: object, isShadow = false) =>
      ({
        alert: {
          ...{ alertId: 'a', ruleId: 'nervous', vehicleId: 'veh_1', changedAtMs: 7, state: 'firing' },
          ...{ severity: 'warning', evidence: { ruleVersion: 'v1' }, ...change },
        },
        isShadow,
      }) as unknown as SaidStep;
    const said = [
      step({}),
      step({ severity: 'info' }),
      step({ state: 'resolved' }),
      step({}, true),
      step({ alertId: 'b', severity: 'critical' }),
    ];
    expect(firingsOf(said).map(({ alertId, atMs }) => `${alertId} ${atMs}`)).toEqual(['a 7', 'b 7']);
  });
});
