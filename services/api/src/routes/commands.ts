import { recordKey, vehicleId } from '@outrider/domain';
import { z } from 'zod';
import { actorOf } from '../access.ts';
import { ask, cancel } from '../commands.ts';
import { type ApiContext, askedBy } from '../context.ts';
import { OWNER_ROLES, type Principal } from '../credentials.ts';
import { ApiError, notFound } from '../errors.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { commandBody, commandView, viewCommand } from '../shapes/commands.ts';
import { noContent, vehicleParams } from '../shapes/fields.ts';

const MINUTE_MS = 60_000;
const EXPIRES_AFTER_MS = 30 * MINUTE_MS;
const EXPIRES_AFTER_MAX_MS = 120 * MINUTE_MS;

const list = z.strictObject({ commands: z.array(commandView) });
const oneOfVehicle = z.strictObject({ vehicleId, commandId: recordKey });

/** What a car is asked to do, and what came of it. */
export function commandRoutes(server: ApiServer, context: ApiContext): void {
  askRoute(server, context);
  readRoute(server, context);
  cancelRoute(server, context);
}

function askRoute(server: ApiServer, context: ApiContext): void {
  server.post(
    '/v1/vehicles/:vehicleId/commands',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['commands'],
        summary: 'Ask the car to warm its battery',
        description:
          'Needs the purpose `warm_battery`. 200 with the open command when the same was asked already; the car answers in `state`.',
        params: vehicleParams,
        body: commandBody,
        response: answers({ 200: commandView, 201: commandView }),
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const owned = await context.access.own(principal, request.params.vehicleId);
      const nowMs = context.eventClock.nowMs();
      const { kind, minutes, expiresAt = nowMs + EXPIRES_AFTER_MS } = request.body;
      if (expiresAt <= nowMs || expiresAt > nowMs + EXPIRES_AFTER_MAX_MS)
        throw new ApiError('invalid', 'The body is not as documented.', [
          { path: 'expiresAt', message: 'is not within the next two hours' },
        ]);
      const wanted = { kind, minutes, expiresAtMs: expiresAt };
      const { command, isNew } = await ask(askedBy(context, request), principal, owned.vehicleId, wanted);
      return reply.code(isNew ? 201 : 200).send(viewCommand(command, nowMs));
    },
  );
}

function readRoute(server: ApiServer, context: ApiContext): void {
  server.get(
    '/v1/vehicles/:vehicleId/commands',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['commands'],
        summary: 'What the car was asked of late, newest first, and what it answered',
        params: vehicleParams,
        response: answers({ 200: list }),
      },
    },
    async (request) => {
      const owned = await context.access.own(principalOf(request), request.params.vehicleId);
      const nowMs = context.eventClock.nowMs();
      // What the car was asked before is its former owner's.
      const mine = context.commands.of(owned.vehicleId).filter(({ askedAtMs }) => askedAtMs >= owned.fromMs);
      return { commands: mine.map((one) => viewCommand(one, nowMs)) };
    },
  );
}

/**
 * Its owner no longer wants it.
 * @throws ApiError not-found unless the car was asked it since it is theirs
 */
export async function cancelOwn(
  context: ApiContext,
  principal: Principal,
  wanted: { readonly vehicleId: string; readonly commandId: string },
): Promise<void> {
  const owned = await context.access.own(principal, wanted.vehicleId);
  const found = context.commands.find(owned.vehicleId, wanted.commandId);
  if (found === undefined || found.askedAtMs < owned.fromMs) throw notFound();
  await cancel(context, actorOf(principal), found, 'driver');
}

function cancelRoute(server: ApiServer, context: ApiContext): void {
  server.delete(
    '/v1/vehicles/:vehicleId/commands/:commandId',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['commands'],
        summary: 'Cancel it: the car is not to begin, or to stop',
        description: 'What is over already stays as it is.',
        params: oneOfVehicle,
        response: answers({ 204: noContent }),
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      await cancelOwn(askedBy(context, request), principal, request.params);
      return reply.code(204).send();
    },
  );
}
