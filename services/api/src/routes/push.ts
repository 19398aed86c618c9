import { contentId } from '@outrider/runtime';
import type { State } from '@outrider/state';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { ROLES } from '../credentials.ts';
import { ApiError, notFound } from '../errors.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { iso, isoText, noContent } from '../shapes/fields.ts';

const bytes = (count: number) =>
  z
    .base64url()
    .refine((text) => Buffer.from(text, 'base64url').length === count, `${count} bytes in base64url`);

/** What `PushManager.subscribe` gives, as JSON. */
const subscriptionBody = z.object({
  endpoint: z.url({ protocol: /^https?$/ }).max(1_000),
  keys: z.object({ p256dh: bytes(65), auth: bytes(16) }),
});
const subscriptionView = z.strictObject({ subscriptionId: z.string(), service: z.string(), since: isoText });
const keyView = z.strictObject({ publicKey: z.string().describe('`applicationServerKey`, base64url.') });

/** Nobody has more browsers that they look at. */
const SUBSCRIPTIONS_MAX = 10;

/** Browsers that a person wants to be told on. Not there without `PUSH_PUBLIC_KEY`. */
export function pushRoutes(server: ApiServer, context: ApiContext): void {
  const { pushPublicKey: publicKey, allowHttpWebhooks } = context.settings;
  const { state, eventClock } = context;
  server.get(
    '/v1/push-key',
    {
      config: { roles: ROLES },
      schema: {
        tags: ['people'],
        summary: 'The key a browser subscribes to Web Push with',
        response: answers({ 200: keyView }),
      },
    },
    async () => {
      if (publicKey === undefined) throw notFound();
      return { publicKey };
    },
  );

  server.post(
    '/v1/people/me/push-subscriptions',
    {
      config: { roles: ROLES },
      schema: {
        tags: ['people'],
        summary: 'Tell me in this browser',
        body: subscriptionBody,
        response: answers({ 201: subscriptionView }),
      },
    },
    async (request, reply) => {
      if (publicKey === undefined) throw new ApiError('conflict', 'Web Push is not set up here.');
      const { personId } = principalOf(request);
      const { endpoint, keys } = request.body;
      refuseEndpoint(endpoint, allowHttpWebhooks);
      const target = JSON.stringify({ endpoint, p256dh: keys.p256dh, auth: keys.auth });
      const nowMs = eventClock.nowMs();
      const contactId = await state.transaction((tx) => keep(tx, personId, endpoint, target, nowMs));
      return reply.code(201).send(viewOf({ contactId, target, verifiedAtMs: nowMs }));
    },
  );
  ownRoutes(server, context);
}

function ownRoutes(server: ApiServer, { state }: ApiContext): void {
  server.get(
    '/v1/people/me/push-subscriptions',
    {
      config: { roles: ROLES },
      schema: {
        tags: ['people'],
        summary: 'Browsers I am told in',
        response: answers({ 200: z.strictObject({ subscriptions: z.array(subscriptionView) }) }),
      },
    },
    async (request) => {
      const contacts = await state.contacts.listOf(principalOf(request).personId);
      return { subscriptions: contacts.filter(({ channel }) => channel === 'push').map(viewOf) };
    },
  );

  server.delete(
    '/v1/people/me/push-subscriptions/:subscriptionId',
    {
      config: { roles: ROLES },
      schema: {
        tags: ['people'],
        summary: 'Tell me in that browser no more',
        params: z.strictObject({ subscriptionId: z.string().max(100) }),
        response: answers({ 204: noContent }),
      },
    },
    async (request, reply) => {
      const { personId } = principalOf(request);
      const { subscriptionId } = request.params;
      const own = await state.contacts.listOf(personId);
      const isMine = own.some((one) => one.channel === 'push' && one.contactId === subscriptionId);
      if (!isMine || !(await state.contacts.remove(subscriptionId))) throw notFound();
      return reply.code(204).send();
    },
  );
}

/** The same browser again, also with new keys, is the same subscription. Push is switched on: that is what it is for. */
async function keep(
  tx: State,
  personId: string,
  endpoint: string,
  target: string,
  nowMs: number,
): Promise<string> {
  const person = await tx.people.find(personId);
  if (person === undefined) throw notFound();
  const contactId = contentId('contact', personId, 'push', endpoint);
  const others = (person.contacts ?? []).filter(
    (one) => one.channel === 'push' && one.contactId !== contactId,
  );
  if (others.length >= SUBSCRIPTIONS_MAX)
    throw new ApiError('conflict', `There are ${SUBSCRIPTIONS_MAX} browsers already: remove one first.`);
  await tx.contacts.put({
    ...{ contactId, personId, channel: 'push', target, verifiedAtMs: nowMs, stoppedAtMs: null },
  });
  if (!person.channels.includes('push'))
    await tx.people.update(personId, { channels: [...person.channels, 'push'] });
  return contactId;
}

function refuseEndpoint(endpoint: string, allowHttp: boolean): void {
  const { protocol, username, password } = new URL(endpoint);
  const refuse = (message: string): never => {
    throw new ApiError('invalid', 'The body is not as documented.', [{ path: 'endpoint', message }]);
  };
  if (protocol === 'http:' && !allowHttp) refuse('must begin with https:');
  if (username !== '' || password !== '') refuse('must not hold a user name or password');
}

/** The endpoint itself is a secret: whoever knows it can write there. */
const viewOf = (contact: { contactId: string; target: string; verifiedAtMs: number }) => ({
  subscriptionId: contact.contactId,
  service: new URL(JSON.parse(contact.target).endpoint).host,
  since: iso(contact.verifiedAtMs),
});
