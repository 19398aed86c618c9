import { randomId } from '@outrider/runtime';
import type { TripSourceRow } from '@outrider/state';
import { applyReading } from '../apply-reading.ts';
import { type ApiContext, askedBy } from '../context.ts';
import { OWNER_ROLES, type Principal } from '../credentials.ts';
import { ApiError, notFound } from '../errors.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { iso, isoOr, noContent, vehicleParams } from '../shapes/fields.ts';
import {
  sourceParams,
  type TripSource,
  type TripSourceView,
  tripSource,
  tripSourceList,
  tripSourceView,
} from '../shapes/trip-sources.ts';
import { openSaid, type TripSourceReader } from '../trip-source-reader.ts';

/** Sources of one car. */
const SOURCES_MAX = 20;
/** Longer than this nobody waits for a calendar: it is read again soon. */
const WAIT_MS = 12_000;
const encoder = new TextEncoder();

/** Calendars and weekly trips: registered by the owner, kept sealed, read at once and from then on. */
export function tripSourceRoutes(server: ApiServer, context: ApiContext, reader: TripSourceReader): void {
  addRoute(server, context, reader);
  readRoutes(server, context, reader);
  removeRoute(server, context, reader);
}

function addRoute(server: ApiServer, context: ApiContext, reader: TripSourceReader): void {
  const { access, state, trust, eventClock } = context;
  server.post(
    '/v1/vehicles/:vehicleId/trip-sources',
    {
      config: { roles: OWNER_ROLES, cost: 50 },
      schema: {
        tags: ['trips'],
        summary: 'Take trips from a calendar, or drive one every week',
        description:
          'Read at once, and again and again. An entry that moves moves its trip; one that is gone withdraws it. A trip changed by hand is the driver’s own from then on.',
        params: vehicleParams,
        body: tripSource,
        response: answers({ 201: tripSourceView }),
      },
    },
    async (request, reply) => {
      const said = request.body;
      const { vehicleId } = await access.write(principalOf(request), request.params.vehicleId);
      if (said.kind === 'ical' && !reader.mayAsk(said.url))
        throw new ApiError('invalid', 'The body is not as documented.', [
          { path: 'url', message: 'is not at one of the hosts whose calendars are read here' },
        ]);
      const atMs = eventClock.nowMs();
      const { keyId, box } = trust.seal(vehicleId, atMs, encoder.encode(JSON.stringify(said)));
      const row: TripSourceRow = {
        ...{ sourceId: randomId('source'), vehicleId, kind: said.kind, createdAtMs: atMs, keyId },
        box: Buffer.from(box).toString('base64url'),
      };
      await state.transaction(async (tx) => {
        if ((await tx.tripSources.listOf(vehicleId)).length >= SOURCES_MAX)
          throw new ApiError('invalid', `A car has at most ${SOURCES_MAX} sources of trips.`);
        await tx.tripSources.insert(row);
      });
      await reader.read(row, AbortSignal.timeout(WAIT_MS));
      return reply.code(201).send(view(row, said, reader));
    },
  );
}

function readRoutes(server: ApiServer, context: ApiContext, reader: TripSourceReader): void {
  const { access, state } = context;
  server.get(
    '/v1/vehicles/:vehicleId/trip-sources',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['trips'],
        summary: 'Where trips of my car come from, and what cannot become one',
        params: vehicleParams,
        response: answers({ 200: tripSourceList }),
      },
    },
    async (request) => {
      const owned = await access.write(principalOf(request), request.params.vehicleId);
      const rows = await state.tripSources.listOf(owned.vehicleId);
      return {
        sources: rows.flatMap((row) => {
          const said = row.keyId === owned.keyId ? openSaid(context, row) : undefined;
          return said === undefined ? [] : [view(row, said, reader)];
        }),
      };
    },
  );

  server.post(
    '/v1/trip-sources/:sourceId/read',
    {
      config: { roles: OWNER_ROLES, cost: 50 },
      schema: {
        tags: ['trips'],
        summary: 'Read a calendar or weekly trip now',
        params: sourceParams,
        response: answers({ 200: tripSourceView }),
      },
    },
    async (request) => {
      const row = await ownSource(context, principalOf(request), request.params.sourceId);
      const said = openSaid(context, row);
      if (said === undefined) throw new ApiError('erased');
      await reader.read(row, AbortSignal.timeout(WAIT_MS));
      return view(row, said, reader);
    },
  );
}

function removeRoute(server: ApiServer, context: ApiContext, reader: TripSourceReader): void {
  const { state } = context;
  server.delete(
    '/v1/trip-sources/:sourceId',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['trips'],
        summary: 'Take no more trips from it, and withdraw those that lie ahead',
        params: sourceParams,
        response: answers({ 204: noContent }),
      },
    },
    async (request, reply) => {
      // Whoever has switched everything off can take their calendar away all the same.
      const { sourceId, vehicleId } = await ownSource(
        context,
        principalOf(request),
        request.params.sourceId,
        'own',
      );
      await state.transaction(async (tx) => {
        const of = { vehicleId, namespace: sourceId, sourceId, from: 'driver' } as const;
        await applyReading(askedBy(context, request), tx, of, { entries: [], cancelled: [], problems: [] });
        await tx.tripSources.remove(sourceId);
      });
      reader.forget(sourceId);
      context.pokeRelay();
      return reply.code(204).send();
    },
  );
}

async function ownSource(
  { state, access }: ApiContext,
  principal: Principal,
  sourceId: string,
  right: 'write' | 'own' = 'write',
): Promise<TripSourceRow> {
  const row = await state.tripSources.find(sourceId);
  if (row === undefined) throw notFound();
  const owned = await access[right](principal, row.vehicleId);
  if (owned.keyId !== row.keyId) throw notFound();
  return row;
}

/** What the owner sees of a source: all of it but a calendar's address. */
function view(row: TripSourceRow, said: TripSource, reader: TripSourceReader): TripSourceView {
  const { sourceId, vehicleId, kind, createdAtMs } = row;
  const last = reader.lastOf(sourceId);
  return {
    ...{ sourceId, vehicleId, kind, label: said.label, createdAt: iso(createdAtMs) },
    ...(said.kind === 'ical' ? { host: new URL(said.url).host, places: said.places } : { trip: said.trip }),
    readAt: isoOr(last?.atMs, null),
    failure: last?.failure ?? null,
    problems: [...(last?.problems ?? [])],
  };
}
