import { isPlaceSignal } from '@outrider/domain';
import { BUCKETS_MAX } from './check-row.ts';
import { compareText, readCursor, writeCursor } from './cursor.ts';
import type { InfluxAddress } from './influx-address.ts';
import { type InfluxTable, runInfluxQl, sqlName, sqlText } from './influx-http.ts';
import {
  encodeText,
  FIELD_KINDS,
  FORECASTS,
  fieldOf,
  MOMENT_MAX_MS,
  MOMENT_MIN_MS,
  pathOf,
  RECEIPTS,
  RECORD_FIELD,
  SIGNALS,
} from './influx-line.ts';
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

/** Points of one answer: a page of many is put together from several. */
const CHUNK_MIN = 100;
const CHUNK_MAX = 2_000;
/** Cars whose forecasts are looked for with one question. */
const SPANS_PER_ASK = 50;
const NS_PER_MS = 1e6;

/** A point: its moment in ms, and its fields that have a value. */
interface Point {
  readonly atMs: number;
  readonly fields: ReadonlyMap<string, unknown>;
}

interface Span {
  readonly measurement: string;
  readonly vehicleId: string;
  /** As InfluxQL. */
  readonly columns: string;
  /** Inclusive. */
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
  readonly chunk: number;
}

interface Receipt {
  readonly receivedAtMs: number;
  readonly places: SignalRow['places'];
}

type Place = Pick<SignalRow, 'observedAtMs' | 'recordId'>;
const byTimeThenId = (a: Place, b: Place): number =>
  a.observedAtMs - b.observedAtMs || compareText(a.recordId, b.recordId);

/** The series as it can be asked for; every query is bounded in time and rows, and ends with `signal`. */
export class InfluxReader {
  readonly #address: InfluxAddress;

  constructor(address: InfluxAddress) {
    this.#address = address;
  }

  async readSignals(query: RawQuery, signal: AbortSignal): Promise<RawPage> {
    const after = query.after === undefined ? undefined : readCursor(query.after);
    const span = {
      ...{ measurement: SIGNALS, vehicleId: query.vehicleId, columns: columnsOf(query.paths) },
      ...{ fromMs: Math.max(query.fromMs, after?.observedAtMs ?? query.fromMs), toMs: query.toMs },
      chunk: query.limit + 1,
    };
    const rows: SignalRow[] = [];
    for await (const points of this.#moments(span, signal)) {
      const found = await this.#signalRows(query, points, signal);
      rows.push(...found.filter((row) => after === undefined || byTimeThenId(row, after) > 0));
      if (rows.length > query.limit) break;
    }
    const page = rows.slice(0, query.limit);
    const last = page.at(-1);
    return last !== undefined && rows.length > query.limit
      ? { rows: page, next: writeCursor(last) }
      : { rows: page };
  }

