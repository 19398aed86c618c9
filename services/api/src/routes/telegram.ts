import { timingSafeEqual } from 'node:crypto';
import { hashSecret, randomId, randomSecret } from '@outrider/runtime';
import type { ServiceText, State } from '@outrider/state';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { ROLES } from '../credentials.ts';
import { ApiError } from '../errors.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { iso, isoText } from '../shapes/fields.ts';
import { keepOnly } from './addresses.ts';

const LINK_LIVES_MS = 15 * 60_000;
const DAY_MS = 24 * 3_600_000;
/** Of one person a day. */
const LINKS_MAX = 20;
const LAST_LINE = 'Outrider: no more warnings come here. You can link this chat again where you did.';

const linkView = z.strictObject({
  url: z.string().describe('Open it where your Telegram is, and press Start.'),
  expiresAt: isoText,
});
/** The part of an update that is heeded; Telegram may say more at any time. */
const update = z.object({
  message: z
    .object({
      text: z.string().optional(),
      chat: z.object({ id: z.int(), type: z.string() }),
    })
    .optional(),
});

/** Chats with our bot: a person opens a link and presses Start there. Not there without `TELEGRAM_BOT_NAME`. */
export function telegramRoutes(server: ApiServer, context: ApiContext): void {
  const { telegramBotName: botName, telegramWebhookSecret: secret } = context.settings;
  if (botName !== undefined && secret === undefined)
    throw new Error(
      'TELEGRAM_BOT_NAME is set and TELEGRAM_WEBHOOK_SECRET is not: anybody could link any chat',
    );
  linkRoute(server, context, botName);
  if (botName !== undefined && secret !== undefined) updateRoute(server, context, secret);
}

function linkRoute(server: ApiServer, { state, eventClock }: ApiContext, botName: string | undefined): void {
  server.post(
    '/v1/people/me/telegram/link',
    {
      config: { roles: ROLES },
      schema: {
        tags: ['people'],
        summary: 'A link that makes a Telegram chat mine',
        response: answers({ 201: linkView }),
      },
    },
    async (request, reply) => {
      if (botName === undefined) throw new ApiError('conflict', 'Telegram is not set up here.');
      const { personId } = principalOf(request);
      const nowMs = eventClock.nowMs();
      const token = randomSecret('link');
      await state.transaction((tx) => keepLink(tx, personId, token, nowMs));
      const url = `https://t.me/${botName}?start=${token}`;
      return reply.code(201).send({ url, expiresAt: iso(nowMs + LINK_LIVES_MS) });
    },
  );
}

/** A newer link ends the ones before. The token itself is stored nowhere. */
async function keepLink(tx: State, personId: string, token: string, nowMs: number): Promise<void> {
  await tx.serviceTexts.removeBefore(nowMs - 2 * DAY_MS);
  const target = hashSecret(token);
  const since = await tx.serviceTexts.listSince(personId, target, nowMs - DAY_MS);
  const links = since.filter(({ channel }) => channel === 'telegram');
  if (links.length >= LINKS_MAX) throw new ApiError('too-many-requests');
  for (const { textId } of links) await tx.serviceTexts.change(textId, 'sent', { state: 'used' });
  await tx.serviceTexts.insert({
    ...{ textId: randomId('link'), personId, kind: 'code', channel: 'telegram', target },
    ...{ requestedAtMs: nowMs, expiresAtMs: nowMs + LINK_LIVES_MS },
    // Nobody has to send it: the person has it in hand.
    ...{ state: 'sent', codeHash: null, attemptsLeft: 1 },
  });
}

/** What people say to the bot, brought by Telegram with the secret its webhook was set with. */
function updateRoute(server: ApiServer, context: ApiContext, secret: string): void {
  const own = Buffer.from(hashSecret(secret));
  server.post(
    '/v1/telegram/updates',
    { config: { roles: 'public' }, schema: { hide: true } },
    async (request) => {
      const said = request.headers['x-telegram-bot-api-secret-token'];
      const given = Buffer.from(hashSecret(typeof said === 'string' ? said : ''));
      if (!timingSafeEqual(own, given))
        throw new ApiError('not-authenticated', 'The update does not come from Telegram.');
      // What cannot be understood would only come again.
      const { message } = update.safeParse(request.body).data ?? {};
      if (message?.text === undefined || message.chat.type !== 'private') return {};
      const chatId = String(message.chat.id);
      const answer = await takeWord(context, chatId, message.text.trim());
      // An answer to somebody who has just written here, by hand.
      return answer === undefined ? {} : { method: 'sendMessage', chat_id: chatId, text: answer };
    },
  );
}

/** What is said back; undefined: nothing. */
async function takeWord({ state, eventClock }: ApiContext, chatId: string, text: string) {
  const nowMs = eventClock.nowMs();
  if (/^\/?stop$/i.test(text))
    return (await state.transaction((tx) => unlink(tx, chatId))) ? LAST_LINE : undefined;
  const token = /^\/start ([\w-]{1,64})$/.exec(text)?.[1];
  if (token === undefined) return undefined;
  const isLinked = await state.transaction((tx) => link(tx, chatId, token, nowMs));
  return isLinked
    ? 'Outrider: your warnings come here from now on. Say /stop to end that.'
    : 'Outrider: this link is over. Make a new one where you got it.';
}

/** A link works once. */
async function link(tx: State, chatId: string, token: string, nowMs: number): Promise<boolean> {
  const target = hashSecret(token);
  const found = await tx.serviceTexts.listSince('telegram', target, nowMs - DAY_MS);
  const one = found.find((text) => text.channel === 'telegram' && text.target === target);
  if (one === undefined || !isOpen(one, nowMs)) return false;
  if (!(await tx.serviceTexts.change(one.textId, 'sent', { state: 'used' }))) return false;
  await keepOnly(tx, { personId: one.personId, channel: 'telegram', target: chatId, nowMs });
  return true;
}

const isOpen = ({ state, expiresAtMs }: ServiceText, nowMs: number): boolean =>
  state === 'sent' && nowMs < expiresAtMs;

/** Whoever is told in that chat is told there no more. False when nobody was. */
async function unlink(tx: State, chatId: string): Promise<boolean> {
  const contacts = await tx.contacts.listOfTarget('telegram', chatId);
  for (const { contactId, personId } of contacts) {
    await tx.contacts.remove(contactId);
    const person = await tx.people.find(personId);
    const channels = person?.channels.filter((name) => name !== 'telegram');
    if (channels !== undefined) await tx.people.update(personId, { channels });
  }
  return contacts.length > 0;
}
