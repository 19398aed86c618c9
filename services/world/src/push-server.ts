import { createHash, timingSafeEqual } from 'node:crypto';
import type { Push } from '@outrider/providers';
import type { Runtime } from '@outrider/runtime';
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
} from 'fastify';
import { z } from 'zod';
import type { Chargers } from './charger-sources.ts';

/** Who may push, and where. */
export interface PushSettings {
  readonly token: string;
  readonly host: string;
  readonly port: number;
  /** How the peer reaches it; absent: as it listens. */
  readonly publicUrl?: string;
}

export interface PushServer {
  /** `http://host:port`. */
  readonly address: string;
  close(): Promise<void>;
}

const VERSION = '2.2.1';
const ROOT = '/ocpi/emsp';
const LOCATIONS = `${ROOT}/${VERSION}/locations`;
/** A site with hundreds of posts. */
const BODY_BYTES_MAX = 512 * 1024;
const CONNECTIONS_MAX = 100;

/** OCPI's own words for what HTTP says as well. */
const STATUS = { taken: 1000, wrong: 2000, invalid: 2001, unknown: 2003, failed: 3000 };

const id = z.string().min(1).max(36);
/** As in OCPI: CiString(2), CiString(3), CiString(36). */
const pathParams = z.strictObject({
  country: z.string().regex(/^[A-Za-z]{2}$/),
  party: z.string().regex(/^[A-Za-z0-9]{3}$/),
  location: id,
  evse: id.optional(),
  connector: id.optional(),
});

/**
 * The receiving side of OCPI 2.2.1 Locations for one peer, with its versions documents. What is answered 1000 is
 * durable, or older than what is known.
 */
export async function listenForPushes(
  settings: PushSettings,
  chargers: Pick<Chargers, 'push' | 'find'>,
  runtime: Runtime,
): Promise<PushServer> {
  const server = fastify({
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    connectionTimeout: 60_000,
    requestTimeout: 30_000,
    handlerTimeout: 30_000,
    keepAliveTimeout: 30_000,
    forceCloseConnections: 'idle',
  });
  server.server.headersTimeout = 10_000;
  server.server.maxConnections = CONNECTIONS_MAX;
  const answer = createAnswers(runtime);
  const isPeer = tokenCheck(settings.token);
  // Before the body is read: who may not speak does not fill our memory.
  server.addHook('onRequest', async (request, reply) => {
    if (!isPeer(request.headers.authorization))
      return answer(
        reply.header('www-authenticate', 'Token'),
        401,
        STATUS.wrong,
        'the token is missing or wrong',
      );
  });
  server.setNotFoundHandler((_request, reply) =>
    answer(reply, 404, STATUS.wrong, 'there is nothing at this address'),
  );
  server.setErrorHandler((error: FastifyError, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return answer(reply, status, STATUS.invalid, 'the request cannot be read');
    runtime.log.error({ err: String(error) }, 'a push was not taken');
    return answer(reply, status, STATUS.failed, 'it was not taken; please send it again');
  });
  let address = '';
  addVersions(server, () => settings.publicUrl?.replace(/\/+$/, '') ?? address, answer);
  addLocations(server, chargers, answer);
  address = await server.listen({ host: settings.host, port: settings.port });
  runtime.log.info({ address }, 'OCPI locations can be pushed');
  return { address, close: () => server.close() };
}

type Answer = (reply: FastifyReply, http: number, status: number, said?: unknown) => FastifyReply;

/** The envelope: `data` with a good status, words with any other. Counted. */
function createAnswers({ realClock, metrics }: Runtime): Answer {
  const answers = metrics.counter(
    'world_ocpi_push_answers_total',
    'Answers to an OCPI peer, by OCPI status.',
    ['status'],
  );
  return (reply, http, status, said) => {
    answers.inc({ status: String(status) });
    return reply.code(http).send({
      ...(said === undefined ? {} : status === STATUS.taken ? { data: said } : { status_message: said }),
      status_code: status,
      timestamp: new Date(realClock.nowMs()).toISOString(),
    });
  };
}

/** The token may come in base64, as 2.2 has it, or as it is; either with spaces at its end. */
function tokenCheck(token: string): (authorization: string | undefined) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const own = digest(token);
  return (authorization) => {
    const said = /^Token +(\S+)\s*$/i.exec(authorization ?? '')?.[1];
    if (said === undefined) return false;
    const plain = Buffer.from(said, 'base64').toString('utf8').trimEnd();
    // Digests are of one length, and both are compared whatever the first says.
    const [isRaw, isEncoded] = [said, plain].map((text) => timingSafeEqual(digest(text), own));
    return isRaw === true || isEncoded === true;
  };
}

function addVersions(server: FastifyInstance, baseUrl: () => string, answer: Answer): void {
  server.get('/ocpi/versions', (_request, reply) =>
    answer(reply, 200, STATUS.taken, [{ version: VERSION, url: `${baseUrl()}/ocpi/${VERSION}` }]),
  );
  server.get(`/ocpi/${VERSION}`, (_request, reply) =>
    answer(reply, 200, STATUS.taken, {
      version: VERSION,
      endpoints: [{ identifier: 'locations', role: 'RECEIVER', url: `${baseUrl()}${LOCATIONS}` }],
    }),
  );
}

function addLocations(
  server: FastifyInstance,
  chargers: Pick<Chargers, 'push' | 'find'>,
  answer: Answer,
): void {
  const location = `${LOCATIONS}/:country/:party/:location`;
  for (const url of [location, `${location}/:evse`, `${location}/:evse/:connector`]) {
    server.get(url, (request, reply) => {
      const params = pathParams.safeParse(request.params).data;
      const found = params && chargers.find(params, params.evse, params.connector);
      return found === undefined
        ? answer(reply, 404, STATUS.unknown, 'nobody pushed it')
        : answer(reply, 200, STATUS.taken, found);
    });
    for (const method of ['PUT', 'PATCH'] as const)
      server.route({
        method,
        url,
        handler: (request, reply) => takePush(method, request, reply, chargers, answer),
      });
  }
}

async function takePush(
  method: Push['method'],
  request: FastifyRequest,
  reply: FastifyReply,
  chargers: Pick<Chargers, 'push'>,
  answer: Answer,
): Promise<FastifyReply> {
  const { data: params } = pathParams.safeParse(request.params);
  if (params === undefined) return answer(reply, 400, STATUS.invalid, 'the address names no location');
  const { evse, connector } = params;
  const result = await chargers.push(params, {
    method,
    body: request.body,
    ...(evse === undefined ? {} : { evseUid: evse }),
    ...(connector === undefined ? {} : { connectorId: connector }),
  });
  if (result.kind === 'taken') return answer(reply, 200, STATUS.taken);
  return answer(reply, result.statusCode === STATUS.unknown ? 404 : 400, result.statusCode, result.why);
}
