import type { Clock, Log } from '@outrider/runtime';
import type { Contact } from '@outrider/state';
import { z } from 'zod';
import type { Channel, Delivery, Message } from '../channel.ts';
import { callProvider, jsonOf, type ProviderAnswer } from '../provider-call.ts';
import { createProviderGate, type ProviderGate, type ProviderRate, sendByFirst } from '../provider-gate.ts';
import { classOfSmsAnswer, deliveryOf, isDefinite, isTargetGone, type RetryClass } from '../retry-class.ts';
import { fitSegments, smsSize, toGsmText } from '../sms-text.ts';

export interface SmsOptions {
  /** `https://AccountSid:AuthToken@api.twilio.com`, or whoever speaks the same. */
  readonly url: string;
  /** Tried at once when the first certainly did not take the text. */
  readonly fallbackUrl?: string | undefined;
  /** A number like +15551234567, or a messaging service `MG…`. */
  readonly from: string;
  /** Where the provider reaches the api, to tell what became of a text; none = it is not asked to. */
  readonly callbackUrl?: string | undefined;
  /** Said at the end of a warning, in the person’s language; none where answers are not taken. */
  readonly repliesOf?: ((language: string) => string) | undefined;
  /** The number cannot be written to any more. */
  readonly forget: (contactId: string) => Promise<unknown>;
  readonly eventClock: Clock;
  readonly realClock: Clock;
  readonly log: Log;
  /** Of each provider; absent: none. */
  readonly rate?: ProviderRate | undefined;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 8_000;
/** Twilio's bounds of `ValidityPeriod`, seconds. */
const VALIDITY_MAX_S = 36_000;
/** Beyond two the text is too long for a phone's lock screen, and paid thrice. */
const SEGMENTS_MAX = 2;
/** Our clock and the provider's. */
const CLOCKS_APART_MS = 60_000;

/** The number this person proved to be theirs, if it is still the one they gave and may be written to. */
export const smsTarget = (person: Message['recipient']): string | undefined => contactOf(person)?.target;

const contactOf = ({ contacts, phone }: Message['recipient']): Contact | undefined =>
  contacts?.find(
    ({ channel, target, stoppedAtMs }) => channel === 'sms' && target === phone && stoppedAtMs === null,
  );

/** What is said and the one thing to do, short enough to be read at a glance; and what may be answered, if that fits. */
export function smsTextOf({ spoken }: Pick<Message, 'spoken'>, replies = ''): string {
  const said = fitSegments(toGsmText(spoken), SEGMENTS_MAX);
  const whole = `${said} ${toGsmText(replies)}`.trim();
  return smsSize(whole).segments <= SEGMENTS_MAX ? whole : said;
}

interface Sms {
  readonly to: string;
  readonly text: string;
  /** Whose receipts the provider tells; a code has none. */
  readonly notificationId?: string;
  readonly createdAtMs: number;
  readonly validForMs: number;
  /** Rather twice than not at all. */
  readonly isVital: boolean;
  /** A try before may have arrived. */
  readonly isMaybeThere?: boolean;
}

/**
 * SMS over Twilio's REST. It has no key that would keep a repeat apart, so the provider is first asked whether the
 * text is there already: a process may have died, or a connection ended, right after the provider's yes.
 */
export function createSms(options: SmsOptions): Channel {
  const providers = [options.url, ...(options.fallbackUrl ? [options.fallbackUrl] : [])].map((url) =>
    createProvider(url, options),
  );
  const send = (sms: Sms, signal: AbortSignal): Promise<Delivery> => sendBy(providers, sms, signal, options);
  return {
    name: 'sms',
    asksProviders: true,
    reaches: (person) => smsTarget(person) !== undefined,
    async deliver(message, signal) {
      const contact = contactOf(message.recipient);
      if (contact === undefined) return deliveryOf('permanent-target');
      const { notificationId, createdAtMs, expiresAtMs, severity, isMaybeThere = false } = message;
      const validForMs = expiresAtMs - options.eventClock.nowMs();
      const isVital = severity === 'critical';
      const text = smsTextOf(message, options.repliesOf?.(message.recipient.language));
      const sms = {
        to: contact.target,
        text,
        notificationId,
        createdAtMs,
        validForMs,
        isVital,
        isMaybeThere,
      };
      const delivery = await send(sms, signal);
      if (isTargetGone(delivery)) await options.forget(contact.contactId);
      return delivery;
    },
    sendText: ({ target: to, text, createdAtMs, expiresAtMs }, signal) => {
      const validForMs = expiresAtMs - options.eventClock.nowMs();
      return send({ to, text: toGsmText(text), createdAtMs, validForMs, isVital: false }, signal);
    },
    close: async () => {},
  };
}

interface Provider {
  readonly gate: ProviderGate;
  readonly host: string;
  isThere(sms: Sms, signal: AbortSignal): Promise<boolean | 'unknown'>;
  post(sms: Sms, signal: AbortSignal): Promise<RetryClass | Delivery>;
}

const DELIVERED: Delivery = { kind: 'delivered' };

async function sendBy(
  providers: readonly Provider[],
  sms: Sms,
  signal: AbortSignal,
  { log, realClock }: SmsOptions,
): Promise<Delivery> {
  const { isVital, notificationId } = sms;
  const known = [];
  for (const provider of providers) {
    // What is down would let every text wait for its timeout.
    const rests = provider.gate.rests(realClock.nowMs());
    const isThere = rests ? 'unknown' : await provider.isThere(sms, signal);
    if (isThere === true) return DELIVERED;
    known.push(isThere);
  }
  // What may have arrived goes out again only where every provider says that it did not.
  if (sms.isMaybeThere === true && !isVital && known.includes('unknown')) return deliveryOf('ambiguous');
  return sendByFirst({
    ...{ providers, isUrgent: isVital, nowMs: () => realClock.nowMs() },
    // It has just been asked for: what may be there by now is vital.
    isMaybeThere: false,
    async tryOne(provider) {
      if (signal.aborted) return { delivery: deliveryOf('timed-out'), isDefinite: false };
      const came = await provider.post(sms, signal);
      if (typeof came === 'object' && came.kind === 'delivered') return { delivery: came, isDefinite: false };
      const retryClass = typeof came === 'string' ? came : 'throttled';
      log.warn({ notificationId, class: retryClass, host: provider.host }, 'a provider did not take an SMS');
      if (retryClass === 'ambiguous')
        return { delivery: afterDoubt(await provider.isThere(sms, signal), sms), isDefinite: false };
      const delivery = typeof came === 'string' ? deliveryOf(came) : came;
      return { delivery, isDefinite: isDefinite(retryClass) };
    },
  });
}

/** Perhaps sent. Only what is vital is sent again; the phone would show anything else twice. */
function afterDoubt(isThere: boolean | 'unknown', { isVital }: Sms): Delivery {
  if (isThere === true) return DELIVERED;
  return isVital ? deliveryOf('ambiguous') : { kind: 'rejected', reason: 'ambiguous' };
}

const listed = z.object({
  messages: z.array(
    z.object({ to: z.string(), body: z.string(), status: z.string(), date_created: z.string() }),
  ),
});
const refused = z.object({ code: z.number() });

function createProvider(providerUrl: string, options: SmsOptions): Provider {
  const { username, password, origin, host, pathname } = new URL(providerUrl);
  const account = decodeURIComponent(username);
  const base = `${origin}${pathname.replace(/\/$/, '')}/2010-04-01/Accounts/${encodeURIComponent(account)}/Messages.json`;
  const basic = Buffer.from(`${account}:${decodeURIComponent(password)}`).toString('base64');
  const headers = { authorization: `Basic ${basic}`, accept: 'application/json' };
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const ask = (signal: AbortSignal) => ({ timeoutMs, signal, nowMs: options.realClock.nowMs() });
  return {
    gate: createProviderGate(options.rate),
    host,
    async isThere(sms, signal) {
      const url = new URL(`${base}?${new URLSearchParams({ To: sms.to, PageSize: '20' })}`);
      const answer = await callProvider({ url, method: 'GET', headers, ...ask(signal) });
      return answer.kind === 'answer' && answer.status === 200 ? isListed(answer.text, sms) : 'unknown';
    },
    async post(sms, signal) {
      const body = new URLSearchParams(formOf(sms, options)).toString();
      const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
      return cameOf(
        await callProvider({ url: new URL(base), method: 'POST', headers: form, body, ...ask(signal) }),
      );
    },
  };
}

/** The same words to the same number since it was decided; a text that failed does not count. */
function isListed(text: string, sms: Sms): boolean | 'unknown' {
  const list = listed.safeParse(jsonOf(text));
  if (!list.success) return 'unknown';
  return list.data.messages.some(
    ({ to, body, status, date_created }) =>
      to === sms.to &&
      body === sms.text &&
      status !== 'failed' &&
      status !== 'undelivered' &&
      status !== 'canceled' &&
      Date.parse(date_created) >= sms.createdAtMs - CLOCKS_APART_MS,
  );
}

function formOf(sms: Sms, { from, callbackUrl }: SmsOptions): Record<string, string> {
  const validForS = Math.floor(sms.validForMs / 1000);
  const sender = from.startsWith('MG') ? 'MessagingServiceSid' : 'From';
  return {
    To: sms.to,
    [sender]: from,
    Body: sms.text,
    ValidityPeriod: String(Math.min(Math.max(1, validForS), VALIDITY_MAX_S)),
    ...(callbackUrl && sms.notificationId && { StatusCallback: receiptUrl(callbackUrl, sms.notificationId) }),
  };
}

const receiptUrl = (callbackUrl: string, notificationId: string): string =>
  `${callbackUrl.replace(/\/+$/, '')}/v1/sms/receipts/${encodeURIComponent(notificationId)}`;

function cameOf(answer: ProviderAnswer): RetryClass | Delivery {
  if (answer.kind === 'failed') return answer.retryClass;
  const code = refused.safeParse(jsonOf(answer.text)).data?.code;
  const retryClass = classOfSmsAnswer(answer.status, code);
  if (retryClass === undefined) return DELIVERED;
  return retryClass === 'throttled' ? deliveryOf(retryClass, answer.retryAfterMs) : retryClass;
}
