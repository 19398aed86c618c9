import { createHmac } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type Clock, continueTrace } from '@outrider/runtime';
import type { Channel, Delivery, Message } from '../channel.ts';
import { classOfConnectionError, classOfHttpStatus, deliveryOf, retryAfterMs } from '../retry-class.ts';
import { type Resolve, type SafeTarget, safeTarget } from '../safe-address.ts';

export interface WebhookOptions {
  readonly allowHttpLoopback: boolean;
  readonly realClock: Clock;
  readonly timeoutMs?: number;
  /** How names become addresses; the system's way by default. */
  readonly resolve?: Resolve;
}

const TIMEOUT_MS = 15_000;

/** Signed HTTP call (Standard Webhooks 1.0.0). `webhook-id` is the same on every try, the time is not. */
export function createWebhook(options: WebhookOptions): Channel {
  return {
    name: 'webhook',
    reaches: (person) => person.webhookUrl !== null && person.webhookSecret !== null,
    // One receiver that is down is no reason to leave the others alone.
    providerOf: ({ webhookUrl }) => (webhookUrl === null ? '' : new URL(webhookUrl).origin),
    async deliver(message, signal) {
      const { webhookUrl, webhookSecret } = message.recipient;
      if (webhookUrl === null || webhookSecret === null) return deliveryOf('permanent-target');
      const key = signingKey(webhookSecret);
      if (key === undefined) return deliveryOf('permanent-request');
      const target = await safeTarget(webhookUrl, options);
      if (target.kind === 'refused') return deliveryOf('permanent-request');
      if (target.kind === 'unresolved') return deliveryOf(classOfConnectionError(target.code, false));
      const body = bodyOf(message);
      const timestampS = Math.floor(options.realClock.nowMs() / 1000);
      const headers = {
        ...signedHeaders(message.notificationId, timestampS, body, key),
        traceparent: continueTrace(message.traceparent),
      };
      return post(target, body, headers, {
        nowMs: options.realClock.nowMs(),
        signal: AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS)]),
      });
    },
    close: async () => {},
  };
}

/** `whsec_` and base64 of 24 to 64 bytes. */
function signingKey(secret: string): Buffer | undefined {
  const encoded = secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : secret;
  const key = Buffer.from(encoded, 'base64');
  return key.length >= 24 && key.length <= 64 ? key : undefined;
}

/** Event type and data as the specification proposes; instants are ISO 8601, as in the api. */
function bodyOf(message: Message): string {
  return JSON.stringify({
    type: `alert.${message.purpose}`,
    timestamp: new Date(message.createdAtMs).toISOString(),
    data: {
      notificationId: message.notificationId,
      alertId: message.alertId,
      revision: message.revision,
      vehicleId: message.vehicleId,
      rule: message.ruleId,
      severity: message.severity,
      interrupts: message.interrupts,
      title: message.title,
      body: message.body,
      expiresAt: new Date(message.expiresAtMs).toISOString(),
      ...(message.runbook !== undefined && { runbook: message.runbook }),
    },
  });
}

function signedHeaders(id: string, timestampS: number, body: string, key: Buffer) {
  const signature = createHmac('sha256', key).update(`${id}.${timestampS}.${body}`).digest('base64');
  return {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': 'Outrider',
    'webhook-id': id,
    'webhook-timestamp': String(timestampS),
    'webhook-signature': `v1,${signature}`,
  };
}

/** Posts to the address that was checked; node's http follows no redirect. */
function post(
  target: Extract<SafeTarget, { kind: 'safe' }>,
  body: string,
  headers: Readonly<Record<string, string>>,
  { nowMs, signal }: { readonly nowMs: number; readonly signal: AbortSignal },
): Promise<Delivery> {
  const { url, address, family } = target;
  return new Promise((resolve) => {
    let isSent = false;
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      method: 'POST',
      headers,
      signal,
      agent: false,
      // Both shapes of the callback: node asks for all addresses when it may choose among families.
      lookup: (_host, options, callback) =>
        options.all ? callback(null, [{ address, family }]) : callback(null, address, family),
    });
    request.on('response', (response) => {
      response.resume();
      resolve(deliveryOfResponse(response, nowMs));
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      const isTimeout = error.name === 'AbortError' || error.name === 'TimeoutError';
      resolve(deliveryOf(classOfConnectionError(isTimeout ? 'ETIMEDOUT' : error.code, isSent)));
    });
    request.on('socket', (socket) => {
      const note = () => {
        isSent = true;
      };
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', note);
    });
    request.end(body);
  });
}

function deliveryOfResponse(response: IncomingMessage, nowMs: number): Delivery {
  const retryClass = classOfHttpStatus(response.statusCode ?? 0);
  if (retryClass === undefined) return { kind: 'delivered' };
  return deliveryOf(retryClass, retryAfterMs(response.headers['retry-after'], nowMs));
}
