import { manualClock } from '@outrider/runtime';
import type { Contact } from '@outrider/state';
import { afterEach, expect, test } from 'vitest';
import { CONTRACT_TIMEOUT_MS, channelContract } from '../channel.contract.ts';
import type { Message } from '../channel.ts';
import { type FakeSlack, fakeSlack, no, SLACK_CHANNEL, SLACK_TOKEN } from '../fakes/slack.fixture.ts';
import { exampleMessage } from '../message.fixture.ts';
import { driver, START_MS } from '../notifier.fixture.ts';
import { createSlack } from './slack.ts';

const signal = new AbortController().signal;
const opened: FakeSlack[] = [];
const forgotten: string[] = [];
afterEach(async () => {
  forgotten.length = 0;
  for (const one of opened.splice(0)) await one.close();
});

async function open(): Promise<FakeSlack> {
  const slack = await fakeSlack();
  opened.push(slack);
  return slack;
}

const channelOf = ({ url }: FakeSlack, botToken = SLACK_TOKEN, hasButton = false) =>
  createSlack({
    ...{ hasButton, wordsOf: () => ({ onIt: 'On it', answered: 'Somebody is on it.' }) },
    ...{ url, botToken, realClock: manualClock(START_MS), timeoutMs: CONTRACT_TIMEOUT_MS },
    forget: async (contactId) => forgotten.push(contactId),
  });

const contact: Contact = {
  ...{ contactId: 'contact-1', personId: driver.personId, channel: 'slack', target: SLACK_CHANNEL },
  ...{ verifiedAtMs: START_MS, stoppedAtMs: null },
};
const to = (change: Partial<Message> = {}, contacts = [contact]) =>
  exampleMessage({ recipient: { ...driver, contacts }, ...change });

channelContract(
  'slack',
  async () => {
    const provider = await open();
    return {
      channel: channelOf(provider),
      provider,
      message: to,
      visible: () => provider.channel().length,
    };
  },
  { gone: no('is_archived'), mayRepeat: true },
);

/** Says it, and gives what the provider calls the message. */
async function shown(slack: FakeSlack, change: Partial<Message> = {}): Promise<string> {
  const delivery = await channelOf(slack).deliver(to(change), signal);
  if (delivery.kind !== 'delivered' || delivery.providerId === undefined) throw new Error('not delivered');
  return delivery.providerId;
}

const silent = { purpose: 'update', interrupts: false, title: 'Worse' } as const;

test('what changes silently is written over the message', async () => {
  const slack = await open();
  const shownAs = await shown(slack);
  expect(slack.channel()).toMatchObject([{ ts: shownAs, header: to().title, text: to().body }]);
  expect(await channelOf(slack).deliver(to({ ...silent, shownAs }), signal)).toEqual({ kind: 'delivered' });
  expect(slack.channel()).toMatchObject([{ ts: shownAs, header: 'Worse' }]);
});

test('what interrupts again is a new message, and the one before goes', async () => {
  const slack = await open();
  const shownAs = await shown(slack);
  const second = await shown(slack, { shownAs, title: 'Now' });
  expect(slack.channel()).toMatchObject([{ ts: second, header: 'Now' }]);
});

test('a message that somebody deleted is said anew', async () => {
  const slack = await open();
  const shownAs = await shown(slack);
  slack.deleteByHand(shownAs);
  await shown(slack, { ...silent, shownAs });
  expect(slack.channel()).toMatchObject([{ header: 'Worse' }]);
});

test('where to look is the last line, plain, and none of a message that takes back', async () => {
  const slack = await open();
  const runbook = 'https://wiki.example.org/silent';
  await shown(slack, { runbook, title: 'T', body: '' });
  const said = JSON.parse(slack.calls[0]?.body.toString() ?? '');
  const element = { type: 'plain_text', text: runbook, emoji: false };
  expect(said.blocks.at(-1)).toEqual({ type: 'context', elements: [element] });
  const other = await open();
  await shown(other, { runbook, purpose: 'resolve' });
  expect(other.calls[0]?.body.toString()).not.toContain('wiki.example.org');
});

