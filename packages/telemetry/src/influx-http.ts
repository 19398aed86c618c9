import type { InfluxAddress } from './influx-address.ts';

/** A table of an answer: `values` are rows, in the order of `columns`. */
export interface InfluxTable {
  readonly tags: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
}

/** The server does not do what it was asked. Says how it answered and never what it was asked: that holds data. */
export class InfluxRefusal extends Error {
  override readonly name = 'InfluxRefusal';
  /** Of the answer, when there was one and its status was what refused. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

/** An answer must fit into memory. */
const ANSWER_BYTES_MAX = 128 * 1_024 * 1_024;
const SHOWN_CHARS = 200;

/** As a text within a statement. */
export const sqlText = (text: string): string =>
  `'${text.replace(/['\\]/g, '\\$&').replaceAll('\n', '\\n')}'`;
/** As a name within a statement. */
export const sqlName = (name: string): string =>
  `"${name.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;

/**
 * Runs InfluxQL statements, separated by `;`, and returns the tables of each. In a body, because addresses end in
 * logs.
 * @throws InfluxRefusal, also for what the server says within a 200; what `signal` was aborted with
 */
export async function runInfluxQl(
  address: InfluxAddress,
  statements: string,
  signal: AbortSignal,
): Promise<readonly (readonly InfluxTable[])[]> {
  const { database, policy } = address;
  const text = await askServer(address, 'a query', '/query', {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams({ db: database, epoch: 'ns', q: statements, ...(policy && { rp: policy }) }),
    signal,
  });
  return readResults(text);
}

interface Request extends RequestInit {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Asks with the login of the address, and returns the text of the answer. `what` is for messages.
 * @throws InfluxRefusal; what `signal` was aborted with
 */
export async function askServer(
  { httpUrl, authorization }: InfluxAddress,
  what: string,
  path: string,
  request: Request,
): Promise<string> {
  const login = authorization === undefined ? {} : { authorization };
  const headers = { ...request.headers, ...login };
  const response = await ask(httpUrl + path, { ...request, headers, redirect: 'error' });
  const text = await readText(response);
  if (!response.ok)
    throw new InfluxRefusal(
      `InfluxDB answers ${what} with ${response.status}: ${shown(text)}`,
      response.status,
    );
  return text;
}

/** `fetch failed` is all that fetch itself says. */
async function ask(url: string, init: Request): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    init.signal.throwIfAborted();
    const { cause } = error as { readonly cause?: { readonly code?: string; readonly message?: string } };
    throw new InfluxRefusal(`InfluxDB cannot be reached: ${cause?.code ?? cause?.message ?? 'no reason'}`);
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX)
      throw new InfluxRefusal(`InfluxDB's answer is larger than ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** What a server says of a query names measurements and rights, and is cut before it gets long. */
function shown(text: string): string {
  try {
    const { error, message } = JSON.parse(text) as { readonly error?: unknown; readonly message?: unknown };
    return String(error ?? message).slice(0, SHOWN_CHARS);
  } catch {
    return 'no reason that could be read';
  }
}

interface Result {
  readonly error?: string;
  readonly partial?: boolean;
  readonly series?: readonly (Omit<InfluxTable, 'tags' | 'values'> & Partial<InfluxTable>)[];
}

function readResults(text: string): readonly (readonly InfluxTable[])[] {
  const answer = JSON.parse(text) as { readonly error?: string; readonly results?: readonly Result[] };
  if (!Array.isArray(answer.results))
    throw new InfluxRefusal(`InfluxDB answers a query with: ${shown(text)}`);
  return (answer.results as readonly Result[]).map(({ error, partial, series = [] }) => {
    if (error !== undefined)
      throw new InfluxRefusal(`InfluxDB refuses a query: ${error.slice(0, SHOWN_CHARS)}`);
    if (partial === true) throw new InfluxRefusal('InfluxDB cuts answers off: raise its max-row-limit');
    return series.map(({ tags = {}, columns, values = [] }) => ({ tags, columns, values }));
  });
}

/**
 * Version of the server, such as `1.6.7~rc0` or `v2.7.12`; `unknown` when it does not tell.
 * @throws InfluxRefusal when it cannot be reached; what `signal` was aborted with
 */
export async function readInfluxVersion(address: InfluxAddress, signal: AbortSignal): Promise<string> {
  const { httpUrl, authorization } = address;
  const response = await ask(`${httpUrl}/ping`, {
    headers: { ...(authorization !== undefined && { authorization }) },
    redirect: 'error',
    signal,
  });
  await response.body?.cancel();
  if (response.status >= 500) throw new InfluxRefusal(`InfluxDB answers a ping with ${response.status}`);
  return response.headers.get('x-influxdb-version') ?? 'unknown';
}

/**
 * 1.8 and everything after it takes `/api/v2/write`, but 2.x with a token only; a login, and who does not tell its
 * version, goes the older way, which all take.
 */
export function hasNewWrite(version: string, authorization: string | undefined): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (Number(major) === 2) return !authorization?.startsWith('Basic ');
  return Number(major) > 2 || (Number(major) === 1 && Number(minor) >= 8);
}
