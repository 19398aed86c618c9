import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { channelName } from '@outrider/domain';
import type { Arrival } from './heard.ts';

/** Where whoever holds the canary's addresses says what came there: `POST /arrived/<channel>`, the text as the body. */
export interface ArrivalsDoor {
  readonly address: string;
  /** What came since it was asked last. */
  take(): readonly Arrival[];
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 256 * 1024;
const KEPT_MAX = 1_000;
const REQUEST_MS = 10_000;
const CONNECTIONS_MAX = 32;

/** @throws EADDRINUSE and the like when the port cannot be had */
export async function openArrivals(host: string, port: number): Promise<ArrivalsDoor> {
  let kept: Arrival[] = [];
  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
    (request, response) => {
      const answer = (status: number) => response.writeHead(status, { connection: 'close' }).end();
      const channel = channelName.safeParse(/^\/arrived\/([a-z-]+)$/.exec(request.url ?? '')?.[1]).data;
      if (request.method !== 'POST' || channel === undefined) return void answer(404);
      const chunks: Buffer[] = [];
      let bytes = 0;
      request.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= BODY_BYTES_MAX) chunks.push(chunk);
      });
      request.on('error', () => {});
      request.on('end', () => {
        if (bytes > BODY_BYTES_MAX) return void answer(413);
        kept = [...kept.slice(1 - KEPT_MAX), { channel, text: Buffer.concat(chunks).toString('utf8') }];
        answer(204);
      });
    },
  );
  server.maxConnections = CONNECTIONS_MAX;
  server.listen(port, host);
  await once(server, 'listening');
  const taken = server.address() as AddressInfo;
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${taken.port}`,
    take() {
      const all = kept;
      kept = [];
      return all;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
