import { hashCode } from '@outrider/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startApi, type TestApi } from './api.fixture.ts';

const PHONE = '+15551230001';
const MINUTE_MS = 60_000;

let it: TestApi;
beforeEach(async () => {
  it = await startApi();
});
afterEach(() => it.stop());

const pass = (ms: number) => it.eventClock.advanceTo(it.eventClock.nowMs() + ms);

async function withPhone(phone = PHONE) {
  const { token, personId } = await it.addPerson();
  await it.call('PATCH', '/v1/people/me', { token, body: { phone } });
  const ask = () => it.call('POST', '/v1/people/me/phone/code', { token });
  const enter = (code: string) => it.call('POST', '/v1/people/me/phone/verify', { token, body: { code } });
  return { token, personId, ask, enter };
}

/** What the notifier does with the newest code. */
async function sendCode(code: string): Promise<void> {
  const [text] = await it.state.serviceTexts.listWaiting(it.eventClock.nowMs(), 1);
  if (text === undefined) throw new Error('no code waits');
  const codeHash = hashCode(code, text.textId);
  await it.state.serviceTexts.change(text.textId, 'waiting', { state: 'sending', codeHash });
  await it.state.serviceTexts.change(text.textId, 'sending', { state: 'sent' });
}

test('whoever enters the code has proved the number, and gets SMS there', async () => {
  const { token, ask, enter } = await withPhone();
  expect((await it.call('GET', '/v1/people/me', { token })).body.phoneVerified).toBe(false);
  expect((await it.call('GET', '/v1/people/me/phone/code', { token })).status).toBe(404);
  expect(await ask()).toMatchObject({ status: 202, body: { state: 'waiting', attemptsLeft: 5 } });
  await sendCode('012345');
  const shown = await it.call('GET', '/v1/people/me/phone/code', { token });
  expect(shown.body).toMatchObject({ state: 'sent' });
  const verified = await enter('012345');
  expect(verified).toMatchObject({ status: 200, body: { phoneVerified: true } });
  expect(verified.body.channels).toContain('sms');
});

test('a code works once', async () => {
  const { ask, enter } = await withPhone();
  await ask();
  await sendCode('012345');
  expect((await enter('012345')).status).toBe(200);
  expect((await enter('012345')).status).toBe(400);
});

test('another number has to be proved anew; the old one, given again, does not', async () => {
  const { token, ask, enter } = await withPhone();
  await ask();
  await sendCode('012345');
  await enter('012345');
  const change = (phone: string) => it.call('PATCH', '/v1/people/me', { token, body: { phone } });
  expect((await change('+15551239999')).body.phoneVerified).toBe(false);
  expect((await change(PHONE)).body.phoneVerified).toBe(true);
});

test('a code for one number does not prove the next', async () => {
  const { token, ask, enter } = await withPhone();
  await ask();
  await sendCode('012345');
  await it.call('PATCH', '/v1/people/me', { token, body: { phone: '+15551239999' } });
  expect((await enter('012345')).status).toBe(400);
});

test('five wrong codes end it, also for the right one', async () => {
  const { token, ask, enter } = await withPhone();
  await ask();
  await sendCode('012345');
  for (let tried = 0; tried < 5; tried++) {
    const answer = await enter('999999');
    expect(answer).toMatchObject({ status: 400, body: { error: { problems: [{ path: 'code' }] } } });
  }
  const shown = await it.call('GET', '/v1/people/me/phone/code', { token });
  expect(shown.body.attemptsLeft).toBe(0);
  expect((await enter('012345')).status).toBe(400);
});

test('the fifth try may be the right one', async () => {
  const { ask, enter } = await withPhone();
  await ask();
  await sendCode('012345');
  for (let tried = 0; tried < 4; tried++) await enter('999999');
  expect((await enter('012345')).status).toBe(200);
});

test('guesses sent at the same moment do not get more tries', async () => {
  const { ask, enter } = await withPhone();
  await ask();
  await sendCode('012345');
  await Promise.all(Array.from({ length: 12 }, () => enter('999999')));
  expect((await enter('012345')).status).toBe(400);
});

for (const { afterMs, status } of [
  { afterMs: 10 * MINUTE_MS - 1, status: 200 },
  { afterMs: 10 * MINUTE_MS, status: 400 },
])
  test(`a code entered after ${afterMs} ms answers ${status}`, async () => {
    const { ask, enter } = await withPhone();
    await ask();
    await sendCode('012345');
    pass(afterMs);
    expect((await enter('012345')).status).toBe(status);
  });

test('a newer code ends the older one', async () => {
  const { ask, enter } = await withPhone();
  await ask();
  await sendCode('012345');
  pass(MINUTE_MS);
  await ask();
  expect((await enter('012345')).status).toBe(400);
  await sendCode('543210');
  expect((await enter('543210')).status).toBe(200);
});

test('codes are rationed per person: one a minute, three an hour, six a day', async () => {
  const { ask } = await withPhone();
  const statuses: number[] = [];
  for (const waitMs of [0, MINUTE_MS - 1, 1, MINUTE_MS, MINUTE_MS, 58 * MINUTE_MS]) {
    pass(waitMs);
    statuses.push((await ask()).status);
  }
  expect(statuses).toEqual([202, 429, 202, 202, 429, 202]);
  for (let hour = 0; hour < 3; hour++) {
    pass(60 * MINUTE_MS);
    statuses.push((await ask()).status);
  }
  expect(statuses.slice(6)).toEqual([202, 202, 429]);
});

