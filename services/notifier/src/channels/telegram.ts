import type { Clock } from '@outrider/runtime';
import type { Contact } from '@outrider/state';
import { z } from 'zod';
import type { Channel, Message } from '../channel.ts';
import { type Board, type Came, sayOnBoard } from '../one-message.ts';
import { callProvider, jsonOf } from '../provider-call.ts';
import { classOfTelegramAnswer, deliveryOf, isTargetGone } from '../retry-class.ts';

export interface TelegramOptions {
  /** `https://api.telegram.org`, or a Bot API server of one's own. */
  readonly url: string;
  readonly botToken: string;
  /** Nobody is in that chat any more, or the bot was blocked there. */
  readonly forget: (contactId: string) => Promise<unknown>;
  readonly realClock: Clock;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 8_000;
/** Telegram's bound of a message, UTF-16 units. */
const TEXT_MAX = 4_096;

const answered = z.object({
  result: z.object({ message_id: z.number() }).optional().catch(undefined),
  description: z.string().optional(),
  parameters: z.object({ retry_after: z.number().nonnegative().optional() }).optional(),
});

type Call = (method: string, fields: object, signal: AbortSignal) => Promise<Came & { readonly why: string }>;

/**
 * A chat with our bot, where an alert is one message. Telegram has no key against repeats: a message whose answer was lost is sent
 * again, because seen twice is better than not at all.
 */
export function createTelegram(options: TelegramOptions): Channel {
  const call = callerOf(options);
  return {
    name: 'telegram',
    replaces: true,
    reaches: (person) => contactOf(person) !== undefined,
    async deliver(message, signal) {
      const contact = contactOf(message.recipient);
      if (contact === undefined) return deliveryOf('permanent-target');
      const delivery = await sayOnBoard(boardOf(call, contact.target, signal), message);
      if (isTargetGone(delivery)) await options.forget(contact.contactId);
      return delivery;
    },
    close: async () => {},
  };
}

const contactOf = ({ contacts = [] }: Message['recipient']): Contact | undefined =>
  contacts.findLast(({ channel, stoppedAtMs }) => channel === 'telegram' && stoppedAtMs === null);

function boardOf(call: Call, chatId: string, signal: AbortSignal): Board {
  const about = (messageId: string) => ({ chat_id: chatId, message_id: Number(messageId) });
  return {
    write: (message) =>
      call(
        'sendMessage',
        { chat_id: chatId, ...textOf(message), disable_notification: !message.interrupts },
        signal,
      ),
    async writeOver(messageId, message) {
      const came = await call('editMessageText', { ...about(messageId), ...textOf(message) }, signal);
      return isUnchanged(came.why) ? { kind: 'done' } : came;
    },
    erase: (messageId) => call('deleteMessage', about(messageId), signal),
  };
}

const isUnchanged = (why: string): boolean => why.includes('message is not modified');

/** The title is bold by its place in the text: nothing in it can be taken for markup. */
function textOf({ title, body }: Message): object {
  const text = `${title}\n${body}`.trim().slice(0, TEXT_MAX);
  return {
    text,
    entities: [{ type: 'bold', offset: 0, length: Math.min(title.length, text.length) }],
    link_preview_options: { is_disabled: true },
  };
}

function callerOf({ url, botToken, realClock, timeoutMs = TIMEOUT_MS }: TelegramOptions): Call {
  const base = `${url.replace(/\/+$/, '')}/bot${botToken}`;
  return async (method, fields, signal) => {
    const answer = await callProvider({
      ...{ url: new URL(`${base}/${method}`), method: 'POST', timeoutMs, signal, nowMs: realClock.nowMs() },
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(fields),
    });
    if (answer.kind === 'failed') return { kind: 'refused', retryClass: answer.retryClass, why: '' };
    const said = answered.safeParse(jsonOf(answer.text)).data;
    const why = said?.description ?? '';
    const retryClass = classOfTelegramAnswer(answer.status, why);
    if (retryClass === undefined)
      return { kind: 'done', messageId: said?.result?.message_id?.toString(), why };
    const retryAfterS = said?.parameters?.retry_after;
    const retryAfterMs = retryAfterS === undefined ? answer.retryAfterMs : retryAfterS * 1_000;
    return { kind: 'refused', retryClass, retryAfterMs, why };
  };
}
