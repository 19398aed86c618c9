import { type ManualClock, manualClock, silentLog } from '@outrider/runtime';
import { afterEach, expect, test } from 'vitest';
import { CONTRACT_TIMEOUT_MS, channelContract } from '../channel.contract.ts';
import { type FakeTwilio, fakeTwilio } from '../fakes/twilio.fixture.ts';
import { exampleMessage } from '../message.fixture.ts';
import { driver, HOUR_MS, MINUTE_MS, START_MS } from '../notifier.fixture.ts';
import { smsSize } from '../sms-text.ts';
import { createSms } from './sms.ts';

const PHONE = '+15551230001';
const signal = new AbortController().signal;
const clock = manualClock(START_MS);
const providers: FakeTwilio[] = [];
let forgotten: string[] = [];
afterEach(async () => {
  for (const provider of providers.splice(0)) await provider.close();
  forgotten = [];
});

const contact = {
  ...({ contactId: 'contact-1', personId: driver.personId, channel: 'sms', target: PHONE } as const),
  ...{ verifiedAtMs: START_MS, stoppedAtMs: null },
};
const recipient = { ...driver, phone: PHONE, contacts: [contact] };
const message = (change = {}) => exampleMessage({ recipient, ...change });

async function provider(): Promise<FakeTwilio> {
  const fake = await fakeTwilio(() => clock.nowMs());
  providers.push(fake);
  return fake;
}

const sms = (
  url: string,
  more: {
    fallbackUrl?: string;
    from?: string;
    repliesOf?: () => string;
    callbackUrl?: string;
    realClock?: ManualClock;
  } = {},
) =>
  createSms({
    ...{ url, from: '+15550000000', eventClock: clock, realClock: clock, log: silentLog },
    ...{ timeoutMs: CONTRACT_TIMEOUT_MS, ...more },
    forget: async (contactId) => void forgotten.push(contactId),
  });

channelContract(
  'sms',
  async () => {
    const fake = await provider();
    const realClock = manualClock(START_MS);
    return {
      channel: sms(fake.accountUrl, { realClock }),
      pass: (ms) => realClock.advanceTo(realClock.nowMs() + ms),
      provider: fake,
      message,
      visible: () => fake.texts.length,
      validForS: () => Number(fake.texts.at(-1)?.fields.ValidityPeriod),
    };
  },
  { gone: { status: 400, body: { code: 21610, message: 'Attempt to send to unsubscribed recipient' } } },
);

test('the form is what Twilio reads', async () => {
  const fake = await provider();
  await sms(fake.accountUrl).deliver(message(), signal);
  expect(fake.texts[0]?.fields).toEqual({
    To: PHONE,
    From: '+15550000000',
    Body: 'Charge 12 minutes longer here.',
    ValidityPeriod: '3600',
  });
});

test('the provider is told where to say what became of a warning, and of nothing else', async () => {
  const fake = await provider();
  const channel = sms(fake.accountUrl, { callbackUrl: 'https://cars.example/' });
  await channel.deliver(message(), signal);
  const bare = {
    target: PHONE,
    subject: '',
    text: '012345',
    createdAtMs: START_MS,
    expiresAtMs: START_MS + MINUTE_MS,
  };
  await channel.sendText?.(bare, signal);
  const told = fake.texts.map(({ fields }) => fields.StatusCallback);
  expect(told).toEqual(['https://cars.example/v1/sms/receipts/notification-1', undefined]);
});

test('a messaging service sends in place of a number', async () => {
  const fake = await provider();
  const from = `MG${'0'.repeat(32)}`;
  await sms(fake.accountUrl, { from }).deliver(message(), signal);
  expect(fake.texts[0]?.fields).toMatchObject({ MessagingServiceSid: from });
  expect(fake.texts[0]?.fields).not.toHaveProperty('From');
});

for (const { lives, validForS } of [
  { lives: 10 * HOUR_MS, validForS: '36000' },
  { lives: 10 * HOUR_MS + 1_000, validForS: '36000' },
  { lives: 900, validForS: '1' },
])
  test(`what lives ${lives} ms is kept for ${validForS} s`, async () => {
    const fake = await provider();
    await sms(fake.accountUrl).deliver(message({ expiresAtMs: START_MS + lives }), signal);
    expect(fake.texts[0]?.fields.ValidityPeriod).toBe(validForS);
  });

for (const { name, answer, isForgotten } of [
  {
    name: 'whose owner said STOP to the carrier',
    answer: { status: 400, body: { code: 21610 } },
    isForgotten: true,
  },
  { name: 'that is no phone', answer: { status: 400, body: { code: 21614 } }, isForgotten: true },
  { name: 'whose text is refused', answer: { status: 400, body: { code: 21617 } }, isForgotten: false },
  { name: 'while the provider is busy', answer: { status: 429 }, isForgotten: false },
])
  test(`a number ${name} is ${isForgotten ? '' : 'not '}to be proved anew`, async () => {
    const fake = await provider();
    fake.fail(answer);
    await sms(fake.accountUrl).deliver(message(), signal);
    expect(forgotten).toEqual(isForgotten ? [contact.contactId] : []);
  });