  /** @throws RangeError for more buckets than an answer may hold */
  async downsample(query: DownsampleQuery, signal: AbortSignal): Promise<readonly Bucket[]> {
    const range = rangeOf(query);
    if (range === undefined) return [];
    const field = sqlName(fieldOf(query.path, ''));
    const folds = ['count', 'min', 'max', 'mean', 'last'].map((fold) => `${fold}(${field})`).join(', ');
    const stepMs = Math.min(query.stepMs, MOMENT_MAX_MS);
    const [tables = []] = await this.#ask(
      `SELECT ${folds} FROM ${SIGNALS} WHERE ${range} GROUP BY time(${stepMs}ms) fill(none) LIMIT ${BUCKETS_MAX + 1}`,
      signal,
    );
    const rows = tables[0]?.values ?? [];
    if (rows.length > BUCKETS_MAX)
      throw new RangeError(`more than ${BUCKETS_MAX} buckets: ask for a larger step or a shorter time`);
    return (rows as readonly (readonly number[])[]).map(
      ([atNs = 0, count = 0, min = 0, max = 0, mean = 0, last = 0]) => ({
        ...{ startMs: Math.round(atNs / NS_PER_MS), count, min, max, mean, last },
      }),
    );
  }

  async readForecasts(query: ForecastQuery, signal: AbortSignal): Promise<readonly ForecastRow[]> {
    const { vehicleId, fromMs, toMs, limit } = query;
    const span = { measurement: FORECASTS, vehicleId, columns: '*', fromMs, toMs, chunk: limit };
    const rows: ForecastRow[] = [];
    for await (const points of this.#moments(span, signal)) {
      rows.push(...points.map((point) => forecastOf(vehicleId, point)).sort(byForecast));
      if (rows.length >= limit) break;
    }
    return rows.slice(0, limit);
  }

  /** Those of these forecasts that are there already, by `forecastKey`. */
  async knownForecasts(rows: readonly ForecastRow[], signal: AbortSignal): Promise<ReadonlySet<string>> {
    const known = new Set<string>();
    const spans = [...Map.groupBy(rows, ({ vehicleId }) => vehicleId)].map(([vehicleId, ofVehicle]) => {
      const times = ofVehicle.map(({ madeAtMs }) => madeAtMs);
      const [fromMs, toMs] = [
        times.reduce((a, b) => Math.min(a, b)),
        times.reduce((a, b) => Math.max(a, b)) + 1,
      ];
      return { measurement: FORECASTS, columns: 'forecast, stop', chunk: CHUNK_MAX, vehicleId, fromMs, toMs };
    });
    for (let at = 0; at < spans.length; at += SPANS_PER_ASK) {
      const asked = spans.slice(at, at + SPANS_PER_ASK);
      const answers = await this.#ask(asked.map((span) => selectOf(span, CHUNK_MAX)).join('; '), signal);
      for (const [index, span] of asked.entries()) {
        const add = (point: Point) => known.add(forecastKey(forecastOf(span.vehicleId, point)));
        const points = (answers[index] ?? []).flatMap(pointsOf);
        points.forEach(add);
        if (points.length === CHUNK_MAX)
          for await (const more of this.#moments(span, signal)) more.forEach(add);
      }
    }
    return known;
  }

  /** Points in the order of time; those of one millisecond always come together. */
  async *#moments(span: Span, signal: AbortSignal): AsyncGenerator<readonly Point[]> {
    let { fromMs } = span;
    let limit = Math.min(Math.max(span.chunk, CHUNK_MIN), CHUNK_MAX);
    for (;;) {
      const statement = selectOf({ ...span, fromMs }, limit);
      if (statement === undefined) return;
      const [tables = []] = await this.#ask(statement, signal);
      const points = tables.flatMap(pointsOf);
      if (points.length < limit) return yield points;
      // The last millisecond may go on behind the limit.
      const lastMs = points.at(-1)?.atMs ?? fromMs;
      const whole = points.filter(({ atMs }) => atMs < lastMs);
      if (whole.length > 0) yield whole;
      else limit *= 2;
      fromMs = lastMs;
    }
  }

  async #signalRows(
    { vehicleId, paths }: RawQuery,
    points: readonly Point[],
    signal: AbortSignal,
  ): Promise<readonly SignalRow[]> {
    const withPlaces = paths.length === 0 || paths.some(isPlaceSignal);
    const wanted = withPlaces ? points : points.filter(({ fields }) => hasValue(fields));
    const [first, last] = [wanted[0], wanted.at(-1)];
    if (first === undefined || last === undefined) return [];
    const receipts = await this.#receipts(vehicleId, first.atMs, last.atMs + 1, signal);
    return wanted
      .flatMap((point) => {
        const recordId = String(point.fields.get(RECORD_FIELD));
        const values = valuesOf(point.fields);
        const receipt = receipts.get(writeCursor({ observedAtMs: point.atMs, recordId }));
        const places = withPlaces ? receipt?.places : undefined;
        const isAsked = paths.length === 0 || places !== undefined || Object.keys(values).length > 0;
        if (!isAsked) return [];
        const receivedAtMs = receipt?.receivedAtMs ?? point.atMs;
        return {
          vehicleId,
          observedAtMs: point.atMs,
          recordId,
          receivedAtMs,
          values,
          ...(places && { places }),
        };
      })
      .sort(byTimeThenId);
  }

  /** By cursor: of repeats the one received first; the box decides where even that is equal. */
  async #receipts(
    vehicleId: string,
    fromMs: number,
    toMs: number,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Receipt>> {
    const span = { measurement: RECEIPTS, vehicleId, columns: '*', fromMs, toMs, chunk: CHUNK_MAX };
    const receipts = new Map<string, Receipt>();
    for await (const points of this.#moments(span, signal))
      for (const { atMs, fields } of points) {
        const key = writeCursor({ observedAtMs: atMs, recordId: String(fields.get('record')) });
        const box = fields.get('box');
        const receipt = {
          receivedAtMs: Number(fields.get('received')),
          places: box === undefined ? undefined : { keyId: String(fields.get('key')), box: String(box) },
        };
        const known = receipts.get(key);
        if (known === undefined || isEarlier(receipt, known)) receipts.set(key, receipt);
      }
    return receipts;
  }

  #ask(statement: string, signal: AbortSignal): Promise<readonly (readonly InfluxTable[])[]> {
    return runInfluxQl(this.#address, statement, signal);
  }
}

