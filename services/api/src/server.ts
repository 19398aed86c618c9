import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { type Clock, createRateLimit, decodeStrictJson, type Log } from '@outrider/runtime';
import type { State } from '@outrider/state';
import type { Role } from '@outrider/trust';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  type RawServerDefault,
} from 'fastify';
import {
  createJsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { authenticate, type Principal, shownBy } from './credentials.ts';
import {
  ApiError,
  createErrorHandler,
  ERROR_CODES,
  errorBody,
  notFound,
  refuseRaw,
  toErrorBody,
} from './errors.ts';
import type { ApiSettings } from './settings.ts';

export type ApiServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | null;
  }
  interface FastifyContextConfig {
    /** Who may use the route; every route says so, `public` ones too. */
    roles?: readonly Role[] | 'public';
    /** Requests that it counts as; 1 when absent. More where others are asked, who have limits of their own. */
    cost?: number;
  }
}

/** The principal of a route that is not public. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new ApiError('not-authenticated');
  return request.principal;
}

/** Documented answers of a route: its own, and the error body for all else. */
export function answers<const A extends object>(own: A) {
  return { ...own, '4xx': errorBody, '5xx': errorBody };
}

/** Fastify, hardened: strict bodies, closed timeouts, roles on every route, one shape of error. */
export async function createServer(deps: {
  readonly settings: ApiSettings;
  readonly state: State;
  readonly log: Log;
  readonly realClock: Clock;
}): Promise<ApiServer> {
  const { settings } = deps;
  const server = fastify({
    logger: false,
    bodyLimit: settings.bodyBytesMax,
    requestTimeout: settings.requestTimeoutMs,
    handlerTimeout: settings.requestTimeoutMs,
    connectionTimeout: 2 * settings.requestTimeoutMs,
    keepAliveTimeout: 10_000,
    http: {
      headersTimeout: Math.min(10_000, settings.requestTimeoutMs),
      // How often the two timeouts above are looked at; Node's own 30 s would triple a short one.
      connectionsCheckingInterval: Math.min(5_000, settings.requestTimeoutMs),
      maxHeaderSize: 16 * 1024,
    },
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    exposeHeadRoutes: false,
    // On the way out, what still arrives on an open connection is answered.
    return503OnClosing: false,
    // What fails before there is a request (a broken URL, bytes that are not HTTP) has the same shape of error.
    frameworkErrors: (_error, _request, reply) => {
      (reply as FastifyReply).code(404).send(toErrorBody(notFound()));
    },
    clientErrorHandler: (error, socket) => {
      if (socket.writable)
        refuseRaw(socket, error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'unavailable' : 'invalid');
      else socket.destroy();
    },
    trustProxy: false,
    // zod validates; should a plain JSON schema ever slip in, it must not turn null into 0.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
  }).withTypeProvider<ZodTypeProvider>();
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  server.setErrorHandler(createErrorHandler(deps.log));
  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).send(toErrorBody(new ApiError('not-found'))),
  );
  acceptStrictJson(server);
  guardRoutes(server, deps);
  await server.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: pagePolicy(deps.settings) },
  });
  await describeRoutes(server);
  return server;
}

/**
 * What our page may load: itself, and what it draws. Nothing of anybody else's but the map tiles that the settings
 * name, and no script in its text.
 */
const pagePolicy = ({ mapTilesUrl }: ApiSettings) => ({
  'connect-src': ["'self'", ...(mapTilesUrl === undefined ? [] : [new URL(mapTilesUrl).origin])],
  'worker-src': ["'self'"],
  'default-src': ["'self'"],
  'img-src': ["'self'", 'data:', 'blob:'],
  'object-src': ["'none'"],
  'frame-ancestors': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
});

function acceptStrictJson(server: ApiServer): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    const decoded = decodeStrictJson(body as Buffer);
    if (decoded.kind === 'value') done(null, decoded.value);
    else done(new ApiError('not-json', `${ERROR_CODES['not-json'].about} (${decoded.reason})`));
  });
}

/** Seconds' worth of requests that may come at once. */
const BURST_S = 10;

function guardRoutes(
  server: ApiServer,
  { settings, state, realClock }: Parameters<typeof createServer>[0],
): void {
  // One bucket per person: they are few and known, so it needs no sweeping.
  const limit = createRateLimit(settings.requestsPerS, BURST_S * settings.requestsPerS);
  server.decorateRequest('principal', null);
  server.addHook('onRoute', (route) => {
    if (!route.url.startsWith('/v1/')) return;
    const roles = route.config?.roles;
    if (roles === undefined) throw new Error(`${route.url} does not say which roles may use it`);
    route.schema = {
      ...route.schema,
      ...(roles !== 'public' && { security: [{ bearer: [] }] }),
      ...({ 'x-roles': roles } as object),
    };
  });
  server.addHook('onRequest', async (request, reply) => {
    const { roles, cost } = request.routeOptions.config;
    if (roles === undefined || roles === 'public') return;
    const shown = shownBy(request.raw, settings.publicUrl);
    request.principal = (await authenticate(state, shown, realClock.nowMs())) ?? null;
    const { personId, role } = principalOf(request);
    const waitMs = limit.take(personId, realClock.nowMs(), cost);
    if (waitMs > 0) {
      reply.header('retry-after', Math.ceil(waitMs / 1000));
      throw new ApiError('too-many-requests');
    }
    if (!roles.includes(role)) throw new ApiError('role-may-not');
  });
  server.addHook('onSend', async (request, reply) => {
    // Personal data must not stay in a cache on the way.
    if (request.url.startsWith('/v1/')) reply.header('cache-control', 'no-store');
    if (reply.statusCode === 401) reply.header('www-authenticate', 'Bearer realm="outrider"');
  });
}

async function describeRoutes(server: ApiServer): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Outrider',
        version: 'v1',
        description:
          'Cars, trips, warnings and signals. Instants are ISO 8601; units are in the names of the fields.',
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    },
    transform: createJsonSchemaTransform({ zodToJsonConfig: { target: 'draft-2020-12' } }),
  });
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    transformStaticCSP: (header) => header.replace(/ ?upgrade-insecure-requests;?/, ''),
  });
  server.get('/openapi.json', { schema: { hide: true } }, async () => server.swagger());
}
