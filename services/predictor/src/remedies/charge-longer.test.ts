import { stagesTo } from '@outrider/energy';
import { expect, test } from 'vitest';
import { CHARGING, charger, HOUR_MS, NOW_MS, PARKED, stopAt, tripOf } from '../predictor.fixture.ts';
import { ENOUGH_PROBABILITY } from '../remedy.ts';
import { chargeLonger } from './charge-longer.ts';
import { expectPromise, problemOf } from './remedies.fixture.ts';

const here = { values: CHARGING, nearby: [charger('here', 0, { detourM: 0 })], socPct: 50 } as const;

test('so many minutes more are enough, and one less is not', () => {
  const problem = problemOf(here);
  const remedy = chargeLonger.simulate(problem)?.remedy;
  if (remedy?.kind !== 'charge-longer') throw new Error('no remedy');
  expect(remedy).toMatchObject({ locationId: 'here', name: 'here', powerKw: 90 });
  expect(remedy.belowReserveProbability).toBeLessThan(ENOUGH_PROBABILITY);
  expect(remedy.untilSocPct).toBeGreaterThan(60);
  expect(remedy.untilSocPct).toBeLessThanOrEqual(100);
  const charged = (minutes: number) => [
    {
      kind: 'charge' as const,
      station: { kind: 'dc' as const, maxPowerKw: 90 },
      until: { kind: 'minutes' as const, minutes },
      airTempC: 0,
    },
    ...stagesTo(problem.situation, problem.view, problem.to),
  ];
  expectPromise(remedy, problem, charged(remedy.minutes));
});

test('works until the planned departure', () => {
  expect(chargeLonger.simulate(problemOf(here))).toMatchObject({
    deadlineAtMs: NOW_MS + HOUR_MS,
    deadlinePlace: 'here',
  });
});

test('where even full is not surely enough it says what full gives', () => {
  const trip = tripOf({ stops: [stopAt('there', 330_000, { kind: 'charge' })] });
  const remedy = chargeLonger.simulate(problemOf({ ...here, trip }))?.remedy;
  expect(remedy).toMatchObject({ kind: 'charge-longer', untilSocPct: 100 });
  expect(remedy?.belowReserveProbability).toBeGreaterThan(ENOUGH_PROBABILITY);
});

test.each([
  ['enough already', { ...here, socPct: 100 }],
  ['no cable', { ...here, values: PARKED }],
  ['a plug of unknown power', { values: CHARGING, socPct: 50 }],
])('%s: no remedy', (_, options) => {
  expect(chargeLonger.simulate(problemOf(options))).toBeNull();
});
