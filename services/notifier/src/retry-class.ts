import type { FailureReason } from '@outrider/domain';
import { backoffMs } from '@outrider/runtime';
import type { Delivery } from './channel.ts';

/** What a failure means for the next try; the one place that knows. */
export type RetryClass =
  /** The address is gone: no further try, other channels remain. */
  | 'permanent-target'
  /** These bytes are refused: no further try. */
  | 'permanent-request'
  /** Our credentials are refused: other messages will fail too, until somebody mends it. */
  | 'auth'
  | 'throttled'
  /** Certainly not delivered; may work soon. */
  | 'transient'
  | 'timed-out'
  /** Perhaps delivered. Our channels carry a stable id, so trying again does no harm. */
  | 'ambiguous';

const OUTCOME: Readonly<
  Record<RetryClass, { readonly kind: 'retryable' | 'rejected'; readonly reason: FailureReason }>
> = {
  'permanent-target': { kind: 'rejected', reason: 'target-gone' },
  'permanent-request': { kind: 'rejected', reason: 'bad-request' },
  auth: { kind: 'retryable', reason: 'not-authorised' },
  throttled: { kind: 'retryable', reason: 'throttled' },
  transient: { kind: 'retryable', reason: 'unreachable' },
  'timed-out': { kind: 'retryable', reason: 'timed-out' },
  ambiguous: { kind: 'retryable', reason: 'ambiguous' },
};

export function deliveryOf(retryClass: RetryClass, retryAfterMs?: number): Delivery {
  const { kind, reason } = OUTCOME[retryClass];
  if (kind === 'rejected') return { kind, reason };
  return { kind, reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** Nobody can be reached there any more: an address that was proved is to be proved anew. */
export const isTargetGone = (delivery: Delivery): boolean =>
  delivery.kind === 'rejected' && delivery.reason === 'target-gone';

/** Certain non-delivery: only then another provider may try without risking a second copy. */
export const isDefinite = (retryClass: RetryClass): boolean =>
  retryClass === 'auth' ||
  retryClass === 'throttled' ||
  retryClass === 'transient' ||
  retryClass === 'timed-out';

/** A webhook's answer. Undefined means delivered. Redirects are refused: they could lead anywhere. */
export function classOfHttpStatus(status: number): RetryClass | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status === 410) return 'permanent-target';
  if (status === 401 || status === 403) return 'auth';
  if (status === 429) return 'throttled';
  if (status === 408) return 'timed-out';
  // Not there now, but perhaps after the receiver's next deployment.
  if (status === 404 || status === 409 || status === 425) return 'transient';
  if (status === 502 || status === 503 || status === 504) return 'transient';
  if (status >= 500) return 'ambiguous';
  return 'permanent-request';
}

/** Twilio's codes for a number that cannot be written to: not one, not a phone's, or its owner said STOP. */
const SMS_TARGET_GONE = new Set([21211, 21214, 21217, 21610, 21614]);

/**
 * An SMS provider's answer, with the code in its body. Undefined means taken. 429 is certain: nothing was processed.
 * Any 5xx may come after the text went out.
 */
export function classOfSmsAnswer(status: number, code: number | undefined): RetryClass | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status >= 500 || status === 408) return 'ambiguous';
  if (code !== undefined && SMS_TARGET_GONE.has(code)) return 'permanent-target';
  if (status === 404) return 'auth';
  return classOfHttpStatus(status);
}

/** A push service's answer; to one of them 404 and 410 are the same: nobody is there any more. */
export const classOfPushStatus = (status: number): RetryClass | undefined =>
  status === 404 ? 'permanent-target' : classOfHttpStatus(status);

/** PagerDuty's answer, with the errors in its body. 202 means taken: it is shown a moment later. */
export function classOfPagerDutyAnswer(status: number, errors: readonly string[]): RetryClass | undefined {
  const isAboutKey = status === 400 && errors.some((error) => /routing.?key/i.test(error));
  return isAboutKey ? 'permanent-target' : classOfHttpStatus(status);
}

/** An ntfy server's answer; 403 is about this topic, which somebody else may have reserved, not about us. */
export const classOfNtfyStatus = (status: number): RetryClass | undefined =>
  status === 403 ? 'permanent-request' : classOfHttpStatus(status);

/** What Telegram says of a chat that nobody can be written to in. */
const TELEGRAM_CHAT_GONE = /chat not found|user not found|user is deactivated|PEER_ID_INVALID/i;