for (const { name, change } of [
  { name: 'not the number that was proved', change: { phone: '+15551239999' } },
  { name: 'a number whose owner said STOP', change: { contacts: [{ ...contact, stoppedAtMs: START_MS }] } },
  { name: 'a number that nobody proved', change: { contacts: [] } },
])
  test(`${name} gets nothing`, async () => {
    const fake = await provider();
    const channel = sms(fake.accountUrl);
    expect(channel.reaches({ ...recipient, ...change })).toBe(false);
    const delivery = await channel.deliver(message({ recipient: { ...recipient, ...change } }), signal);
    expect(delivery).toEqual({ kind: 'rejected', reason: 'target-gone' });
    expect(fake.calls).toHaveLength(0);
  });

for (const { severity, delivery } of [
  { severity: 'warning', delivery: { kind: 'rejected', reason: 'ambiguous' } },
  { severity: 'critical', delivery: { kind: 'retryable', reason: 'ambiguous' } },
] as const)
  test(`a ${severity} text of which nobody knows is ${delivery.kind}`, async () => {
    const fake = await provider();
    fake.fail({ status: 500 });
    expect(await sms(fake.accountUrl).deliver(message({ severity }), signal)).toEqual(delivery);
    expect(fake.texts).toHaveLength(0);
  });

test('the same words of an earlier decision are no repeat, and a text that failed is none', async () => {
  const fake = await provider();
  const channel = sms(fake.accountUrl);
  for (const _ of [1, 2]) await channel.deliver(message(), signal);
  expect(fake.texts).toHaveLength(1);
  await channel.deliver(message({ createdAtMs: START_MS + 5 * MINUTE_MS }), signal);
  expect(fake.texts).toHaveLength(2);
  for (const text of fake.texts) text.status = 'undelivered';
  await channel.deliver(message(), signal);
  expect(fake.texts).toHaveLength(3);
});

test('a second provider is asked only when the first certainly did not take it', async () => {
  const [first, second] = [await provider(), await provider()];
  const channel = sms(first.accountUrl, { fallbackUrl: second.accountUrl });
  first.fail({ status: 429 });
  expect(await channel.deliver(message(), signal)).toEqual({ kind: 'delivered' });
  expect([first.texts.length, second.texts.length]).toEqual([0, 1]);
  // It is there already, wherever.
  expect(await channel.deliver(message(), signal)).toEqual({ kind: 'delivered' });
  expect([first.texts.length, second.texts.length]).toEqual([0, 1]);
  first.fail({ status: 503 });
  const other = message({ spoken: 'Hold 105 km/h.' });
  expect(await channel.deliver(other, signal)).toEqual({ kind: 'rejected', reason: 'ambiguous' });
  expect([first.texts.length, second.texts.length]).toEqual([0, 1]);
});

for (const { name, spoken, body } of [
  {
    name: 'with room',
    spoken: 'Hold 105 km/h.',
    body: 'Hold 105 km/h. Reply STOP.',
  },
  { name: 'of two segments already', spoken: 'я'.repeat(130), body: 'я'.repeat(130) },
])
  test(`what may be answered is said at the end of a text ${name}`, async () => {
    const fake = await provider();
    const channel = sms(fake.accountUrl, { repliesOf: () => 'Reply STOP.' });
    await channel.deliver(message({ spoken }), signal);
    expect(fake.texts[0]?.fields.Body).toBe(body);
  });

test('a text is one segment of the small alphabet', async () => {
  const fake = await provider();
  await sms(fake.accountUrl).deliver(message({ spoken: 'Lahr – “Diner”: 3 % … Łódź' }), signal);
  const body = fake.texts[0]?.fields.Body ?? '';
  expect(body).toBe('Lahr - "Diner": 3 % ... Lódz'.replace('ó', 'o'));
  expect(smsSize(body)).toMatchObject({ alphabet: 'gsm-7', segments: 1 });
});

test('one that may have arrived goes out again only where every provider says that it did not', async () => {
  const fake = await provider();
  const fallbackUrl = 'http://AC1:token@127.0.0.1:1';
  const deliver = (change: object, more = {}) =>
    sms(fake.accountUrl, more).deliver(message({ isMaybeThere: true, ...change }), signal);
  const unsure = { kind: 'retryable', reason: 'ambiguous' };
  expect(await deliver({}, { fallbackUrl })).toEqual(unsure);
  expect(fake.texts).toHaveLength(0);
  for (const _ of [1, 2]) expect(await deliver({})).toMatchObject({ kind: 'delivered' });
  expect(fake.texts).toHaveLength(1);
  // Rather twice than not at all.
  const spoken = 'Another text.';
  expect(await deliver({ spoken, severity: 'critical' }, { fallbackUrl })).toMatchObject({
    kind: 'delivered',
  });
  expect(fake.texts).toHaveLength(2);
});

test('while the first provider rests the second is taken, and the first again when it works', async () => {
  const [first, second] = [await provider(), await provider()];
  const realClock = manualClock(START_MS);
  const channel = sms(first.accountUrl, { fallbackUrl: second.accountUrl, realClock });
  const say = (number: number) => channel.deliver(message({ spoken: `Text ${number}.` }), signal);
  first.fail(...Array.from({ length: 5 }, () => ({ status: 429 })));
  for (let number = 0; number < 7; number++) expect(await say(number)).toEqual({ kind: 'delivered' });
  const posts = () => first.calls.filter(({ method }) => method === 'POST').length;
  expect([posts(), second.texts.length]).toEqual([5, 7]);
  // Nor is it asked what it has: with each of the five only.
  expect(first.calls).toHaveLength(10);
  realClock.advanceTo(START_MS + 30_000);
  expect(await say(7)).toEqual({ kind: 'delivered' });
  expect([posts(), second.texts.length]).toEqual([6, 7]);
});
