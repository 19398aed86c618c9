import { socPct } from '@outrider/domain';
import type { TripReading } from '@outrider/providers';
import { contentId } from '@outrider/runtime';
import { z } from 'zod';
import { applyReading, type ReadingOf } from '../apply-reading.ts';
import { type ApiContext, askedBy } from '../context.ts';
import { OWNER_ROLES } from '../credentials.ts';
import { ApiError } from '../errors.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { instant, vehicleParams } from '../shapes/fields.ts';
import { uploaded } from '../shapes/trip-sources.ts';
import { viewTrip } from '../shapes/trips.ts';
import { problemsOf } from '../trip-source-reader.ts';

const roadQuery = z.strictObject({
  departAt: instant,
  name: z.string().min(1).max(200).optional().describe('Of the destination.'),
  reserveSocPct: z
    .string()
    .regex(/^\d{1,3}(\.\d{1,3})?$/, 'a number like 12.5')
    .transform(Number)
    .pipe(socPct)
    .optional(),
});

const GPX_TYPES = ['application/gpx+xml', 'application/xml', 'text/xml'];
const GEOJSON_TYPE = 'application/geo+json';
const CSV_TYPE = 'text/csv';
const utf8 = new TextDecoder('utf-8', { fatal: true });
/** Answers name at most so many mistakes of a file. */
const PROBLEMS_MAX = 50;

/** Trips out of files: a road that somebody drew or drove, a dispatcher's list. All of a file, or nothing. */
export function tripFileRoutes(server: ApiServer, context: ApiContext): void {
  server.register(async (files: ApiServer) => {
    files.removeAllContentTypeParsers();
    files.addContentTypeParser(
      [...GPX_TYPES, GEOJSON_TYPE, CSV_TYPE],
      { parseAs: 'buffer' },
      (_request, body, done) => {
        try {
          done(null, utf8.decode(body as Buffer));
        } catch {
          done(new ApiError('invalid', 'The file is not UTF-8.'));
        }
      },
    );
    roadRoute(files, context);
    listRoute(files, context);
  });
}

function roadRoute(server: ApiServer, context: ApiContext): void {
  server.post(
    '/v1/vehicles/:vehicleId/trips/road',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['trips'],
        summary: 'Plan a trip along the road of a GPX or GeoJSON file',
        description: 'The same file with the same departure is the same trip.',
        consumes: [...GPX_TYPES, GEOJSON_TYPE],
        params: vehicleParams,
        querystring: roadQuery,
        body: z.string(),
        response: answers({ 200: uploaded }),
      },
    },
    async (request) => {
      const { vehicleId } = await context.access.write(principalOf(request), request.params.vehicleId);
      const { departAt, name, reserveSocPct } = request.query;
      const type = typeOf(request.headers['content-type']);
      if (type === CSV_TYPE) throw new ApiError('unsupported-media-type');
      const kind = type === GEOJSON_TYPE ? 'geojson' : 'gpx';
      const reading = await context.files.read(kind, {
        ...{ text: request.body, departAtMs: departAt, entryId: contentId(request.body, departAt) },
        ...(name !== undefined && { name }),
        ...(reserveSocPct !== undefined && { reserveSocPct }),
      });
      return keepAll(
        askedBy(context, request),
        { vehicleId, namespace: 'road', sourceId: null, from: 'file' },
        reading,
      );
    },
  );
}

function listRoute(server: ApiServer, context: ApiContext): void {
  server.post(
    '/v1/vehicles/:vehicleId/trips/list',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['trips'],
        summary: 'Plan, move and cancel trips by a dispatcher’s CSV',
        description:
          'Columns: tripRef, departAt, arriveBy, fromName, fromLat, fromLon, toName, toLat, toLon, reserveSocPct, payloadKg, trailerKg, status (planned or cancelled). The same tripRef is the same trip.',
        consumes: [CSV_TYPE],
        params: vehicleParams,
        body: z.string(),
        response: answers({ 200: uploaded }),
      },
    },
    async (request) => {
      const { vehicleId } = await context.access.write(principalOf(request), request.params.vehicleId);
      if (typeOf(request.headers['content-type']) !== CSV_TYPE) throw new ApiError('unsupported-media-type');
      const reading = await context.files.read('dispatcherCsv', { text: request.body });
      return keepAll(
        askedBy(context, request),
        { vehicleId, namespace: 'list', sourceId: null, from: 'dispatcher' },
        reading,
      );
    },
  );
}

const typeOf = (header: string | undefined): string =>
  (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

async function keepAll(
  context: ApiContext,
  of: ReadingOf,
  reading: TripReading,
): Promise<z.infer<typeof uploaded>> {
  refuse(problemsOf(reading));
  const { trips, changed } = await context.state.transaction(async (tx) => {
    const applied = await applyReading(context, tx, of, reading);
    refuse(applied.problems);
    return applied;
  });
  context.pokeRelay();
  return { changed, trips: trips.map(viewTrip) };
}

/** @throws ApiError invalid, which undoes the transaction */
function refuse(problems: ReturnType<typeof problemsOf>): void {
  if (problems.length === 0) return;
  throw new ApiError('invalid', 'The file cannot be used.', problems.slice(0, PROBLEMS_MAX));
}
