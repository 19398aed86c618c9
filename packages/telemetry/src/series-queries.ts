import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { createBucketFold } from './buckets.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { decodeValues } from './series-values.ts';
import type {
  Bucket,
  DownsampleQuery,
  ForecastRow,
  RawPage,
  RawQuery,
  SeriesValue,
  SignalRow,
} from './telemetry.ts';

/** What the thread that asks sends to the thread that reads. */
export type SeriesQuery =
  | { readonly kind: 'signals'; readonly query: RawQuery; readonly withPlaces: boolean }
  | { readonly kind: 'downsample'; readonly query: DownsampleQuery }
  | { readonly kind: 'forecasts'; readonly query: ForecastQuery };

export interface ForecastQuery {
  readonly vehicleId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly limit: number;
}

export type SeriesAnswer = RawPage | readonly Bucket[] | readonly ForecastRow[];

/** Answers queries from a read-only connection. Everything is synchronous: meant for a thread of its own. */
export function createSeriesQueries(db: DatabaseSync): (asked: SeriesQuery) => SeriesAnswer {
  const paths = createPathNames(db);
  const selectVehicle = db.prepare('SELECT id FROM vehicles WHERE vehicle_id = ?');
  const selectSignals = db.prepare(
    `SELECT observed_at_ms, record_id, received_at_ms, body, key_id, box FROM signals
     WHERE vehicle = ? AND (observed_at_ms, record_id) > (?, ?) AND observed_at_ms < ?
     ORDER BY observed_at_ms, record_id`,
  );
  const selectForecasts = db.prepare(
    `SELECT made_at_ms, forecast_id, stop_id, p10, p50, p90, below_reserve_probability FROM forecasts
     WHERE vehicle = ? AND made_at_ms >= ? AND made_at_ms < ?
     ORDER BY made_at_ms, forecast_id, stop_id LIMIT ?`,
  );
  for (const statement of [selectSignals, selectForecasts]) statement.setReturnArrays(true);

  const vehicleOf = (vehicleId: string): number => Number(selectVehicle.get(vehicleId)?.id ?? -1);
  const rowsFrom = (vehicleId: string, afterMs: number, afterId: string, toMs: number) =>
    selectSignals.iterate(vehicleOf(vehicleId), afterMs, afterId, toMs) as Iterable<unknown> as Iterable<
      SQLOutputValue[]
    >;

  function readSignals(query: RawQuery, withPlaces: boolean): RawPage {
    const after = query.after === undefined ? undefined : readCursor(query.after);
    // Ids are never empty, so ('', fromMs) is before every row of fromMs.
    const begin =
      after !== undefined && after.observedAtMs >= query.fromMs
        ? after
        : { observedAtMs: query.fromMs, recordId: '' };
    const wanted = query.paths.length === 0 ? undefined : paths.numbersOf(query.paths);
    const rows: SignalRow[] = [];
    for (const row of rowsFrom(query.vehicleId, begin.observedAtMs, begin.recordId, query.toMs)) {
      const signalRow = signalRowOf(query.vehicleId, row, withPlaces, (body) =>
        decodeValues(body, paths.nameOf, wanted),
      );
      const isAsked =
        wanted === undefined || signalRow.places !== undefined || Object.keys(signalRow.values).length > 0;
      if (!isAsked) continue;
      const last = rows.at(-1);
      if (last !== undefined && rows.length === query.limit) return { rows, next: writeCursor(last) };
      rows.push(signalRow);
    }
    return { rows };
  }

  function downsample(query: DownsampleQuery): readonly Bucket[] {
    const fold = createBucketFold(query.stepMs);
    const [id] = paths.numbersOf([query.path]);
    if (id === undefined) return [];
    for (const [atMs, , , body] of rowsFrom(query.vehicleId, query.fromMs, '', query.toMs))
      fold.add(atMs as number, (JSON.parse(body as string) as Record<string, SeriesValue>)[id]);
    return fold.buckets();
  }

  function readForecasts({ vehicleId, fromMs, toMs, limit }: ForecastQuery): ForecastRow[] {
    const rows = selectForecasts.all(
      vehicleOf(vehicleId),
      fromMs,
      toMs,
      limit,
    ) as unknown as SQLOutputValue[][];
    return rows.map((row) => forecastRowOf(vehicleId, row));
  }

  return (asked) => {
    if (asked.kind === 'signals') return readSignals(asked.query, asked.withPlaces);
    if (asked.kind === 'downsample') return downsample(asked.query);
    return readForecasts(asked.query);
  };
}

function signalRowOf(
  vehicleId: string,
  [observedAtMs, recordId, receivedAtMs, body, keyId, box]: SQLOutputValue[],
  withPlaces: boolean,
  decode: (body: string) => Record<string, SeriesValue>,
): SignalRow {
  return {
    vehicleId,
    observedAtMs: observedAtMs as number,
    recordId: recordId as string,
    receivedAtMs: receivedAtMs as number,
    values: decode(body as string),
    ...(withPlaces && box !== null && { places: { keyId: keyId as string, box: box as string } }),
  };
}

function forecastRowOf(vehicleId: string, row: SQLOutputValue[]): ForecastRow {
  const [madeAtMs, forecastId, stopId, p10, p50, p90, belowReserveProbability] = row;
  return {
    vehicleId,
    madeAtMs: madeAtMs as number,
    forecastId: forecastId as string,
    stopId: stopId as string,
    p10: p10 as number,
    p50: p50 as number,
    p90: p90 as number,
    belowReserveProbability: belowReserveProbability as number,
  };
}

/** Names of path numbers; read again when the writer has added one. */
function createPathNames(db: DatabaseSync) {
  const select = db.prepare('SELECT id, path FROM paths');
  let names = new Map<number, string>();
  let ids = new Map<string, number>();
  const reload = () => {
    const rows = select.all();
    names = new Map(rows.map(({ id, path }) => [Number(id), String(path)]));
    ids = new Map([...names].map(([id, path]) => [path, id]));
  };
  return {
    nameOf(id: number): string {
      if (!names.has(id)) reload();
      const name = names.get(id);
      if (name === undefined) throw new Error(`the series has no name for path ${id}`);
      return name;
    },
    /** As the keys of a stored body; paths never written are left out. */
    numbersOf(paths: readonly string[]): Set<string> {
      if (!paths.every((path) => ids.has(path))) reload();
      return new Set(paths.flatMap((path) => ids.get(path) ?? []).map(String));
    },
  };
}
