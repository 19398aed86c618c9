import { type Position, type Purpose, position, purpose } from '@outrider/domain';
import { randomId } from '@outrider/runtime';
import type { Ownership, State, Vehicle } from '@outrider/state';
import { z } from 'zod';
import { actorOf } from '../access.ts';
import { type ApiContext, askedBy, parseSealed } from '../context.ts';
import { issueDeviceToken, OWNER_ROLES, type Principal } from '../credentials.ts';
import { ApiError, notFound } from '../errors.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { noContent, vehicleParams } from '../shapes/fields.ts';
import {
  connectionAt,
  type Registration,
  registered,
  registration,
  summarise,
  vehicleChange,
  vehicleSummary,
  vehicleView,
  viewConsents,
} from '../shapes/vehicles.ts';
import { tripsOf } from '../trip-page.ts';
import { refuseOldText } from './consents.ts';
import { keepTrip, openTrip, withdrawn } from './trips.ts';

const modelList = z.strictObject({
  models: z.array(z.strictObject({ modelId: z.string(), name: z.string() })),
});
const vehicleList = z.strictObject({ vehicles: z.array(vehicleSummary) });

/** What a driver gets who sets no reserve, in percent. */
const RESERVE_SOC_PCT = 5;

/** Cars: registered by their owner, seen by their owner. */
export function vehicleRoutes(server: ApiServer, context: ApiContext): void {
  registerRoutes(server, context);
  readRoutes(server, context);
  changeRoutes(server, context);
}

function registerRoutes(server: ApiServer, context: ApiContext): void {
  server.get(
    '/v1/vehicle-models',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['vehicles'],
        summary: 'Models a car can be registered with',
        response: answers({ 200: modelList }),
      },
    },
    async () => ({ models: context.vehicleModels.map(({ modelId, name }) => ({ modelId, name })) }),
  );

  server.post(
    '/v1/vehicles',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['vehicles'],
        summary: 'Register my car',
        description: 'Only its owner can: consents are theirs to give.',
        body: registration,
        response: answers({ 201: registered }),
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      refuseOldText(request.body.textVersion);
      refuseModel(context, request.body.modelId);
      refuseRealCanary(request.body);
      const made = await context.state.transaction((tx) => register(context, tx, principal, request.body));
      context.rightsChanged(principal.personId);
      return reply.code(201).send(made);
    },
  );
}

async function register(
  context: ApiContext,
  tx: State,
  principal: Principal,
  said: Registration,
): Promise<z.infer<typeof registered>> {
  const { trust, eventClock } = context;
  const atMs = eventClock.nowMs();
  const vehicle: Vehicle = {
    vehicleId: randomId('veh'),
    label: said.label,
    modelId: said.modelId,
    vin: said.vin ?? null,
    homeSealed: null,
    reserveSocPct: said.reserveSocPct ?? RESERVE_SOC_PCT,
    createdAtMs: atMs,
    fleet: said.fleet ?? null,
    ...(said.isSynthetic && { isSynthetic: true }),
    ...(said.isCanary && { isCanary: true }),
  };
  await tx.vehicles.insert(vehicle);
  await trust.registerOwnership({
    vehicleId: vehicle.vehicleId,
    personId: principal.personId,
    actor: actorOf(principal),
    fromMs: atMs,
    consents: switchedOn(said.consents),
    textVersion: said.textVersion,
  });
  await trust.prepare([vehicle.vehicleId]);
  if (said.home) await tx.vehicles.update(vehicle.vehicleId, sealHome(context, vehicle.vehicleId, said.home));
  const device = await issueDeviceToken(tx, vehicle.vehicleId, atMs);
  const consents = await tx.consents.current([vehicle.vehicleId]);
  return {
    vehicle: {
      ...summarise(vehicle),
      vin: vehicle.vin,
      home: said.home ?? null,
      consents: viewConsents(consents),
    },
    device,
    connect: connectionAt(context.gatewayUrl()),
  };
}

function switchedOn(said: Registration['consents']): Partial<Record<Purpose, boolean>> {
  return Object.fromEntries(purpose.options.map((name) => [name, said[name] === true]));
}

function readRoutes(server: ApiServer, context: ApiContext): void {
  const { access, state, eventClock } = context;
  server.get(
    '/v1/vehicles',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['vehicles'],
        summary: 'My cars',
        response: answers({ 200: vehicleList }),
      },
    },
    async (request) => {
      const mine = await state.vehicles.listOf(principalOf(request).personId, eventClock.nowMs());
      return { vehicles: mine.map(summarise) };
    },
  );

  server.get(
    '/v1/vehicles/:vehicleId',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['vehicles'],
        summary: 'My car, and what I allowed',
        params: vehicleParams,
        response: answers({ 200: vehicleView }),
      },
    },
    async (request) => viewVehicle(context, await access.own(principalOf(request), request.params.vehicleId)),
  );
}

