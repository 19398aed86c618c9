import { decodeRecord, TOPICS } from '@outrider/bus';
import type { Feedback } from '@outrider/domain';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { notificationRecord, START_MS, startApi, storeNotification, type TestApi } from './api.fixture.ts';
import { signatureOf } from './provider-signature.ts';

const PHONE = '+15551230001';
const BASE = 'https://cars.example/outrider';
const PATH = '/v1/sms/replies';
const environment = { SMS_CALLBACK_URL: `${BASE}/`, SMS_CALLBACK_TOKENS: 'new token, old token' };

let it: TestApi;
beforeEach(async () => {
  it = await startApi({ environment });
});
afterEach(() => it.stop());

/** What the provider posts when somebody answers. */
const answer = (body: string, more: Readonly<Record<string, string>> = {}, token = 'old token') =>
  post(PATH, { MessageSid: 'SM1', From: PHONE, To: '+15550000000', Body: body, ...more }, token);

/** What it posts when it knows what became of a text. */
const receipt = (notificationId: string, MessageStatus: string, token = 'new token') =>
  post(`/v1/sms/receipts/${notificationId}`, { MessageSid: 'SM1', MessageStatus }, token);

function post(path: string, fields: Readonly<Record<string, string>>, token: string) {
  const form = new URLSearchParams(fields);
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-twilio-signature': signatureOf(token, `${BASE}${path}`, form),
  };
  return it.call('POST', path, { raw: form.toString(), headers });
}

async function addReader() {
  const { token, personId } = await it.addPerson();
  const vehicleId = await it.addVehicle(token);
  await it.call('PATCH', '/v1/people/me', { token, body: { phone: PHONE, channels: ['feed', 'sms'] } });
  const contact = { contactId: `contact ${personId}`, personId, channel: 'sms', target: PHONE } as const;
  await it.state.contacts.put({ ...contact, verifiedAtMs: START_MS, stoppedAtMs: null });
  const me = async () => (await it.call('GET', '/v1/people/me', { token })).body;
  return { personId, vehicleId, me };
}

async function feedback(): Promise<readonly Feedback[]> {
  await vi.waitUntil(() => it.api.isIdle());
  const said: Feedback[] = [];
  const subscription = await it.bus.broadcast({
    topics: [TOPICS.feedback.name],
    start: 'earliest',
    handle: async ({ records }) => {
      await it.trust.prepare(records.map(({ key }) => key));
      for (const record of records) {
        const decoded = decodeRecord(TOPICS.feedback, record, it.trust.reader('alert_driver'));
        if (decoded.kind === 'record') said.push(decoded.record);
      }
    },
  });
  await subscription.caughtUp;
  await subscription.stop();
  return said;
}

async function addText(channel: 'sms' | 'feed' = 'sms') {
  const { personId, vehicleId } = await addReader();
  await storeNotification(it, notificationRecord(vehicleId, personId, { channel, state: 'sent' }));
  return { vehicleId };
}

test('the provider’s last word about a text is a receipt, however often and in whatever order it comes', async () => {
  const { vehicleId } = await addText();
  for (const status of ['sending', 'delivered', 'sent', 'queued', 'delivered', 'read'])
    expect((await receipt('note-1', status)).status).toBe(204);
  const records = await feedback();
  expect(new Set(records.map(({ feedbackId }) => feedbackId)).size).toBe(1);
  expect(records[0]).toMatchObject({ kind: 'delivered', notificationId: 'note-1', vehicleId });
});

for (const status of ['undelivered', 'failed'])
  test(`${status} says that it did not arrive`, async () => {
    await addText();
    await receipt('note-1', status);
    expect(await feedback()).toMatchObject([{ kind: 'undelivered', alertId: 'alert-1' }]);
  });

test('a receipt that nobody signed, of a text nobody sent, or of no SMS changes nothing', async () => {
  await addText('feed');
  expect((await receipt('note-1', 'delivered', 'guessed')).status).toBe(401);
  for (const [id, status] of [
    ['note-1', 'delivered'],
    ['note-x', 'delivered'],
    ['note-1', '__proto__'],
  ] as const)
    expect((await receipt(id, status)).status).toBe(204);
  expect(await feedback()).toEqual([]);
});