test('nothing in a name is a mention or a link', async () => {
  const slack = await open();
  const title = 'Milford <!channel> & <https://a.example|here>';
  await shown(slack, { title, body: '' });
  const said = JSON.parse(slack.calls[0]?.body.toString() ?? '');
  expect(said.text).toBe('Milford &lt;!channel&gt; &amp; &lt;https://a.example|here&gt;');
  expect(said.blocks).toEqual([{ type: 'header', text: { type: 'plain_text', text: title, emoji: false } }]);
});

for (const { error, delivery, isForgotten = false } of [
  { error: 'channel_not_found', delivery: { kind: 'rejected', reason: 'target-gone' }, isForgotten: true },
  { error: 'not_in_channel', delivery: { kind: 'rejected', reason: 'target-gone' }, isForgotten: true },
  { error: 'token_revoked', delivery: { kind: 'retryable', reason: 'not-authorised' } },
  { error: 'ratelimited', delivery: { kind: 'retryable', reason: 'throttled' } },
  { error: 'internal_error', delivery: { kind: 'retryable', reason: 'ambiguous' } },
  { error: 'msg_too_long', delivery: { kind: 'rejected', reason: 'bad-request' } },
  { error: 'toString', delivery: { kind: 'rejected', reason: 'bad-request' } },
])
  test(`Slack's word ${error}`, async () => {
    const slack = await open();
    slack.fail(no(error));
    expect(await channelOf(slack).deliver(to(), signal)).toEqual(delivery);
    expect(forgotten).toEqual(isForgotten ? ['contact-1'] : []);
  });

test('an answer that is none says nothing about what was done', async () => {
  const slack = await open();
  slack.fail({ status: 200, body: '<html>' });
  expect(await channelOf(slack).deliver(to(), signal)).toEqual({ kind: 'retryable', reason: 'ambiguous' });
});

test.each([150, 151])('a title of %i signs is taken', async (length) => {
  const slack = await open();
  await shown(slack, { title: 'x'.repeat(length) });
  expect(slack.channel()[0]?.header).toHaveLength(150);
});

test('the button says which message it is under, and goes once somebody is on it', async () => {
  const slack = await open();
  const channel = channelOf(slack, SLACK_TOKEN, true);
  const first = await channel.deliver(to(), signal);
  expect(slack.channel()).toMatchObject([{ button: 'notification-1', note: undefined }]);
  const shownAs = first.kind === 'delivered' ? (first.providerId ?? '') : '';
  const answer = { purpose: 'update', interrupts: false, isAnswered: true, shownAs } as const;
  await channel.deliver(to(answer), signal);
  expect(slack.channel()).toMatchObject([{ ts: shownAs, button: undefined, note: 'Somebody is on it.' }]);
});

test('what is over has no button, and none has one where nobody hears of it', async () => {
  const slack = await open();
  await channelOf(slack, SLACK_TOKEN, true).deliver(to({ purpose: 'resolve' }), signal);
  await shown(slack);
  expect(slack.channel().map(({ button }) => button)).toEqual([undefined, undefined]);
});

test('a code goes to the channel', async () => {
  const slack = await open();
  const text = {
    target: SLACK_CHANNEL,
    subject: 'Code',
    text: 'Your code is 1',
    createdAtMs: 0,
    expiresAtMs: 1,
  };
  expect(await channelOf(slack).sendText?.(text, signal)).toEqual({ kind: 'delivered' });
  expect(slack.channel()).toMatchObject([{ text: 'Your code is 1' }]);
  const elsewhere = { ...text, target: 'C9999999999' };
  expect(await channelOf(slack).sendText?.(elsewhere, signal)).toMatchObject({ kind: 'rejected' });
});