function isEarlier(one: Receipt, other: Receipt): boolean {
  if (one.receivedAtMs !== other.receivedAtMs) return one.receivedAtMs < other.receivedAtMs;
  return compareText(one.places?.box ?? '', other.places?.box ?? '') < 0;
}

/** Time and car as a condition; nothing when no moment lies in it. */
function rangeOf(span: { readonly vehicleId: string; readonly fromMs: number; readonly toMs: number }) {
  const fromMs = Math.max(Math.ceil(span.fromMs), MOMENT_MIN_MS);
  const toMs = Math.min(Math.ceil(span.toMs), MOMENT_MAX_MS + 1);
  if (fromMs >= toMs) return undefined;
  const vehicle = sqlText(encodeText(span.vehicleId));
  return `vehicle = ${vehicle} AND time >= ${fromMs}ms AND time < ${toMs}ms`;
}

function selectOf(span: Span, limit: number): string | undefined {
  const range = rangeOf(span);
  return range && `SELECT ${span.columns} FROM ${span.measurement} WHERE ${range} LIMIT ${limit}`;
}

const columnsOf = (paths: readonly string[]): string =>
  paths.length === 0
    ? '*'
    : [RECORD_FIELD, ...new Set(paths.flatMap((path) => FIELD_KINDS.map((kind) => fieldOf(path, kind))))]
        .map(sqlName)
        .join(', ');

function pointsOf({ columns, values }: InfluxTable): readonly Point[] {
  const time = columns.indexOf('time');
  return values.map((row) => {
    const fields = new Map<string, unknown>();
    for (const [at, name] of columns.entries()) if (row[at] !== null) fields.set(name, row[at]);
    return { atMs: Math.floor(Number(row[time]) / NS_PER_MS), fields };
  });
}

const isSignal = (field: string): boolean =>
  field !== 'time' && field !== 'vehicle' && pathOf(field) !== undefined;

const hasValue = (fields: Point['fields']): boolean => fields.keys().some(isSignal);

const valuesOf = (fields: Point['fields']): Record<string, SeriesValue> =>
  Object.fromEntries(
    [...fields].flatMap(([field, value]) =>
      isSignal(field) ? [[pathOf(field) as string, value as SeriesValue]] : [],
    ),
  );

function forecastOf(vehicleId: string, { atMs, fields }: Point): ForecastRow {
  const number = (name: string) => Number(fields.get(name));
  return {
    vehicleId,
    madeAtMs: atMs,
    forecastId: String(fields.get('forecast')),
    stopId: String(fields.get('stop')),
    p10: number('p10'),
    p50: number('p50'),
    p90: number('p90'),
    belowReserveProbability: number('below_reserve'),
  };
}

/** What makes a forecast of a stop one and the same. */
export const forecastKey = (row: ForecastRow): string =>
  JSON.stringify([row.vehicleId, row.madeAtMs, row.forecastId, row.stopId]);

const byForecast = (a: ForecastRow, b: ForecastRow): number =>
  a.madeAtMs - b.madeAtMs || compareText(a.forecastId, b.forecastId) || compareText(a.stopId, b.stopId);