const lastWords = async () => await it.state.serviceTexts.listWaiting(it.eventClock.nowMs(), 10);

test('STOP ends SMS to that number for everybody who reads there, with one last word', async () => {
  const readers = [await addReader(), await addReader()];
  for (const { me } of readers) expect((await me()).phoneVerified).toBe(true);
  for (const _ of [1, 2]) {
    const answered = await answer('STOP');
    expect(answered.status).toBe(200);
    expect(answered.body).toContain('<Response/>');
  }
  for (const { me } of readers)
    expect(await me()).toMatchObject({ phoneVerified: false, channels: ['feed'] });
  expect(await lastWords()).toMatchObject([{ kind: 'stopped', target: PHONE }]);
});

test('where the provider confirms by itself, we do not', async () => {
  const { me } = await addReader();
  await answer('Arrêt', { OptOutType: 'STOP' });
  expect(await me()).toMatchObject({ phoneVerified: false });
  expect(await lastWords()).toEqual([]);
});

for (const { said, ...kind } of [
  { said: 'On it!', kind: 'on-it' },
  { said: 'no thanks', kind: 'declined' },
  { said: 'Too late!', kind: 'not-useful', because: 'too-late' },
])
  test(`"${said}" is feedback about the newest text, once`, async () => {
    const { personId, vehicleId } = await addReader();
    const told = (notificationId: string, alertId: string, minute: number, channel: 'sms' | 'feed') =>
      storeNotification(
        it,
        notificationRecord(vehicleId, personId, {
          ...{ notificationId, alertId, channel, state: 'sent' },
          at: { createdMs: START_MS, changedMs: START_MS + minute * 60_000, expiresMs: START_MS + 7_200_000 },
        }),
      );
    await told('note-1', 'alert-1', 1, 'sms');
    await told('note-2', 'alert-2', 2, 'sms');
    await told('note-3', 'alert-3', 3, 'feed');
    for (const _ of [1, 2]) expect((await answer(said)).status).toBe(200);
    const records = await feedback();
    expect(new Set(records.map(({ feedbackId }) => feedbackId)).size).toBe(1);
    expect(records[0]).toMatchObject({ ...kind, alertId: 'alert-2', personId, vehicleId });
  });

for (const { name, body, from } of [
  { name: 'a text that means nothing to us', body: 'where?', from: PHONE },
  { name: 'an answer when nothing was sent', body: 'on it', from: PHONE },
  { name: 'a number that is nobody’s', body: 'STOP', from: '+15550009999' },
])
  test(`${name} changes nothing`, async () => {
    const { me } = await addReader();
    expect((await answer(body, { From: from })).status).toBe(200);
    expect(await me()).toMatchObject({ phoneVerified: true });
    expect(await feedback()).toEqual([]);
    expect(await lastWords()).toEqual([]);
  });

test('whoever does not sign is refused, and changes nothing', async () => {
  const { me } = await addReader();
  expect((await answer('STOP', {}, 'guessed')).status).toBe(401);
  const json = await it.call('POST', PATH, { body: { From: PHONE, Body: 'STOP' } });
  expect(json.status).toBe(415);
  expect(await me()).toMatchObject({ phoneVerified: true });
});

test('a form beyond 64 KiB is not read', async () => {
  expect((await answer('x'.repeat(64 * 1024))).status).toBe(413);
});

test('both tokens hold', async () => {
  expect((await answer('where?', {}, 'new token')).status).toBe(200);
});

test('without the setting there is no such route, and without a secret no start', async () => {
  const closed = await startApi();
  expect((await closed.call('POST', PATH, { body: {} })).status).toBe(404);
  await closed.stop();
  const open = startApi({ environment: { SMS_CALLBACK_URL: BASE } });
  await expect(open).rejects.toThrow('SMS_CALLBACK_TOKENS');
});
