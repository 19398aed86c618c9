import { hashCode, randomCode, randomSecret } from '@outrider/runtime';
import type { ServiceText } from '@outrider/state';
import type { Delivery } from './channel.ts';
import { countsAsMoving } from './driving-state.ts';
import type { Parts } from './notifier-deps.ts';
import { carsOf } from './people-told.ts';
import { fill } from './wording/fill.ts';
import { type Language, languageOf } from './wording/language.ts';

/** Sends codes and links that people asked the api for, and the last word after a STOP. Each once: a missed code is asked for again. */
export interface ServiceTextSender {
  /** Some may wait now; returns at once. */
  poke(): void;
  isIdle(): boolean;
  /** Finishes what is being sent. */
  stop(): Promise<void>;
}

const AT_ONCE = 16;
const ATTEMPT_MS = 45_000;
const STOP_MS = 10_000;

export function createServiceTextSender(parts: Parts): ServiceTextSender {
  const { realClock, log } = parts.runtime;
  const breakOff = new AbortController();
  let sending: Promise<void> | undefined;
  let isStopped = false;
  return {
    poke() {
      if (isStopped) return;
      sending ??= sendWaiting(parts, breakOff.signal)
        .catch((error: unknown) => log.warn({ err: String(error) }, 'texts that wait cannot be read'))
        .finally(() => {
          sending = undefined;
        });
    },
    isIdle: () => sending === undefined,
    async stop() {
      isStopped = true;
      const wait = new AbortController();
      await Promise.race([sending, realClock.sleep(STOP_MS, wait.signal)]);
      wait.abort();
      breakOff.abort();
      await sending;
    },
  };
}

async function sendWaiting(parts: Parts, signal: AbortSignal): Promise<void> {
  const waiting = await parts.state.serviceTexts.listWaiting(parts.runtime.eventClock.nowMs(), AT_ONCE);
  for (const text of waiting) {
    if (signal.aborted) return;
    if (await isAtTheWheel(parts, text)) continue;
    await sendOne(parts, text, signal);
  }
}

/**
 * A code waits while a car of this person is known to move. One that says nothing holds it not: they asked for the
 * code a moment ago, by hand, perhaps before their first car said a word. A last word waits for both.
 */
async function isAtTheWheel(
  { state, runtime, driving }: Parts,
  { personId, kind }: ServiceText,
): Promise<boolean> {
  const nowMs = runtime.eventClock.nowMs();
  const vehicleIds = await carsOf(state, personId, nowMs);
  return vehicleIds.some((vehicleId) => {
    const state = driving.of(vehicleId, nowMs);
    return kind === 'stopped' ? countsAsMoving(state) : state.kind === 'moving';
  });
}

async function sendOne(parts: Parts, text: ServiceText, signal: AbortSignal): Promise<void> {
  const { textId, personId } = text;
  const { serviceTexts, people } = parts.state;
  const secret = secretOf(text, parts.publicUrl);
  const codeHash = hashCode(secret.secret, textId);
  // The hash first: a code that arrives must be one that can be entered.
  if (!(await serviceTexts.change(textId, 'waiting', { state: 'sending', codeHash }))) return;
  const person = await people.find(personId);
  const said = secret.said(languageOf(parts.languages, person?.language ?? 'en').serviceTexts);
  const delivery = await tryOnce(parts, text, said, signal);
  const change =
    delivery.kind === 'held'
      ? // Nothing was tried: it waits for its provider, and gets another code then.
        ({ state: 'waiting', codeHash: null } as const)
      : ({ state: delivery.kind === 'delivered' ? 'sent' : 'failed' } as const);
  await serviceTexts.change(textId, 'sending', change);
  const { channel } = text;
  const reason = 'reason' in delivery ? delivery.reason : undefined;
  parts.runtime.log.info({ textId, channel, came: delivery.kind, reason }, 'a text was tried');
}

interface Secret {
  readonly secret: string;
  /** The text with the secret in it. */
  said(words: Language['serviceTexts']): { readonly subject: string; readonly text: string };
}

/** Six digits to be typed in, or a link that nobody could guess. A last word has none in its text. */
function secretOf({ kind, textId }: ServiceText, publicUrl: string | undefined): Secret {
  if (kind !== 'sign-in') {
    const code = randomCode();
    return {
      secret: code,
      said: (words) => ({ subject: words.subject, text: fill(words[kind], { code }) ?? '' }),
    };
  }
  const secret = randomSecret('mail');
  // The part after # never leaves the browser that opens it.
  const link = `${publicUrl?.replace(/\/$/, '') ?? ''}/#sign-in=${textId}.${secret}`;
  return {
    secret,
    said: (words) => ({ subject: words.signInSubject, text: fill(words.signIn, { link }) ?? '' }),
  };
}

async function tryOnce(
  { channels }: Parts,
  { channel: name, target, requestedAtMs: createdAtMs, expiresAtMs }: ServiceText,
  { subject, text }: { readonly subject: string; readonly text: string },
  signal: AbortSignal,
): Promise<Delivery> {
  const channel = channels.find((one) => one.name === name);
  if (channel?.sendText === undefined) return { kind: 'rejected', reason: 'unreachable' };
  const message = { target, subject, text, createdAtMs, expiresAtMs };
  try {
    return await channel.sendText(message, AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]));
  } catch {
    // A channel must not throw; if one does, nobody knows how far it came.
    return { kind: 'retryable', reason: 'ambiguous' };
  }
}
