import { HttpError, InfluxDB, setLogger } from '@influxdata/influxdb-client';
import type { InfluxAddress } from './influx-address.ts';
import { hasNewWrite, readInfluxVersion } from './influx-http.ts';
import { type TriesOptions, trySeveralTimes } from './influx-retry.ts';

/** Why the server will never take a row. */
export type RefusedReason =
  | 'type-conflict'
  | 'beyond-retention'
  | 'unparsable'
  | 'too-large'
  | 'limit-reached'
  | 'time-out-of-range';

/** Rows that were not stored and never will be. */
export interface RefusedRows {
  readonly reason: RefusedReason;
  readonly rows: number;
}

export interface InfluxWriterOptions {
  readonly address: InfluxAddress;
  readonly tries: TriesOptions;
  readonly onRefused: (refused: RefusedRows) => void;
}

/** A server takes 25 MB in one request; one of these is a fifth of that at most, whatever the rows hold. */
const REQUEST_ROWS = 5_000;
const REQUEST_CHARS = 1_500_000;
const GZIP_FROM_BYTES = 1_000;

/** The client must neither cut, buffer, delay nor repeat: a flush that resolves is then the server's own word. */
const MANUAL = {
  ...{ batchSize: 2, maxBufferLines: 2, maxBatchBytes: Number.MAX_SAFE_INTEGER },
  ...{ flushInterval: 0, maxRetries: 0 },
};

/** What servers say of rows, as far as it is known to be about rows and not about us. */
const REASONS: readonly (readonly [RegExp, RefusedReason])[] = [
  [/field type conflict/i, 'type-conflict'],
  [/beyond retention|outside retention/i, 'beyond-retention'],
  [/unable to parse|invalid (number|field|tag|boolean)|missing (field|tag)/i, 'unparsable'],
  [/max-(series|values)/i, 'limit-reached'],
  [/too large|exceeds|max(imum)? (key|length)/i, 'too-large'],
];

interface Refusal {
  readonly reason: RefusedReason;
  /** Lines the server says it left out; it took all others. */
  readonly droppedLines: number;
}

/** Rows into InfluxDB, with the caller waiting until they are durable there, or known never to be. */
export class InfluxWriter {
  readonly #options: InfluxWriterOptions;
  readonly #client: InfluxDB;
  readonly #writing = new Set<Promise<void>>();
  #path: Promise<string> | undefined;

  constructor(options: InfluxWriterOptions) {
    this.#options = options;
    // It prints to the console by default, and what it prints are the rows.
    setLogger({ error: () => undefined, warn: () => undefined });
    const { httpUrl, authorization, timeoutMs } = options.address;
    this.#client = new InfluxDB({
      url: httpUrl,
      timeout: timeoutMs,
      ...(authorization !== undefined && { headers: { Authorization: authorization } }),
    });
  }

  /**
   * Each row is one or more whole lines. Resolves when the server has all of them durably, but for those it refuses,
   * which are counted, told and never sent whole again.
   * @throws when the server could not be asked in several tries; what it has of the rows is then unknown, and writing
   * them again changes nothing
   */
  async write(rows: readonly string[]): Promise<void> {
    const writing = this.#writeAll(rows);
    this.#writing.add(writing);
    try {
      await writing;
    } finally {
      this.#writing.delete(writing);
    }
  }

  /** Waits for requests that are on their way. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#writing);
  }

  async #writeAll(rows: readonly string[]): Promise<void> {
    const refused = new Map<RefusedReason, number>();
    for (const request of requestsOf(rows)) await this.#writeSome(request, refused);
    // Not when it failed: the same rows come again and are refused again.
    for (const [reason, count] of refused) this.#options.onRefused({ reason, rows: count });
  }

  async #writeSome(rows: readonly string[], refused: Map<RefusedReason, number>): Promise<void> {
    const body = rows.join('\n');
    const refusal = await this.#send(body);
    if (refusal === undefined) return;
    const lines = body.split('\n').length;
    if (rows.length === 1 || refusal.droppedLines >= lines) {
      refused.set(refusal.reason, (refused.get(refusal.reason) ?? 0) + rows.length);
      return;
    }
    const middle = rows.length >> 1;
    await this.#writeSome(rows.slice(0, middle), refused);
    await this.#writeSome(rows.slice(middle), refused);
  }

  /** Sends until there is an answer about the rows: taken (nothing), or refused. */
  #send(body: string): Promise<Refusal | undefined> {
    return trySeveralTimes(async () => {
      try {
        await this.#post(body);
        return undefined;
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal === undefined) throw error;
        return refusal;
      }
    }, this.#options.tries);
  }

  async #post(body: string): Promise<void> {
    const api = this.#client.getWriteApi('-', '-', 'ns', {
      ...MANUAL,
      gzipThreshold: this.#options.address.isZipped ? GZIP_FROM_BYTES : Number.MAX_SAFE_INTEGER,
    });
    api.path = await this.#writePath();
    api.writeRecord(body);
    await api.flush();
  }

  async #writePath(): Promise<string> {
    this.#path ??= readWritePath(this.#options.address);
    try {
      return await this.#path;
    } catch (error) {
      this.#path = undefined;
      throw error;
    }
  }
}

async function readWritePath(address: InfluxAddress): Promise<string> {
  const { write, database, policy, org, authorization, timeoutMs } = address;
  const isNew =
    write === 'auto'
      ? hasNewWrite(await readInfluxVersion(address, AbortSignal.timeout(timeoutMs)), authorization)
      : write === 'v2';
  const bucket = policy === undefined ? database : `${database}/${policy}`;
  return isNew
    ? `/api/v2/write?${new URLSearchParams({ org, bucket, precision: 'ns' })}`
    : `/write?${new URLSearchParams({ db: database, ...(policy && { rp: policy }), precision: 'ns' })}`;
}

function* requestsOf(rows: readonly string[]): Generator<readonly string[]> {
  let from = 0;
  let chars = 0;
  for (const [at, { length }] of rows.entries()) {
    if (at > from && (at - from === REQUEST_ROWS || chars + length > REQUEST_CHARS)) {
      yield rows.slice(from, at);
      from = at;
      chars = 0;
    }
    chars += length;
  }
  if (from < rows.length) yield rows.slice(from);
}

/** An answer about the rows. One that is not known to be about rows may be about us, and rows are not given up for it. */
function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof HttpError)) return undefined;
  if (error.statusCode === 413) return { reason: 'too-large', droppedLines: 0 };
  if (error.statusCode !== 400 && error.statusCode !== 422) return undefined;
  const text = error.body ?? '';
  const reason = REASONS.find(([pattern]) => pattern.test(text))?.[1];
  const droppedLines = Number(/dropped[= ](\d+)/.exec(text)?.[1] ?? 0);
  return reason && { reason, droppedLines };
}
