import { keyOfPart, TOPICS } from '@outrider/bus';
import { type Trip, trip } from '@outrider/domain';
import { randomId } from '@outrider/runtime';
import { endOutboxId, type OutboxRow, type State, type TripCursor, type TripRow } from '@outrider/state';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type ApiContext, askedBy, outboxRow, parseSealed, type RowContext } from '../context.ts';
import { OWNER_ROLES, type Principal } from '../credentials.ts';
import { ApiError, notFound } from '../errors.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { countText, noContent, tripParams, vehicleParams } from '../shapes/fields.ts';
import { type TripPlan, tripOf, tripPlan, tripView, viewTrip } from '../shapes/trips.ts';
import { readTripCursor, readTripPage, writeTripCursor } from '../trip-page.ts';

const tripList = z.strictObject({
  trips: z.array(tripView),
  next: z.string().optional().describe('Give it as `before` for earlier ones; absent on the last page.'),
});
const listQuery = z.strictObject({
  withdrawn: z.enum(['true', 'false']).optional().describe('Withdrawn trips too.'),
  before: z.string().min(1).max(300).optional().describe('`next` of the page before.'),
  limit: countText(1, 200, 50),
});

/** Planned trips: kept sealed, and told to the other services through the outbox. */
export function tripRoutes(server: ApiServer, context: ApiContext): void {
  planRoute(server, context);
  reviseRoutes(server, context);
  readRoutes(server, context);
}

function planRoute(server: ApiServer, context: ApiContext): void {
  const { access, state, eventClock } = context;
  server.post(
    '/v1/vehicles/:vehicleId/trips',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['trips'],
        summary: 'Plan a trip',
        params: vehicleParams,
        body: tripPlan,
        response: answers({ 201: tripView }),
      },
    },
    async (request, reply) => {
      const { vehicleId } = await access.write(principalOf(request), request.params.vehicleId);
      const vehicle = await state.vehicles.find(vehicleId);
      if (vehicle === undefined) throw notFound();
      const record = tripOf(request.body, {
        tripId: randomId('trip'),
        vehicleId,
        revision: 1,
        createdAtMs: eventClock.nowMs(),
        reserveSocPct: vehicle.reserveSocPct,
      });
      await state.transaction((tx) => keepTrip(askedBy(context, request), tx, record));
      context.pokeRelay();
      return reply.code(201).send(viewTrip(record));
    },
  );
}

type TripRequest = FastifyRequest<{ Params: z.infer<typeof tripParams> }>;

function reviseRoutes(server: ApiServer, context: ApiContext): void {
  const { state } = context;
  const revise = async (
    request: TripRequest,
    change: (before: Trip, reserveSocPct: number) => Trip,
  ): Promise<Trip> => {
    const { row, before } = await ownTrip(context, principalOf(request), request.params.tripId);
    const vehicle = await state.vehicles.find(row.vehicleId);
    const record = change(before, vehicle?.reserveSocPct ?? before.reserveSocPct);
    await state.transaction((tx) => keepTrip(askedBy(context, request), tx, record));
    context.pokeRelay();
    return record;
  };

  server.put(
    '/v1/trips/:tripId',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['trips'],
        summary: 'Replace a plan by its next revision',
        params: tripParams,
        body: tripPlan,
        response: answers({ 200: tripView }),
      },
    },
    async (request) => {
      const plan: TripPlan = request.body;
      const record = await revise(request, (before, reserveSocPct) =>
        tripOf(plan, { ...before, revision: before.revision + 1, reserveSocPct }),
      );
      return viewTrip(record);
    },
  );

  server.delete(
    '/v1/trips/:tripId',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['trips'],
        summary: 'Withdraw a trip',
        params: tripParams,
        response: answers({ 204: noContent }),
      },
    },
    async (request, reply) => {
      await revise(request, withdrawn);
      return reply.code(204).send();
    },
  );
}

