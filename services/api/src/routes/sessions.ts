import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { personId } from '@outrider/domain';
import { hashCode, hashSecret } from '@outrider/runtime';
import type { State } from '@outrider/state';
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import {
  authenticate,
  issuePersonToken,
  type Principal,
  ROLES,
  SESSION_LIVES_MS,
  SIGN_IN_LIVES_MS,
  sessionCookie,
} from '../credentials.ts';
import { ApiError } from '../errors.ts';
import { mayUseCookie } from '../own-origin.ts';
import { keyThatSigned, pageOf } from '../passkeys.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { iso, isoText, noContent } from '../shapes/fields.ts';
import { usedKey } from '../shapes/passkeys.ts';

const secret = z.string().min(1).max(200);
const signInLink = z.strictObject({
  path: z.string().describe('Open it in a browser: the part after # never leaves it.'),
  expiresAt: isoText,
});
const shownSecret = z.union([
  z.strictObject({ code: secret.describe('Of a link that signs in; it works once.') }),
  z.strictObject({ token: secret.describe('A person’s own bearer token; it goes on working.') }),
  z.strictObject({ passkey: usedKey.describe('What the browser signed, see /v1/session/passkey-options.') }),
]);
const sessionView = z.strictObject({
  personId,
  role: z.enum(ROLES),
  at: isoText.describe('The time here.'),
});

/** A page is signed in by a cookie that no script can read; programs have tokens. Its life is counted in real time. */
export function sessionRoutes(server: ApiServer, context: ApiContext): void {
  linkRoute(server, context);
  beginRoute(server, context);
  const { state, eventClock, realClock, settings, rightsChanged } = context;
  server.get(
    '/v1/session',
    {
      config: { roles: ROLES },
      schema: { tags: ['sessions'], summary: 'Who is signed in', response: answers({ 200: sessionView }) },
    },
    async (request) => viewSession(principalOf(request), eventClock.nowMs()),
  );
  server.delete(
    '/v1/session',
    {
      config: { roles: ROLES },
      schema: { tags: ['sessions'], summary: 'Sign this page out', response: answers({ 204: noContent }) },
    },
    async (request, reply) => {
      const { personId, tokenHash } = principalOf(request);
      const token = await state.tokens.findByHash(tokenHash);
      // A program has its own way to end its token.
      if (token?.kind === 'session') await state.tokens.revoke(tokenHash, realClock.nowMs());
      rightsChanged(personId);
      return reply.header('set-cookie', sessionCookie(undefined, settings.publicUrl)).code(204).send();
    },
  );
}

function linkRoute(server: ApiServer, { state, realClock }: ApiContext): void {
  server.post(
    '/v1/sign-in-links',
    {
      config: { roles: ROLES },
      schema: {
        tags: ['sessions'],
        summary: 'A link that signs me in on another page, once, within 15 minutes',
        response: answers({ 201: signInLink }),
      },
    },
    async (request, reply) => {
      const { personId, role } = principalOf(request);
      const atMs = realClock.nowMs();
      const code = await state.transaction(async (tx) => {
        await tx.tokens.prune(personId, 'sign-in', atMs - SIGN_IN_LIVES_MS);
        return issuePersonToken(tx, personId, role, atMs, 'sign-in');
      });
      const path = `/#sign-in=${code}`;
      return reply.code(201).send({ path, expiresAt: iso(atMs + SIGN_IN_LIVES_MS) });
    },
  );
}

function beginRoute(server: ApiServer, context: ApiContext): void {
  const { state, eventClock, realClock, settings } = context;
  server.post(
    '/v1/session',
    {
      config: { roles: 'public' },
      schema: {
        tags: ['sessions'],
        summary: 'Sign a page in',
        description: 'Answers with a cookie for pages of this address. Programs show their token instead.',
        body: shownSecret,
        response: answers({ 201: sessionView }),
      },
    },
    async (request, reply) => {
      // Somebody else's page must not sign a person in as whoever it likes.
      if (!mayUseCookie(request.raw, settings.publicUrl)) throw new ApiError('origin-refused');
      const atMs = realClock.nowMs();
      const shown = request.body;
      const signed = 'passkey' in shown ? await signerOf(context, request.raw, shown.passkey) : undefined;
      const { principal, session } = await state.transaction(async (tx) => {
        const principal =
          'passkey' in shown ? signed : await principalBehind(tx, shown, atMs, eventClock.nowMs());
        if (principal === undefined) throw new ApiError('not-authenticated');
        const { personId, role } = principal;
        await tx.tokens.prune(personId, 'session', atMs - SESSION_LIVES_MS);
        return { principal, session: await issuePersonToken(tx, personId, role, atMs, 'session') };
      });
      return reply
        .header('set-cookie', sessionCookie(session, settings.publicUrl))
        .code(201)
        .send(viewSession(principal, eventClock.nowMs()));
    },
  );
}

/** It is checked outside of the transaction: what was signed is taken at once, whatever comes of it. */
async function signerOf(
  { state, settings, realClock }: ApiContext,
  request: IncomingMessage,
  response: z.infer<typeof usedKey>,
) {
  const about = { page: pageOf(request, settings.publicUrl), nowMs: realClock.nowMs() };
  return keyThatSigned(state, response as AuthenticationResponseJSON, about);
}

async function principalBehind(
  tx: State,
  shown: Exclude<z.infer<typeof shownSecret>, { passkey: unknown }>,
  atMs: number,
  eventMs: number,
): Promise<Pick<Principal, 'personId' | 'role'> | undefined> {
  if ('token' in shown) return authenticate(tx, { kind: 'person', secret: shown.token }, atMs);
  const [textId, mailed] = shown.code.split('.');
  if (mailed !== undefined) return principalMailed(tx, textId ?? '', mailed, eventMs);
  const tokenHash = hashSecret(shown.code);
  const link = await tx.tokens.findByHash(tokenHash);
  if (link?.kind !== 'sign-in' || atMs >= link.createdAtMs + SIGN_IN_LIVES_MS) return undefined;
  // Of two who follow it at one moment one is first.
  return (await tx.tokens.revoke(tokenHash, atMs)) ? link : undefined;
}

/** Who got this link by mail: as a driver if they are one, else in the role they have. */
async function principalMailed(
  tx: State,
  textId: string,
  secret: string,
  nowMs: number,
): Promise<Pick<Principal, 'personId' | 'role'> | undefined> {
  const text = await tx.serviceTexts.find(textId);
  if (text?.kind !== 'sign-in' || text.codeHash === null || nowMs >= text.expiresAtMs) return undefined;
  const isRight = timingSafeEqual(Buffer.from(hashCode(secret, textId)), Buffer.from(text.codeHash));
  const person = await tx.people.find(text.personId);
  // Meanwhile the person may have given another address: the link went to somebody else's then.
  if (!isRight || person?.email !== text.target) return undefined;
  if (text.state === 'used' || !(await tx.serviceTexts.change(textId, text.state, { state: 'used' })))
    return undefined;
  const roles = await tx.tokens.rolesOf(text.personId);
  const role = roles.find((one) => one === 'driver') ?? roles[0];
  return role === undefined ? undefined : { personId: text.personId, role };
}

const viewSession = ({ personId, role }: Pick<Principal, 'personId' | 'role'>, atMs: number) => ({
  personId,
  role,
  at: iso(atMs),
});
