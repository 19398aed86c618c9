import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readiness } from './app.ts';
import type { Metrics } from './metrics.ts';

/** Where an orchestrator and Prometheus ask a process how it is. */
export interface HealthDoor {
  /** `http://host:port`, the port that was really taken. */
  readonly address: string;
  close(): Promise<void>;
}

const REQUEST_MS = 5_000;
/** Two who ask every few seconds need one each; more is somebody who does not let go. */
const CONNECTIONS_MAX = 32;

/**
 * Answers `GET /livez` (the process runs), `/readyz` (503 and why while it cannot do its work) and `/metrics`
 * (Prometheus text), and nothing else.
 * @throws EADDRINUSE and the like when the port cannot be had
 */
export async function openHealthDoor(options: {
  readonly host: string;
  readonly port: number;
  readonly metrics: Pick<Metrics, 'text'>;
  readonly readiness: () => Readiness | Promise<Readiness>;
}): Promise<HealthDoor> {
  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
    (request, response) => {
      const path = request.method === 'GET' ? request.url : undefined;
      if (path === '/livez') return answer(response, 200, { status: 'alive' });
      if (path === '/readyz') return void answerReadiness(response, options.readiness);
      if (path === '/metrics') return void answerMetrics(response, options.metrics);
      return answer(response, 404, { status: 'not-found' });
    },
  );
  server.maxConnections = CONNECTIONS_MAX;
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    address: `http://${host}:${port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function answerReadiness(
  response: ServerResponse,
  readiness: () => Readiness | Promise<Readiness>,
): Promise<void> {
  const now = await readiness();
  if (now.ready) answer(response, 200, { status: 'ready' });
  else answer(response, 503, { status: 'not-ready', why: now.why });
}

async function answerMetrics(response: ServerResponse, metrics: Pick<Metrics, 'text'>): Promise<void> {
  try {
    const text = await metrics.text();
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
  } catch {
    answer(response, 500, { status: 'no-metrics' });
  }
}
