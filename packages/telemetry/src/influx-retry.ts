import { HttpError } from '@influxdata/influxdb-client';
import { backoffMs, type Clock, type Log } from '@outrider/runtime';
import { InfluxRefusal } from './influx-http.ts';

export interface TriesOptions {
  readonly log: Log;
  readonly realClock: Clock;
  /** 0 ≤ x < 1 */
  readonly random: () => number;
  /** Ends the waits; what is being tried is not ended. */
  readonly signal: AbortSignal;
}

/** Then the caller is told and decides: who reads a log waits, and comes again with the same rows. */
const TRIES = 5;
const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 3_000;

/**
 * Does what changes nothing when it is done twice, again after each failure, with growing delays.
 * @throws the last failure, without anything the server repeated of what it was sent
 */
export async function trySeveralTimes<T>(work: () => Promise<T>, options: TriesOptions): Promise<T> {
  const { log, realClock, random, signal } = options;
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const failure = failureOf(error);
      if (signal.aborted || attempt + 1 === TRIES) throw failure;
      log.warn({ why: failure.message, attempt }, 'the series does not answer; it is asked again');
      await realClock.sleep(backoffMs(attempt, FIRST_DELAY_MS, MAX_DELAY_MS, random), signal);
    }
  }
}

/** A server's answer to a write repeats lines, which hold data: it is left out. */
function failureOf(error: unknown): Error {
  if (error instanceof HttpError)
    return new Error(`InfluxDB answers a write with ${error.statusCode}${HINTS[error.statusCode] ?? ''}`);
  if (error instanceof InfluxRefusal) return error;
  const { code, name } = error as { readonly code?: string; readonly name?: string };
  return new Error(`InfluxDB cannot be reached: ${code ?? name ?? 'no reason'}`);
}

const HINTS: Readonly<Record<number, string>> = {
  401: ': the login of TELEMETRY_URL is not known there',
  403: ': the login of TELEMETRY_URL may not write there',
  404: ': there is no such database, or with InfluxDB 2 no such organisation (?org=)',
};
