/** The time-series store. Engines: sqlite (default), influxdb, memory (tests); one contract test binds them all. */

export type SeriesValue = number | string | boolean;

/**
 * All plain signals of one moment of one vehicle. `recordId` is made from what the record says: writing the
 * same row again changes nothing, and rows are the same under any order of writing.
 */
export interface SignalRow {
  readonly vehicleId: string;
  readonly observedAtMs: number;
  readonly recordId: string;
  readonly receivedAtMs: number;
  readonly values: Readonly<Record<string, SeriesValue>>;
  /** Places, sealed; opened only by packages/trust for a purpose. */
  readonly places?: { readonly keyId: string; readonly box: string };
}

/** A forecast as history: what we said, when, for which stop. */
export interface ForecastRow {
  readonly vehicleId: string;
  readonly madeAtMs: number;
  readonly forecastId: string;
  readonly stopId: string;
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
  readonly belowReserveProbability: number;
}

export interface RawQuery {
  readonly vehicleId: string;
  /**
   * VSS paths; empty means all. Rows that hold none of them are left out. Sealed places come along when
   * all is asked for or a place signal is among the paths.
   */
  readonly paths: readonly string[];
  /** Inclusive. */
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string;
}

export interface ForecastQuery {
  readonly vehicleId: string;
  /** Inclusive, by `madeAtMs`. */
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
  readonly limit: number;
}

export interface RawPage {
  /** Oldest first. */
  readonly rows: readonly SignalRow[];
  /** Absent on the last page. */
  readonly next?: string;
}

export interface DownsampleQuery {
  readonly vehicleId: string;
  readonly path: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Bucket width; buckets are aligned to multiples of it. */
  readonly stepMs: number;
}

/** Numbers only; buckets without a value are absent. */
export interface Bucket {
  readonly startMs: number;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly last: number;
}

export interface TelemetryStore {
  /**
   * Resolves when durable. Rows already there are left as they are; of repeats received at different
   * times the earliest is kept, so that the order of writing decides nothing. What a server will never take
   * (InfluxDB: older than its retention, say) is left out, logged and counted.
   * @throws RangeError, writing nothing, for times and values that are no finite numbers.
   */
  writeSignals(rows: readonly SignalRow[]): Promise<void>;
  writeForecasts(rows: readonly ForecastRow[]): Promise<void>;
  /** @throws WorkerTimeout; RangeError for a query nobody can mean. Pages hold 10,000 rows at most. */
  readSignals(query: RawQuery): Promise<RawPage>;
  /** @throws WorkerTimeout; RangeError for more than 50,000 buckets. */
  downsample(query: DownsampleQuery): Promise<readonly Bucket[]>;
  /** Oldest first, 10,000 at most. @throws WorkerTimeout */
  readForecasts(query: ForecastQuery): Promise<readonly ForecastRow[]>;
  /** Removes rows observed and forecasts made before `beforeMs`; returns how many. */
  prune(beforeMs: number): Promise<number>;
  /** The series answers. @throws when it does not, or is closed */
  ping(): Promise<void>;
  close(): Promise<void>;
}
