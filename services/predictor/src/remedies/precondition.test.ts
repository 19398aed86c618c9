import { SIGNAL } from '@outrider/domain';
import { stagesTo } from '@outrider/energy';
import { expect, test } from 'vitest';
import { DRIVING, PARKED } from '../predictor.fixture.ts';
import { precondition } from './precondition.ts';
import { problemOf, riskOf } from './remedies.fixture.ts';

const at = (batteryTempC: number, socPct = 60) =>
  problemOf({ eastM: 120_000, socPct, values: { ...DRIVING, [SIGNAL.batteryTemp]: batteryTempC } });

test('takes the longer the colder the battery, and costs charge', () => {
  const minutes = [-10, 0, 10].map((tempC) => {
    const remedy = precondition.simulate(at(tempC))?.remedy;
    return remedy?.kind === 'precondition' ? remedy.minutes : 0;
  });
  expect(minutes).toEqual(minutes.toSorted((a, b) => b - a));
  expect(minutes[2]).toBeGreaterThan(5);
  const problem = at(-10, 34);
  const usual = riskOf(problem, stagesTo(problem.situation, problem.view, problem.to));
  expect(precondition.simulate(problem)?.remedy.belowReserveProbability).toBeGreaterThan(usual);
});

test.each([
  [19.9, true],
  [20, false],
])('at %d °C it is offered: %s', (tempC, isOffered) => {
  expect(precondition.simulate(at(tempC)) !== null).toBe(isOffered);
});

test('is nothing for a car that stands without a plug', () => {
  const standing = problemOf({ values: { ...PARKED, [SIGNAL.batteryTemp]: -10 } });
  expect(precondition.simulate(standing)).toBeNull();
});
