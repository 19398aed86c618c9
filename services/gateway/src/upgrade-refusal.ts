import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Answers an upgrade request that does not become a WebSocket, as plain HTTP. */
export function refuseUpgrade(socket: Duplex, status: number, detail: string): undefined {
  const body = JSON.stringify({ refused: status === 401 ? 'bad-token' : 'bad-request', detail });
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Connection: close',
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...(status === 401 ? ['WWW-Authenticate: Bearer'] : []),
      ...(status === 503 ? ['Retry-After: 5'] : []),
      '',
      body,
    ].join('\r\n'),
  );
  return undefined;
}
