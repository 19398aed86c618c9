import { manualClock } from '@outrider/runtime';
import type { Contact } from '@outrider/state';
import { afterEach, expect, test } from 'vitest';
import { CONTRACT_TIMEOUT_MS, channelContract } from '../channel.contract.ts';
import type { Message } from '../channel.ts';
import {
  BLOCKED,
  BOT_TOKEN,
  CHAT_ID,
  type FakeTelegram,
  FLOODED,
  fakeTelegram,
} from '../fakes/telegram.fixture.ts';
import { exampleMessage } from '../message.fixture.ts';
import { driver, START_MS } from '../notifier.fixture.ts';
import { createTelegram } from './telegram.ts';

const signal = new AbortController().signal;
const opened: FakeTelegram[] = [];
const forgotten: string[] = [];
afterEach(async () => {
  forgotten.length = 0;
  for (const one of opened.splice(0)) await one.close();
});

async function open(): Promise<FakeTelegram> {
  const telegram = await fakeTelegram();
  opened.push(telegram);
  return telegram;
}

const channelOf = ({ url }: FakeTelegram, botToken = BOT_TOKEN) =>
  createTelegram({
    ...{ url, botToken, realClock: manualClock(START_MS), timeoutMs: CONTRACT_TIMEOUT_MS },
    forget: async (contactId) => forgotten.push(contactId),
  });

const contact: Contact = {
  ...{ contactId: 'contact-1', personId: driver.personId, channel: 'telegram', target: CHAT_ID },
  ...{ verifiedAtMs: START_MS, stoppedAtMs: null },
};
const to = (change: Partial<Message> = {}, contacts = [contact]) =>
  exampleMessage({ recipient: { ...driver, contacts }, ...change });

channelContract(
  'telegram',
  async () => {
    const provider = await open();
    return {
      channel: channelOf(provider),
      provider,
      message: to,
      visible: () => provider.chat().length,
    };
  },
  { gone: BLOCKED, throttled: FLOODED, mayRepeat: true },
);

/** Says it, and gives what the provider calls the message. */
async function shown(telegram: FakeTelegram, change: Partial<Message> = {}): Promise<string> {
  const delivery = await channelOf(telegram).deliver(to(change), signal);
  if (delivery.kind !== 'delivered' || delivery.providerId === undefined) throw new Error('not delivered');
  return delivery.providerId;
}

const silent = { purpose: 'update', interrupts: false, title: 'Worse' } as const;

test('the title is bold, whatever signs it has', async () => {
  const telegram = await open();
  const title = '*Milford* <b>3 %</b> 🔋';
  await shown(telegram, { title });
  expect(telegram.chat()).toMatchObject([{ bold: title, text: `${title}\n${to().body}`, isQuiet: false }]);
});

test('what changes silently is written over the message, also twice', async () => {
  const telegram = await open();
  const shownAs = await shown(telegram);
  for (const _ of [1, 2])
    expect(await channelOf(telegram).deliver(to({ ...silent, shownAs }), signal)).toEqual({
      kind: 'delivered',
    });
  expect(telegram.chat()).toMatchObject([{ message_id: Number(shownAs), bold: 'Worse' }]);
});

test('what interrupts again is a new message, and the one before goes', async () => {
  const telegram = await open();
  const shownAs = await shown(telegram);
  const second = await shown(telegram, { shownAs, title: 'Now' });
  expect(second).not.toBe(shownAs);
  expect(telegram.chat()).toMatchObject([{ message_id: Number(second), bold: 'Now', isQuiet: false }]);
});

test('a message that its reader deleted is said anew, without a sound', async () => {
  const telegram = await open();
  const shownAs = await shown(telegram);
  telegram.deleteByHand(Number(shownAs));
  await shown(telegram, { ...silent, shownAs });
  expect(telegram.chat()).toMatchObject([{ bold: 'Worse', isQuiet: true }]);
});

test('asked to slow down while it writes over a message, it waits as long', async () => {
  const telegram = await open();
  const shownAs = await shown(telegram);
  telegram.fail(FLOODED);
  expect(await channelOf(telegram).deliver(to({ ...silent, shownAs }), signal)).toEqual({
    ...{ kind: 'retryable', reason: 'throttled', retryAfterMs: 7_000 },
  });
  expect(telegram.chat()).toMatchObject([{ bold: to().title }]);
});

for (const { name, target, fault } of [
  { name: 'the bot is blocked', target: CHAT_ID, fault: BLOCKED },
  { name: 'the chat is none', target: '43', fault: undefined },
])
  test(`where ${name} the chat is forgotten`, async () => {
    const telegram = await open();
    if (fault !== undefined) telegram.fail(fault);
    const delivery = await channelOf(telegram).deliver(to({}, [{ ...contact, target }]), signal);
    expect(delivery).toEqual({ kind: 'rejected', reason: 'target-gone' });
    expect(forgotten).toEqual(['contact-1']);
  });

test('a token that is none may be mended: nothing is forgotten', async () => {
  const delivery = await channelOf(await open(), '1:wrong').deliver(to(), signal);
  expect(delivery).toEqual({ kind: 'retryable', reason: 'not-authorised' });
  expect(forgotten).toEqual([]);
});

test('a text longer than Telegram takes is cut', async () => {
  const telegram = await open();
  await shown(telegram, { body: 'x'.repeat(5_000) });
  expect(telegram.chat()[0]?.text).toHaveLength(4_096);
});
