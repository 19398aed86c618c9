import { type Clock, type Log, systemRandom, WorkerTimeout } from '@outrider/runtime';
import { checkDownsample, checkForecastRow, checkPage, checkRow, PAGE_ROWS_MAX } from './check-row.ts';
import { type InfluxAddress, readInfluxUrl } from './influx-address.ts';
import { readInfluxVersion, runInfluxQl } from './influx-http.ts';
import {
  FORECASTS,
  forecastLine,
  MOMENT_MAX_MS,
  MOMENT_MIN_MS,
  RECEIPTS,
  RECORD_FIELD,
  SIGNALS,
  signalLines,
} from './influx-line.ts';
import { forecastKey, InfluxReader } from './influx-reader.ts';
import { type TriesOptions, trySeveralTimes } from './influx-retry.ts';
import { InfluxWriter, type RefusedRows } from './influx-writer.ts';
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

export interface InfluxTelemetryOptions {
  readonly log: Log;
  readonly realClock: Clock;
  readonly queryDeadlineMs: number;
  /** Told of rows that the server will never take; they are logged either way, without what they hold. */
  readonly onRefused: (refused: RefusedRows) => void;
}

/** Deleting reads and rewrites whole shards. */
const PRUNE_DEADLINE_MS = 300_000;

/** The time series in an InfluxDB. Opening it asks nothing of the server: whoever writes first waits for it. */
export class InfluxTelemetry implements TelemetryStore {
  readonly #address: InfluxAddress;
  readonly #options: InfluxTelemetryOptions;
  readonly #reader: InfluxReader;
  readonly #writer: InfluxWriter;
  readonly #tries: TriesOptions;
  readonly #closing = new AbortController();
  /** Forecasts are written one call after the other: each looks first what is there. */
  #forecasting: Promise<void> = Promise.resolve();

  /** @throws for a URL that cannot be meant, without repeating it */
  constructor(url: string, options: InfluxTelemetryOptions) {
    this.#options = options;
    this.#address = readInfluxUrl(url);
    this.#reader = new InfluxReader(this.#address);
    const { log, realClock } = options;
    this.#tries = { log, realClock, random: systemRandom, signal: this.#closing.signal };
    this.#writer = new InfluxWriter({
      ...{ address: this.#address, tries: this.#tries },
      onRefused: (refused) => this.#tellRefused(refused),
    });
  }

  async writeSignals(rows: readonly SignalRow[]): Promise<void> {
    rows.forEach(checkRow);
    this.#checkOpen();
    await this.#writer.write(this.#storable(rows, ({ observedAtMs }) => observedAtMs).map(signalLines));
  }

  async writeForecasts(rows: readonly ForecastRow[]): Promise<void> {
    rows.forEach(checkForecastRow);
    this.#checkOpen();
    const storable = this.#storable(rows, ({ madeAtMs }) => madeAtMs);
    const writing = this.#forecasting.then(() => this.#writeNew(storable));
    this.#forecasting = writing.catch(() => undefined);
    await writing;
  }

  async readSignals(query: RawQuery): Promise<RawPage> {
    checkPage(query);
    return this.#within((signal) => this.#reader.readSignals(bounded(query), signal));
  }

  async downsample(query: DownsampleQuery): Promise<readonly Bucket[]> {
    checkDownsample(query);
    return this.#within((signal) => this.#reader.downsample(query, signal));
  }

  async readForecasts(query: ForecastQuery): Promise<readonly ForecastRow[]> {
    checkPage(query);
    return this.#within((signal) => this.#reader.readForecasts(bounded(query), signal));
  }

  async prune(beforeMs: number): Promise<number> {
    const range = `time < ${Math.max(Math.ceil(beforeMs), MOMENT_MIN_MS)}ms`;
    const count = (field: string, measurement: string) =>
      `SELECT count("${field}") FROM ${measurement} WHERE ${range}`;
    const statements = [
      count(RECORD_FIELD, SIGNALS),
      count('forecast', FORECASTS),
      ...[SIGNALS, RECEIPTS, FORECASTS].map((measurement) => `DELETE FROM ${measurement} WHERE ${range}`),
    ];
    const answers = await this.#within(
      (signal) => runInfluxQl(this.#address, statements.join('; '), signal),
      PRUNE_DEADLINE_MS,
    );
    return answers.slice(0, 2).reduce((sum, [table]) => sum + Number(table?.values[0]?.[1] ?? 0), 0);
  }

  async ping(): Promise<void> {
    await this.#within((signal) => readInfluxVersion(this.#address, signal));
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the series is closed'));
    await this.#writer.close();
    await this.#forecasting;
  }

  /** Of a forecast that is already there the first stays, whatever it says. */
  async #writeNew(rows: readonly ForecastRow[]): Promise<void> {
    const known = await trySeveralTimes(
      () => this.#within((signal) => this.#reader.knownForecasts(rows, signal)),
      this.#tries,
    );
    const lines = new Map<string, string>();
    for (const row of rows) {
      const key = forecastKey(row);
      if (!known.has(key) && !lines.has(key)) lines.set(key, forecastLine(row));
    }
    await this.#writer.write([...lines.values()]);
  }

  /** Rows whose time the server can hold; the others are refused here. */
  #storable<Row>(rows: readonly Row[], atMsOf: (row: Row) => number): readonly Row[] {
    const kept = rows.filter((row) => atMsOf(row) >= MOMENT_MIN_MS && atMsOf(row) <= MOMENT_MAX_MS);
    if (kept.length < rows.length)
      this.#tellRefused({ reason: 'time-out-of-range', rows: rows.length - kept.length });
    return kept;
  }

  #tellRefused(refused: RefusedRows): void {
    this.#options.log.error(refused, 'the series will never take these rows');
    this.#options.onRefused(refused);
  }

  #checkOpen(): void {
    this.#closing.signal.throwIfAborted();
  }

  /** @throws WorkerTimeout when `work` is not done within the deadline; whatever it is at is ended */
  async #within<T>(
    work: (signal: AbortSignal) => Promise<T>,
    deadlineMs = this.#options.queryDeadlineMs,
  ): Promise<T> {
    this.#checkOpen();
    const late = new AbortController();
    const done = new AbortController();
    const signal = AbortSignal.any([late.signal, this.#closing.signal]);
    this.#options.realClock
      .sleep(deadlineMs, done.signal)
      .then(() => done.signal.aborted || late.abort(new WorkerTimeout(deadlineMs)));
    try {
      return await work(signal);
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      done.abort();
    }
  }
}

function bounded<Query extends { readonly limit: number }>(query: Query): Query {
  return { ...query, limit: Math.min(query.limit, PAGE_ROWS_MAX) };
}
