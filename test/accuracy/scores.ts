export interface ForecastDistribution {
  cdf(kwh: number): number;
  quantile(p: number): number;
}

/** One trip as it was forecast, and as it went. */
export interface Prediction {
  readonly trip: string;
  readonly drivenKwh: number;
  /** The median of the forecast. */
  readonly meanKwh: number;
  readonly distribution: ForecastDistribution;
  readonly distanceKm: number;
  /** Raw points, start − end. */
  readonly drivenSocPct: number;
  readonly predictedSocPct: number;
}

/** Null where a score cannot be told: no trip, no event, no warning. */
export interface Scores {
  readonly n: number;
  readonly mape: number | null;
  /** Raw points. */
  readonly socMae: number | null;
  readonly socP90: number | null;
  readonly crps: number | null;
  /** Share of trips inside the central intervals. */
  readonly coverage: Readonly<Record<Level, number | null>>;
  readonly width90Kwh: number | null;
  readonly brier: number | null;
  readonly recall: number | null;
  readonly precision: number | null;
}

export const LEVELS = [50, 80, 90, 95] as const;
export type Level = (typeof LEVELS)[number];

export function scoreAll(predictions: readonly Prediction[]): Scores {
  const socErrors = predictions.map((one) => Math.abs(one.predictedSocPct - one.drivenSocPct));
  const decisions = predictions.flatMap(decideBudgets);
  const warned = decisions.filter(({ probability }) => probability > WARN_ABOVE);
  const needed = decisions.filter(({ isOver }) => isOver);
  const warnedRightly = warned.filter(({ isOver }) => isOver).length;
  return {
    n: predictions.length,
    mape: meanOf(predictions.map(absolutePercent)),
    socMae: meanOf(socErrors),
    socP90: quantileOf(socErrors, 0.9),
    crps: meanOf(predictions.map(crpsOf)),
    coverage: coverageOf(predictions),
    width90Kwh: meanOf(predictions.map(({ distribution: d }) => d.quantile(0.95) - d.quantile(0.05))),
    brier: meanOf(decisions.map(({ probability, isOver }) => (probability - Number(isOver)) ** 2)),
    recall: ratioOf(warnedRightly, needed.length),
    precision: ratioOf(warnedRightly, warned.length),
  };
}

/** The error of the trip's energy, in percent of what was used. */
export const absolutePercent = ({ meanKwh, drivenKwh }: Prediction): number =>
  (100 * Math.abs(meanKwh - drivenKwh)) / Math.abs(drivenKwh);

/** Where the driven value lies inside a central interval, its rank is within half the level of the middle. */
function coverageOf(predictions: readonly Prediction[]): Scores['coverage'] {
  const ranks = predictions.map(({ distribution, drivenKwh }) => distribution.cdf(drivenKwh));
  const share = (level: Level): number | null =>
    ratioOf(ranks.filter((rank) => Math.abs(rank - 0.5) <= level / 200).length, ranks.length);
  return { 50: share(50), 80: share(80), 90: share(90), 95: share(95) };
}

/** What a trip may use, as multiples of a usual one, so that some budgets are never and some always enough. */
const BUDGETS = [0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4, 1.5];
const USUAL_KWH_PER_KM = 0.155;
/** Warn when a miss at ten times the cost of a needless warning makes it worth: 1/(1 + 10). */
const WARN_ABOVE = 1 / 11;

export interface Decision {
  /** Forecast probability of using more than the budget. */
  readonly probability: number;
  readonly isOver: boolean;
}

/** Would this trip have been warned of, had it had each of the budgets? */
export const decideBudgets = ({ distribution, distanceKm, drivenKwh }: Prediction): readonly Decision[] =>
  BUDGETS.map((share) => {
    const budgetKwh = share * USUAL_KWH_PER_KM * distanceKm;
    return { probability: 1 - distribution.cdf(budgetKwh), isOver: drivenKwh > budgetKwh };
  });

/** Beyond these the distribution adds nothing that shows in the third place. */
const TAIL = 1e-4;
const PANELS = 256;

/** ∫ (F(x) − [y ≤ x])² dx, in kWh, by midpoints on both sides of the step. */
export function crpsOf({ distribution, drivenKwh }: Prediction): number {
  const [low, high] = [distribution.quantile(TAIL), distribution.quantile(1 - TAIL)];
  const below = integrate(Math.min(low, drivenKwh), drivenKwh, (x) => distribution.cdf(x) ** 2);
  const above = integrate(drivenKwh, Math.max(high, drivenKwh), (x) => (1 - distribution.cdf(x)) ** 2);
  return below + above;
}

function integrate(from: number, to: number, valueAt: (x: number) => number): number {
  const step = (to - from) / PANELS;
  let sum = 0;
  for (let i = 0; i < PANELS; i++) sum += valueAt(from + (i + 0.5) * step);
  return sum * step;
}

export const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

const ratioOf = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/** Between the two nearest of the sorted values, in proportion. */
export function quantileOf(values: readonly number[], p: number): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const at = p * (sorted.length - 1);
  const low = sorted[Math.floor(at)]!;
  return low + (sorted[Math.ceil(at)]! - low) * (at - Math.floor(at));
}
