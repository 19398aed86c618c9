import { type Clock, type Log, sqlitePath, systemClock } from '@outrider/runtime';
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
}

/**
 * Opens the time series of a URL: `sqlite:<path>` or `memory:`.
 * @throws when the scheme is unknown.
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
  throw new Error(
    `TELEMETRY_URL ${JSON.stringify(url.replace(/\/\/[^@/]*@/, '//'))} is not supported: ` +
      'use sqlite:<path of a file> or memory:',
  );
}
