import type { Baseline } from './baselines.ts';
import { bootstrapMape, comparePaired, type Interval, type PairedDifference } from './bootstrap.ts';
import type { DroppedTrip } from './clean-trip.ts';
import type { Experiments, PriorFigure } from './experiments/index.ts';
import { PROMISED } from './experiments/titles.ts';
import { type LoggedTrip, totalsOf } from './logged-trip.ts';
import type { TripFolder } from './read-trips.ts';
import { type Prediction, type Scores, scoreAll } from './scores.ts';
import type { WinterRange } from './winter-range.ts';

export interface TripResult {
  readonly trip: string;
  readonly predictedKwh: number;
  readonly drivenKwh: number;
  readonly p10: number;
  readonly p90: number;
}

export interface Result extends Scores {
  readonly title: string;
  readonly mapeInterval: Interval | null;
  readonly perTrip: readonly TripResult[];
  readonly note?: string;
}

export interface BaselineResult extends Result {
  readonly against: string;
  /** Points of MAPE by which the row it is held against is better; null where that row is missing. */
  readonly gain: PairedDifference | null;
}

/** Of these the results hold one per share of the way, under one key. */
const IN_TRIP = /^inTrip\.?(\d+)$/;

export interface Results {
  readonly trips: readonly TripSummary[];
  readonly dropped: readonly DroppedTrip[];
  /** Files that were left out. */
  readonly problems: readonly string[];
  /** By key; null where there is nothing to score. */
  readonly rows: ReadonlyMap<string, Result | null>;
  /** By share of the way in percent. */
  readonly inTrip: ReadonlyMap<string, Result>;
  readonly baselines: ReadonlyMap<string, BaselineResult | null>;
  /** Why a row is null. */
  readonly missing: ReadonlyMap<string, string>;
  readonly titles: ReadonlyMap<string, string>;
  readonly priors: readonly PriorFigure[];
  readonly notes: readonly string[];
  readonly winterRange: WinterRange;
}

type TripSummary = ReturnType<typeof summarize>;

/** Scores everything that was forecast. */
export function collectResults(
  { trips, dropped, problems }: TripFolder,
  experiments: Experiments,
  baselines: readonly Baseline[],
  winterRange: WinterRange,
): Results {
  const made = new Map(experiments.rows.map((row) => [row.key, row]));
  const inTrip = experiments.rows.flatMap((row) => {
    const share = IN_TRIP.exec(row.key)?.[1];
    return share === undefined || row.predictions.length === 0 ? [] : [[share, scoreRow(row)] as const];
  });
  const keys = [...new Set([...Object.keys(PROMISED), ...made.keys()])].filter((key) => !IN_TRIP.test(key));
  const all = [...keys.map((key) => made.get(key) ?? absent(key)), ...baselines];
  return {
    trips: trips.map(summarize),
    ...{ dropped, problems },
    rows: new Map(keys.map((key) => [key, orNull(made.get(key) ?? absent(key))])),
    inTrip: new Map(inTrip),
    baselines: new Map(baselines.map((one) => [one.key, compare(one, made.get(one.against)?.predictions)])),
    missing: new Map(
      all.filter(isEmpty).map(({ key, note }) => [key, note ?? 'needs more trips than there are']),
    ),
    titles: new Map(all.map(({ key, title }) => [key, title])),
    priors: experiments.priors,
    notes: experiments.notes,
    winterRange,
  };
}

interface Row {
  readonly key: string;
  readonly title: string;
  readonly predictions: readonly Prediction[];
  readonly note?: string;
}

const absent = (key: string): Row => ({
  ...{ key, title: PROMISED[key as keyof typeof PROMISED], predictions: [] },
});

const isEmpty = ({ predictions }: Row): boolean => predictions.length === 0;
const orNull = (row: Row): Result | null => (isEmpty(row) ? null : scoreRow(row));

const scoreRow = ({ title, predictions, note }: Row): Result => ({
  title,
  ...scoreAll(predictions),
  mapeInterval: bootstrapMape(predictions),
  ...(note !== undefined && { note }),
  perTrip: predictions.map(({ trip, meanKwh, drivenKwh, distribution }) => ({
    ...{ trip, predictedKwh: meanKwh, drivenKwh },
    p10: distribution.quantile(0.1),
    p90: distribution.quantile(0.9),
  })),
});

function compare(baseline: Baseline, model: readonly Prediction[] = []): BaselineResult | null {
  if (isEmpty(baseline)) return null;
  const gain = comparePaired(model, baseline.predictions);
  return { ...scoreRow(baseline), against: baseline.against, gain };
}

function summarize(trip: LoggedTrip) {
  const { distanceKm, drivenKwh, durationS, drivenSocPct } = totalsOf(trip);
  const { name, season, startedAtMs, heights, cuts } = trip;
  const meanAmbientC = trip.ambientC.reduce((sum, value) => sum + value, 0) / trip.ambientC.length;
  return {
    ...{ trip: name, season, km: distanceKm, kwh: drivenKwh, minutes: durationS / 60, drivenSocPct },
    ...{ meanAmbientC, startedAtLocal: startedAtMs === null ? null : localTime(startedAtMs), heights, cuts },
  };
}

/** The wall clock as it was, without a zone: nobody wrote down which. */
const localTime = (startedAtMs: number): string => new Date(startedAtMs).toISOString().slice(0, 19);

/** The one object of `--json`. What is not a number is null. */
export function describeResults(results: Results): Readonly<Record<string, unknown>> {
  const { trips, dropped, problems, rows, inTrip, baselines, missing, priors, notes, winterRange } = results;
  return {
    ...{ trips, dropped, problems },
    ...Object.fromEntries(rows),
    inTrip: Object.fromEntries(inTrip),
    baselines: Object.fromEntries(baselines),
    missing: Object.fromEntries(missing),
    ...{ priors, notes, winterRange },
  };
}
