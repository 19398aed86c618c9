import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

// A provider on loopback that speaks its real wire and fails as it is told to.

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What a provider does with the next request that would make something arrive, instead of taking it. */
export type Fault =
  | Answer
  /** Never answers, and takes nothing. */
  | 'slow'
  /** Takes it and ends the connection without a word. */
  | 'reset after accept';

export interface ScriptedServer {
  readonly url: string;
  readonly calls: readonly Call[];
  /** How many different things it took, told apart by what `keyOf` says. */
  taken(keyOf: (call: Call) => unknown): number;
  /** Faults of the next requests, in this order. */
  fail(...faults: readonly Fault[]): void;
  close(): Promise<void>;
}

/**
 * @param provider what the real one does with a request: it takes it, and says so
 * @param isSending requests that faults are for; all by default
 */
export async function scriptedServer(
  provider: (call: Call) => Answer,
  isSending: (call: Call) => boolean = () => true,
): Promise<ScriptedServer> {
  const calls: Call[] = [];
  const taken: Call[] = [];
  const faults: Fault[] = [];
  const serve = (call: Call, response: ServerResponse): void => {
    calls.push(call);
    const fault = isSending(call) ? faults.shift() : undefined;
    if (fault === 'slow') return;
    if (typeof fault !== 'object' && isSending(call)) taken.push(call);
    const answer = typeof fault === 'object' ? fault : provider(call);
    if (fault === 'reset after accept') return void response.socket?.resetAndDestroy();
    const isJson = answer.body !== undefined && typeof answer.body !== 'string';
    response.writeHead(answer.status, {
      ...(isJson && { 'content-type': 'application/json' }),
      ...answer.headers,
    });
    response.end(isJson ? JSON.stringify(answer.body) : (answer.body ?? ''));
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      serve({ method, path: url, headers, body: Buffer.concat(chunks) }, response);
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    taken: (keyOf) => new Set(taken.map(keyOf)).size,
    fail: (...more) => void faults.push(...more),
    async close() {
      server.closeAllConnections();
      await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
}
