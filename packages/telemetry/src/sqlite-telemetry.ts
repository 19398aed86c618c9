import type { DatabaseSync } from 'node:sqlite';
import { isPlaceSignal } from '@outrider/domain';
import { type Clock, createGroupCommit, inTransaction, type Log, openSqliteFile } from '@outrider/runtime';
import { checkDownsample, checkPage, checkRow, PAGE_ROWS_MAX } from './check-row.ts';
import { createQueryWorkers } from './query-workers.ts';
import { encodeValues } from './series-values.ts';
import type { Bucket, ForecastRow, RawPage, SignalRow, TelemetryStore } from './telemetry.ts';

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

type Write =
  | { readonly kind: 'signals'; readonly rows: readonly SignalRow[] }
  | { readonly kind: 'forecasts'; readonly rows: readonly ForecastRow[] };

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** The time series in a SQLite file. This thread only writes; queries run in threads of their own. */
export function openSqliteTelemetry(path: string, options: SqliteTelemetryOptions): TelemetryStore {
  const db = openSqliteFile(path, {
    migrations: MIGRATIONS,
    synchronous: options.synchronous,
    checkpointPages: CHECKPOINT_PAGES,
  });
  const write = createRowWriter(db);
  const workers = createQueryWorkers({
    path,
    deadlineMs: options.queryDeadlineMs,
    realClock: options.realClock,
    threads: options.threads,
  });
  const writer = createGroupCommit<Write, undefined>({
    shareOf: ({ rows }) => rows.length / COMMIT_ROWS_MAX,
    commit(writes) {
      try {
        write(writes);
      } catch (error) {
        options.log.error({ err: error, writes: writes.length }, 'the series did not take rows');
        throw error;
      }
      return writes.map(() => undefined);
    },
  });
  let isClosed = false;
  const submit = async (submitted: Write): Promise<void> => {
    if (isClosed) throw new Error('the series is closed');
    if (submitted.rows.length > 0) await writer.add(submitted);
  };

  return {
    async writeSignals(rows) {
      rows.forEach(checkRow);
      await submit({ kind: 'signals', rows });
    },
    writeForecasts: (rows) => submit({ kind: 'forecasts', rows }),
    async readSignals(query) {
      checkPage(query);
      return (await workers.ask({
        kind: 'signals',
        query: { ...query, limit: Math.min(query.limit, PAGE_ROWS_MAX) },
        withPlaces: query.paths.length === 0 || query.paths.some(isPlaceSignal),
      })) as RawPage;
    },
    async downsample(query) {
      checkDownsample(query);
      return (await workers.ask({ kind: 'downsample', query })) as readonly Bucket[];
    },
    async readForecasts(query) {
      checkPage(query);
      return (await workers.ask({
        kind: 'forecasts',
        query: { ...query, limit: Math.min(query.limit, PAGE_ROWS_MAX) },
      })) as readonly ForecastRow[];
    },
    prune: (beforeMs) => prune(db, beforeMs, () => isClosed),
    async close() {
      if (isClosed) return;
      isClosed = true;
      writer.flush();
      await workers.close();
      db.close();
    },
  };
}

function createRowWriter(db: DatabaseSync): (writes: readonly Write[]) => void {
  const vehicleIds = createNumbering(db, 'vehicles', 'vehicle_id');
  const pathIds = createNumbering(db, 'paths', 'path');
  // Of repeats the one received first is kept, so that the order of writing decides nothing. Sealing the
  // same place twice gives two boxes; the smaller one decides where even the time is equal.
  const insertSignal = db.prepare(
    `INSERT INTO signals VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
       received_at_ms = excluded.received_at_ms, body = excluded.body,
       key_id = excluded.key_id, box = excluded.box
     WHERE (excluded.received_at_ms, ifnull(excluded.box, '')) < (received_at_ms, ifnull(box, ''))`,
  );
  const insertForecast = db.prepare('INSERT OR IGNORE INTO forecasts VALUES (?, ?, ?, ?, ?, ?, ?, ?)');

  function insert(row: SignalRow): void {
    const { observedAtMs, recordId, receivedAtMs, places } = row;
    const body = encodeValues(row.values, pathIds.numberOf);
    const vehicle = vehicleIds.numberOf(row.vehicleId);
    insertSignal.run(
      vehicle,
      observedAtMs,
      recordId,
      receivedAtMs,
      body,
      places?.keyId ?? null,
      places?.box ?? null,
    );
  }

  return (writes) => {
    try {
      inTransaction(db, () => {
        for (const write of writes) {
          if (write.kind === 'signals') for (const row of write.rows) insert(row);
          else
            for (const row of write.rows)
              insertForecast.run(
                vehicleIds.numberOf(row.vehicleId),
                row.madeAtMs,
                row.forecastId,
                row.stopId,
                row.p10,
                row.p50,
                row.p90,
                row.belowReserveProbability,
              );
        }
      });
    } catch (error) {
      // Numbers given in the failed transaction are not in the file.
      vehicleIds.reload();
      pathIds.reload();
      throw error;
    }
  };
}

/** Small numbers for names, given when a name is first written. */
function createNumbering(db: DatabaseSync, table: 'vehicles' | 'paths', column: 'vehicle_id' | 'path') {
  const select = db.prepare(`SELECT id, ${column} AS name FROM ${table}`);
  const insert = db.prepare(`INSERT INTO ${table} (${column}) VALUES (?)`);
  const load = () => new Map(select.all().map(({ id, name }) => [String(name), Number(id)]));
  let numbers = load();
  return {
    numberOf(name: string): number {
      const known = numbers.get(name);
      if (known !== undefined) return known;
      const given = Number(insert.run(name).lastInsertRowid);
      numbers.set(name, given);
      return given;
    },
    reload() {
      numbers = load();
    },
  };
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
