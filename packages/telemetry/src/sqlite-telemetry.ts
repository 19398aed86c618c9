import type { DatabaseSync } from 'node:sqlite';
import { isPlaceSignal } from '@outrider/domain';
import {
  type Clock,
  createGroupCommit,
  type GroupCommit,
  type Log,
  openSqliteFile,
  Workers,
} from '@outrider/runtime';
import { checkDownsample, checkForecastRow, checkPage, checkRow, PAGE_ROWS_MAX } from './check-row.ts';
import { RowWriter, type SeriesWrite } from './row-writer.ts';
import type { SeriesAnswer, SeriesQuery } from './series-queries.ts';
import type {
  Bucket,
  DownsampleQuery,
  ForecastQuery,
  ForecastRow,
  RawPage,
  RawQuery,
  SignalRow,
  TelemetryStore,
} from './telemetry.ts';

/** A row is found by its primary key alone: one tree, no index beside it. */
const MIGRATIONS = [
  `CREATE TABLE vehicles (id INTEGER PRIMARY KEY, vehicle_id TEXT NOT NULL UNIQUE) STRICT;
   CREATE TABLE paths (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE) STRICT;
   CREATE TABLE signals (
     vehicle INTEGER NOT NULL,
     observed_at_ms INTEGER NOT NULL,
     record_id TEXT NOT NULL,
     received_at_ms INTEGER NOT NULL,
     body TEXT NOT NULL,
     key_id TEXT,
     box TEXT,
     PRIMARY KEY (vehicle, observed_at_ms, record_id)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE forecasts (
     vehicle INTEGER NOT NULL,
     made_at_ms INTEGER NOT NULL,
     forecast_id TEXT NOT NULL,
     stop_id TEXT NOT NULL,
     p10 REAL NOT NULL,
     p50 REAL NOT NULL,
     p90 REAL NOT NULL,
     below_reserve_probability REAL NOT NULL,
     PRIMARY KEY (vehicle, made_at_ms, forecast_id, stop_id)
   ) STRICT, WITHOUT ROWID;`,
];

const COMMIT_ROWS_MAX = 5_000;
/** 32 MiB: every car writes to a page of its own, and each page many times. */
const CHECKPOINT_PAGES = 8_000;
/** Rows deleted per transaction: the writing thread stops for one of these at a time. */
const PRUNE_ROWS = 1_000;

export interface SqliteTelemetryOptions {
  readonly log: Log;
  readonly realClock: Clock;
  readonly queryDeadlineMs: number;
  readonly synchronous: 'full' | 'off';
  /** Threads for queries. */
  readonly threads: number;
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** The time series in a SQLite file. This thread only writes; queries run in threads of their own. */
export class SqliteTelemetry implements TelemetryStore {
  readonly #db: DatabaseSync;
  readonly #workers: Workers<SeriesQuery, SeriesAnswer>;
  readonly #writer: GroupCommit<SeriesWrite, undefined>;
  #isClosed = false;

  /** @throws when a newer version of the program wrote the file. */
  constructor(path: string, options: SqliteTelemetryOptions) {
    const { queryDeadlineMs, realClock, threads, synchronous, log } = options;
    this.#db = openSqliteFile(path, {
      migrations: MIGRATIONS,
      synchronous,
      checkpointPages: CHECKPOINT_PAGES,
    });
    this.#workers = new Workers({
      ...{ file: new URL('./query-worker.ts', import.meta.url), workerData: { path } },
      ...{ deadlineMs: queryDeadlineMs, realClock, threads },
    });
    const rows = new RowWriter(this.#db);
    this.#writer = createGroupCommit({
      shareOf: (write) => write.rows.length / COMMIT_ROWS_MAX,
      commit(writes) {
        try {
          rows.write(writes);
        } catch (error) {
          log.error({ err: error, writes: writes.length }, 'the series did not take rows');
          throw error;
        }
        return writes.map(() => undefined);
      },
    });
  }

  async writeSignals(rows: readonly SignalRow[]): Promise<void> {
    rows.forEach(checkRow);
    await this.#submit({ kind: 'signals', rows });
  }

  async writeForecasts(rows: readonly ForecastRow[]): Promise<void> {
    rows.forEach(checkForecastRow);
    await this.#submit({ kind: 'forecasts', rows });
  }

  async readSignals(query: RawQuery): Promise<RawPage> {
    checkPage(query);
    const withPlaces = query.paths.length === 0 || query.paths.some(isPlaceSignal);
    return (await this.#workers.ask({ kind: 'signals', query: bounded(query), withPlaces })) as RawPage;
  }

  async downsample(query: DownsampleQuery): Promise<readonly Bucket[]> {
    checkDownsample(query);
    return (await this.#workers.ask({ kind: 'downsample', query })) as readonly Bucket[];
  }

  async readForecasts(query: ForecastQuery): Promise<readonly ForecastRow[]> {
    checkPage(query);
    return (await this.#workers.ask({ kind: 'forecasts', query: bounded(query) })) as readonly ForecastRow[];
  }

  prune(beforeMs: number): Promise<number> {
    return prune(this.#db, beforeMs, () => this.#isClosed);
  }

  async ping(): Promise<void> {
    if (this.#isClosed) throw new Error('the series is closed');
    this.#db.prepare('SELECT 1').get();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#writer.flush();
    await this.#workers.close();
    this.#db.close();
  }

  async #submit(write: SeriesWrite): Promise<void> {
    if (this.#isClosed) throw new Error('the series is closed');
    if (write.rows.length > 0) await this.#writer.add(write);
  }
}

function bounded<Query extends { readonly limit: number }>(query: Query): Query {
  return { ...query, limit: Math.min(query.limit, PAGE_ROWS_MAX) };
}

async function prune(db: DatabaseSync, beforeMs: number, isClosed: () => boolean): Promise<number> {
  const vehicles = db.prepare('SELECT id FROM vehicles').all();
  let pruned = 0;
  for (const [table, time, rest] of [
    ['signals', 'observed_at_ms', 'record_id'],
    ['forecasts', 'made_at_ms', 'forecast_id, stop_id'],
  ]) {
    const oldest = db.prepare(
      `DELETE FROM ${table} WHERE (vehicle, ${time}, ${rest}) IN
         (SELECT vehicle, ${time}, ${rest} FROM ${table} WHERE vehicle = ? AND ${time} < ? LIMIT ${PRUNE_ROWS})`,
    );
    for (const { id } of vehicles)
      for (let gone = PRUNE_ROWS; gone === PRUNE_ROWS && !isClosed(); ) {
        gone = Number(oldest.run(Number(id), beforeMs).changes);
        pruned += gone;
        if (gone > 0) await nextTurn();
      }
  }
  return pruned;
}
