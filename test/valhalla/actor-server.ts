import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ValhallaTiles } from '@outrider/providers';

export interface ActorServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Puts the wire of Valhalla's own HTTP server in front of these tiles, on loopback. */
export async function openActorServer(tiles: ValhallaTiles): Promise<ActorServer> {
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const answer = await tiles.fetch(new URL(request.url ?? '/', 'http://valhalla'), {
      method: 'POST',
      body: body === '' ? '{}' : body,
    });
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
