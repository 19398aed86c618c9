import { expect, test } from 'vitest';
import { byRuleText, figuresByRule } from './by-rule.ts';

const alerts = [
  { ruleId: 'tyre-low', vehicleId: 'a' },
  { ruleId: 'tyre-low', vehicleId: 'a' },
  { ruleId: 'tyre-low', vehicleId: 'b' },
  { ruleId: 'gone-rule', vehicleId: 'b' },
];
const said = (ruleId: string, isNeeded: boolean | null) => ({ ruleId, isNeeded });
const figures = figuresByRule(['tyre-low', 'battery-hot'], alerts, [
  said('tyre-low', true),
  said('tyre-low', false),
  said('tyre-low', null),
]);

test('alerts count by rule and by car, interruptions by whether they were right, as far as anybody can tell', () => {
  expect(figures.find(({ ruleId }) => ruleId === 'tyre-low')).toEqual({
    ...{ ruleId: 'tyre-low', alerts: 3, cars: 2, interruptions: 3, right: 1, wrong: 1 },
  });
});

test('a rule that saw nothing is there all the same, and so is one that runs no more', () => {
  expect(figures.map(({ ruleId, alerts }) => [ruleId, alerts])).toEqual([
    ['battery-hot', 0],
    ['gone-rule', 1],
    ['tyre-low', 3],
  ]);
  expect(byRuleText(figures)).toMatch(/battery-hot +- +- +- +- +-/);
});
