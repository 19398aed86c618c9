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
  /** Under messages have a button “on it”: the api hears of it. */
  readonly hasButton: boolean;
  readonly wordsOf: (language: string) => SlackWords;
  /** The channel is no more, or the app left it. */
  readonly forget: (contactId: string) => Promise<unknown>;
  readonly realClock: Clock;
  readonly timeoutMs?: number;
}

/** On the button, and in its place once somebody is on it. */
export interface SlackWords {
  readonly onIt: string;
  readonly answered: string;
}

const TIMEOUT_MS = 8_000;
/** Slack's bounds of the text of a header, a section and a button. */
const HEADER_MAX = 150;
const SECTION_MAX = 3_000;
const BUTTON_MAX = 75;

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
    showsAnswers: true,
    reaches: (person) => contactOf(person) !== undefined,
    async deliver(message, signal) {
      const contact = contactOf(message.recipient);
      if (contact === undefined) return deliveryOf('permanent-target');
      const delivery = await sayOnBoard(boardOf(call, contact.target, options, signal), message);
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

function boardOf(call: Call, channel: string, options: SlackOptions, signal: AbortSignal): Board {
  const said = (message: Message) => ({ channel, ...saidIn(message, options) });
  return {
    write: (message) => call('chat.postMessage', said(message), signal),
    writeOver: (ts, message) => call('chat.update', { ts, ...said(message) }, signal),
    erase: (ts) => call('chat.delete', { channel, ts }, signal),
  };
}

/** `text` is what a phone's lock screen shows; the blocks are plain, so that nothing in names is a mention or a link. */
function saidIn(message: Message, { hasButton, wordsOf }: SlackOptions): object {
  const { title, body, isAnswered, purpose, notificationId, recipient, runbook } = message;
  const { onIt, answered } = wordsOf(recipient.language);
  const button = { type: 'button', action_id: 'on-it', value: notificationId, text: plain(onIt, BUTTON_MAX) };
  const blocks = [
    { type: 'header', text: plain(title, HEADER_MAX) },
    ...(body === '' ? [] : [{ type: 'section', text: plain(body, SECTION_MAX) }]),
    ...(runbook === undefined || purpose === 'resolve'
      ? []
      : [{ type: 'context', elements: [plain(runbook, SECTION_MAX)] }]),
    ...(isAnswered === true ? [{ type: 'context', elements: [plain(answered, SECTION_MAX)] }] : []),
    ...(hasButton && isAnswered !== true && purpose !== 'resolve'
      ? [{ type: 'actions', elements: [button] }]
      : []),
  ];
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
