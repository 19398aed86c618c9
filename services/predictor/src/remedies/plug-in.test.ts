import { stagesTo } from '@outrider/energy';
import { expect, test } from 'vitest';
import { CHARGING, charger, DRIVING, HOUR_MS, NOW_MS, stopAt, tripOf } from '../predictor.fixture.ts';
import { plugIn } from './plug-in.ts';
import { expectPromise, problemOf } from './remedies.fixture.ts';

const night = { socPct: 60, trip: tripOf({ departAtMs: NOW_MS + 14 * HOUR_MS }) } as const;
const simulate = (options: Parameters<typeof problemOf>[0]) => {
  const simulated = plugIn.simulate(problemOf(options));
  if (simulated !== null && simulated.remedy.kind !== 'plug-in') throw new Error('another remedy');
  return { simulated, remedy: simulated?.remedy.kind === 'plug-in' ? simulated.remedy : null };
};

test('a night on the weakest outlet is worth what the model says', () => {
  const problem = problemOf(night);
  const { remedy } = simulate(night);
  if (remedy === null) throw new Error('no remedy');
  expect(remedy).toMatchObject({ powerKw: 1.44, name: 'here' });
  const charge = {
    kind: 'charge' as const,
    station: { kind: 'ac' as const, maxPowerKw: 1.44 },
    until: { kind: 'minutes' as const, minutes: 14 * 60 },
    airTempC: 0,
  };
  expectPromise(remedy, problem, [charge, ...stagesTo(problem.situation, problem.view, problem.to)]);
  expect(remedy.untilSocPct).toBeGreaterThan(75);
});

test('works until there is just time enough', () => {
  const { simulated } = simulate({ ...night, socPct: 70 });
  expect(simulated?.deadlineAtMs).toBeGreaterThan(NOW_MS);
  expect(simulated?.deadlineAtMs).toBeLessThan(NOW_MS + 14 * HOUR_MS);
  const later = simulate({ ...night, socPct: 65 });
  expect(later.simulated?.deadlineAtMs).toBeLessThan(simulated?.deadlineAtMs ?? 0);
});

test('where the whole night is not enough there is no deadline to keep', () => {
  expect(simulate({ ...night, socPct: 20 }).simulated?.deadlineAtMs).toBeUndefined();
});

test('the plug of the place, or of the plan, is better than any outlet', () => {
  expect(
    simulate({ ...night, nearby: [charger('here', 0, { maxPowerKw: 11, powerType: 'AC_3_PHASE' })] }).remedy,
  ).toMatchObject({
    name: 'here',
    powerKw: 11,
  });
  const stops = [
    stopAt('hotel', 30_000, { kind: 'stay', departAtMs: NOW_MS + 14 * HOUR_MS, powerKw: 7 }),
    stopAt('end', 200_000, { kind: 'charge' }),
  ];
  expect(simulate({ socPct: 60, eastM: 30_000, trip: tripOf({ stops }) }).remedy).toMatchObject({
    name: 'hotel',
    powerKw: 7,
  });
});

test.each([
  ['driving', { ...night, values: DRIVING }],
  ['on a cable', { ...night, values: CHARGING }],
  ['a minute before leaving', { trip: tripOf({ departAtMs: NOW_MS + 59_000 }) }],
  ['when it should have left', { trip: tripOf({ departAtMs: NOW_MS - 1 }) }],
  ['at the roadside', { ...night, eastM: 100_000 }],
])('%s: no remedy', (_, options) => {
  expect(simulate(options).simulated).toBeNull();
});

test('a departure a year ahead is no reason to fail', () => {
  const trip = tripOf({ departAtMs: NOW_MS + 365 * 24 * HOUR_MS });
  expect(simulate({ socPct: 20, trip }).remedy?.untilSocPct).toBe(100);
});
