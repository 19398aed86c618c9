import type { Verdict } from '@outrider/domain';
import type { Readiness, Runtime } from '@outrider/runtime';
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
} from 'fastify';
import { type AbrpRequest, readAbrpBulk, readAbrpSend } from './abrp.ts';
import { answerAbrp } from './abrp-answer.ts';
import type { Acceptor } from './accept.ts';
import { authenticate, bearerToken, type Device, type Tokens } from './authenticate.ts';
import { splitBatch } from './batch.ts';
import type { Commands } from './commands.ts';
import { readNativeFrame } from './native-frame.ts';
import type { GatewaySettings } from './settings.ts';
import { toWire } from './verdict.ts';

export interface HttpDeps {
  readonly acceptor: Acceptor;
  readonly commands: Pick<Commands, 'due'>;
  readonly tokens: Tokens;
  readonly runtime: Runtime;
  readonly settings: GatewaySettings;
  readonly readiness: () => Readiness;
  /** Requests that are being answered. */
  readonly load: { requests: number };
}

const MEBIBYTE = 1_048_576;
const RETRY_AFTER_S = 1;

/** Plain HTTP: batches, ABRP, health, metrics. Bodies stay bytes; only the strict decoder reads them. */
export function createHttp(deps: HttpDeps): FastifyInstance {
  const { settings } = deps;
  const server = fastify({
    logger: false,
    bodyLimit: settings.bodyMebibytesMax * MEBIBYTE,
    connectionTimeout: 60_000,
    requestTimeout: 30_000,
    handlerTimeout: 30_000,
    keepAliveTimeout: 30_000,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  });
  server.server.headersTimeout = 10_000;
  server.server.maxConnections = settings.socketsMax + settings.requestsMax;
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.setErrorHandler((error: FastifyError, request, reply) => refuseError(error, request, reply, deps));
  server.setNotFoundHandler((_request, reply) =>
    refuse(reply, 404, 'bad-request', 'there is nothing at this address'),
  );
  server.addHook('onRequest', async (request, reply) => {
    if (HEALTH.has(request.url)) return;
    if (deps.load.requests >= settings.requestsMax) return busy(request, reply);
    deps.load.requests += 1;
    reply.raw.once('close', () => {
      deps.load.requests -= 1;
    });
    if (request.headers['content-encoding'] !== undefined) return refuseEncoding(request, reply);
  });
  addFrames(server, deps);
  addAbrp(server, deps);
  addHealth(server, deps);
  return server;
}

function addFrames(server: FastifyInstance, deps: HttpDeps): void {
  const devices = new WeakMap<FastifyRequest, Device>();
  server.get('/v1/stream', (_request, reply) =>
    refuse(reply.header('upgrade', 'websocket'), 426, 'bad-request', 'this is a WebSocket'),
  );
  // Before the body is read: who may not speak does not fill our memory.
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
    const device = await authenticate(deps.tokens, bearerToken(request.headers.authorization));
    if (device === undefined)
      return refuse(
        reply.header('www-authenticate', 'Bearer'),
        401,
        'bad-token',
        'the token is unknown, revoked or no device token',
      );
    devices.set(request, device);
  };
  // For cars that only post.
  server.get('/v1/commands', {
    onRequest,
    handler: async (request, reply) => {
      const due = await deps.commands.due((devices.get(request) as Device).vehicleId);
      if (due === undefined)
        return refuse(reply.header('retry-after', RETRY_AFTER_S), 503, 'unavailable', 'try again');
      return { commands: due.map((one) => one.message) };
    },
  });
  server.post('/v1/frames', {
    onRequest,
    handler: async (request, reply) => {
      const batch = splitBatch((request.body as Uint8Array | undefined) ?? new Uint8Array());
      if (batch.kind === 'refused') return refuse(reply, 400, 'bad-shape', batch.detail);
      const named = batch.frames.map(readNativeFrame);
      const lane = deps.acceptor.lane((devices.get(request) as Device).vehicleId, 'batch', callerOf(request));
      const verdicts = await lane.admit(named.map(({ frame }) => frame));
      return { verdicts: verdicts.map((verdict, index) => toWire(named[index]?.id, verdict)) };
    },
  });
}

