import { type Clock, type Log, type Metrics, sqlitePath, systemClock } from '@outrider/runtime';
import { isInfluxUrl } from './influx-address.ts';
import { InfluxTelemetry } from './influx-telemetry.ts';
import { MemoryTelemetry } from './memory-telemetry.ts';
import { SqliteTelemetry } from './sqlite-telemetry.ts';
import type { TelemetryStore } from './telemetry.ts';

const QUERY_DEADLINE_MS = 5_000;
const QUERY_THREADS = 2;

export interface OpenTelemetryOptions {
  readonly log: Log;
  /** A query that takes longer fails with WorkerTimeout; default 5 s. */
  readonly queryDeadlineMs?: number;
  /** Measures the deadline; the system's clock unless a test owns it. */
  readonly realClock?: Clock;
  /** `off` gives up durability against power loss and exists only to prove that `full` keeps it. */
  readonly synchronous?: 'full' | 'off';
  /** Counts rows that an InfluxDB will never take, by reason; they are logged either way, without what they hold. */
  readonly metrics?: Metrics;
}

/**
 * Opens the time series of a URL: `sqlite:<path>`, `memory:`, or `influxdb://user:password@host:port/database`, whose
 * server is first asked when it is first needed.
 * @throws when the scheme is unknown, or the address of an InfluxDB cannot be meant.
 */
export async function openTelemetry(url: string, options: OpenTelemetryOptions): Promise<TelemetryStore> {
  if (url === 'memory:') return new MemoryTelemetry();
  if (url.startsWith('sqlite:'))
    return new SqliteTelemetry(sqlitePath(url), {
      log: options.log,
      realClock: options.realClock ?? systemClock,
      threads: QUERY_THREADS,
      queryDeadlineMs: options.queryDeadlineMs ?? QUERY_DEADLINE_MS,
      synchronous: options.synchronous ?? 'full',
    });
  if (isInfluxUrl(url)) {
    const refused = options.metrics?.counter(
      'telemetry_refused_rows_total',
      'Rows the series will never take, by reason.',
      ['reason'],
    );
    return new InfluxTelemetry(url, {
      log: options.log,
      realClock: options.realClock ?? systemClock,
      queryDeadlineMs: options.queryDeadlineMs ?? QUERY_DEADLINE_MS,
      onRefused: ({ reason, rows }) => refused?.inc({ reason }, rows),
    });
  }
  throw new Error(
    `TELEMETRY_URL ${JSON.stringify(url.replace(/\/\/[^@/]*@/, '//'))} is not supported: ` +
      'use sqlite:<path of a file>, memory: or influxdb://user:password@host:port/database',
  );
}