/** An answer of Telegram's Bot API, with its description. 404: the token is none, as with 401. */
export function classOfTelegramAnswer(status: number, description: string): RetryClass | undefined {
  if (status === 403 || (status === 400 && TELEGRAM_CHAT_GONE.test(description))) return 'permanent-target';
  return status === 404 ? 'auth' : classOfHttpStatus(status);
}

/** Slack answers 200 and says in a word what is wrong; every other word is about the message. */
const SLACK_WORDS: Readonly<Record<string, RetryClass>> = {
  channel_not_found: 'permanent-target',
  is_archived: 'permanent-target',
  not_in_channel: 'permanent-target',
  invalid_auth: 'auth',
  not_authed: 'auth',
  account_inactive: 'auth',
  token_revoked: 'auth',
  token_expired: 'auth',
  missing_scope: 'auth',
  access_denied: 'auth',
  ratelimited: 'throttled',
  rate_limited: 'throttled',
  service_unavailable: 'transient',
  // Some of it may have been done.
  internal_error: 'ambiguous',
  fatal_error: 'ambiguous',
  request_timeout: 'ambiguous',
};

/** An answer of Slack's Web API, with its `ok` and `error`; undefined `isOk`: it was no answer of that kind. */
export function classOfSlackAnswer(
  status: number,
  isOk: boolean | undefined,
  error: string,
): RetryClass | undefined {
  if (status < 200 || status >= 300) return classOfHttpStatus(status);
  if (isOk === undefined) return 'ambiguous';
  if (isOk) return undefined;
  return Object.hasOwn(SLACK_WORDS, error) ? SLACK_WORDS[error] : 'permanent-request';
}

const BEFORE_SENDING = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'EDNS',
]);

/** A failure of the connection. `isSent`: the request may have reached the other side. */
export function classOfConnectionError(code: string | undefined, isSent: boolean): RetryClass {
  if (code !== undefined && BEFORE_SENDING.has(code)) return 'transient';
  if (isSent) return 'ambiguous';
  return code === 'ETIMEDOUT' || code === 'UND_ERR_CONNECT_TIMEOUT' ? 'timed-out' : 'transient';
}

/** What nodemailer says about a failed mail. */
export interface SmtpError {
  readonly code?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly response?: string | undefined;
  /** SMTP command that was refused. */
  readonly command?: string | undefined;
}

/** Enhanced status codes X.1.x are about the address, X.2.1 says the mailbox is disabled (RFC 3463). */
const ADDRESS_STATUS = /\b5\.(?:1\.\d{1,3}|2\.1)\b/;

/** `isDataSent`: the DATA command went out, so without an answer the server may have taken the mail. */
export function classOfSmtpError(error: SmtpError, isDataSent: boolean): RetryClass {
  const { code, responseCode, response = '' } = error;
  if (code === 'EAUTH' || code === 'ENOAUTH' || code === 'EOAUTH2') return 'auth';
  if (responseCode !== undefined && responseCode >= 400) {
    if (responseCode === 530 || responseCode === 534 || responseCode === 535) return 'auth';
    // "Bad sequence of commands" is about this connection, not about the message.
    if (responseCode === 503) return 'transient';
    if (responseCode < 500) return 'throttled';
    const isAboutAddress = ADDRESS_STATUS.test(response) || error.command === 'RCPT TO';
    return isAboutAddress ? 'permanent-target' : 'permanent-request';
  }
  if (code === 'EENVELOPE') return 'permanent-target';
  if (code === 'EMESSAGE' || code === 'ECONFIG') return 'permanent-request';
  return classOfConnectionError(code, isDataSent);
}

/** `Retry-After`: seconds or an HTTP date; undefined when absent, malformed or past. */
export function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const trimmed = value.trim();
  if (/^\d{1,9}$/.test(trimmed)) return Number(trimmed) * 1000;
  if (!/^[A-Za-z]{3},? /.test(trimmed)) return undefined;
  const atMs = Date.parse(trimmed);
  return Number.isNaN(atMs) || atMs < nowMs ? undefined : atMs - nowMs;
}

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 300_000;

/**
 * How long until the next try: what the provider asks for, otherwise 1 s × 2ⁿ with full jitter, at most
 * five minutes. There is no last attempt: the message's expiry ends it.
 */
export function retryDelayMs(
  attempt: number,
  delivery: Extract<Delivery, { kind: 'retryable' }>,
  random: () => number,
): number {
  const jittered = backoffMs(Math.min(attempt, 30), FIRST_DELAY_MS, MAX_DELAY_MS, random);
  return Math.max(delivery.retryAfterMs ?? 0, jittered);
}
