import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import serveFiles from '@fastify/static';
import type { ApiServer } from './server.ts';

/** Where `npm run setup` builds it. */
const BUILT = join(import.meta.dirname, '../../dashboard/dist');
/** Names of files in there hold a hash of what they say. */
const HASHED = /[\\/]assets[\\/]/;
const YEAR_S = 31_536_000;

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Outrider</title>
<p>The page has not been built here: <code>npm run setup</code> builds it. Programs ask at <a href="/docs/">/docs</a>.</p>`;

/**
 * The page people look at, as it was built into `folder`. What has a hash in its name is kept by browsers for good,
 * all else is asked for anew each time.
 */
export async function servePage(server: ApiServer, folder: string = BUILT): Promise<void> {
  if (!existsSync(join(folder, 'index.html'))) {
    server.get('/', { schema: { hide: true } }, async (_request, reply) =>
      reply.code(503).type('text/html; charset=utf-8').send(NOT_BUILT),
    );
    return;
  }
  await server.register(serveFiles, {
    root: folder,
    wildcard: false,
    decorateReply: false,
    cacheControl: false,
    setHeaders(reply, path) {
      const isKept = HASHED.test(path);
      reply.header('cache-control', isKept ? `public, max-age=${YEAR_S}, immutable` : 'no-cache');
      if (basename(path) === 'manifest.webmanifest')
        reply.header('content-type', 'application/manifest+json');
    },
  });
}
