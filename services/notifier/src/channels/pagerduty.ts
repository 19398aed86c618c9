import type { Clock } from '@outrider/runtime';
import type { Contact } from '@outrider/state';
import { z } from 'zod';
import type { Channel, Delivery, Message } from '../channel.ts';
import { callProvider, jsonOf } from '../provider-call.ts';
import { classOfPagerDutyAnswer, deliveryOf, isTargetGone } from '../retry-class.ts';

export interface PagerDutyOptions {
  /** `https://events.pagerduty.com`, or who speaks the same. */
  readonly url: string;
  /** A service's key is no more. */
  readonly forget: (contactId: string) => Promise<unknown>;
  readonly realClock: Clock;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 8_000;
/** PagerDuty's bound of `summary`, characters. */
const SUMMARY_MAX = 1_024;

const refused = z.object({ errors: z.array(z.string()) });

/**
 * Incidents by PagerDuty's Events API v2, for who is on call. One alert of one person is one incident: its `dedup_key`
 * folds repeats, a later word joins it, an answer acknowledges it, and the end of the alert resolves it.
 */
export function createPagerDuty(options: PagerDutyOptions): Channel {
  const url = new URL(`${options.url.replace(/\/+$/, '')}/v2/enqueue`);
  const send = async (event: object, signal: AbortSignal): Promise<Delivery> => {
    const answer = await callProvider({
      ...{ url, method: 'POST', signal, nowMs: options.realClock.nowMs() },
      timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(event),
    });
    if (answer.kind === 'failed') return deliveryOf(answer.retryClass);
    const errors = refused.safeParse(jsonOf(answer.text)).data?.errors ?? [];
    const retryClass = classOfPagerDutyAnswer(answer.status, errors);
    return retryClass === undefined ? { kind: 'delivered' } : deliveryOf(retryClass, answer.retryAfterMs);
  };
  return {
    name: 'pagerduty',
    replaces: true,
    showsAnswers: true,
    reaches: (person) => contactOf(person) !== undefined,
    async deliver(message, signal) {
      const contact = contactOf(message.recipient);
      if (contact === undefined) return deliveryOf('permanent-target');
      const delivery = await send(eventOf(message, contact.target), signal);
      if (isTargetGone(delivery)) await options.forget(contact.contactId);
      return delivery;
    },
    close: async () => {},
  };
}

const contactOf = ({ contacts = [] }: Message['recipient']): Contact | undefined =>
  contacts.findLast(({ channel, stoppedAtMs }) => channel === 'pagerduty' && stoppedAtMs === null);

function eventOf(message: Message, routingKey: string): object {
  const { alertId, recipient, purpose, title, severity, vehicleId, ruleId, createdAtMs, runbook } = message;
  const about = { routing_key: routingKey, dedup_key: `${alertId} ${recipient.personId}` };
  if (purpose === 'resolve') return { ...about, event_action: 'resolve' };
  if (message.isAnswered === true) return { ...about, event_action: 'acknowledge' };
  return {
    ...about,
    event_action: 'trigger',
    client: 'Outrider',
    payload: {
      summary: title.slice(0, SUMMARY_MAX),
      source: vehicleId,
      severity,
      timestamp: new Date(createdAtMs).toISOString(),
      class: ruleId,
      custom_details: {
        ...{ what_to_do: message.body, expires_at: new Date(message.expiresAtMs).toISOString() },
        ...(runbook !== undefined && { runbook }),
      },
    },
    ...(runbook?.startsWith('https://') && { links: [{ href: runbook, text: 'Runbook' }] }),
  };
}
