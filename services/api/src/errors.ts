import type { Duplex } from 'node:stream';
import { type Log, WorkerTimeout } from '@outrider/runtime';
import { UnknownSubject } from '@outrider/trust';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';

/** Every code an answer can carry, with its status and meaning. README lists the same; a test compares. */
export const ERROR_CODES = {
  'not-json': { status: 400, about: 'The body is not JSON that every reader understands the same way.' },
  invalid: { status: 400, about: 'Fields are missing, unknown or wrong; `problems` names each.' },
  'range-too-large': { status: 400, about: 'The span would give more points than one answer holds.' },
  'not-authenticated': { status: 401, about: 'No bearer token, or one that is unknown or revoked.' },
  'role-may-not': { status: 403, about: 'The token’s role may not use this route.' },
  'no-consent': { status: 403, about: 'The purpose this needs is not switched on for the vehicle.' },
  'origin-refused': { status: 403, about: 'The page that asks is not of this address.' },
  'not-found': { status: 404, about: 'Nothing here, or nothing you may see.' },
  'no-forecast': { status: 404, about: 'No forecast has been made for this vehicle yet.' },
  'no-road': { status: 404, about: 'The road of this vehicle is not known here now.' },
  conflict: { status: 409, about: 'Somebody changed it meanwhile: read it again.' },
  'consent-text-changed': { status: 409, about: 'The consent text you showed is not the current one.' },
  erased: { status: 410, about: 'The key of this data was destroyed: nobody can read it again.' },
  'too-large': { status: 413, about: 'The request is larger than the limit.' },
  'unsupported-media-type': {
    status: 415,
    about: 'Bodies are application/json; files are of the types their route names.',
  },
  'upgrade-required': { status: 426, about: 'The live feed is a WebSocket.' },
  'too-many-requests': {
    status: 429,
    about: 'More than one person may ask in this time: `Retry-After` says when again.',
  },
  internal: { status: 500, about: 'Our fault; it is logged.' },
  unavailable: { status: 503, about: 'Something this needs is down or full: try again later.' },
} as const;
export type ErrorCode = keyof typeof ERROR_CODES;

export interface Problem {
  readonly path: string;
  readonly message: string;
}

const problem = z.strictObject({ path: z.string(), message: z.string() });

/** The body of every answer that is not a success. */
export const errorBody = z
  .strictObject({
    error: z.strictObject({
      code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
      message: z.string(),
      problems: z.array(problem).optional(),
    }),
  })
  .meta({ description: 'What went wrong; `code` is stable.' });
export type ErrorBody = z.infer<typeof errorBody>;

/** Thrown by routes; becomes the answer. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly problems: readonly Problem[];
  constructor(code: ErrorCode, message: string = ERROR_CODES[code].about, problems: readonly Problem[] = []) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.problems = problems;
  }
}

export const notFound = (): ApiError => new ApiError('not-found');

export function toErrorBody(error: ApiError): ErrorBody {
  const { code, message, problems } = error;
  return { error: { code, message, ...(problems.length > 0 && { problems: [...problems] }) } };
}

const PROBLEMS_MAX = 50;

/** What fastify found wrong before a route ran, by its own codes. */
const FASTIFY_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'not-json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid',
  FST_ERR_HANDLER_TIMEOUT: 'unavailable',
  FST_ERR_BAD_URL: 'not-found',
};

export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const where = error.validationContext ?? 'request';
    return new ApiError(
      'invalid',
      `The ${where} is not as documented.`,
      error.validation.slice(0, PROBLEMS_MAX).map((issue) => ({
        path: issue.instancePath.replace(/^\//, '').replaceAll('/', '.'),
        message: issue.message ?? 'is wrong',
      })),
    );
  }
  // The key went between the look and the sealing.
  if (error instanceof UnknownSubject) return new ApiError('erased');
  if (error instanceof WorkerTimeout) return new ApiError('unavailable', 'This took too long: ask for less.');
  const { code = '', statusCode } = error as Partial<FastifyError>;
  const known = FASTIFY_CODES[code];
  if (known !== undefined) return new ApiError(known);
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500
    ? new ApiError('invalid', 'The request could not be understood.')
    : new ApiError('internal');
}

export function createErrorHandler(log: Log) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const answer = toApiError(error);
    if (answer.code === 'internal')
      log.error({ route: request.routeOptions.url, err: describe(error) }, 'a request failed');
    return reply.code(ERROR_CODES[answer.code].status).send(toErrorBody(answer));
  };
}

/** Message and place, never the values: they may be somebody's. */
function describe(error: unknown): string {
  return error instanceof Error
    ? `${error.name}: ${error.stack?.split('\n').slice(0, 4).join(' | ')}`
    : 'not an Error';
}

/** An answer on a connection that has no request of fastify's: a refused upgrade, bytes that are not HTTP. */
export function refuseRaw(socket: Duplex, refusal: ApiError | ErrorCode): void {
  const error = typeof refusal === 'string' ? new ApiError(refusal) : refusal;
  const body = JSON.stringify(toErrorBody(error));
  socket.end(
    `HTTP/1.1 ${ERROR_CODES[error.code].status} ${error.code}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
