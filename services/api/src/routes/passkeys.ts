import type { Passkey } from '@outrider/state';
import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { ROLES } from '../credentials.ts';
import { ApiError, notFound } from '../errors.ts';
import { mayUseCookie } from '../own-origin.ts';
import { addKey, keyOptions, pageOf, signInOptions } from '../passkeys.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { iso, isoOr, noContent } from '../shapes/fields.ts';
import { browserOptions, createdKey, passkeyView } from '../shapes/passkeys.ts';

const viewOf = ({ credentialId, createdAtMs, usedAtMs }: Passkey): z.infer<typeof passkeyView> => ({
  passkeyId: credentialId,
  createdAt: iso(createdAtMs),
  usedAt: isoOr(usedAtMs, null),
});

/** Keys in people's devices, which sign them in without a secret that could be told or stolen. */
export function passkeyRoutes(server: ApiServer, context: ApiContext): void {
  addRoutes(server, context);
  ownRoutes(server, context);
  const { state, realClock, settings } = context;
  server.post(
    '/v1/session/passkey-options',
    {
      config: { roles: 'public' },
      schema: {
        tags: ['sessions'],
        summary: 'What a browser signs with a passkey, for POST /v1/session, within five minutes',
        response: answers({ 201: browserOptions }),
      },
    },
    async (request, reply) => {
      if (!mayUseCookie(request.raw, settings.publicUrl)) throw new ApiError('origin-refused');
      const page = pageOf(request.raw, settings.publicUrl);
      return reply.code(201).send({ ...(await signInOptions(state, page, realClock.nowMs())) });
    },
  );
}

function addRoutes(server: ApiServer, { state, realClock, settings }: ApiContext): void {
  server.post(
    '/v1/people/me/passkeys/options',
    {
      config: { roles: ROLES },
      schema: {
        tags: ['sessions'],
        summary: 'What a browser makes a passkey with, within five minutes',
        response: answers({ 201: browserOptions }),
      },
    },
    async (request, reply) => {
      const { personId } = principalOf(request);
      const page = pageOf(request.raw, settings.publicUrl);
      return reply
        .code(201)
        .send({ ...(await keyOptions(state, { personId, page, nowMs: realClock.nowMs() })) });
    },
  );

  server.post(
    '/v1/people/me/passkeys',
    {
      config: { roles: ROLES },
      schema: {
        tags: ['sessions'],
        summary: 'Sign me in with this passkey from now on, in the role I have now',
        body: createdKey,
        response: answers({ 201: passkeyView }),
      },
    },
    async (request, reply) => {
      const { personId, role } = principalOf(request);
      const about = {
        personId,
        role,
        page: pageOf(request.raw, settings.publicUrl),
        nowMs: realClock.nowMs(),
      };
      return reply
        .code(201)
        .send(viewOf(await addKey(state, request.body as RegistrationResponseJSON, about)));
    },
  );
}

function ownRoutes(server: ApiServer, { state }: ApiContext): void {
  server.get(
    '/v1/people/me/passkeys',
    {
      config: { roles: ROLES },
      schema: {
        tags: ['sessions'],
        summary: 'My passkeys',
        response: answers({ 200: z.strictObject({ passkeys: z.array(passkeyView) }) }),
      },
    },
    async (request) => ({
      passkeys: (await state.passkeys.listOf(principalOf(request).personId)).map(viewOf),
    }),
  );

  server.delete(
    '/v1/people/me/passkeys/:passkeyId',
    {
      config: { roles: ROLES },
      schema: {
        tags: ['sessions'],
        summary: 'That passkey signs me in no more',
        params: z.strictObject({ passkeyId: z.string().min(1).max(1_400) }),
        response: answers({ 204: noContent }),
      },
    },
    async (request, reply) => {
      const { personId } = principalOf(request);
      if (!(await state.passkeys.remove(personId, request.params.passkeyId))) throw notFound();
      return reply.code(204).send();
    },
  );
}