function readRoutes(server: ApiServer, context: ApiContext): void {
  const { access, state } = context;
  server.get(
    '/v1/vehicles/:vehicleId/trips',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['trips'],
        summary: 'Trips, latest departure first',
        params: vehicleParams,
        querystring: listQuery,
        response: answers({ 200: tripList }),
      },
    },
    async (request) => {
      const grant = await access.read(principalOf(request), request.params.vehicleId, 'read-trips');
      const { withdrawn: asked, before, limit } = request.query;
      const page = await readTripPage(state, grant, {
        withWithdrawn: asked === 'true',
        before: cursorOf(before),
        limit,
      });
      return {
        trips: page.trips.map(viewTrip),
        ...(page.next !== undefined && { next: writeTripCursor(page.next) }),
      };
    },
  );

  server.get(
    '/v1/trips/:tripId',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['trips'],
        summary: 'One trip',
        params: tripParams,
        response: answers({ 200: tripView }),
      },
    },
    async (request) => {
      const row = await state.trips.find(request.params.tripId);
      if (row === undefined) throw notFound();
      const grant = await access.read(principalOf(request), row.vehicleId, 'read-trip');
      const record = parseSealed(trip, grant.open(row.keyId, row.box));
      if (record === undefined) throw notFound();
      return viewTrip(record);
    },
  );
}

function cursorOf(text: string | undefined): TripCursor | undefined {
  if (text === undefined) return undefined;
  const cursor = readTripCursor(text);
  if (cursor === undefined)
    throw new ApiError('invalid', 'The query is not as documented.', [
      { path: 'before', message: 'is not a `next` of an earlier page' },
    ]);
  return cursor;
}

/** The trip when the principal owns the car now and the trip is of that ownership. */
export async function ownTrip(
  { state, access, trust }: ApiContext,
  principal: Principal,
  tripId: string,
): Promise<{ readonly row: TripRow; readonly before: Trip }> {
  const row = await state.trips.find(tripId);
  if (row === undefined) throw notFound();
  const owned = await access.write(principal, row.vehicleId);
  if (owned.keyId !== row.keyId) throw notFound();
  const before = openTrip(trust, row);
  if (before === undefined) throw new ApiError('erased');
  return { row, before };
}

/** To revise a trip one needs what was there; either purpose it was kept for may open it. */
export function openTrip(trust: ApiContext['trust'], row: TripRow): Trip | undefined {
  const box = Buffer.from(row.box, 'base64url');
  for (const purpose of ['show_driver', 'alert_driver'] as const) {
    const opened = trust.reader(purpose).open(row.vehicleId, row.keyId, box);
    if (opened.kind === 'opened') return parseSealed(trip, opened.bytes);
  }
  return undefined;
}

/** The next revision of a trip that will not be driven. */
export const withdrawn = (before: Trip): Trip => ({
  ...before,
  revision: before.revision + 1,
  withdrawn: true,
});

/**
 * Stores a revision and, in the same transaction, what tells the other services. What a person says of a trip
 * takes it from its source: `sourceId` is null then.
 * @throws ApiError conflict when this revision or a later one is there already
 */
export async function keepTrip(
  context: RowContext,
  tx: State,
  record: Trip,
  sourceId: string | null = null,
): Promise<void> {
  const { tripId, vehicleId, revision, departAtMs } = record;
  const row = outboxRow(context, TOPICS.trips, vehicleId, record, `${tripId}/${revision}`);
  const isKept = await tx.trips.upsert({
    tripId,
    vehicleId,
    revision,
    departAtMs,
    isWithdrawn: record.withdrawn ?? false,
    sourceId,
    keyId: row.headers.keyId ?? '',
    box: Buffer.from(row.value ?? []).toString('base64url'),
  });
  if (!isKept) throw new ApiError('conflict');
  await tx.outbox.insert([row, ...(await endedPlans(context, tx, vehicleId))]);
}

/** Nobody is on a plan that departed longer ago. */
const MONTH_MS = 30 * 86_400_000;
const ENDED_AT_ONCE = 100;

/** Tombstones for plans of the car that have ended, withdrawn or not: they would lie in the log for ever. */
async function endedPlans(
  { eventClock }: Pick<ApiContext, 'eventClock'>,
  tx: State,
  vehicleId: string,
): Promise<readonly OutboxRow[]> {
  const createdAtMs = eventClock.nowMs();
  const ended = await tx.trips.listEnded(vehicleId, createdAtMs - MONTH_MS, ENDED_AT_ONCE);
  return ended.map((row) => ({
    outboxId: endOutboxId(row),
    writer: 'api',
    topic: TOPICS.trips.name,
    key: keyOfPart(vehicleId, row.tripId),
    value: null,
    headers: {},
    createdAtMs,
  }));
}
