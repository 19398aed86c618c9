import { describe, expect, test } from 'vitest';
import { binDecisions } from './reliability.ts';
import type { Prediction } from './scores.ts';

/** One trip, all of whose budgets are exceeded with the same probability by the forecast. */
const say = (probability: number, drivenKwh: number): Prediction => ({
  ...{ trip: 'Made', drivenKwh, meanKwh: 1, distanceKm: 10, drivenSocPct: 5, predictedSocPct: 5 },
  distribution: { cdf: () => 1 - probability, quantile: () => 1 },
});

describe('bins of probability', () => {
  test('hold their lower border, and the last both', () => {
    const filled = [0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1 - 1e-9].map((p) =>
      binDecisions([say(p + 1e-9, 9)]).findIndex(({ count }) => count > 0),
    );
    expect(filled).toEqual([0, 1, 2, 3, 4, 5, 6, 6]);
  });
  test('compare what was said with what came', () => {
    const bin = binDecisions([say(0.25, 9), say(0.35, 0.1)])[2];
    expect(bin?.count).toBe(20);
    expect(bin?.forecast).toBeCloseTo(0.3, 9);
    expect(bin?.frequency).toBe(0.5);
  });
  test('say nothing where they are empty', () => {
    expect(binDecisions([])[0]).toEqual({ from: 0, to: 0.05, count: 0, forecast: null, frequency: null });
  });
});
