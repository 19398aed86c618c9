import { type Clock, contentId } from '@outrider/runtime';
import type { Channel, Delivery, Message } from '../channel.ts';
import { cutToBytes } from '../cut-to-bytes.ts';
import { callProvider } from '../provider-call.ts';
import { classOfNtfyStatus, deliveryOf } from '../retry-class.ts';

export interface NtfyOptions {
  /** `https://ntfy.sh`, or a server of one's own. */
  readonly url: string;
  /** Where the server lets nobody publish without one. */
  readonly token?: string | undefined;
  readonly realClock: Clock;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 8_000;
/** ntfy makes a file of what is longer than 4096 bytes. */
const BODY_BYTES_MAX = 4_000;
/** ntfy's words for how loud: 5 is the loudest, 2 makes no sound. */
const PRIORITY = { critical: 5, warning: 4, info: 3, silent: 2 };
/** Shown as signs before the title. */
const TAGS = { critical: ['rotating_light'], warning: ['warning'], info: [], over: ['heavy_check_mark'] };

/** The topic this person proved to be theirs. */
const topicOf = ({ contacts = [] }: Message['recipient']): string | undefined =>
  contacts.findLast(({ channel, stoppedAtMs }) => channel === 'ntfy' && stoppedAtMs === null)?.target;

/**
 * A topic on an ntfy server, published as JSON. The alert's sequence id makes one notification of all that is said
 * about it: a repeat, what changed and that it is over take the place of what is shown.
 */
export function createNtfy(options: NtfyOptions): Channel {
  const url = new URL(options.url);
  const authorization = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
  const publish = async (said: object, signal: AbortSignal): Promise<Delivery> => {
    const answer = await callProvider({
      ...{ url, method: 'POST', signal, nowMs: options.realClock.nowMs() },
      timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
      headers: { 'content-type': 'application/json', ...authorization },
      body: JSON.stringify(said),
    });
    if (answer.kind === 'failed') return deliveryOf(answer.retryClass);
    const retryClass = classOfNtfyStatus(answer.status);
    return retryClass === undefined ? { kind: 'delivered' } : deliveryOf(retryClass, answer.retryAfterMs);
  };
  return {
    name: 'ntfy',
    replaces: true,
    reaches: (person) => topicOf(person) !== undefined,
    async deliver(message, signal) {
      const topic = topicOf(message.recipient);
      if (topic === undefined) return deliveryOf('permanent-target');
      const { alertId, title, body, purpose, severity, interrupts } = message;
      return publish(
        {
          ...{ topic, title, message: cutToBytes(body === '' ? title : body, BODY_BYTES_MAX) },
          sequence_id: contentId('ntfy', alertId),
          priority: PRIORITY[interrupts ? severity : 'silent'],
          tags: TAGS[purpose === 'resolve' ? 'over' : severity],
        },
        signal,
      );
    },
    sendText: ({ target: topic, subject: title, text: message }, signal) =>
      publish({ topic, title, message, priority: PRIORITY.info }, signal),
    close: async () => {},
  };
}
