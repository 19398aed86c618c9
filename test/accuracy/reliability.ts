import { decideBudgets, meanOf, type Prediction } from './scores.ts';

/** Narrow where decisions are made: warnings go out at small probabilities. */
const EDGES = [0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1] as const;

export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean of what was said, and share of what came; null in an empty bin. */
  readonly forecast: number | null;
  readonly frequency: number | null;
}

/** How often a budget was exceeded when the forecast said so with a probability of each size. */
export function binDecisions(predictions: readonly Prediction[]): readonly ReliabilityBin[] {
  const decisions = predictions.flatMap(decideBudgets);
  return EDGES.slice(1).map((to, i) => {
    const from = EDGES[i]!;
    const inside = decisions.filter(({ probability: p }) => p >= from && (p < to || (to === 1 && p <= 1)));
    return {
      ...{ from, to, count: inside.length },
      forecast: meanOf(inside.map(({ probability }) => probability)),
      frequency: meanOf(inside.map(({ isOver }) => Number(isOver))),
    };
  });
}