function changeRoutes(server: ApiServer, context: ApiContext): void {
  const { access, state } = context;
  server.patch(
    '/v1/vehicles/:vehicleId',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['vehicles'],
        summary: 'Change label, model, VIN, fleet, home or reserve',
        params: vehicleParams,
        body: vehicleChange,
        response: answers({ 200: vehicleView }),
      },
    },
    async (request) => {
      const owned = await access.own(principalOf(request), request.params.vehicleId);
      const { home, ...plain } = request.body;
      if (plain.modelId !== undefined) refuseModel(context, plain.modelId);
      const said = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
      const change = { ...said, ...(home !== undefined && sealHome(context, owned.vehicleId, home)) };
      if (Object.keys(change).length > 0) await state.vehicles.update(owned.vehicleId, change);
      return viewVehicle(context, owned);
    },
  );

  server.delete(
    '/v1/vehicles/:vehicleId/ownership',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['vehicles'],
        summary: 'The car is mine no longer',
        description:
          'Ends its tokens, withdraws its trips and forgets VIN, fleet, home and calendars. What was recorded while it was mine stays mine.',
        params: vehicleParams,
        response: answers({ 204: noContent }),
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const owned = await access.own(principal, request.params.vehicleId);
      await state.transaction((tx) => endOwnership(askedBy(context, request), tx, principal, owned));
      context.pokeRelay();
      context.rightsChanged(principal.personId);
      return reply.code(204).send();
    },
  );
}

/** Trips are withdrawn while the owner's key still seals. */
async function endOwnership(
  context: ApiContext,
  tx: State,
  principal: Principal,
  owned: Ownership,
): Promise<void> {
  const atMs = context.eventClock.nowMs();
  const { vehicleId, personId } = owned;
  for await (const row of tripsOf(tx, vehicleId)) {
    if (row.isWithdrawn || row.keyId !== owned.keyId) continue;
    const record = openTrip(context.trust, row);
    if (record !== undefined) await keepTrip(context, tx, withdrawn(record));
  }
  for (const { sourceId } of await tx.tripSources.listOf(vehicleId)) await tx.tripSources.remove(sourceId);
  for (const { tokenHash, revokedAtMs } of await tx.tokens.listOfVehicle(vehicleId))
    if (revokedAtMs === null) await tx.tokens.revoke(tokenHash, atMs);
  await tx.vehicles.update(vehicleId, { vin: null, homeSealed: null, fleet: null });
  const actor = actorOf(principal);
  if (!(await context.trust.endOwnership({ vehicleId, personId, actor, toMs: atMs }))) throw notFound();
}

async function viewVehicle(context: ApiContext, owned: Ownership): Promise<z.infer<typeof vehicleView>> {
  const { state } = context;
  const vehicle = await state.vehicles.find(owned.vehicleId);
  if (vehicle === undefined) throw notFound();
  const consents = (await state.consents.current([owned.vehicleId])).filter(
    ({ personId }) => personId === owned.personId,
  );
  return {
    ...summarise(vehicle),
    vin: vehicle.vin,
    home: openHome(context, owned, vehicle),
    consents: viewConsents(consents),
  };
}

const encoder = new TextEncoder();

function sealHome({ trust, eventClock }: ApiContext, id: string, home: Position | null) {
  if (home === null) return { homeSealed: null };
  const { keyId, box } = trust.seal(id, eventClock.nowMs(), encoder.encode(JSON.stringify(home)));
  return { homeSealed: { keyId, box: Buffer.from(box).toString('base64url') } };
}

/** Null too when the owner has not switched on that it may be shown. */
function openHome({ trust }: ApiContext, owned: Ownership, { homeSealed }: Vehicle): Position | null {
  if (homeSealed === null || homeSealed.keyId !== owned.keyId) return null;
  const box = Buffer.from(homeSealed.box, 'base64url');
  const opened = trust.reader('show_driver').open(owned.vehicleId, homeSealed.keyId, box);
  return (opened.kind === 'opened' ? parseSealed(position, opened.bytes) : undefined) ?? null;
}

function refuseModel({ vehicleModels }: ApiContext, modelId: string): void {
  if (vehicleModels.some((model) => model.modelId === modelId)) return;
  throw new ApiError('invalid', 'The body is not as documented.', [
    { path: 'modelId', message: 'is none of /v1/vehicle-models' },
  ]);
}

/** What is tried on a canary must never be told of a car that somebody drives. */
function refuseRealCanary({ isCanary, isSynthetic }: Registration): void {
  if (isCanary !== true || isSynthetic === true) return;
  throw new ApiError('invalid', 'The body is not as documented.', [
    { path: 'isCanary', message: 'is for synthetic cars' },
  ]);
}
