import { expect, test } from 'vitest';
import { at, charger, DRIVING, PARKED } from '../predictor.fixture.ts';
import { problemOf } from './remedies.fixture.ts';
import { turnBack } from './turn-back.ts';

const simulate = (options: Parameters<typeof problemOf>[0]) => {
  const simulated = turnBack.simulate(problemOf(options));
  if (simulated !== null && simulated.remedy.kind !== 'turn-back') throw new Error('another remedy');
  return simulated?.remedy.kind === 'turn-back' ? simulated.remedy : null;
};
const driving = { values: DRIVING, socPct: 30, eastM: 20_000 } as const;

test('leads to the last charger that was passed, by the road driven', () => {
  const remedy = simulate({
    ...driving,
    chargers: [charger('first', 5_000), charger('passed', 12_000), charger('ahead', 150_000)],
  });
  expect(remedy).toMatchObject({ locationId: 'passed', distanceM: expect.closeTo(8_500, -2) });
  expect(remedy?.belowReserveProbability).toBeLessThan(0.1);
});

test('leads home when that is nearer', () => {
  const remedy = simulate({
    ...driving,
    chargers: [charger('passed', 1_000, { detourM: 20_000 })],
    change: { home: { ...at(0), distanceM: 20_000 } },
  });
  expect(remedy).toMatchObject({ name: 'home', distanceM: expect.closeTo(26_000, -2) });
  expect(remedy?.locationId).toBeUndefined();
});

test.each([
  ['a car that stands', { ...driving, values: PARKED, chargers: [charger('passed', 12_000)] }],
  ['nothing behind', { ...driving, chargers: [charger('ahead', 150_000)] }],
  ['a charger passed just now', { ...driving, chargers: [charger('passed', 19_000)] }],
  [
    'further back than half of the way ahead',
    { ...driving, eastM: 190_000, chargers: [charger('passed', 180_000)] },
  ],
])('%s: no remedy', (_, options) => {
  expect(simulate(options)).toBeNull();
});

test('says how surely the way back is made', () => {
  const remedy = simulate({ ...driving, socPct: 9, eastM: 60_000, chargers: [charger('passed', 20_000)] });
  expect(remedy?.belowReserveProbability).toBeGreaterThan(0.5);
});
