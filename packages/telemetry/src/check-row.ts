import type { DownsampleQuery, ForecastRow, RawQuery, SignalRow } from './telemetry.ts';

/** Rows of one page at most, whatever was asked: an answer must fit into memory. */
export const PAGE_ROWS_MAX = 10_000;
/** Buckets of one answer at most. */
export const BUCKETS_MAX = 50_000;

/** @throws RangeError for a row that no engine could bring back as it is. */
export function checkRow(row: SignalRow): void {
  if (row.recordId === '') throw new RangeError(`a record of ${row.vehicleId} has no id`);
  if (!Number.isSafeInteger(row.observedAtMs) || !Number.isSafeInteger(row.receivedAtMs))
    throw new RangeError(`record ${row.recordId} has a time that is no whole millisecond`);
  for (const path in row.values) {
    const value = row.values[path];
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new RangeError(`record ${row.recordId} has ${value} as ${path}`);
  }
}

/** @throws RangeError for a row that no engine could bring back as it is. */
export function checkForecastRow(row: ForecastRow): void {
  const { forecastId, madeAtMs, p10, p50, p90, belowReserveProbability } = row;
  if (!Number.isSafeInteger(madeAtMs))
    throw new RangeError(`forecast ${forecastId} has a time that is no whole millisecond`);
  if (![p10, p50, p90, belowReserveProbability].every(Number.isFinite))
    throw new RangeError(`forecast ${forecastId} has a value that is no finite number`);
}

/** @throws RangeError for a page nobody can mean. */
export function checkPage(query: Pick<RawQuery, 'fromMs' | 'toMs' | 'limit'>): void {
  checkSpan(query);
  if (!Number.isInteger(query.limit) || query.limit < 1)
    throw new RangeError(`a page of ${query.limit} rows cannot be read`);
}

/** @throws RangeError for a bucket width nobody can mean. */
export function checkDownsample(query: DownsampleQuery): void {
  checkSpan(query);
  if (!Number.isInteger(query.stepMs) || query.stepMs < 1)
    throw new RangeError(`buckets of ${query.stepMs} ms cannot be made`);
}

function checkSpan({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): void {
  if (!Number.isFinite(fromMs) || !Number.isFinite(toMs))
    throw new RangeError('the time span of a query needs a beginning and an end');
}
