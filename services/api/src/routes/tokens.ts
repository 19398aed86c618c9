import { vehicleId } from '@outrider/domain';
import { hashSecret } from '@outrider/runtime';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { issueDeviceToken, issuePersonToken, OWNER_ROLES, ROLES, tokenIdOf } from '../credentials.ts';
import { ApiError, notFound } from '../errors.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { iso, isoOr, isoText, noContent, vehicleParams } from '../shapes/fields.ts';

const tokenId = z.string().min(1).max(100);
const newToken = z.strictObject({ tokenId, token: z.string().describe('Shown this once.') });
const tokenList = z.strictObject({
  tokens: z.array(z.strictObject({ tokenId, createdAt: isoText, revokedAt: isoText.nullable() })),
});

/** Tokens of cars and of oneself. Nobody can make a token for somebody else who is already here. */
export function tokenRoutes(server: ApiServer, context: ApiContext): void {
  deviceTokenRoutes(server, context);
  ownTokenRoutes(server, context);
}

function deviceTokenRoutes(server: ApiServer, { access, state, eventClock }: ApiContext): void {
  server.post(
    '/v1/vehicles/:vehicleId/device-tokens',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['tokens'],
        summary: 'Make another token for the car',
        params: vehicleParams,
        response: answers({ 201: newToken }),
      },
    },
    async (request, reply) => {
      const owned = await access.own(principalOf(request), request.params.vehicleId);
      const made = await issueDeviceToken(state, owned.vehicleId, eventClock.nowMs());
      return reply.code(201).send(made);
    },
  );

  server.get(
    '/v1/vehicles/:vehicleId/device-tokens',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['tokens'],
        summary: 'The car’s tokens, without the tokens themselves',
        params: vehicleParams,
        response: answers({ 200: tokenList }),
      },
    },
    async (request) => {
      const owned = await access.own(principalOf(request), request.params.vehicleId);
      const tokens = await state.tokens.listOfVehicle(owned.vehicleId);
      return {
        tokens: tokens
          // What an owner before made is none of this owner's business.
          .filter(({ createdAtMs }) => createdAtMs >= owned.fromMs)
          .map(({ tokenHash, createdAtMs, revokedAtMs }) => ({
            tokenId: tokenIdOf(tokenHash),
            createdAt: iso(createdAtMs),
            revokedAt: isoOr(revokedAtMs, null),
          })),
      };
    },
  );

  server.delete(
    '/v1/vehicles/:vehicleId/device-tokens/:tokenId',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['tokens'],
        summary: 'Revoke a token of the car',
        params: z.strictObject({ vehicleId, tokenId }),
        response: answers({ 204: noContent }),
      },
    },
    async (request, reply) => {
      const owned = await access.own(principalOf(request), request.params.vehicleId);
      const tokens = await state.tokens.listOfVehicle(owned.vehicleId);
      const named = tokens.find(({ tokenHash }) => tokenIdOf(tokenHash) === request.params.tokenId);
      if (named === undefined) throw notFound();
      await state.tokens.revoke(named.tokenHash, eventClock.nowMs());
      return reply.code(204).send();
    },
  );
}

function ownTokenRoutes(server: ApiServer, { state, eventClock, rightsChanged }: ApiContext): void {
  server.post(
    '/v1/people/me/token',
    {
      config: { roles: ROLES },
      schema: {
        tags: ['tokens'],
        summary: 'Exchange my token for a new one; the old one ends',
        response: answers({ 201: newToken }),
      },
    },
    async (request, reply) => {
      const { personId, role, tokenHash } = principalOf(request);
      const atMs = eventClock.nowMs();
      const token = await state.transaction(async (tx) => {
        // One token becomes one: whoever exchanged it at the same moment was first.
        if (!(await tx.tokens.revoke(tokenHash, atMs))) throw new ApiError('not-authenticated');
        return issuePersonToken(tx, personId, role, atMs);
      });
      rightsChanged(personId);
      return reply.code(201).send({ tokenId: tokenIdOf(hashSecret(token)), token });
    },
  );

  server.delete(
    '/v1/people/me/token',
    {
      config: { roles: ROLES },
      schema: {
        tags: ['tokens'],
        summary: 'End the token I am using',
        response: answers({ 204: noContent }),
      },
    },
    async (request, reply) => {
      const { personId, tokenHash } = principalOf(request);
      await state.tokens.revoke(tokenHash, eventClock.nowMs());
      rightsChanged(personId);
      return reply.code(204).send();
    },
  );
}
