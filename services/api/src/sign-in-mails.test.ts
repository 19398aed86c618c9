import { hashCode } from '@outrider/runtime';
import type { ServiceText } from '@outrider/state';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { startApi } from './api.fixture.ts';

const it = await startApi({ environment: { API_PUBLIC_URL: 'https://outrider.example' } });
afterAll(() => it.stop());

const MINUTE_MS = 60_000;
const own = { origin: 'https://outrider.example' };
const ask = (email: string) => it.call('POST', '/v1/sign-in-mails', { body: { email } });
const follow = (code: string) => it.call('POST', '/v1/session', { headers: own, body: { code } });

async function addWithEmail(email: string, role = 'driver'): Promise<string> {
  const { body } = await it.call('POST', '/v1/people', {
    token: it.adminToken,
    body: { name: 'Kim', role, email },
  });
  return body.person.personId;
}

const textsOf = async (personId: string): Promise<readonly ServiceText[]> =>
  (await it.state.transaction((tx) => tx.serviceTexts.listSince(personId, personId, 0))).filter(
    (one) => one.personId === personId,
  );

/** As the notifier does it. */
async function send(personId: string): Promise<string> {
  const [text] = await textsOf(personId);
  if (text === undefined) throw new Error('nothing to send');
  const secret = 'mail_secret';
  await it.state.serviceTexts.change(text.textId, 'waiting', {
    state: 'sent',
    codeHash: hashCode(secret, text.textId),
  });
  return `${text.textId}.${secret}`;
}

// Another day: what was asked for in one test counts in no other.
beforeEach(() => it.eventClock.advanceTo(it.eventClock.nowMs() + 2 * 86_400_000));

test('whoever has the address gets a link, which signs in once', async () => {
  const personId = await addWithEmail('kim@example.org');
  expect((await ask('KIM@example.org')).status).toBe(202);
  expect(await textsOf(personId)).toMatchObject([
    { kind: 'sign-in', channel: 'email', target: 'kim@example.org', state: 'waiting' },
  ]);
  const code = await send(personId);
  expect((await follow(`${code}x`)).status).toBe(401);
  expect((await follow(code)).body).toMatchObject({ personId, role: 'driver' });
  expect((await follow(code)).status).toBe(401);
});

test('the same is answered to everybody, and nobody else gets anything', async () => {
  const personId = await addWithEmail('one@example.org');
  const [known, unknown] = [await ask('one@example.org'), await ask('nobody@example.org')];
  expect([unknown.status, unknown.body]).toEqual([known.status, known.body]);
  const twins = [await addWithEmail('two@example.org'), await addWithEmail('two@example.org')];
  expect((await ask('two@example.org')).status).toBe(202);
  expect((await textsOf(personId)).length).toBe(1);
  for (const twin of twins) expect(await textsOf(twin)).toEqual([]);
});

test('one a minute, three an hour, six a day', async () => {
  const personId = await addWithEmail('often@example.org');
  const startMs = it.eventClock.nowMs();
  const askedAfter = async (minutes: number) => {
    it.eventClock.advanceTo(startMs + minutes * MINUTE_MS);
    await ask('often@example.org');
    return (await textsOf(personId)).length;
  };
  expect(await askedAfter(0)).toBe(1);
  it.eventClock.advanceTo(startMs + MINUTE_MS - 1);
  await ask('often@example.org');
  expect((await textsOf(personId)).length).toBe(1);
  expect([await askedAfter(1), await askedAfter(2), await askedAfter(59)]).toEqual([2, 3, 3]);
  expect([await askedAfter(60), await askedAfter(62), await askedAfter(64)]).toEqual([4, 5, 6]);
  expect(await askedAfter(600)).toBe(6);
});

test('a link is over after a quarter of an hour, and when another address was given', async () => {
  const late = await addWithEmail('late@example.org');
  await ask('late@example.org');
  const lateCode = await send(late);
  it.eventClock.advanceTo(it.eventClock.nowMs() + 15 * MINUTE_MS);
  expect((await follow(lateCode)).status).toBe(401);
  const moved = await addWithEmail('old@example.org');
  await ask('old@example.org');
  const movedCode = await send(moved);
  await it.state.people.update(moved, { email: 'new@example.org' });
  expect((await follow(movedCode)).status).toBe(401);
  await it.state.people.update(moved, { email: 'old@example.org' });
  expect((await follow(movedCode)).status).toBe(201);
});

test('a code that proves an address is no link, and one that was not sent yet neither', async () => {
  const personId = await addWithEmail('early@example.org', 'operator');
  await ask('early@example.org');
  const [text] = await textsOf(personId);
  expect((await follow(`${text?.textId}.mail_secret`)).status).toBe(401);
  const code = await send(personId);
  expect((await follow(code)).body.role).toBe('operator');
  const textId = 'code_proof';
  await it.state.serviceTexts.insert({
    ...(text as ServiceText),
    ...{ textId, kind: 'code', state: 'sent', codeHash: hashCode('123456', textId) },
  });
  expect((await follow(`${textId}.123456`)).status).toBe(401);
});

test('where nobody said where the page is, nothing is mailed', async () => {
  const bare = await startApi({ stores: it });
  const { status, body } = await bare.call('POST', '/v1/sign-in-mails', {
    body: { email: 'kim@example.org' },
  });
  expect([status, body.error.code]).toEqual([503, 'unavailable']);
  await bare.stop();
});
