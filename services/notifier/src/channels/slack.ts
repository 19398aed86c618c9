import type { Clock } from '@outrider/runtime';
import type { Contact } from '@outrider/state';
import { z } from 'zod';
import type { Channel, Message } from '../channel.ts';
import { type Board, type Came, sayOnBoard } from '../one-message.ts';
import { callProvider, jsonOf } from '../provider-call.ts';
import { classOfSlackAnswer, deliveryOf, isTargetGone } from '../retry-class.ts';

export interface SlackOptions {
  /** `https://slack.com`, or who speaks the same. */
  readonly url: string;
  /** Of an app that may `chat:write`. */
  readonly botToken: string;
  /** The channel is no more, or the app left it. */
  readonly forget: (contactId: string) => Promise<unknown>;
  readonly realClock: Clock;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 8_000;
/** Slack's bounds of a header's and a section's text. */
const HEADER_MAX = 150;
const SECTION_MAX = 3_000;

const answered = z.object({ ok: z.boolean(), error: z.string().optional(), ts: z.string().optional() });

type Call = (method: string, fields: object, signal: AbortSignal) => Promise<Came>;

/**
 * A channel in Slack, where an alert is one message. Slack has no documented key against repeats: a message whose
 * answer was lost is sent again, because seen twice is better than not at all.
 */
export function createSlack(options: SlackOptions): Channel {
  const call = callerOf(options);
  return {
    name: 'slack',
    replaces: true,
    reaches: (person) => contactOf(person) !== undefined,
    async deliver(message, signal) {
      const contact = contactOf(message.recipient);
      if (contact === undefined) return deliveryOf('permanent-target');
      const delivery = await sayOnBoard(boardOf(call, contact.target, signal), message);
      if (isTargetGone(delivery)) await options.forget(contact.contactId);
      return delivery;
    },
    async sendText({ target: channel, text }, signal) {
      const came = await call('chat.postMessage', { channel, text: escapeText(text) }, signal);
      return came.kind === 'done' ? { kind: 'delivered' } : deliveryOf(came.retryClass, came.retryAfterMs);
    },
    close: async () => {},
  };
}

const contactOf = ({ contacts = [] }: Message['recipient']): Contact | undefined =>
  contacts.findLast(({ channel, stoppedAtMs }) => channel === 'slack' && stoppedAtMs === null);

const boardOf = (call: Call, channel: string, signal: AbortSignal): Board => ({
  write: (message) => call('chat.postMessage', { channel, ...saidIn(message) }, signal),
  writeOver: (ts, message) => call('chat.update', { channel, ts, ...saidIn(message) }, signal),
  erase: (ts) => call('chat.delete', { channel, ts }, signal),
});

/** `text` is what a phone's lock screen shows; the blocks are plain, so that nothing in names is a mention or a link. */
function saidIn({ title, body }: Message): object {
  const section = { type: 'section', text: plain(body, SECTION_MAX) };
  const blocks = [{ type: 'header', text: plain(title, HEADER_MAX) }, ...(body === '' ? [] : [section])];
  return { text: escapeText(title), blocks, unfurl_links: false, unfurl_media: false };
}

const plain = (text: string, max: number): object => ({
  type: 'plain_text',
  text: text.length > max ? `${text.slice(0, max - 1)}…` : text,
  emoji: false,
});

/** Slack's own three. */
const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function callerOf({ url, botToken, realClock, timeoutMs = TIMEOUT_MS }: SlackOptions): Call {
  const base = `${url.replace(/\/+$/, '')}/api`;
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    authorization: `Bearer ${botToken}`,
  };
  return async (method, fields, signal) => {
    const answer = await callProvider({
      ...{ url: new URL(`${base}/${method}`), method: 'POST', headers, timeoutMs, signal },
      nowMs: realClock.nowMs(),
      body: JSON.stringify(fields),
    });
    if (answer.kind === 'failed') return { kind: 'refused', retryClass: answer.retryClass };
    const said = answered.safeParse(jsonOf(answer.text)).data;
    const retryClass = classOfSlackAnswer(answer.status, said?.ok, said?.error ?? '');
    if (retryClass === undefined) return { kind: 'done', messageId: said?.ts };
    return { kind: 'refused', retryClass, retryAfterMs: answer.retryAfterMs };
  };
}
