// What every InfluxDB keeps beside the raw values, however it is told to: each number folded over minutes and hours.

/** How long what is kept. Whole days. */
export interface SeriesRetention {
  readonly rawDays: number;
  /** Of the means of minutes; those of hours are kept for ever. */
  readonly minuteDays: number;
}

export interface Aggregate {
  /** Of the continuous query, or of the task. */
  readonly name: string;
  readonly policy: string;
  /** Durations as InfluxQL and Flux both read them. */
  readonly step: string;
  /** Late values within this time still count; later ones need a back-fill. */
  readonly lateFor: string;
  readonly every: string;
}

export const AGGREGATES: readonly Aggregate[] = [
  { name: 'outrider_1m', policy: 'm1', step: '1m', lateFor: '2h', every: '5m' },
  { name: 'outrider_1h', policy: 'h1', step: '1h', lateFor: '1d', every: '30m' },
];

export const FOLDS = ['mean', 'min', 'max', 'last'] as const;
export const RAW_POLICY = 'raw';
/** Every number, and nothing else: names of other fields have a colon. */
export const NUMBERS = '/^[^:]+$/';
/** Computing the folds of a day again. */
export const BACKFILL_MS = 600_000;

/** Beside the database of the raw values: rights are given by database, and who reads folds needs none to the rest. */
export const foldedDatabase = (database: string): string => `${database}_folded`;

/** What is removed at once when it is too old, in days. */
export const SHARD_DAYS = { raw: 1, m1: 7, h1: 30 } as const;