function addAbrp(server: FastifyInstance, deps: HttpDeps): void {
  const answer = async (request: AbrpRequest, caller: string | undefined) => {
    if (request.kind === 'refused') return { status: 'error', errors: request.detail };
    const verdicts: Verdict[] = [];
    for (const { token, count, frames } of request.vehicles) {
      const device = await authenticate(deps.tokens, token);
      if (device === undefined) verdicts.push(...Array<Verdict>(count).fill(BAD_TOKEN));
      else verdicts.push(...(await deps.acceptor.lane(device.vehicleId, 'abrp', caller).admit(frames())));
    }
    return answerAbrp(verdicts);
  };
  const bodyOf = (request: FastifyRequest) => request.body as Uint8Array | undefined;
  server.route({
    method: ['GET', 'POST'],
    url: '/1/tlm/send',
    handler: (request) => answer(readAbrpSend(queryOf(request), bodyOf(request)), callerOf(request)),
  });
  server.post('/1/tlm/bulk', (request) =>
    answer(readAbrpBulk(queryOf(request), bodyOf(request)), callerOf(request)),
  );
}

const BAD_TOKEN: Verdict = {
  kind: 'refused',
  code: 'bad-token',
  detail: 'the token is missing, unknown, revoked or no device token',
};

function addHealth(server: FastifyInstance, deps: HttpDeps): void {
  server.get('/livez', () => ({ ok: true }));
  server.get('/readyz', (_request, reply) => {
    const state = deps.readiness();
    return reply.code(state.ready ? 200 : 503).send(state);
  });
  server.get('/metrics', async (_request, reply) =>
    reply.type('text/plain; version=0.0.4').send(await deps.runtime.metrics.text()),
  );
}

/** Whose trace goes on; said twice, node joins it into something that is none. */
const callerOf = ({ headers }: FastifyRequest): string | undefined => headers.traceparent?.toString();

/** Read by hand, so that a name said twice or one like `__proto__` is just a name. */
function queryOf(request: FastifyRequest): URLSearchParams {
  const start = request.url.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : request.url.slice(start + 1));
}

/** Always answered: whoever watches us must hear us when we are busy. */
const HEALTH = new Set(['/livez', '/readyz', '/metrics']);

const isAbrp = (request: FastifyRequest): boolean => request.url.startsWith('/1/');

const refuse = (reply: FastifyReply, status: number, code: string, detail: string): FastifyReply =>
  reply.code(status).send({ refused: code, detail });

/** ABRP's senders look for the outcome in the body of a 200. */
const abrpError = (reply: FastifyReply, errors: string): FastifyReply =>
  reply.code(200).send({ status: 'error', errors });

const busy = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  isAbrp(request)
    ? abrpError(reply, 'busy, try again')
    : refuse(reply.header('retry-after', RETRY_AFTER_S), 503, 'busy', 'too many requests at once');

const refuseEncoding = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  isAbrp(request)
    ? abrpError(reply, 'Content-Encoding is not accepted, send the body uncompressed')
    : refuse(reply, 415, 'unknown-format', 'Content-Encoding is not accepted, send the body uncompressed');

function refuseError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: HttpDeps,
): FastifyReply {
  const status = error.statusCode ?? 500;
  if (status >= 500) deps.runtime.log.error({ err: error }, 'a request failed');
  const detail = status >= 500 ? 'try again' : error.message;
  if (isAbrp(request)) return abrpError(reply, detail);
  if (status === 413) return refuse(reply, 413, 'too-large', detail);
  if (status < 500) return refuse(reply, status, 'bad-request', detail);
  return refuse(reply.header('retry-after', RETRY_AFTER_S), 503, 'unavailable', detail);
}
