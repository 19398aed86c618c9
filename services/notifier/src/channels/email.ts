import { type Clock, contentId, type Log } from '@outrider/runtime';
import type { Contact } from '@outrider/state';
import { createTransport, type SendMailOptions, type SMTPTransportOptions } from 'nodemailer';
import type { Channel, Delivery, Message } from '../channel.ts';
import { createProviderGate, type ProviderGate, type ProviderRate, sendByFirst } from '../provider-gate.ts';
import {
  classOfSmtpError,
  deliveryOf,
  isDefinite,
  isTargetGone,
  type RetryClass,
  type SmtpError,
} from '../retry-class.ts';

export interface EmailOptions {
  readonly smtpUrl: string;
  /** Tried at once when the first server certainly did not take the mail. */
  readonly fallbackUrl?: string | undefined;
  readonly from: string;
  /** The proved address takes no mail any more. */
  readonly forget: (contactId: string) => Promise<unknown>;
  readonly log: Log;
  readonly realClock: Clock;
  /** Of each server; absent: none. */
  readonly rate?: ProviderRate | undefined;
  /** Only to addresses that their owner proved by a code. */
  readonly needsCode?: boolean;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

/** E-mail over SMTP. A stable Message-ID lets mailboxes recognise a repeat; alerts form threads. */
export function createEmail(options: EmailOptions): Channel {
  const servers = [options.smtpUrl, ...(options.fallbackUrl ? [options.fallbackUrl] : [])].map((url) => ({
    gate: createProviderGate(options.rate),
    smtp: { ...serverOf(url), ...timeouts(options.timeoutMs ?? TIMEOUT_MS) },
  }));
  return {
    name: 'email',
    asksProviders: true,
    reaches: (person) => addressOf(person, options) !== undefined,
    async deliver(message, signal) {
      const address = addressOf(message.recipient, options);
      if (address === undefined) return deliveryOf('permanent-target');
      const mail = mailOf(message, address, options.from);
      const { notificationId, isMaybeThere = false } = message;
      const isUrgent = message.severity === 'critical';
      const delivery = await sendBy(servers, { ...mail, signal }, options, {
        ...{ notificationId, isMaybeThere, isUrgent },
      });
      const proof = proofOf(message.recipient);
      if (proof !== undefined && isTargetGone(delivery)) await options.forget(proof.contactId);
      return delivery;
    },
    sendText: ({ target, subject, text }, signal) => {
      const to = { name: '', address: target };
      const headers = { 'Auto-Submitted': 'auto-generated' };
      const mail = { from: options.from, to, subject, text: `${text}\n`, headers, signal };
      return sendBy(servers, mail, options, { isMaybeThere: false, isUrgent: false });
    },
    close: async () => {},
  };
}

/** The address of this person, if it may be written to. */
function addressOf(
  person: Message['recipient'],
  { needsCode }: Pick<EmailOptions, 'needsCode'>,
): string | undefined {
  if (person.email === null) return undefined;
  return proofOf(person) !== undefined || needsCode !== true ? person.email : undefined;
}

const proofOf = ({ email, contacts = [] }: Message['recipient']): Contact | undefined =>
  contacts.find(({ channel, target }) => channel === 'email' && target === email);

interface Server {
  readonly gate: ProviderGate;
  readonly smtp: SMTPTransportOptions;
}

/** The next server is asked only when the one before rests, or certainly did not take the mail. */
function sendBy(
  servers: readonly Server[],
  mail: SendMailOptions & { readonly signal: AbortSignal },
  { log, realClock }: Pick<EmailOptions, 'log' | 'realClock'>,
  asked: { readonly notificationId?: string; readonly isMaybeThere: boolean; readonly isUrgent: boolean },
): Promise<Delivery> {
  return sendByFirst({
    ...asked,
    providers: servers,
    nowMs: () => realClock.nowMs(),
    async tryOne({ smtp }) {
      if (mail.signal.aborted) return { delivery: deliveryOf('timed-out'), isDefinite: false };
      const failure = await sendOnce(smtp, mail);
      if (failure === undefined) return { delivery: { kind: 'delivered' }, isDefinite: false };
      const { retryClass, code } = failure;
      const { notificationId } = asked;
      log.warn({ notificationId, class: retryClass, code }, 'a mail server did not take an e-mail');
      return { delivery: deliveryOf(retryClass), isDefinite: isDefinite(retryClass) };
    },
  });
}

/** `smtp://user:password@host:port` in parts; TLS from the start for `smtps:`. */
function serverOf(smtpUrl: string): SMTPTransportOptions {
  const url = new URL(smtpUrl);
  const secure = url.protocol === 'smtps:';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    // Text of ours only: no file and no URL is ever read into a mail.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(url.username === ''
      ? {}
      : { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }),
  };
}

/** nodemailer's own defaults are minutes. */
const timeouts = (ms: number): SMTPTransportOptions => ({
  connectionTimeout: ms,
  greetingTimeout: ms,
  socketTimeout: ms,
  dnsTimeout: ms,
});

interface Failure {
  readonly retryClass: RetryClass;
  readonly code: string | undefined;
}

/** One connection, one mail. Undefined when the server took it. */
async function sendOnce(server: SMTPTransportOptions, mail: SendMailOptions): Promise<Failure | undefined> {
  // nodemailer does not say in its error how far it came; the protocol log does.
  let isDataSent = false;
  const debug = (entry: { readonly tnx?: string }, text: unknown) => {
    if (entry.tnx === 'client' && text === 'DATA') isDataSent = true;
  };
  const ignore = () => {};
  const logger = { trace: ignore, debug, info: ignore, warn: ignore, error: ignore, fatal: ignore };
  const transport = createTransport({ ...server, logger, transactionLog: true });
  try {
    await transport.sendMail(mail);
    return undefined;
  } catch (error) {
    const { code, responseCode, response, command } = error as SmtpError;
    return {
      retryClass: classOfSmtpError({ code, responseCode, response, command }, isDataSent),
      code: responseCode === undefined ? code : String(responseCode),
    };
  } finally {
    transport.close();
  }
}

/** The mail of a message: no place in the subject, and nothing that loads from elsewhere in the body. */
export function mailOf(message: Message, address: string, from: string) {
  const domain = /@([A-Za-z0-9.-]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
  const runbook = message.purpose === 'resolve' ? '' : (message.runbook ?? '');
  const threadId = `<alert.${contentId('thread', message.alertId)}@${domain}>`;
  return {
    from,
    to: { name: '', address },
    subject: message.subject,
    messageId: `<${message.notificationId}@${domain}>`,
    inReplyTo: threadId,
    references: [threadId],
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Outrider-Alert': message.alertId },
    ...(message.severity === 'critical' ? { priority: 'high' as const } : {}),
    text: `${message.title}\n\n${message.body}\n${runbook === '' ? '' : `\n${runbook}\n`}`,
    html: `<!doctype html><html><body><p><strong>${escapeHtml(message.title)}</strong></p><p>${escapeHtml(message.body)}</p>${runbook === '' ? '' : `<p>${escapeHtml(runbook)}</p>`}</body></html>`,
  };
}

const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => HTML[character] ?? '');