test('a number is not rung by many people either, and the answer says when again', async () => {
  const [one, other] = [await withPhone(), await withPhone()];
  expect((await one.ask()).status).toBe(202);
  const refused = await other.ask();
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('60');
});

test('without a number there is nothing to prove', async () => {
  const { token } = await it.addPerson();
  expect(await it.call('POST', '/v1/people/me/phone/code', { token })).toMatchObject({ status: 409 });
});

for (const code of ['12345', '1234567', '12345a', ' 12345', ''])
  test(`"${code}" is no code`, async () => {
    const { enter } = await withPhone();
    expect((await enter(code)).status).toBe(400);
  });

test('an e-mail address is proved the same way, and a code for one address proves no other', async () => {
  const { token, ask, enter } = await withPhone();
  const email = 'driver@example.com';
  await it.call('PATCH', '/v1/people/me', { token, body: { email } });
  expect((await it.call('POST', '/v1/people/me/email/code', { token })).status).toBe(202);
  await sendCode('111111');
  // The phone has its own ration and its own code.
  expect((await ask()).status).toBe(202);
  await sendCode('222222');
  expect((await enter('111111')).status).toBe(400);
  const verify = (code: string) => it.call('POST', '/v1/people/me/email/verify', { token, body: { code } });
  expect((await verify('222222')).status).toBe(400);
  expect((await verify('111111')).body).toMatchObject({ emailVerified: true, phoneVerified: false });
  expect((await enter('222222')).body).toMatchObject({ emailVerified: true, phoneVerified: true });
});

async function withTopic() {
  const { token, personId } = await it.addPerson();
  const ask = (topic: string) => it.call('POST', '/v1/people/me/ntfy/code', { token, body: { topic } });
  const enter = (code: string) => it.call('POST', '/v1/people/me/ntfy/verify', { token, body: { code } });
  const topics = async () =>
    ((await it.state.people.find(personId))?.contacts ?? []).map(({ channel, target }) => [channel, target]);
  return { token, ask, enter, topics };
}

test('a topic is told once the code that was sent there is entered; a second takes its place', async () => {
  const { token, ask, enter, topics } = await withTopic();
  expect((await enter('012345')).status).toBe(400);
  for (const topic of ['first_topic', 'second_topic']) {
    expect((await ask(topic)).status).toBe(202);
    const [text] = await it.state.serviceTexts.listWaiting(it.eventClock.nowMs(), 1);
    expect(text).toMatchObject({ channel: 'ntfy', target: topic });
    await sendCode('012345');
    expect((await enter('012345')).body.channels).toContain('ntfy');
    expect(await topics()).toEqual([['ntfy', topic]]);
    pass(MINUTE_MS);
  }
  const listed = await it.call('GET', '/v1/people/me/addresses', { token });
  expect(listed.body.addresses).toMatchObject([{ channel: 'ntfy', endsWith: 'opic' }]);
});

test('a code that went to a phone proves no topic', async () => {
  const { token, enter } = await withTopic();
  await it.call('PATCH', '/v1/people/me', { token, body: { phone: PHONE } });
  await it.call('POST', '/v1/people/me/phone/code', { token });
  await sendCode('012345');
  expect((await enter('012345')).status).toBe(400);
});

test('one topic is not rung by many people', async () => {
  const [one, other] = [await withTopic(), await withTopic()];
  expect((await one.ask('same_topic')).status).toBe(202);
  expect((await other.ask('same_topic')).status).toBe(429);
});

for (const { topic, status } of [
  { topic: 'x'.repeat(64), status: 202 },
  { topic: 'x'.repeat(65), status: 400 },
  { topic: '', status: 400 },
  { topic: 'a/b', status: 400 },
])
  test(`a topic of ${topic.length} characters, ${topic.slice(0, 3)}…, answers ${status}`, async () => {
    expect((await (await withTopic()).ask(topic)).status).toBe(status);
  });

for (const { channel, status } of [
  { channel: 'C0123456789', status: 202 },
  { channel: 'G01234567', status: 202 },
  { channel: '#crew', status: 400 },
  { channel: 'U0123456789', status: 400 },
])
  test(`a Slack channel ${channel} answers ${status}`, async () => {
    const { token } = await it.addPerson();
    const asked = await it.call('POST', '/v1/people/me/slack/code', { token, body: { channel } });
    expect(asked.status).toBe(status);
  });

test('a Slack channel is told once the code that was sent there is entered', async () => {
  const { token, personId } = await it.addPerson();
  await it.call('POST', '/v1/people/me/slack/code', { token, body: { channel: 'C0123456789' } });
  await sendCode('012345');
  await it.call('POST', '/v1/people/me/slack/verify', { token, body: { code: '012345' } });
  expect(await it.state.contacts.listOf(personId)).toMatchObject([
    { channel: 'slack', target: 'C0123456789' },
  ]);
});
