import type { Clock } from '@outrider/runtime';
import type { Contact } from '@outrider/state';
import { z } from 'zod';
import type { Channel, Delivery, Message } from '../channel.ts';
import { callProvider, jsonOf } from '../provider-call.ts';
import { classOfTelegramAnswer, deliveryOf, isTargetGone, type RetryClass } from '../retry-class.ts';

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

/** What came of one call of the Bot API. */
type Came =
  | { readonly kind: 'done'; readonly messageId: number | undefined }
  | {
      readonly kind: 'refused';
      readonly retryClass: RetryClass;
      readonly retryAfterMs: number | undefined;
      readonly why: string;
    };

type Call = (method: string, fields: object, signal: AbortSignal) => Promise<Came>;

/**
 * A chat with our bot. What changes silently is written over the message that is shown; what interrupts again is a
 * new one, and the one before goes. Telegram has no key against repeats: a message whose answer was lost is sent
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
      const delivery = await say(call, contact.target, message, signal);
      if (isTargetGone(delivery)) await options.forget(contact.contactId);
      return delivery;
    },
    close: async () => {},
  };
}

const contactOf = ({ contacts = [] }: Message['recipient']): Contact | undefined =>
  contacts.findLast(({ channel, stoppedAtMs }) => channel === 'telegram' && stoppedAtMs === null);

async function say(call: Call, chatId: string, message: Message, signal: AbortSignal): Promise<Delivery> {
  const { shownAs, interrupts } = message;
  const shown = shownAs === undefined ? undefined : Number(shownAs);
  const text = textOf(message);
  if (shown !== undefined && !interrupts) {
    const came = await call('editMessageText', { chat_id: chatId, message_id: shown, ...text }, signal);
    if (came.kind === 'done' || isUnchanged(came.why)) return { kind: 'delivered' };
    // Deleted by its reader, or too old to be changed: it is said anew.
    if (came.retryClass !== 'permanent-request') return deliveryOf(came.retryClass, came.retryAfterMs);
  }
  const said = { chat_id: chatId, ...text, disable_notification: !interrupts };
  const came = await call('sendMessage', said, signal);
  if (came.kind === 'refused') return deliveryOf(came.retryClass, came.retryAfterMs);
  // Whatever comes of it: the new one is there.
  if (shown !== undefined) await call('deleteMessage', { chat_id: chatId, message_id: shown }, signal);
  const { messageId } = came;
  return { kind: 'delivered', ...(messageId !== undefined && { providerId: String(messageId) }) };
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
    if (answer.kind === 'failed')
      return { kind: 'refused', retryClass: answer.retryClass, retryAfterMs: undefined, why: '' };
    const said = answered.safeParse(jsonOf(answer.text)).data;
    const why = said?.description ?? '';
    const retryClass = classOfTelegramAnswer(answer.status, why);
    if (retryClass === undefined) return { kind: 'done', messageId: said?.result?.message_id };
    const retryAfterS = said?.parameters?.retry_after;
    const retryAfterMs = retryAfterS === undefined ? answer.retryAfterMs : retryAfterS * 1_000;
    return { kind: 'refused', retryClass, retryAfterMs, why };
  };
}
