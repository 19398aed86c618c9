import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { classOfConnectionError, type RetryClass, retryAfterMs } from './retry-class.ts';

/** One HTTP request to a provider of ours; node's own client follows no redirect and keeps no connection. */
export interface ProviderCall {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** The address that was checked, where the host is somebody's word; the system's answer otherwise. */
  readonly via?: { readonly address: string; readonly family: 4 | 6 };
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Real time, to read a date in `Retry-After`. */
  readonly nowMs: number;
}

export type ProviderAnswer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly retryAfterMs: number | undefined;
      /** At most 256 KiB of it. */
      readonly text: string;
    }
  | { readonly kind: 'failed'; readonly retryClass: RetryClass };

const TEXT_BYTES_MAX = 256 * 1024;

/** Never throws: what went wrong on the way says whether the request may have reached the provider. */
export function callProvider(call: ProviderCall): Promise<ProviderAnswer> {
  const { url, method, headers, body = '', timeoutMs } = call;
  const isTls = url.protocol === 'https:';
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(timeoutMs)]);
  return new Promise((resolve) => {
    let isSent = false;
    const fail = (error: NodeJS.ErrnoException): void => {
      const isTimeout = error.name === 'AbortError' || error.name === 'TimeoutError';
      const code = isTimeout ? 'ETIMEDOUT' : error.code;
      resolve({ kind: 'failed', retryClass: classOfConnectionError(code, isSent) });
    };
    const length = method === 'POST' ? { 'content-length': String(Buffer.byteLength(body)) } : {};
    const request = (isTls ? httpsRequest : httpRequest)(url, {
      method,
      headers: { 'user-agent': 'Outrider', ...headers, ...length },
      signal,
      agent: false,
      ...(call.via && { lookup: lookupOf(call.via) }),
    });
    request.on('error', fail);
    request.on('socket', (socket) => {
      socket.once(isTls ? 'secureConnect' : 'connect', () => {
        isSent = true;
      });
    });
    request.on('response', (response) => void readAnswer(response, call.nowMs).then(resolve, fail));
    request.end(body);
  });
}

/** Both shapes of the callback: node asks for all addresses when it may choose among families. */
const lookupOf =
  ({ address, family }: NonNullable<ProviderCall['via']>): LookupFunction =>
  (_host, options, callback) =>
    options.all ? callback(null, [{ address, family }]) : callback(null, address, family);

async function readAnswer(response: IncomingMessage, nowMs: number): Promise<ProviderAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (bytes + chunk.length > TEXT_BYTES_MAX) break;
    bytes += chunk.length;
    chunks.push(chunk);
  }
  return {
    kind: 'answer',
    status: response.statusCode ?? 0,
    retryAfterMs: retryAfterMs(response.headers['retry-after'], nowMs),
    text: Buffer.concat(chunks).toString('utf8'),
  };
}

/** JSON of a provider's answer; undefined where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
