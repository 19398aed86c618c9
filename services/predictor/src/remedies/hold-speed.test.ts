import { buildPrefix, withSpeedCap } from '@outrider/energy';
import { describe, expect, test } from 'vitest';
import { DRIVING, NOW_MS } from '../predictor.fixture.ts';
import { ENOUGH_PROBABILITY } from '../remedy.ts';
import { holdSpeedRemedy } from './hold-speed.ts';
import { expectPromise, problemOf } from './remedies.fixture.ts';

type Options = Parameters<typeof problemOf>[0];
const driving = { values: DRIVING, eastM: 0, segment: { tempC: 16, speedMps: 33 } } as const;
const simulate = (options: Options) => {
  const problem = problemOf(options);
  const simulated = holdSpeedRemedy.simulate(problem);
  if (simulated !== null && simulated.remedy.kind !== 'hold-speed') throw new Error('another remedy');
  return { problem, simulated, remedy: simulated?.remedy.kind === 'hold-speed' ? simulated.remedy : null };
};

describe('slower', () => {
  test('is enough where a little is missing, and its promise is the model’s', () => {
    const { problem, remedy } = simulate({ ...driving, socPct: 66 });
    if (remedy === null) throw new Error('no remedy');
    expect(remedy.belowReserveProbability).toBeLessThan(ENOUGH_PROBABILITY);
    expect(remedy.speedMps).toBeLessThan(33);
    expect(remedy.cabinTempC).toBeUndefined();
    const road = problem.view.stretches[0]?.road;
    if (road === undefined) throw new Error('no road');
    const prefix = buildPrefix(withSpeedCap(road, remedy.speedMps));
    expectPromise(remedy, problem, [{ kind: 'drive', prefix, fromM: 0, toM: prefix.lengthM }]);
  });

  test('is not needed with enough charge', () => {
    expect(simulate({ ...driving, socPct: 100 }).simulated).toBeNull();
  });

  test('is never slower than 72 % of the road’s speed, nor than 50 km/h', () => {
    expect(simulate({ ...driving, socPct: 40 }).remedy?.speedMps).toBeGreaterThanOrEqual(0.72 * 33 - 1e-9);
    const slow = simulate({ ...driving, socPct: 30, segment: { tempC: 16, speedMps: 15 } });
    expect(slow.remedy === null || slow.remedy.speedMps >= 50 / 3.6 - 1e-9).toBe(true);
  });

  test('is told also on a road that a map has faster than cars drive', () => {
    const { remedy } = simulate({ ...driving, socPct: 90, segment: { tempC: 16, speedMps: 89 } });
    expect(remedy?.speedMps).toBeLessThan(89);
  });

  test('where nothing slower is left, driving as before is no advice', () => {
    expect(simulate({ ...driving, socPct: 38, segment: { tempC: 16, speedMps: 13 } }).simulated).toBeNull();
  });
});

describe('in the cold', () => {
  test('the heating goes down when the speed alone is not enough', () => {
    const { remedy } = simulate({ ...driving, socPct: 66, segment: { tempC: -8, speedMps: 27 } });
    expect(remedy?.cabinTempC).toBe(16);
  });

  test.each([
    [13.9, 16],
    [14, undefined],
  ])('at %d °C: %s', (tempC, cabinTempC) => {
    const { remedy } = simulate({ ...driving, socPct: 48, segment: { tempC, speedMps: 33 } });
    expect(remedy?.cabinTempC).toBe(cabinTempC);
  });
});

describe('the last place to slow down', () => {
  test('lies on the way, the later the more charge there is', () => {
    const deadline = (socPct: number) => simulate({ ...driving, socPct }).simulated?.deadlineAtMs ?? 0;
    const [low, high] = [deadline(63), deadline(70)];
    expect(low).toBeGreaterThanOrEqual(NOW_MS);
    expect(high).toBeGreaterThan(low);
    expect(high).toBeLessThan(NOW_MS + (200_000 / 33) * 1_000);
  });

  test('is behind the car when even slowing down now is in vain', () => {
    const { simulated } = simulate({ ...driving, socPct: 35 });
    expect(simulated?.deadlineAtMs).toBeUndefined();
    expect(simulated?.remedy.belowReserveProbability).toBeGreaterThan(0.5);
  });
});

test('only the rest of the way counts', () => {
  const early = simulate({ ...driving, socPct: 50 });
  const late = simulate({ ...driving, socPct: 50, eastM: 30_000 });
  expect(late.remedy?.belowReserveProbability).toBeLessThan(early.remedy?.belowReserveProbability ?? 0);
});
