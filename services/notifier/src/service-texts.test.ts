import { hashCode } from '@outrider/runtime';
import type { ServiceText } from '@outrider/state';
import { afterEach, expect, test } from 'vitest';
import type { BareText, Channel, Delivery } from './channel.ts';
import { createRig, DRIVER, MINUTE_MS, type Rig, START_MS } from './notifier.fixture.ts';

const PHONE = '+15551230001';
const SECOND_MS = 1_000;
const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

/** A channel that keeps what it is given to send. */
function smsChannel(answer: Delivery | 'throws' = { kind: 'delivered' }) {
  const sent: BareText[] = [];
  const channel: Channel = {
    name: 'sms',
    reaches: () => false,
    deliver: async () => ({ kind: 'delivered' }),
    async sendText(text) {
      sent.push(text);
      if (answer === 'throws') throw new Error('a fault of the channel');
      return answer;
    },
    close: async () => {},
  };
  return { sent, channel };
}

async function start(channels: readonly Channel[]) {
  const rig = await createRig({ channels });
  rigs.push(rig);
  const ask = (textId = 'code_1') => rig.state.serviceTexts.insert(code(textId));
  const found = async () =>
    (await rig.state.transaction((tx) => tx.serviceTexts.listSince(DRIVER, PHONE, 0)))[0];
  return { rig, ask, found };
}

const code = (textId: string): ServiceText => ({
  ...{ textId, personId: DRIVER, kind: 'code', channel: 'sms', target: PHONE },
  ...{ requestedAtMs: START_MS, expiresAtMs: START_MS + 10 * MINUTE_MS },
  ...{ state: 'waiting', codeHash: null, attemptsLeft: 5 },
});

test('a code that was asked for is sent once, and stored as a hash only', async () => {
  const { sent, channel } = smsChannel();
  const { rig, ask, found } = await start([channel]);
  await ask();
  await rig.passRealTime(SECOND_MS);
  await rig.passRealTime(SECOND_MS);
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({ target: PHONE, expiresAtMs: START_MS + 10 * MINUTE_MS });
  const said = /\b(\d{6})\b/.exec(sent[0]?.text ?? '')?.[1] ?? '';
  const text = await found();
  expect(text).toMatchObject({ state: 'sent', codeHash: hashCode(said, 'code_1') });
  expect(JSON.stringify(text)).not.toContain(said);
  expect(sent[0]?.text.length).toBeLessThanOrEqual(160);
});

test('nobody who drives gets a code: it waits until the car is parked', async () => {
  const { sent, channel } = smsChannel();
  const { rig, ask, found } = await start([channel]);
  await rig.drive();
  await ask();
  await rig.passRealTime(SECOND_MS);
  expect(sent).toHaveLength(0);
  expect(await found()).toMatchObject({ state: 'waiting', codeHash: null });
  await rig.passEventTime(SECOND_MS);
  await rig.park();
  await rig.passRealTime(SECOND_MS);
  expect(sent).toHaveLength(1);
});

test('a code whose provider rests waits for it, and is sent once', async () => {
  const { sent, channel } = smsChannel();
  let turns = 0;
  const resting: Channel = {
    ...channel,
    sendText: async (text, signal) => {
      turns += 1;
      if (turns === 1) return { kind: 'held', forMs: SECOND_MS };
      return (await channel.sendText?.(text, signal)) ?? { kind: 'delivered' };
    },
  };
  const { rig, ask, found } = await start([resting]);
  await ask();
  await rig.passRealTime(SECOND_MS);
  expect(await found()).toMatchObject({ state: 'waiting', codeHash: null });
  for (const _ of [1, 2]) await rig.passRealTime(SECOND_MS);
  expect(await found()).toMatchObject({ state: 'sent' });
  expect(sent).toHaveLength(1);
});

for (const { name, prepare, count } of [
  { name: 'while the car moves it waits', prepare: (rig: Rig) => rig.drive(), count: 0 },
  { name: 'while the car may move it waits', prepare: async () => {}, count: 0 },
  { name: 'once the car is parked it goes out, without a code', prepare: (rig: Rig) => rig.park(), count: 1 },
])
  test(`the last word after a STOP: ${name}`, async () => {
    const { sent, channel } = smsChannel();
    const { rig } = await start([channel]);
    await prepare(rig);
    await rig.state.serviceTexts.insert({ ...code('text_1'), kind: 'stopped', attemptsLeft: 0 });
    await rig.passRealTime(SECOND_MS);
    expect(sent).toHaveLength(count);
    for (const { text } of sent) expect(text).toMatch(/no more SMS/);
  });

test('a code that waited too long is not sent any more', async () => {
  const { sent, channel } = smsChannel();
  const { rig, ask } = await start([channel]);
  await ask();
  await rig.passEventTime(10 * MINUTE_MS);
  await rig.passRealTime(SECOND_MS);
  expect(sent).toHaveLength(0);
});

for (const { name, channels } of [
  { name: 'a provider that refuses', channels: [smsChannel({ kind: 'rejected', reason: 'target-gone' })] },
  { name: 'a channel that throws', channels: [smsChannel('throws')] },
  { name: 'no SMS at all', channels: [] },
])
  test(`${name}: the code failed, and is not tried again`, async () => {
    const { rig, ask, found } = await start(channels.map(({ channel }) => channel));
    await ask();
    await rig.passRealTime(SECOND_MS);
    await rig.passRealTime(SECOND_MS);
    expect(await found()).toMatchObject({ state: 'failed' });
    for (const { sent } of channels) expect(sent).toHaveLength(1);
  });

test('what a killed process had begun to send is not sent by the next one', async () => {
  const { sent, channel } = smsChannel();
  const { rig, ask } = await start([channel]);
  await ask();
  await rig.state.serviceTexts.change('code_1', 'waiting', { state: 'sending' });
  await rig.restart();
  await rig.passRealTime(SECOND_MS);
  expect(sent).toHaveLength(0);
});

test('a link that signs in is sent once, leads to the page, and is stored as a hash only', async () => {
  const { sent, channel } = smsChannel();
  const rig = await createRig({
    channels: [channel],
    environment: { API_PUBLIC_URL: 'https://outrider.example/' },
  });
  rigs.push(rig);
  await rig.state.serviceTexts.insert({ ...code('link_1'), kind: 'sign-in' });
  await rig.passRealTime(SECOND_MS);
  await rig.passRealTime(SECOND_MS);
  expect(sent.map(({ subject }) => subject)).toEqual(['Outrider: your link to sign in']);
  const said = sent[0]?.text ?? '';
  const secret = /https:\/\/outrider\.example\/#sign-in=link_1\.(mail_[\w-]{43}) /.exec(said)?.[1] ?? '';
  const text = await rig.state.serviceTexts.find('link_1');
  expect(text).toMatchObject({ state: 'sent', codeHash: hashCode(secret, 'link_1') });
  expect(JSON.stringify(text)).not.toContain(secret);
});
