import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { createBucketFold } from './buckets.ts';
import { type Cursor, readCursor, writeCursor } from './cursor.ts';
import { decodeValues } from './series-values.ts';
import type {
  Bucket,
  DownsampleQuery,
  ForecastQuery,
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

export type SeriesAnswer = RawPage | readonly Bucket[] | readonly ForecastRow[];

const SELECT_SIGNALS = `
  SELECT observed_at_ms, record_id, received_at_ms, body, key_id, box FROM signals
  WHERE vehicle = ? AND (observed_at_ms, record_id) > (?, ?) AND observed_at_ms < ?
  ORDER BY observed_at_ms, record_id`;
const SELECT_FORECASTS = `
  SELECT made_at_ms, forecast_id, stop_id, p10, p50, p90, below_reserve_probability FROM forecasts
  WHERE vehicle = ? AND made_at_ms >= ? AND made_at_ms < ?
  ORDER BY made_at_ms, forecast_id, stop_id LIMIT ?`;

/** Answers queries from a read-only connection. Everything is synchronous: meant for a thread of its own. */
export class SeriesQueries {
  readonly #paths: PathNames;
  readonly #vehicle: StatementSync;
  readonly #signals: StatementSync;
  readonly #forecasts: StatementSync;

  constructor(db: DatabaseSync) {
    this.#paths = createPathNames(db);
    this.#vehicle = db.prepare('SELECT id FROM vehicles WHERE vehicle_id = ?');
    this.#signals = db.prepare(SELECT_SIGNALS);
    this.#forecasts = db.prepare(SELECT_FORECASTS);
    for (const statement of [this.#signals, this.#forecasts]) statement.setReturnArrays(true);
  }

  answer(asked: SeriesQuery): SeriesAnswer {
    if (asked.kind === 'signals') return this.#readSignals(asked.query, asked.withPlaces);
    if (asked.kind === 'downsample') return this.#downsample(asked.query);
    return this.#readForecasts(asked.query);
  }

  #readSignals(query: RawQuery, withPlaces: boolean): RawPage {
    const wanted = query.paths.length === 0 ? undefined : this.#paths.numbersOf(query.paths);
    const decode = (body: string) => decodeValues(body, this.#paths.nameOf, wanted);
    const rows: SignalRow[] = [];
    for (const columns of this.#rows(query.vehicleId, beginOf(query), query.toMs)) {
      const row = signalRowOf(query.vehicleId, columns, withPlaces, decode);
      const isAsked = wanted === undefined || row.places !== undefined || Object.keys(row.values).length > 0;
      if (!isAsked) continue;
      const last = rows.at(-1);
      if (last !== undefined && rows.length === query.limit) return { rows, next: writeCursor(last) };
      rows.push(row);
    }
    return { rows };
  }

  #downsample(query: DownsampleQuery): readonly Bucket[] {
    const fold = createBucketFold(query.stepMs);
    const [id] = this.#paths.numbersOf([query.path]);
    if (id === undefined) return [];
    const begin = { observedAtMs: query.fromMs, recordId: '' };
    for (const [atMs, , , body] of this.#rows(query.vehicleId, begin, query.toMs))
      fold.add(atMs as number, (JSON.parse(body as string) as Record<string, SeriesValue>)[id]);
    return fold.buckets();
  }

  #readForecasts({ vehicleId, fromMs, toMs, limit }: ForecastQuery): ForecastRow[] {
    const rows = this.#forecasts.all(this.#vehicleNumber(vehicleId), fromMs, toMs, limit);
    return Array.from(asRows(rows), (row) => forecastRowOf(vehicleId, row));
  }

  #rows(vehicleId: string, after: Cursor, toMs: number): Iterable<SQLOutputValue[]> {
    const { observedAtMs, recordId } = after;
    return asRows(this.#signals.iterate(this.#vehicleNumber(vehicleId), observedAtMs, recordId, toMs));
  }

  /** -1, which no vehicle has, when nothing was ever written of it. */
  #vehicleNumber(vehicleId: string): number {
    return Number(this.#vehicle.get(vehicleId)?.id ?? -1);
  }
}

/** The types do not know of rows as arrays. */
const asRows = (rows: Iterable<unknown>) => rows as Iterable<SQLOutputValue[]>;

/** The place before the first row of a page. Ids are never empty, so '' is before every row of that time. */
function beginOf(query: RawQuery): Cursor {
  const after = query.after === undefined ? undefined : readCursor(query.after);
  return after !== undefined && after.observedAtMs >= query.fromMs
    ? after
    : { observedAtMs: query.fromMs, recordId: '' };
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

interface PathNames {
  nameOf(id: number): string;
  /** As the keys of a stored body; paths never written are left out. */
  numbersOf(paths: readonly string[]): Set<string>;
}

/** Names of path numbers; read again when the writer has added one. */
function createPathNames(db: DatabaseSync): PathNames {
  const select = db.prepare('SELECT id, path FROM paths');
  let names = new Map<number, string>();
  let ids = new Map<string, number>();
  const reload = () => {
    const rows = select.all();
    names = new Map(rows.map(({ id, path }) => [Number(id), String(path)]));
    ids = new Map([...names].map(([id, path]) => [path, id]));
  };
  return {
    nameOf(id) {
      if (!names.has(id)) reload();
      const name = names.get(id);
      if (name === undefined) throw new Error(`the series has no name for path ${id}`);
      return name;
    },
    numbersOf(paths) {
      if (!paths.every((path) => ids.has(path))) reload();
      return new Set(paths.flatMap((path) => ids.get(path) ?? []).map(String));
    },
  };
}
