import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { inTransaction } from '@outrider/runtime';
import { encodeValues } from './series-values.ts';
import type { ForecastRow, SignalRow } from './telemetry.ts';

/** What one call writes. */
export type SeriesWrite =
  | { readonly kind: 'signals'; readonly rows: readonly SignalRow[] }
  | { readonly kind: 'forecasts'; readonly rows: readonly ForecastRow[] };

// Of repeats the one received first is kept, so that the order of writing decides nothing. Sealing the
// same place twice gives two boxes; the smaller one decides where even the time is equal.
const INSERT_SIGNAL = `
  INSERT INTO signals VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    received_at_ms = excluded.received_at_ms, body = excluded.body,
    key_id = excluded.key_id, box = excluded.box
  WHERE (excluded.received_at_ms, ifnull(excluded.box, '')) < (received_at_ms, ifnull(box, ''))`;

const INSERT_FORECAST = 'INSERT INTO forecasts VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING';

/** Writes rows, all of one call of `write` in one transaction. */
export class RowWriter {
  readonly #db: DatabaseSync;
  readonly #vehicles: Numbering;
  readonly #paths: Numbering;
  readonly #signal: StatementSync;
  readonly #forecast: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#vehicles = createNumbering(db, 'vehicles', 'vehicle_id');
    this.#paths = createNumbering(db, 'paths', 'path');
    this.#signal = db.prepare(INSERT_SIGNAL);
    this.#forecast = db.prepare(INSERT_FORECAST);
  }

  /** @throws on disk errors; then nothing of it is written. */
  write(writes: readonly SeriesWrite[]): void {
    try {
      inTransaction(this.#db, () => {
        for (const write of writes)
          if (write.kind === 'signals') for (const row of write.rows) this.#insertSignal(row);
          else for (const row of write.rows) this.#insertForecast(row);
      });
    } catch (error) {
      // Numbers given in the failed transaction are not in the file.
      this.#vehicles.reload();
      this.#paths.reload();
      throw error;
    }
  }

  #insertSignal({ vehicleId, observedAtMs, recordId, receivedAtMs, values, places }: SignalRow): void {
    const vehicle = this.#vehicles.numberOf(vehicleId);
    const body = encodeValues(values, this.#paths.numberOf);
    const { keyId = null, box = null } = places ?? {};
    this.#signal.run(vehicle, observedAtMs, recordId, receivedAtMs, body, keyId, box);
  }

  #insertForecast(row: ForecastRow): void {
    const vehicle = this.#vehicles.numberOf(row.vehicleId);
    const { madeAtMs, forecastId, stopId, p10, p50, p90, belowReserveProbability } = row;
    this.#forecast.run(vehicle, madeAtMs, forecastId, stopId, p10, p50, p90, belowReserveProbability);
  }
}

interface Numbering {
  readonly numberOf: (name: string) => number;
  readonly reload: () => void;
}

/** Small numbers for names, given when a name is first written. */
function createNumbering(
  db: DatabaseSync,
  table: 'vehicles' | 'paths',
  column: 'vehicle_id' | 'path',
): Numbering {
  const select = db.prepare(`SELECT id, ${column} AS name FROM ${table}`);
  // Where processes share the file, another one may have given the number a moment ago.
  const insert = db.prepare(
    `INSERT INTO ${table} (${column}) VALUES (?) ON CONFLICT DO UPDATE SET ${column} = ${column} RETURNING id`,
  );
  const load = () => new Map(select.all().map(({ id, name }) => [String(name), Number(id)]));
  let numbers = load();
  return {
    numberOf(name: string): number {
      const known = numbers.get(name);
      if (known !== undefined) return known;
      const given = Number(insert.get(name)?.id);
      numbers.set(name, given);
      return given;
    },
    reload() {
      numbers = load();
    },
  };
}
