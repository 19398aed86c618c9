import { manualClock } from '@outrider/runtime';
import type { Contact } from '@outrider/state';
import { afterEach, expect, test } from 'vitest';
import { CONTRACT_TIMEOUT_MS, channelContract } from '../channel.contract.ts';
import type { Message } from '../channel.ts';
import { type FakePushService, fakePushService } from '../fakes/push-service.fixture.ts';
import { exampleMessage } from '../message.fixture.ts';
import { driver, START_MS } from '../notifier.fixture.ts';
import { createPush } from './push.ts';

const signal = new AbortController().signal;
const clock = manualClock(START_MS);
const services: FakePushService[] = [];
const forgotten: string[] = [];
afterEach(async () => {
  forgotten.length = 0;
  for (const service of services.splice(0)) await service.close();
});

async function pushService(): Promise<FakePushService> {
  const service = await fakePushService();
  services.push(service);
  return service;
}

const push = (allowHttpLoopback = true, realClock = clock) =>
  createPush({
    vapid: { privateKey: Buffer.alloc(32, 7).toString('base64url'), contact: 'mailto:ops@cars.example' },
    ...{ eventClock: clock, realClock, allowHttpLoopback, timeoutMs: CONTRACT_TIMEOUT_MS },
    forget: async (contactId) => forgotten.push(contactId),
  });

const contactOf = ({ subscription }: FakePushService, change: Partial<Contact> = {}): Contact => ({
  ...{ contactId: `at ${subscription.endpoint}`, personId: driver.personId, channel: 'push' },
  ...{ target: JSON.stringify(subscription), verifiedAtMs: START_MS, stoppedAtMs: null },
  ...change,
});

const to = (contacts: readonly Contact[], change: Partial<Message> = {}) =>
  exampleMessage({ recipient: { ...driver, contacts }, ...change });

channelContract(
  'push',
  async () => {
    const provider = await pushService();
    const own = manualClock(START_MS);
    return {
      channel: push(true, own),
      pass: (ms) => own.advanceTo(own.nowMs() + ms),
      provider,
      message: (change) => to([contactOf(provider)], change),
      visible: () => new Set(provider.pushes.map(({ topic }) => topic)).size,
      validForS: () => provider.pushes.at(-1)?.ttlS,
    };
  },
  { gone: { status: 410 } },
);

test('the browser reads what is said, under a tag that replaces what the alert said before', async () => {
  const service = await pushService();
  await push().deliver(to([contactOf(service)]), signal);
  await push().deliver(to([contactOf(service)], { notificationId: 'n-2', revision: 2 }), signal);
  const [first, second] = service.pushes;
  expect(first?.payload).toMatchObject({ title: exampleMessage().title, body: exampleMessage().body });
  expect(first).toMatchObject({ urgency: 'high', topic: first?.payload.tag });
  expect(second?.topic).toBe(first?.topic);
  expect(first?.topic).toMatch(/^[\w-]{1,32}$/);
});

test('another alert has another topic', async () => {
  const service = await pushService();
  for (const alertId of ['alert-1', 'alert-2'])
    await push().deliver(to([contactOf(service)], { alertId }), signal);
  expect(new Set(service.pushes.map(({ topic }) => topic)).size).toBe(2);
});

for (const status of [404, 410])
  test(`a subscription that answers ${status} is forgotten, and the others are told`, async () => {
    const [gone, there] = [await pushService(), await pushService()];
    gone.fail({ status });
    const delivery = await push().deliver(to([contactOf(gone), contactOf(there)]), signal);
    expect(delivery).toEqual({ kind: 'delivered' });
    expect(forgotten).toEqual([contactOf(gone).contactId]);
    expect(there.pushes).toHaveLength(1);
  });

test('while one browser may still be told it is tried again', async () => {
  const [gone, busy] = [await pushService(), await pushService()];
  gone.fail({ status: 410 });
  busy.fail({ status: 503 });
  const delivery = await push().deliver(to([contactOf(gone), contactOf(busy)]), signal);
  expect(delivery).toEqual({ kind: 'retryable', reason: 'unreachable' });
  expect(forgotten).toEqual([contactOf(gone).contactId]);
});

test('a subscription into our own network is never called, and forgotten', async () => {
  const service = await pushService();
  expect(await push(false).deliver(to([contactOf(service)]), signal)).toMatchObject({
    reason: 'target-gone',
  });
  expect(service.calls).toHaveLength(0);
  expect(forgotten).toHaveLength(1);
});

test('a subscription whose key is none is forgotten', async () => {
  const service = await pushService();
  const target = JSON.stringify({ ...service.subscription, p256dh: 'AAAA' });
  const delivery = await push().deliver(to([contactOf(service, { target })]), signal);
  expect(delivery).toMatchObject({ reason: 'target-gone' });
  expect(service.calls).toHaveLength(0);
});

test('a long text is cut at a whole sign so that every push service takes it', async () => {
  const service = await pushService();
  const body = '🔋'.repeat(1_000);
  expect(await push().deliver(to([contactOf(service)], { body }), signal)).toEqual({ kind: 'delivered' });
  expect(service.pushes[0]?.payload.body).toBe(`${'🔋'.repeat(500)}…`);
  expect(service.calls[0]?.body.length).toBeLessThan(3_000);
});

test('what has expired is not kept for a browser that is away', async () => {
  const service = await pushService();
  await push().deliver(to([contactOf(service)], { expiresAtMs: START_MS - 1 }), signal);
  expect(service.pushes[0]?.ttlS).toBe(0);
});

test('one push service that rests holds up its own browsers alone', async () => {
  const [down, well] = [await pushService(), await pushService()];
  down.fail(...Array.from({ length: 6 }, () => ({ status: 503 })));
  const channel = push();
  for (let count = 0; count < 5; count++)
    expect(await channel.deliver(to([contactOf(down)]), signal)).toMatchObject({ reason: 'unreachable' });
  expect(await channel.deliver(to([contactOf(down)]), signal)).toEqual({ kind: 'held', forMs: 30_000 });
  expect(await channel.deliver(to([contactOf(well)]), signal)).toEqual({ kind: 'delivered' });
  expect(await channel.deliver(to([contactOf(down), contactOf(well)]), signal)).toEqual({
    kind: 'delivered',
  });
  expect(down.calls).toHaveLength(5);
});
