import { type ChannelName, channelName } from '@outrider/domain';
import { contentId } from '@outrider/runtime';
import type { Contact, State } from '@outrider/state';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { ROLES } from '../credentials.ts';
import { ApiError, notFound } from '../errors.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { iso, isoText, noContent } from '../shapes/fields.ts';

/** Channels whose addresses are named here; phone, mail, webhook and browsers have places of their own. */
const LISTED: readonly ChannelName[] = ['pagerduty', 'ntfy', 'telegram', 'slack'];

const addressView = z.strictObject({
  addressId: z.string(),
  channel: channelName,
  endsWith: z.string().describe('The last four characters: the whole address may be a secret.'),
  since: isoText,
});
const pagerDutyBody = z.strictObject({
  routingKey: z
    .string()
    .regex(/^[A-Za-z0-9]{32}$/, '32 letters and digits: the integration key of a service’s Events API v2')
    .describe('Whoever knows it can raise incidents there, so it is never shown.'),
});

/** Where a person is told besides the addresses they have as a person. */
export function addressRoutes(server: ApiServer, context: ApiContext): void {
  ownRoutes(server, context);
  pagerDutyRoute(server, context);
}

function ownRoutes(server: ApiServer, { state }: ApiContext): void {
  server.get(
    '/v1/people/me/addresses',
    {
      config: { roles: ROLES },
      schema: {
        tags: ['people'],
        summary: 'Where else I am told',
        response: answers({ 200: z.strictObject({ addresses: z.array(addressView) }) }),
      },
    },
    async (request) => ({ addresses: (await listedOf(state, principalOf(request).personId)).map(viewOf) }),
  );

  server.delete(
    '/v1/people/me/addresses/:addressId',
    {
      config: { roles: ROLES },
      schema: {
        tags: ['people'],
        summary: 'Tell me there no more',
        params: z.strictObject({ addressId: z.string().max(100) }),
        response: answers({ 204: noContent }),
      },
    },
    async (request, reply) => {
      const { addressId } = request.params;
      const own = await listedOf(state, principalOf(request).personId);
      const isMine = own.some(({ contactId }) => contactId === addressId);
      if (!isMine || !(await state.contacts.remove(addressId))) throw notFound();
      return reply.code(204).send();
    },
  );
}

/** Knowing a service's key is the proof: who has it can write there anyway. */
function pagerDutyRoute(server: ApiServer, { state, settings, eventClock }: ApiContext): void {
  server.put(
    '/v1/people/me/pagerduty',
    {
      config: { roles: ROLES },
      schema: {
        tags: ['people'],
        summary: 'Raise my warnings as incidents of this PagerDuty service, instead of another',
        body: pagerDutyBody,
        response: answers({ 200: addressView }),
      },
    },
    async (request) => {
      if (settings.pagerDutyUrl === undefined)
        throw new ApiError('conflict', 'PagerDuty is not set up here.');
      const { personId } = principalOf(request);
      const nowMs = eventClock.nowMs();
      const { routingKey: target } = request.body;
      return viewOf(
        await state.transaction((tx) => keepOnly(tx, { personId, channel: 'pagerduty', target, nowMs })),
      );
    },
  );
}

/** Within a transaction. The address takes the place of others of its channel, which is switched on: that is what it is given for. */
export async function keepOnly(
  tx: State,
  {
    personId,
    channel,
    target,
    nowMs,
  }: {
    readonly personId: string;
    readonly channel: ChannelName;
    readonly target: string;
    readonly nowMs: number;
  },
): Promise<Contact> {
  const person = await tx.people.find(personId);
  if (person === undefined) throw notFound();
  for (const other of person.contacts ?? [])
    if (other.channel === channel && other.target !== target) await tx.contacts.remove(other.contactId);
  const contactId = contentId('contact', personId, channel, target);
  const contact = { contactId, personId, channel, target, verifiedAtMs: nowMs, stoppedAtMs: null };
  await tx.contacts.put(contact);
  if (!person.channels.includes(channel))
    await tx.people.update(personId, { channels: [...person.channels, channel] });
  return contact;
}

const listedOf = async (state: State, personId: string): Promise<readonly Contact[]> =>
  (await state.contacts.listOf(personId)).filter(({ channel }) => LISTED.includes(channel));

const viewOf = ({ contactId, channel, target, verifiedAtMs }: Contact): z.infer<typeof addressView> => ({
  addressId: contactId,
  channel,
  endsWith: target.slice(-4),
  since: iso(verifiedAtMs),
});
