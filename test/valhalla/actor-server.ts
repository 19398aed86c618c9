import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** The part of the package's `Actor` used here: an object in, an object out. */
type Actor = Readonly<Record<string, (question: object) => Promise<object>>>;

/** Actions as the HTTP server of Valhalla names them. */
const ACTIONS = new Map([
  ['/route', 'route'],
  ['/height', 'height'],
  ['/trace_attributes', 'traceAttributes'],
  ['/sources_to_targets', 'matrix'],
  ['/status', 'status'],
]);

/** The package says what went wrong in words only; the HTTP server adds these numbers. */
const CODES: readonly (readonly [RegExp, number])[] = [
  [/No suitable edges/, 171],
  [/unconnected regions/, 170],
  [/No path could be found/, 442],
  [/Path distance exceeds/, 154],
  [/Insufficient number of locations/, 120],
  [/No costing method/, 125],
  [/edge_walk/i, 443],
  [/Map Match/i, 444],
];

export interface ActorServer {
  readonly url: string;
  /** How often each action was asked. */
  readonly asked: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** Puts the wire of Valhalla's own HTTP server in front of the tiles of `config`, on loopback. */
export async function openActorServer(folder: string, config: object): Promise<ActorServer> {
  const { Actor: Constructor } = createRequire(join(folder, 'from-here.js'))('@valhallajs/valhallajs');
  const actor: Actor = new Constructor(config);
  const asked = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://valhalla');
    const body = await text(request);
    asked.set(pathname, (asked.get(pathname) ?? 0) + 1);
    const { status, value } = await answer(actor, pathname, body);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  actor: Actor,
  path: string,
  body: string,
): Promise<{ readonly status: number; readonly value: object }> {
  const action = actor[ACTIONS.get(path) ?? ''];
  if (action === undefined) return failed(106, 'Try any of the actions', 404);
  try {
    return { status: 200, value: await action.call(actor, body === '' ? {} : JSON.parse(body)) };
  } catch (error) {
    const { message } = error as Error;
    return failed(CODES.find(([words]) => words.test(message))?.[1] ?? 199, message, 400);
  }
}

const failed = (error_code: number, error: string, status: number) => ({
  status,
  value: { error_code, error, status_code: status, status: 'Bad Request' },
});
