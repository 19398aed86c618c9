import { type Clock, contentId } from '@outrider/runtime';
import type { Contact } from '@outrider/state';
import { z } from 'zod';
import type { Channel, Delivery, Message } from '../channel.ts';
import { cutToBytes } from '../cut-to-bytes.ts';
import { callProvider } from '../provider-call.ts';
import { createProviderGates, type ProviderGates, type ProviderRate } from '../provider-gate.ts';
import { encryptPush, type PushSubscription, type Vapid, vapidHeader } from '../push-encryption.ts';
import { classOfConnectionError, classOfPushStatus, deliveryOf, isTargetGone } from '../retry-class.ts';
import { type Resolve, safeTarget } from '../safe-address.ts';

export interface PushOptions {
  readonly vapid: Vapid;
  readonly eventClock: Clock;
  readonly realClock: Clock;
  /** A browser's subscription is no more. */
  readonly forget: (contactId: string) => Promise<unknown>;
  /** For development and tests. */
  readonly allowHttpLoopback: boolean;
  /** Of each push service; absent: none. */
  readonly rate?: ProviderRate | undefined;
  readonly resolve?: Resolve;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 8_000;
/** Bytes of UTF-8; some push services take no more than 3 kB in all. */
const BODY_BYTES_MAX = 2_000;

const subscription = z.object({ endpoint: z.string(), p256dh: z.string(), auth: z.string() });

/**
 * Web Push to every browser where this person switched it on. One that takes it is enough. `Topic` and `tag` are the
 * alert's: what was not shown yet is replaced on the way, what is shown by the browser.
 */
export function createPush(options: PushOptions): Channel {
  const gates = createProviderGates(options.rate);
  return {
    name: 'push',
    asksProviders: true,
    reaches: (person) => subscriptionsOf(person).length > 0,
    async deliver(message, signal) {
      const contacts = subscriptionsOf(message.recipient);
      if (contacts.length === 0) return deliveryOf('permanent-target');
      const came = await Promise.all(
        contacts.map(async (contact) => {
          const delivery = await deliverTo(contact, message, { ...options, gates }, signal);
          if (isTargetGone(delivery)) await options.forget(contact.contactId);
          return delivery;
        }),
      );
      return best(came);
    },
    close: async () => {},
  };
}

const subscriptionsOf = ({ contacts = [] }: Message['recipient']): readonly Contact[] =>
  contacts.filter(({ channel, stoppedAtMs }) => channel === 'push' && stoppedAtMs === null);

/** Seen in one place it is seen; else what may still work. */
function best(came: readonly Delivery[]): Delivery {
  const order = ['delivered', 'retryable', 'held', 'rejected'] as const;
  const [first] = came.toSorted((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
  return first ?? deliveryOf('permanent-target');
}

type Deps = PushOptions & { readonly gates: ProviderGates };

/** Unless the push service of that browser rests. */
async function deliverTo(
  { target }: Contact,
  message: Message,
  options: Deps,
  signal: AbortSignal,
): Promise<Delivery> {
  const known = subscription.parse(JSON.parse(target));
  const gate = options.gates.of(new URL(known.endpoint).origin);
  const { realClock } = options;
  const turn = gate.ask(realClock.nowMs(), message.severity === 'critical');
  if (turn.kind !== 'open') return { kind: 'held', forMs: turn.forMs };
  const delivery = await post(known, message, options, signal);
  gate.note(delivery, realClock.nowMs());
  return delivery;
}

async function post(
  known: z.infer<typeof subscription>,
  message: Message,
  options: PushOptions,
  signal: AbortSignal,
): Promise<Delivery> {
  const safe = await safeTarget(known.endpoint, options);
  if (safe.kind === 'refused') return deliveryOf('permanent-target');
  if (safe.kind === 'unresolved') return deliveryOf(classOfConnectionError(safe.code, false));
  const body = sealed(known, message);
  if (body === undefined) return deliveryOf('permanent-target');
  const nowMs = options.realClock.nowMs();
  const answer = await callProvider({
    ...{ url: safe.url, via: safe, method: 'POST', body, nowMs, signal },
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    headers: {
      ...headersOf(message, options.eventClock.nowMs()),
      authorization: vapidHeader(options.vapid, safe.url.origin, nowMs),
    },
  });
  if (answer.kind === 'failed') return deliveryOf(answer.retryClass);
  const retryClass = classOfPushStatus(answer.status);
  return retryClass === undefined ? { kind: 'delivered' } : deliveryOf(retryClass, answer.retryAfterMs);
}

function headersOf(message: Message, nowMs: number): Record<string, string> {
  return {
    'content-type': 'application/octet-stream',
    'content-encoding': 'aes128gcm',
    ttl: String(Math.max(0, Math.floor((message.expiresAtMs - nowMs) / 1000))),
    urgency: message.interrupts ? 'high' : 'low',
    topic: tagOf(message),
  };
}

/** 22 letters of base64url; a topic holds 32. */
const tagOf = ({ alertId }: Message): string => contentId('push', alertId);

/** Undefined when the subscription's key is none: nobody can read what is sent there. */
function sealed(to: PushSubscription, message: Message): Buffer | undefined {
  const { notificationId, alertId, title, severity, interrupts, purpose, expiresAtMs } = message;
  const said = {
    notificationId,
    alertId,
    title,
    body: cutToBytes(message.body, BODY_BYTES_MAX),
    severity,
    interrupts,
    purpose,
  };
  const payload = JSON.stringify({
    ...said,
    tag: tagOf(message),
    expiresAt: new Date(expiresAtMs).toISOString(),
  });
  try {
    return encryptPush(to, Buffer.from(payload));
  } catch {
    return undefined;
  }
}
