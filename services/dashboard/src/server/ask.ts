/** The api said no, or could not be asked at all (`status` 0). */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

const TIMEOUT_MS = 15_000;

/**
 * Asks the api at this address; the cookie comes along by itself.
 * @throws Refused for any answer that is no success, and when none comes in time
 */
export async function ask<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const json = body === undefined ? {} : { body: JSON.stringify(body) };
  return send<T>(method, path, body === undefined ? {} : { 'content-type': 'application/json' }, json.body);
}

/** As `ask`, with the text of a file in place of JSON. */
export const sendFile = <T>(path: string, type: string, text: string): Promise<T> =>
  send<T>('POST', path, { 'content-type': type }, text);

async function send<T>(
  method: Method,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
): Promise<T> {
  const response = await fetch(path, {
    method,
    headers,
    credentials: 'same-origin',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body !== undefined && { body }),
  }).catch(() => {
    throw new Refused(0, 'unreachable', 'The server cannot be reached.');
  });
  if (response.status === 204) return undefined as T;
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer as T;
  const said = (
    answer as
      | { error?: { code?: string; message?: string; problems?: { path: string; message: string }[] } }
      | undefined
  )?.error;
  const problem = said?.problems?.[0];
  const detail = problem === undefined ? '' : ` (${problem.path}: ${problem.message})`;
  throw new Refused(
    response.status,
    said?.code ?? 'internal',
    `${said?.message ?? response.statusText}${detail}`,
  );
}

/** A file of the page itself. @throws Refused as `ask` */
export const fetchAsset = <T>(url: string): Promise<T> => send<T>('GET', url, {}, undefined);
