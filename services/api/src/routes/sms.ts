import { contentId, randomId } from '@outrider/runtime';
import type { Contact, NotificationRow, State } from '@outrider/state';
import type { FastifyRequest } from 'fastify';
import type { ApiContext } from '../context.ts';
import { ApiError } from '../errors.ts';
import { isSigned } from '../provider-signature.ts';
import type { ApiServer } from '../server.ts';
import { becauseOf, readReply } from '../sms-reply.ts';
import { tellOfMessage } from './feedback.ts';

const FORM = 'application/x-www-form-urlencoded';
const FORM_BYTES_MAX = 64 * 1024;
/** A reply is about the newest text of so long. */
const ABOUT_MS = 24 * 3_600_000;
const ROWS = 100;
/** One last word, if it gets out in this time. */
const LAST_WORD_LIVES_MS = 5 * 60_000;
/** Says nothing back: what is to be said goes through the notifier, which knows who drives. */
const NO_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response/>';

/** What became of our texts and what people answer to them, brought by the provider and signed by it. Not there without `SMS_CALLBACK_URL`. */
export function smsRoutes(server: ApiServer, context: ApiContext): void {
  const { smsCallbackUrl, smsCallbackTokens } = context.settings;
  if (smsCallbackUrl === undefined) return;
  if (smsCallbackTokens.length === 0)
    throw new Error(
      'SMS_CALLBACK_URL is set and SMS_CALLBACK_TOKENS is not: anybody could answer for anybody',
    );
  const base = smsCallbackUrl.replace(/\/+$/, '');
  const checked = (request: FastifyRequest): URLSearchParams => {
    const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '');
    const said = request.headers['x-twilio-signature'];
    const url = `${base}${request.url}`;
    if (!isSigned(typeof said === 'string' ? said : undefined, smsCallbackTokens, url, form))
      throw new ApiError('not-authenticated', 'The form is not signed by the SMS provider.');
    return form;
  };
  server.register(async (provider: ApiServer) => {
    provider.removeAllContentTypeParsers();
    provider.addContentTypeParser(
      FORM,
      { parseAs: 'string', bodyLimit: FORM_BYTES_MAX },
      (_request, body, done) => done(null, body),
    );
    provider.post(
      '/v1/sms/replies',
      { config: { roles: 'public' }, schema: { hide: true } },
      async (request, reply) => {
        await takeReply(context, checked(request));
        return reply.type('text/xml').send(NO_ANSWER);
      },
    );
    provider.post(
      '/v1/sms/receipts/:notificationId',
      { config: { roles: 'public' }, schema: { hide: true } },
      async (request, reply) => {
        const { notificationId } = request.params as { readonly notificationId: string };
        await takeReceipt(context, notificationId, checked(request).get('MessageStatus') ?? '');
        return reply.code(204).send();
      },
    );
  });
}

/** The last word of the provider about a text; what it says on the way there changes nothing. */
const RECEIPTS: Readonly<Record<string, 'delivered' | 'undelivered'>> = {
  delivered: 'delivered',
  read: 'delivered',
  undelivered: 'undelivered',
  failed: 'undelivered',
};

/** Repeats have the same id, and a text that nobody knows of is nobody's. */
async function takeReceipt(context: ApiContext, notificationId: string, status: string): Promise<void> {
  const kind = Object.hasOwn(RECEIPTS, status) ? RECEIPTS[status] : undefined;
  if (kind === undefined) return;
  const row = await context.state.notifications.find(notificationId);
  if (row === undefined || row.channel !== 'sms') return;
  const feedbackId = contentId('sms-receipt', notificationId, kind);
  await tellOfMessage(context, row, { feedbackId, notificationId, kind });
}

async function takeReply(context: ApiContext, form: URLSearchParams): Promise<void> {
  const from = form.get('From') ?? '';
  const contacts = await context.state.contacts.listOfTarget('sms', from);
  if (contacts.length === 0) return;
  const body = form.get('Body') ?? '';
  const said = readReply(body);
  // With the provider's own keyword handling other words, or other languages, may mean the same.
  const optOut = form.get('OptOutType');
  if (said === 'stop' || optOut === 'STOP') return stop(context, contacts, optOut !== null);
  if (said === 'other') return;
  const about = await newestText(context, contacts);
  if (about?.personId == null) return;
  const { alertId, personId } = about;
  const feedbackId = contentId('sms-reply', form.get('MessageSid') ?? '', alertId, said);
  const because = becauseOf(body);
  await tellOfMessage(context, about, { feedbackId, personId, kind: said, ...(because && { because }) });
}

/** Whoever reads texts on that number gets none any more, and one last word unless the provider says it. */
async function stop(context: ApiContext, contacts: readonly Contact[], isConfirmed: boolean): Promise<void> {
  const nowMs = context.eventClock.nowMs();
  await context.state.transaction(async (tx) => {
    for (const { contactId, personId } of contacts) {
      const person = await tx.people.find(personId);
      const contact = person?.contacts?.find((one) => one.contactId === contactId);
      if (person === undefined || contact === undefined || contact.stoppedAtMs !== null) continue;
      await tx.contacts.put({ ...contact, stoppedAtMs: nowMs });
      await tx.people.update(personId, { channels: person.channels.filter((name) => name !== 'sms') });
    }
    const first = contacts.find(({ stoppedAtMs }) => stoppedAtMs === null);
    if (first !== undefined && !isConfirmed) await sayLastWord(tx, first, nowMs);
  });
}

const sayLastWord = (tx: State, { personId, target }: Contact, nowMs: number): Promise<void> =>
  tx.serviceTexts.insert({
    textId: randomId('text'),
    ...{
      personId,
      kind: 'stopped',
      channel: 'sms',
      target,
      state: 'waiting',
      codeHash: null,
      attemptsLeft: 0,
    },
    requestedAtMs: nowMs,
    expiresAtMs: nowMs + LAST_WORD_LIVES_MS,
  });

/** What was sent last to that number, whoever of its people it was for. */
async function newestText(
  { state, eventClock }: ApiContext,
  contacts: readonly Contact[],
): Promise<NotificationRow | undefined> {
  const nowMs = eventClock.nowMs();
  const rows: NotificationRow[] = [];
  for (const { personId } of contacts.filter(({ stoppedAtMs }) => stoppedAtMs === null)) {
    const all = await state.notifications.listOfPerson(personId, nowMs - ABOUT_MS, ROWS);
    rows.push(...all.filter((row) => row.channel === 'sms' && isOut(row)));
  }
  return rows.toSorted((one, other) => other.changedAtMs - one.changedAtMs)[0];
}

const isOut = ({ state }: NotificationRow): boolean =>
  state === 'sent' || state === 'delivered' || state === 'read';
