import type { Metrics, Readiness } from '@outrider/runtime';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { authenticate, shownBy } from '../credentials.ts';
import { ApiError } from '../errors.ts';
import type { ApiServer } from '../server.ts';

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

const alive = z.strictObject({ status: z.literal('alive') });
const ready = z.strictObject({ status: z.enum(['ready', 'not-ready']), why: z.string().optional() });

/**
 * Health and metrics. While the API listens on loopback, `/metrics` is open to that machine; on any other
 * address it asks for an operator's or admin's token.
 */
export function healthRoutes(
  server: ApiServer,
  context: ApiContext,
  health: { readonly metrics: Metrics; readonly readiness: () => Readiness },
): void {
  server.get(
    '/livez',
    { schema: { tags: ['health'], summary: 'The process runs', response: { 200: alive } } },
    async () => ({
      status: 'alive' as const,
    }),
  );

  server.get(
    '/readyz',
    {
      schema: {
        tags: ['health'],
        summary: 'It can do its work, or why not',
        response: { 200: ready, 503: ready },
      },
    },
    async (_request, reply) => {
      const state = await readinessNow(context, health.readiness);
      if (state.ready) return { status: 'ready' as const };
      return reply.code(503).send({ status: 'not-ready' as const, why: state.why });
    },
  );

  server.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    if (!LOOPBACK.has(context.settings.host)) {
      const principal = await authenticate(
        context.state,
        shownBy(request.raw, context.settings.publicUrl),
        context.realClock.nowMs(),
      );
      if (principal === undefined) throw new ApiError('not-authenticated');
      if (principal.role !== 'operator' && principal.role !== 'admin') throw new ApiError('role-may-not');
    }
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await health.metrics.text());
  });
}

async function readinessNow(context: ApiContext, readiness: () => Readiness): Promise<Readiness> {
  const told = readiness();
  if (!told.ready) return told;
  try {
    await context.state.ping();
    return told;
  } catch {
    return { ready: false, why: 'the state store does not answer' };
  }
}
