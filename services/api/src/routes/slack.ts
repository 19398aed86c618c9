import { contentId } from '@outrider/runtime';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { ApiError } from '../errors.ts';
import { isSignedBySlack } from '../provider-signature.ts';
import type { ApiServer } from '../server.ts';
import { tellOfMessage } from './feedback.ts';

const FORM = 'application/x-www-form-urlencoded';
const FORM_BYTES_MAX = 256 * 1024;

/** The part of a press that is heeded; Slack says much more. */
const press = z.object({
  type: z.literal('block_actions'),
  channel: z.object({ id: z.string() }),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().optional() })),
});

/**
 * Buttons that were pressed under our messages in Slack, signed by it. Heard again, a press changes nothing, so how
 * old it is does not matter. Not there without `SLACK_SIGNING_SECRET`.
 */
export function slackRoutes(server: ApiServer, context: ApiContext): void {
  const { slackSigningSecret: secret } = context.settings;
  if (secret === undefined) return;
  server.register(async (provider: ApiServer) => {
    provider.removeAllContentTypeParsers();
    provider.addContentTypeParser(
      FORM,
      { parseAs: 'string', bodyLimit: FORM_BYTES_MAX },
      (_request, body, done) => done(null, body),
    );
    provider.post(
      '/v1/slack/actions',
      { config: { roles: 'public' }, schema: { hide: true } },
      async (request, reply) => {
        await takePress(context, checkedBody(request, secret));
        return reply.code(200).send();
      },
    );
  });
}

function checkedBody({ body, headers }: FastifyRequest, secret: string): string {
  const raw = typeof body === 'string' ? body : '';
  const signature = headers['x-slack-signature']?.toString();
  const timestamp = headers['x-slack-request-timestamp']?.toString();
  if (!isSignedBySlack(signature, secret, timestamp, raw))
    throw new ApiError('not-authenticated', 'The form is not signed by Slack.');
  return raw;
}

/** What cannot be understood, or is about a message that is not in that channel, changes nothing. */
async function takePress(context: ApiContext, body: string): Promise<void> {
  const said = press.safeParse(jsonOf(new URLSearchParams(body).get('payload') ?? '')).data;
  const notificationId = said?.actions.find(({ action_id: id }) => id === 'on-it')?.value;
  if (said === undefined || notificationId === undefined) return;
  const row = await context.state.notifications.find(notificationId);
  if (row?.channel !== 'slack' || row.personId === null) return;
  const { personId } = row;
  const contacts = await context.state.contacts.listOfTarget('slack', said.channel.id);
  if (!contacts.some((contact) => contact.personId === personId)) return;
  const feedbackId = contentId('slack-press', notificationId);
  await tellOfMessage(context, row, { feedbackId, personId, kind: 'on-it' });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
