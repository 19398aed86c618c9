import { normalCdf } from '@outrider/energy';
import { describe, expect, test } from 'vitest';
import { gaussian } from './baselines.ts';
import { crpsOf, decideBudgets, type Prediction, quantileOf, scoreAll } from './scores.ts';

const predict = (
  drivenKwh: number,
  meanKwh: number,
  sd: number,
  changes: Partial<Prediction> = {},
): Prediction => ({
  ...{ trip: 'Made', drivenKwh, meanKwh, distribution: gaussian(meanKwh, sd), distanceKm: 10 },
  ...{ drivenSocPct: drivenKwh / 0.2, predictedSocPct: meanKwh / 0.2 },
  ...changes,
});

/** Gneiting and Raftery 2007, equation 21. */
function gaussianCrps(y: number, mean: number, sd: number): number {
  const z = (y - mean) / sd;
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  return sd * (z * (2 * normalCdf(z) - 1) + 2 * density - 1 / Math.sqrt(Math.PI));
}

describe('errors', () => {
  test('of energy in percent of what was used, of charge in points', () => {
    const scores = scoreAll([predict(2, 2.2, 0.1), predict(4, 3, 0.1)]);
    expect(scores.n).toBe(2);
    expect(scores.mape).toBeCloseTo((10 + 25) / 2, 12);
    expect(scores.socMae).toBeCloseTo((1 + 5) / 2, 12);
    expect(scores.socP90).toBeCloseTo(1 + 0.9 * 4, 12);
  });
  test('have quantiles between the two nearest', () => {
    expect([0, 0.25, 0.5, 1].map((p) => quantileOf([3, 1, 2, 5], p))).toEqual([1, 1.75, 2.5, 5]);
    expect(quantileOf([], 0.5)).toBeNull();
  });
});

describe('CRPS', () => {
  for (const [name, y, sd] of [
    ['in the middle', 2, 0.3],
    ['at the edge', 2.5, 0.3],
    ['far outside', 9, 0.3],
    ['far below', -3, 0.3],
    ['wide', 2.4, 3],
  ] as const)
    test(`is that of a Gaussian: ${name}`, () => {
      expect(crpsOf(predict(y, 2, sd))).toBeCloseTo(gaussianCrps(y, 2, sd), 4);
    });
  test('of a certain forecast is its error', () => {
    expect(crpsOf(predict(2.5, 2, 0))).toBeCloseTo(0.5, 4);
  });
});

describe('coverage', () => {
  test('counts what lies within a central interval, on its border or not', () => {
    // Half widths of 50, 80, 90 and 95 %, in standard deviations.
    const borders = [0.6745, 1.2816, 1.6449, 1.96];
    const drives = borders.flatMap((z) => [predict(2 + z - 0.001, 2, 1), predict(2 - z - 0.001, 2, 1)]);
    expect(scoreAll(drives).coverage).toEqual({ 50: 1 / 8, 80: 3 / 8, 90: 5 / 8, 95: 7 / 8 });
  });
  test('comes with the width of the 90 % interval', () => {
    expect(scoreAll([predict(2, 2, 1)]).width90Kwh).toBeCloseTo(2 * 1.6449, 3);
  });
});

describe('warnings', () => {
  test('are decided at ten budgets, 0.6 to 1.5 of 155 Wh/km', () => {
    const decisions = decideBudgets(predict(1.55, 1.55, 0.1));
    expect(decisions.map(({ isOver }) => isOver)).toEqual([
      ...[true, true, true, true, false, false, false, false, false, false],
    ]);
    expect(decisions[4]?.probability).toBeCloseTo(0.5, 6);
  });
  test('of a certain forecast that is right are all right', () => {
    expect(scoreAll([predict(1.7, 1.7, 0.001)])).toMatchObject({ recall: 1, precision: 1 });
    expect(scoreAll([predict(1.7, 1.7, 0.001)]).brier).toBeCloseTo(0, 6);
  });
  test('that are missed or needless show in recall and precision', () => {
    // The one is over at 0.6 … 1.0 of the usual, the other at 0.6 and 0.7.
    const missed = scoreAll([predict(1.7, 1.2, 0.001)]);
    expect([missed.recall, missed.precision]).toEqual([2 / 5, 1]);
    const needless = scoreAll([predict(1.2, 1.7, 0.001)]);
    expect([needless.recall, needless.precision]).toEqual([1, 2 / 5]);
    expect(needless.brier).toBeCloseTo(0.3, 6);
  });
  test('go out above one in eleven', () => {
    const at = (p: number) =>
      scoreAll([predict(9, 9, 1, { distribution: { cdf: () => 1 - p, quantile: () => 9 } })]).recall;
    expect([at(1 / 11 - 1e-9), at(1 / 11 + 1e-9)]).toEqual([0, 1]);
  });
});

describe('where there is nothing to score', () => {
  test('there is no score', () => {
    const { n, coverage, ...others } = scoreAll([]);
    expect(n).toBe(0);
    expect(new Set([...Object.values(coverage), ...Object.values(others)])).toEqual(new Set([null]));
  });
  test('there is no recall without a need, no precision without a warning', () => {
    expect(scoreAll([predict(0.1, 0.1, 0.001)])).toMatchObject({ brier: 0, recall: null, precision: null });
  });
});
