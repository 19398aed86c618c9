import { isPlaceSignal } from '@outrider/domain';
import { createBucketFold } from './buckets.ts';
import { checkDownsample, checkForecastRow, checkPage, checkRow, PAGE_ROWS_MAX } from './check-row.ts';
import { compareText, readCursor, writeCursor } from './cursor.ts';
import type {
  Bucket,
  DownsampleQuery,
  ForecastQuery,
  ForecastRow,
  RawPage,
  RawQuery,
  SeriesValue,
  SignalRow,
  TelemetryStore,
} from './telemetry.ts';

type Rows<T> = Map<string, Map<string, T>>;

/** The time series in memory, for tests: gone with the process, every read sorts. */
export class MemoryTelemetry implements TelemetryStore {
  readonly #signals: Rows<SignalRow> = new Map();
  readonly #forecasts: Rows<ForecastRow> = new Map();

  async writeSignals(rows: readonly SignalRow[]): Promise<void> {
    rows.forEach(checkRow);
    for (const row of rows) {
      const ofVehicle = rowsOf(this.#signals, row.vehicleId);
      const key = writeCursor(row);
      const known = ofVehicle.get(key);
      if (known === undefined || isEarlier(row, known)) ofVehicle.set(key, copyOf(row));
    }
  }

  async writeForecasts(rows: readonly ForecastRow[]): Promise<void> {
    rows.forEach(checkForecastRow);
    for (const row of rows) {
      const ofVehicle = rowsOf(this.#forecasts, row.vehicleId);
      const key = JSON.stringify([row.madeAtMs, row.forecastId, row.stopId]);
      if (!ofVehicle.has(key)) ofVehicle.set(key, { ...row });
    }
  }

  async readSignals(query: RawQuery): Promise<RawPage> {
    checkPage(query);
    const after = query.after === undefined ? undefined : readCursor(query.after);
    const limit = Math.min(query.limit, PAGE_ROWS_MAX);
    const rows = this.#span(query)
      .filter((row) => after === undefined || byTimeThenId(row, after) > 0)
      .flatMap((row) => withPaths(row, query.paths));
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return last !== undefined && rows.length > limit
      ? { rows: page, next: writeCursor(last) }
      : { rows: page };
  }

  async downsample(query: DownsampleQuery): Promise<readonly Bucket[]> {
    checkDownsample(query);
    const fold = createBucketFold(query.stepMs);
    for (const row of this.#span(query))
      if (Object.hasOwn(row.values, query.path)) fold.add(row.observedAtMs, row.values[query.path]);
    return fold.buckets();
  }

  async readForecasts(query: ForecastQuery): Promise<readonly ForecastRow[]> {
    checkPage(query);
    return [...(this.#forecasts.get(query.vehicleId)?.values() ?? [])]
      .filter((row) => row.madeAtMs >= query.fromMs && row.madeAtMs < query.toMs)
      .sort(
        (a, b) =>
          a.madeAtMs - b.madeAtMs ||
          compareText(a.forecastId, b.forecastId) ||
          compareText(a.stopId, b.stopId),
      )
      .slice(0, Math.min(query.limit, PAGE_ROWS_MAX));
  }

  async prune(beforeMs: number): Promise<number> {
    return (
      dropBefore(this.#signals, (row) => row.observedAtMs, beforeMs) +
      dropBefore(this.#forecasts, (row) => row.madeAtMs, beforeMs)
    );
  }

  async ping(): Promise<void> {}

  async close(): Promise<void> {
    this.#signals.clear();
    this.#forecasts.clear();
  }

  #span(query: Pick<RawQuery, 'vehicleId' | 'fromMs' | 'toMs'>): SignalRow[] {
    return [...(this.#signals.get(query.vehicleId)?.values() ?? [])]
      .filter((row) => row.observedAtMs >= query.fromMs && row.observedAtMs < query.toMs)
      .sort(byTimeThenId);
  }
}

function rowsOf<T>(rows: Rows<T>, vehicleId: string): Map<string, T> {
  const ofVehicle = rows.get(vehicleId) ?? new Map<string, T>();
  rows.set(vehicleId, ofVehicle);
  return ofVehicle;
}

function dropBefore<T>(rows: Rows<T>, atMsOf: (row: T) => number, beforeMs: number): number {
  let dropped = 0;
  for (const ofVehicle of rows.values())
    for (const [key, row] of ofVehicle) if (atMsOf(row) < beforeMs && ofVehicle.delete(key)) dropped++;
  return dropped;
}

/** The caller's objects stay the caller's; as in the other engines, there is no -0. */
function copyOf(row: SignalRow): SignalRow {
  const values = { ...row.values };
  for (const path in values) if (values[path] === 0) values[path] = 0;
  return { ...row, values, ...(row.places && { places: { ...row.places } }) };
}

type Place = Pick<SignalRow, 'observedAtMs' | 'recordId'>;
const byTimeThenId = (a: Place, b: Place): number =>
  a.observedAtMs - b.observedAtMs || compareText(a.recordId, b.recordId);

/** Of repeats the one received first is kept; the box decides where even that is equal. */
function isEarlier(row: SignalRow, known: SignalRow): boolean {
  if (row.receivedAtMs !== known.receivedAtMs) return row.receivedAtMs < known.receivedAtMs;
  return compareText(row.places?.box ?? '', known.places?.box ?? '') < 0;
}

/** The row with the asked paths only, sealed places when a place is among them; nothing when it has none. */
function withPaths(row: SignalRow, paths: readonly string[]): SignalRow[] {
  if (paths.length === 0) return [structuredClone(row)];
  const asked = new Set(paths);
  const values = Object.entries(row.values).filter(([path]) => asked.has(path));
  const { places, ...plain } = structuredClone(row);
  const withPlaces = places !== undefined && paths.some(isPlaceSignal);
  if (values.length === 0 && !withPlaces) return [];
  return [{ ...plain, values: Object.fromEntries<SeriesValue>(values), ...(withPlaces && { places }) }];
}
