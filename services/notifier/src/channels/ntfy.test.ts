import { manualClock } from '@outrider/runtime';
import type { Contact } from '@outrider/state';
import { afterEach, expect, test } from 'vitest';
import { CONTRACT_TIMEOUT_MS, channelContract } from '../channel.contract.ts';
import type { Message } from '../channel.ts';
import { type FakeNtfy, fakeNtfy, NTFY_TOKEN } from '../fakes/ntfy.fixture.ts';
import { exampleMessage } from '../message.fixture.ts';
import { driver, START_MS } from '../notifier.fixture.ts';
import { createNtfy } from './ntfy.ts';

const signal = new AbortController().signal;
const TOPIC = 'my-car_8f3Kq';
const opened: FakeNtfy[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

async function open(token?: string): Promise<FakeNtfy> {
  const ntfy = await fakeNtfy(token);
  opened.push(ntfy);
  return ntfy;
}

const channelOf = ({ url }: FakeNtfy, token?: string) =>
  createNtfy({ url, token, realClock: manualClock(START_MS), timeoutMs: CONTRACT_TIMEOUT_MS });

const contact: Contact = {
  ...{ contactId: 'contact-1', personId: driver.personId, channel: 'ntfy', target: TOPIC },
  ...{ verifiedAtMs: START_MS, stoppedAtMs: null },
};
const to = (change: Partial<Message> = {}, contacts = [contact]) =>
  exampleMessage({ recipient: { ...driver, contacts }, ...change });

channelContract(
  'ntfy',
  async () => {
    const provider = await open();
    return {
      channel: channelOf(provider),
      provider,
      message: to,
      visible: () => provider.shown(TOPIC).length,
    };
  },
  {},
);

test('all that is said about an alert is one notification, and another alert another', async () => {
  const ntfy = await open();
  const channel = channelOf(ntfy);
  await channel.deliver(to(), signal);
  expect(ntfy.shown(TOPIC)).toMatchObject([
    { title: exampleMessage().title, message: exampleMessage().body, priority: 4, tags: ['warning'] },
  ]);
  await channel.deliver(to({ notificationId: 'n-2', purpose: 'update', interrupts: false }), signal);
  await channel.deliver(
    to({ notificationId: 'n-3', purpose: 'resolve', interrupts: false, title: 'All is well', body: '' }),
    signal,
  );
  expect(ntfy.shown(TOPIC)).toMatchObject([
    { title: 'All is well', message: 'All is well', priority: 2, tags: ['heavy_check_mark'] },
  ]);
  await channel.deliver(to({ alertId: 'alert-2', severity: 'critical' }), signal);
  expect(ntfy.shown(TOPIC).map(({ priority }) => priority)).toEqual([2, 5]);
});

test('a code is a message of its own', async () => {
  const ntfy = await open();
  const text = {
    target: TOPIC,
    subject: 'Code',
    text: 'Your code is 123456',
    createdAtMs: 0,
    expiresAtMs: 1,
  };
  expect(await channelOf(ntfy).sendText?.(text, signal)).toEqual({ kind: 'delivered' });
  expect(ntfy.shown(TOPIC)).toMatchObject([{ title: 'Code', message: 'Your code is 123456' }]);
});

test('a server that asks for a token gets it', async () => {
  const ntfy = await open(NTFY_TOKEN);
  expect(await channelOf(ntfy, NTFY_TOKEN).deliver(to(), signal)).toEqual({ kind: 'delivered' });
  expect(await channelOf(ntfy).deliver(to(), signal)).toEqual({
    kind: 'retryable',
    reason: 'not-authorised',
  });
});

test('a topic that somebody else reserved fails by itself', async () => {
  const ntfy = await open();
  ntfy.fail({ status: 403, body: { code: 40301, http: 403, error: 'forbidden' } });
  expect(await channelOf(ntfy).deliver(to(), signal)).toEqual({ kind: 'rejected', reason: 'bad-request' });
});

test('a long text is cut so that it stays a message', async () => {
  const ntfy = await open();
  const delivery = await channelOf(ntfy).deliver(to({ body: '🔋'.repeat(2_000) }), signal);
  expect(delivery).toEqual({ kind: 'delivered' });
  expect(ntfy.messages[0]?.message).toBe(`${'🔋'.repeat(1_000)}…`);
});
