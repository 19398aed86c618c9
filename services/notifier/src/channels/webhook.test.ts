import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@outrider/runtime';
import { Webhook } from 'standardwebhooks';
import { afterEach, expect, test } from 'vitest';
import { CONTRACT_TIMEOUT_MS, channelContract } from '../channel.contract.ts';
import { scriptedServer } from '../fakes/scripted-server.fixture.ts';
import { exampleMessage } from '../message.fixture.ts';
import { driver } from '../notifier.fixture.ts';
import { createWebhook } from './webhook.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const signal = new AbortController().signal;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function receiver(answer: RequestListener = (_request, response) => response.end()) {
  const calls: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      calls.push({ headers: request.headers, body });
      answer(request, response);
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise<void>((closed) => server.close(() => closed()));
  });
  return { calls, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

const webhook = (more: { allowHttpLoopback?: boolean; timeoutMs?: number } = {}) =>
  createWebhook({ allowHttpLoopback: true, realClock: systemClock, ...more });

const to = (webhookUrl: string, webhookSecret: string | null = SECRET) =>
  exampleMessage({ recipient: { ...driver, webhookUrl, webhookSecret } });

channelContract(
  'webhook',
  async () => {
    const provider = await scriptedServer(() => ({ status: 204 }));
    return {
      channel: webhook({ timeoutMs: CONTRACT_TIMEOUT_MS }),
      provider,
      message: (change = {}) => ({ ...to(provider.url), ...change }),
      // A receiver tells repeats by their id.
      visible: () => provider.taken((call) => call.headers['webhook-id']),
    };
  },
  { gone: { status: 410 } },
);

test('where to look is in it when there is such a place', async () => {
  const { calls, url } = await receiver();
  const message = to(url);
  await webhook().deliver({ ...message, runbook: 'runbooks/silent.md' }, signal);
  await webhook().deliver(message, signal);
  const [first, second] = calls.map(({ body }) => JSON.parse(`${body}`).data);
  expect(first.runbook).toBe('runbooks/silent.md');
  expect(second).not.toHaveProperty('runbook');
});

test('a call is signed so that the Standard Webhooks library accepts it', async () => {
  const { calls, url } = await receiver();
  expect(await webhook().deliver(to(url), signal)).toEqual({ kind: 'delivered' });
  const call = calls[0];
  if (call === undefined) throw new Error('nothing arrived');
  const verified = new Webhook(SECRET).verify(call.body, call.headers as Record<string, string>);
  expect(verified).toMatchObject({ type: 'alert.alert', data: { alertId: 'alert-1', severity: 'warning' } });
  expect(call.headers['webhook-id']).toBe('notification-1');
});

test('a changed body or another secret is not accepted', async () => {
  const { calls, url } = await receiver();
  await webhook().deliver(to(url), signal);
  const { headers, body } = calls[0] ?? { headers: {}, body: '' };
  const otherSecret = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
  expect(() => new Webhook(SECRET).verify(`${body} `, headers as Record<string, string>)).toThrow();
  expect(() => new Webhook(otherSecret).verify(body, headers as Record<string, string>)).toThrow();
});

for (const { status, headers = {}, delivery } of [
  { status: 204, delivery: { kind: 'delivered' } },
  { status: 410, delivery: { kind: 'rejected', reason: 'target-gone' } },
  { status: 400, delivery: { kind: 'rejected', reason: 'bad-request' } },
  {
    status: 302,
    headers: { location: 'http://127.0.0.1/' },
    delivery: { kind: 'rejected', reason: 'bad-request' },
  },
  {
    status: 429,
    headers: { 'retry-after': '7' },
    delivery: { kind: 'retryable', reason: 'throttled', retryAfterMs: 7_000 },
  },
  { status: 503, delivery: { kind: 'retryable', reason: 'unreachable' } },
])
  test(`a receiver that answers ${status}`, async () => {
    const { calls, url } = await receiver((_request, response) => response.writeHead(status, headers).end());
    expect(await webhook().deliver(to(url), signal)).toEqual(delivery);
    expect(calls).toHaveLength(1);
  });

test('a receiver that never answers is given up: it may have got the call', async () => {
  const { url } = await receiver(() => {});
  expect(await webhook({ timeoutMs: 50 }).deliver(to(url), signal)).toEqual({
    kind: 'retryable',
    reason: 'ambiguous',
  });
});

test('a receiver that hangs up after the call may have got it', async () => {
  const { url } = await receiver((request) => request.socket.destroy());
  expect(await webhook().deliver(to(url), signal)).toEqual({ kind: 'retryable', reason: 'ambiguous' });
});

test('nobody listening is certain non-delivery', async () => {
  const { url } = await receiver();
  for (const close of closers.splice(0)) await close();
  expect(await webhook().deliver(to(url), signal)).toEqual({ kind: 'retryable', reason: 'unreachable' });
});

test('a call into our own network is never made', async () => {
  const { calls, url } = await receiver();
  expect(await webhook({ allowHttpLoopback: false }).deliver(to(url), signal)).toEqual({
    kind: 'rejected',
    reason: 'bad-request',
  });
  expect(calls).toHaveLength(0);
});

test('the connection goes to the address that was checked, whatever the name says later', async () => {
  const { calls, url } = await receiver();
  const named = url.replace('127.0.0.1', 'hooks.example.invalid');
  const channel = createWebhook({
    allowHttpLoopback: true,
    realClock: systemClock,
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  });
  expect(await channel.deliver(to(named), signal)).toEqual({ kind: 'delivered' });
  expect(calls[0]?.headers.host).toContain('hooks.example.invalid');
});

for (const secret of ['whsec_', 'whsec_c2hvcnQ=', `whsec_${Buffer.alloc(65).toString('base64')}`])
  test(`a secret of the wrong length (${secret.length}) is refused`, async () => {
    const { url } = await receiver();
    expect((await webhook().deliver(to(url, secret), signal)).kind).toBe('rejected');
  });

test('only somebody with address and secret can be reached', () => {
  const channel = webhook();
  expect(channel.reaches(driver)).toBe(false);
  expect(channel.reaches({ ...driver, webhookUrl: 'https://x.example', webhookSecret: null })).toBe(false);
  expect(channel.reaches({ ...driver, webhookUrl: 'https://x.example', webhookSecret: SECRET })).toBe(true);
});
