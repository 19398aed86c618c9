import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '@outrider/runtime';
import { onTestFinished } from 'vitest';

// Vendors on loopback, for tests only.

export interface Heard {
  readonly method: string;
  /** With the query. */
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes as they are; anything else as JSON. */
  readonly body?: unknown;
}

export interface Vendor {
  readonly baseUrl: string;
  readonly heard: Heard[];
}

/** Null: it never answers. */
export type Answering = (heard: Heard) => Reply | 'hang-up' | null;

/** A vendor that answers as `answer` says. Ends with the test. */
export async function vendorOn(answer: Answering): Promise<Vendor> {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://vendor');
      const one = { method: request.method ?? '', url, headers: request.headers, body };
      heard.push(one);
      send(response, answer(one));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
}

function send(response: ServerResponse, reply: Reply | 'hang-up' | null): void {
  if (reply === null) return;
  if (reply === 'hang-up') {
    response.destroy();
    return;
  }
  const { status = 200, headers = {}, body = '' } = reply;
  response.writeHead(status, headers);
  response.end(typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body));
}

/** A clock on which a sleep is over at once and has lasted; `slept` tells how long each was. */
export function impatientClock(
  startMs: number,
): Clock & { nowMs(): number; slept: number[]; pass(ms: number): void } {
  let nowMs = startMs;
  const slept: number[] = [];
  return {
    slept,
    pass(ms) {
      nowMs += ms;
    },
    nowMs: () => nowMs,
    onTick: () => () => undefined,
    async sleep(delayMs, signal) {
      if (signal?.aborted) return;
      slept.push(delayMs);
      nowMs += delayMs;
    },
  };
}
