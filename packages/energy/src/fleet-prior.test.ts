import { describe, expect, test } from 'vitest';
import { EnergyInputError } from './check.ts';
import { AERO, BASE, FEATURE_COUNT, FEATURES, HEAT, ROLLING } from './features.ts';
import { mergeFleet } from './fleet-prior.ts';
import type { Posterior } from './posterior.ts';
import { priorFor } from './prior.ts';
import {
  type Drive,
  forecastError,
  i3,
  learnedFrom,
  leastPivot,
  modelOf,
  type SimulatedCar,
  seeded,
  simulatedCar,
  varianceOf,
} from './simulated-car.fixture.ts';

const prior = priorFor(i3);
const sdOf = (k: number) => Math.sqrt(varianceOf(prior, k));

/** Cars that all take more than the data sheet says, and differ a little from each other. */
const carNumber = (i: number): SimulatedCar => {
  const random = seeded(100 + i);
  const common = simulatedCar();
  return { ...common, theta: common.theta.map((value, k) => value + 0.4 * (random() - 0.5) * sdOf(k)) };
};
const learnedCar = (i: number, trips = 40, drive?: () => Drive): Posterior =>
  learnedFrom(carNumber(i), trips, seeded(i), drive).posterior;
const fleet = [1, 2, 3, 4, 5, 6].map((i) => learnedCar(i));
const merged = mergeFleet(prior, fleet);

describe('the prior of a fleet', () => {
  test('forecasts an unseen car of it far better than the data sheet', () => {
    for (const i of [7, 8, 9, 10]) {
      const unseen = carNumber(i);
      expect(forecastError(merged.theta, unseen)).toBeLessThan(0.4 * forecastError(prior.theta, unseen));
    }
  });

  test('is a prior: of the same model, with no trips of its own, nowhere wider than before', () => {
    expect(merged).toMatchObject({ version: prior.version, modelId: prior.modelId, trips: 0, noiseScale: 1 });
    for (const k of FEATURES.keys()) expect(varianceOf(merged, k)).toBeLessThanOrEqual(varianceOf(prior, k));
    expect(varianceOf(merged, ROLLING)).toBeLessThan(0.8 * varianceOf(prior, ROLLING));
  });

  test('keeps what the data sheet ties together, symmetric and positive', () => {
    const at = (i: number, j: number) => merged.covariance[i * FEATURE_COUNT + j];
    for (const i of FEATURES.keys()) for (const j of FEATURES.keys()) expect(at(i, j)).toBe(at(j, i));
    expect(at(ROLLING, AERO)).toBeLessThan(0);
    expect(leastPivot(merged.covariance)).toBeGreaterThan(0);
  });

  test('does not ask in which order the cars come', () => {
    const turned = mergeFleet(prior, fleet.toReversed());
    for (const k of FEATURES.keys()) {
      expect((turned.theta[k] ?? 0) / (merged.theta[k] ?? 0)).toBeCloseTo(1, 12);
      expect(varianceOf(turned, k) / varianceOf(merged, k)).toBeCloseTo(1, 12);
    }
  });

  test('listens most to the cars that know most', () => {
    const says = (baseW: number, varianceRatio: number): Posterior => ({
      ...prior,
      trips: 40,
      theta: prior.theta.with(BASE, baseW),
      covariance: prior.covariance.with(BASE * FEATURE_COUNT + BASE, varianceRatio * varianceOf(prior, BASE)),
    });
    const baseOf = (...cars: Posterior[]) => mergeFleet(prior, cars).theta[BASE] ?? 0;
    expect(baseOf(says(500, 0.1), says(700, 0.01))).toBeGreaterThan(660);
    expect(baseOf(says(500, 0.01), says(700, 0.1))).toBeLessThan(540);
    expect(baseOf(says(500, 0.1), says(700, 0.1))).toBeCloseTo((450 + 5000 + 7000) / 21, 9);
    // One car beyond all doubt does not silence the other: nothing is known better than to 1e-3 of the variance.
    expect(baseOf(says(500, 0), says(700, 1e-3))).toBeCloseTo(baseOf(says(500, 1e-3), says(700, 0)), 9);
  });

  test('is no wider for a car that has forgotten what the data sheet says', () => {
    const forgetful: Posterior = {
      ...prior,
      trips: 400,
      covariance: prior.covariance.map((value) => 4 * value),
    };
    const { covariance } = mergeFleet(prior, [forgetful, forgetful]);
    for (const k of FEATURES.keys()) expect(varianceOf({ covariance }, k)).toBe(varianceOf(prior, k));
  });

  test('is wider for cars that differ than for cars that agree', () => {
    const alike = mergeFleet(
      prior,
      fleet.map(() => fleet[0] ?? prior),
    );
    expect(varianceOf(merged, ROLLING)).toBeGreaterThan(varianceOf(alike, ROLLING));
  });
});

describe('what no car has shown', () => {
  test('stays as open as it was: a fleet that knows only summer says nothing of heating', () => {
    const summer = [1, 2, 3, 4, 5, 6].map((i) => learnedCar(i, 40, () => ({ tempC: 25 })));
    const { theta, ...after } = mergeFleet(prior, summer);
    expect(theta[HEAT]).toBeCloseTo(prior.theta[HEAT] ?? 0, 9);
    expect(varianceOf(after, HEAT) / varianceOf(prior, HEAT)).toBeCloseTo(1, 12);
    expect(varianceOf(after, ROLLING)).toBeLessThan(varianceOf(prior, ROLLING));
  });
});

describe('too little, and the wrong', () => {
  test('fewer than two learned cars leave the prior as it is', () => {
    const [one = prior] = fleet;
    expect(mergeFleet(prior, [])).toBe(prior);
    expect(mergeFleet(prior, [one])).toBe(prior);
    expect(mergeFleet(prior, fleet.slice(0, 2))).not.toBe(prior);
  });

  test('a car counts from its tenth trip on', () => {
    const [one = prior, two = prior] = fleet;
    expect(mergeFleet(prior, [one, { ...two, trips: 9 }])).toBe(prior);
    expect(mergeFleet(prior, [one, { ...two, trips: 10 }])).not.toBe(prior);
  });

  test('a merged prior is no car: merged again it does not count', () => {
    expect(mergeFleet(prior, [merged, fleet[0] ?? prior])).toBe(prior);
  });

  test('a car of another model is refused, learned or not', () => {
    const other = priorFor(modelOf('nissan-leaf-24'));
    expect(() => mergeFleet(prior, [...fleet, other])).toThrow(EnergyInputError);
  });
});
