import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { learnEnergy, tripForecast } from './calibrate.ts';
import { BASE, COLD_ROLLING, FEATURE_COUNT, FEATURES, HEAT, WARM_UP } from './features.ts';
import type { Posterior } from './posterior.ts';
import { priorFor, START_SD_RATIO } from './prior.ts';
import {
  featuresOf,
  i3,
  kwhOf,
  leastPivot,
  seeded,
  simulatedRoad,
  varianceOf,
} from './simulated-car.fixture.ts';

const prior = priorFor(i3);
/** An hour of base load and nothing else: one parameter, so that the step can be written down. */
const oneHour = new Float64Array(FEATURE_COUNT);
oneHour[BASE] = 3600;

/** Learns from a trip that missed its forecast by so many sd. */
function missedBy(sds: number, before: Posterior = prior, features: Float64Array = oneHour, sdKwh = 0) {
  const { meanKwh, parameterKwh2, noiseKwh2 } = tripForecast(before, features, i3.usableKwh);
  const sd = Math.sqrt(parameterKwh2 + noiseKwh2 + sdKwh ** 2);
  return learnEnergy(i3, before, features, { kwh: meanKwh + sds * sd, sdKwh });
}
const movedBy = (sds: number) => (missedBy(sds).posterior.theta[BASE] ?? 0) - (prior.theta[BASE] ?? 0);

describe('one trip', () => {
  test('is scored by its error in sd', () => {
    for (const sds of [-4, 0, 0.5, 3.1]) expect(missedBy(sds).score).toBeCloseTo(sds, 9);
  });

  /** K·error, with the noise of a Student-t trip: R·(4 + z²)/5. */
  const robustly = (sds: number, clippedSds: number) => {
    const { parameterKwh2, noiseKwh2 } = tripForecast(prior, oneHour, i3.usableKwh);
    const gain = varianceOf(prior, BASE) / 1000 / (parameterKwh2 + (noiseKwh2 * (4 + sds ** 2)) / 5);
    return gain * clippedSds * Math.sqrt(parameterKwh2 + noiseKwh2);
  };
  for (const sds of [-3, -1, 0.5, 2.999, 3])
    test(`${sds} sd off moves the parameter by as much as its weight says`, () =>
      expect(movedBy(sds)).toBeCloseTo(robustly(sds, sds), 9));
  for (const sds of [3.001, 10, -10])
    test(`${sds} sd off counts as 3 sd`, () =>
      expect(movedBy(sds)).toBeCloseTo(robustly(sds, 3 * Math.sign(sds)), 9));

  test('an odd trip moves the parameters less than its error would linearly, and less than a clear one', () => {
    expect(movedBy(6)).toBeLessThan(6 * movedBy(1));
    expect(movedBy(6)).toBeLessThan(movedBy(3));
    expect(movedBy(2)).toBeGreaterThan(movedBy(1));
    expect(movedBy(0)).toBe(0);
  });

  test('says less the less surely it was measured', () => {
    const step = (sdKwh: number) =>
      (missedBy(1, prior, oneHour, sdKwh).posterior.theta[BASE] ?? 0) - (prior.theta[BASE] ?? 0);
    expect(step(0.2)).toBeLessThan(step(0));
    expect(step(0.2)).toBeGreaterThan(0);
  });
});

describe('parameters stay physical', () => {
  const sdOf = (k: number) => Math.sqrt(varianceOf(prior, k)) / START_SD_RATIO;
  const taught = (times: number): Posterior => {
    let posterior = prior;
    for (let i = 0; i < 600; i++) {
      const features = featuresOf(i3, simulatedRoad(seeded(i), (i % 35) - 8));
      const kwh = times * kwhOf(prior.theta, features);
      posterior = learnEnergy(i3, posterior, features, { kwh, sdKwh: 0.05 }).posterior;
    }
    return posterior;
  };
  for (const times of [0, 3])
    test(`however long every trip takes ${times} times what it can`, () => {
      const { theta } = taught(times);
      const reached = FEATURES.map((_, k) => {
        const mean = prior.theta[k] ?? 0;
        const low = Math.max(0, mean - 4 * sdOf(k));
        const high = mean + 4 * sdOf(k);
        const at = theta[k] ?? 0;
        expect(at).toBeGreaterThanOrEqual(low);
        expect(at).toBeLessThanOrEqual(high);
        return at === low || at === high;
      });
      expect(reached).toContain(true); // else nothing would have held it
    });

  test('at zero, and at four sd of the data sheet', () => {
    const far = (sds: number): Posterior => ({
      ...prior,
      theta: prior.theta.with(BASE, 450 + sds * sdOf(BASE)),
    });
    const base = (sds: number) => missedBy(0, far(sds)).posterior.theta[BASE];
    expect(base(3.99)).toBe(450 + 3.99 * sdOf(BASE));
    expect(base(4.01)).toBeCloseTo((prior.theta[BASE] ?? 0) + 4 * sdOf(BASE), 9);
    expect(missedBy(0, { ...prior, theta: prior.theta.with(BASE, -1) }).posterior.theta[BASE]).toBe(0);
  });
});

