import { randomBytes } from 'node:crypto';
import { randomId } from '@outrider/runtime';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { issuePersonToken, ROLES } from '../credentials.ts';
import { ApiError, notFound } from '../errors.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import {
  changeOf,
  newPerson,
  type Preferences,
  personView,
  preferences,
  viewPerson,
} from '../shapes/people.ts';

const withToken = z.strictObject({
  person: personView,
  token: z.string().describe('The person’s bearer token. Shown this once.'),
});
const withSecret = personView.extend({
  webhookSecret: z.string().optional().describe('Present when it was just made. Shown this once.'),
});

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/** People and what they want to be told. */
export function peopleRoutes(server: ApiServer, context: ApiContext): void {
  addRoute(server, context);
  ownRoutes(server, context);
}

function addRoute(server: ApiServer, { state, eventClock, settings }: ApiContext): void {
  server.post(
    '/v1/people',
    {
      config: { roles: ['admin'] },
      schema: {
        tags: ['people'],
        summary: 'Add a person and make their token',
        body: newPerson,
        response: answers({ 201: withToken }),
      },
    },
    async (request, reply) => {
      const { role, ...said } = request.body;
      refuseWebhook(said, settings.allowHttpWebhooks);
      const personId = randomId('per');
      const atMs = eventClock.nowMs();
      const person = {
        personId,
        email: null,
        phone: null,
        webhookUrl: null,
        webhookSecret: null,
        language: 'en',
        units: 'metric' as const,
        timeZone: 'UTC',
        quietFromMinute: null,
        quietToMinute: null,
        // Whoever gives an address wants to be reached there, unless they say otherwise.
        channels: [
          'feed' as const,
          ...(said.email ? ['email' as const] : []),
          ...(said.webhookUrl ? ['webhook' as const] : []),
        ],
        ...changeOf(withWebhookSecret(said)),
        name: said.name,
        createdAtMs: atMs,
      };
      const token = await state.transaction(async (tx) => {
        await tx.people.insert(person);
        return issuePersonToken(tx, personId, role, atMs);
      });
      return reply.code(201).send({ person: viewPerson(person), token });
    },
  );
}

function ownRoutes(server: ApiServer, { state, settings }: ApiContext): void {
  server.get(
    '/v1/people/me',
    {
      config: { roles: ROLES },
      schema: { tags: ['people'], summary: 'Who I am here', response: answers({ 200: personView }) },
    },
    async (request) => {
      const person = await state.people.find(principalOf(request).personId);
      if (person === undefined) throw notFound();
      return viewPerson(person);
    },
  );

  server.patch(
    '/v1/people/me',
    {
      config: { roles: ROLES },
      schema: {
        tags: ['people'],
        summary: 'Change how and when I am told',
        body: preferences,
        response: answers({ 200: withSecret }),
      },
    },
    async (request) => {
      const { personId } = principalOf(request);
      refuseWebhook(request.body, settings.allowHttpWebhooks);
      const { person, made } = await state.transaction(async (tx) => {
        const before = await tx.people.find(personId);
        if (before === undefined) throw notFound();
        const said = before.webhookSecret === null ? withWebhookSecret(request.body) : request.body;
        const change = changeOf(said);
        if (Object.keys(change).length > 0) await tx.people.update(personId, change);
        const isMade = said.webhookSecret !== undefined && request.body.webhookSecret === undefined;
        return { person: { ...before, ...change }, made: isMade ? said.webhookSecret : undefined };
      });
      return { ...viewPerson(person), ...(made !== undefined && { webhookSecret: made }) };
    },
  );
}

/** An address without a secret gets one: nothing leaves unsigned. */
function withWebhookSecret<P extends Preferences>(said: P): P {
  if (!said.webhookUrl || said.webhookSecret !== undefined) return said;
  return { ...said, webhookSecret: `whsec_${randomBytes(32).toString('base64')}` };
}

function refuseWebhook({ webhookUrl }: Preferences, allowHttp: boolean): void {
  if (!webhookUrl) return;
  const { protocol, username, password, hostname } = new URL(webhookUrl);
  const refuse = (message: string): never => {
    throw new ApiError('invalid', 'The body is not as documented.', [{ path: 'webhookUrl', message }]);
  };
  if (protocol === 'http:' && !allowHttp) refuse('must begin with https:');
  if (protocol === 'http:' && !LOOPBACK_HOSTS.has(hostname)) refuse('http: is for this machine only');
  if (username !== '' || password !== '') refuse('must not hold a user name or password');
}