describe('forgetting', () => {
  const afterTrips = (before: Posterior, count: number, tempC: number, spreadK = 3): Posterior => {
    let posterior = before;
    const random = seeded(4);
    for (let i = 0; i < count; i++) {
      const features = featuresOf(i3, simulatedRoad(random, tempC + spreadK * (2 * random() - 1)));
      const label = { kwh: 1.1 * kwhOf(prior.theta, features), sdKwh: 0.05 };
      posterior = learnEnergy(i3, posterior, features, label).posterior;
    }
    return posterior;
  };
  const rowOf = ({ covariance }: Posterior, k: number) =>
    covariance.slice(k * FEATURE_COUNT, (k + 1) * FEATURE_COUNT);
  const COLD = [HEAT, WARM_UP, COLD_ROLLING];

  test('a summer of trips leaves what is known of heating and the cold exactly as it was', () => {
    const autumn = afterTrips(prior, 100, 24);
    for (const k of COLD) {
      expect(rowOf(autumn, k)).toEqual(rowOf(prior, k));
      expect(autumn.theta[k]).toBe(prior.theta[k]);
    }
    expect(varianceOf(autumn, BASE)).not.toBe(varianceOf(prior, BASE));
  });

  test('a winter of trips does not', () => {
    const spring = afterTrips(prior, 100, -3);
    for (const k of COLD) expect(varianceOf(spring, k)).not.toBe(varianceOf(prior, k));
  });

  test('weather that changes tells heating from the base load better than weather that does not', () => {
    const heatAfter = (spreadK: number) => varianceOf(afterTrips(prior, 100, -3, spreadK), HEAT);
    expect(heatAfter(12)).toBeLessThan(heatAfter(0));
  });

  test('what a winter taught of heating is no less certain after the summer', () => {
    const spring = afterTrips(prior, 100, -3);
    const autumn = afterTrips(spring, 100, 24);
    for (const k of COLD) expect(varianceOf(autumn, k)).toBeLessThanOrEqual(varianceOf(spring, k));
  });

  test('one trip, a thousand times over, makes nothing less certain than the data sheet', () => {
    const features = featuresOf(i3, simulatedRoad(seeded(5), 22));
    let posterior = prior;
    for (let i = 0; i < 1000; i++) posterior = missedBy(0, posterior, features, 0.05).posterior;
    const ratios = FEATURES.map((_, k) => varianceOf(posterior, k) / varianceOf(prior, k));
    expect(Math.max(...ratios)).toBeLessThanOrEqual(1);
    expect(ratios[HEAT]).toBe(1);
  });

  test('a trip seldom driven is forgotten slowly: the same one is forecast no wider than by the data sheet', () => {
    const once = featuresOf(i3, simulatedRoad(seeded(6), -10));
    const learned = afterTrips(prior, 300, 24);
    const parameterKwh2 = (posterior: Posterior) => tripForecast(posterior, once, i3.usableKwh).parameterKwh2;
    expect(parameterKwh2(learned)).toBeLessThanOrEqual(parameterKwh2(prior));
  });

  test('the covariance stays symmetric and positive over hundreds of trips of any kind', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seeded(seed);
        let posterior = prior;
        for (let i = 0; i < 300; i++) {
          const road = featuresOf(i3, simulatedRoad(random, 50 * random() - 15));
          const anyShare = () => (random() < 0.2 ? 0 : 10 ** (2 * random() - 1));
          const features = new Float64Array(road.map((value) => value * anyShare()));
          posterior = missedBy(8 * random() - 4, posterior, features, random()).posterior;
        }
        const { covariance } = posterior;
        for (const [at, value] of covariance.entries()) {
          const [i, j] = [Math.floor(at / FEATURE_COUNT), at % FEATURE_COUNT];
          expect(covariance[j * FEATURE_COUNT + i]).toBe(value);
        }
        expect(leastPivot(covariance)).toBeGreaterThan(0);
        for (let k = 0; k < FEATURE_COUNT; k++)
          expect(varianceOf(posterior, k)).toBeLessThanOrEqual(4 * varianceOf(prior, k) * (1 + 1e-12));
      }),
      { seed: 11, numRuns: 20 },
    );
  });
});

describe('the noise of a trip', () => {
  const after = (trips: number, sds: number): number => {
    let posterior = prior;
    for (let i = 0; i < trips; i++) posterior = missedBy(i % 2 === 0 ? sds : -sds, posterior).posterior;
    return posterior.noiseScale;
  };
  test('stays where the errors are as large as forecast, grows and shrinks with them', () => {
    expect(after(50, 1)).toBeCloseTo(1, 12);
    expect(after(10, 1.5)).toBeGreaterThan(after(1, 1.5));
    expect(after(10, 0.5)).toBeLessThan(after(1, 0.5));
  });

  test('counts no error as more than two sd', () => {
    expect(after(1, 2)).toBeCloseTo(Math.sqrt((5 + 4) / 6), 12);
    expect(after(1, 2.001)).toBeCloseTo(after(1, 2), 12);
    expect(after(1, 1.999)).toBeLessThan(after(1, 2));
  });

  test('moves by a sixth of one trip at first, by a twenty-first from the fifteenth on', () => {
    const next = (trips: number) => missedBy(0, { ...prior, trips }).posterior.noiseScale ** 2;
    expect(next(0)).toBeCloseTo(5 / 6, 12);
    expect(next(14)).toBeCloseTo(19 / 20, 12);
    expect(next(15)).toBeCloseTo(20 / 21, 12);
    expect(next(500)).toBeCloseTo(20 / 21, 12);
  });

  test('is never below 0.3 of what it is for other cars, nor above twice', () => {
    expect(after(500, 0)).toBe(0.3);
    expect(after(20, 0)).toBeGreaterThan(0.3);
    expect(after(500, 30)).toBeGreaterThan(1.99);
    expect(after(500, 30)).toBeLessThanOrEqual(2);
  });
});
