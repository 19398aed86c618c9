import { afterEach, beforeEach, expect, test } from 'vitest';
import { startApi, type TestApi } from './api.fixture.ts';

const SECRET = 'a-secret_of-the-webhook';
const environment = { TELEGRAM_BOT_NAME: 'outrider_bot', TELEGRAM_WEBHOOK_SECRET: SECRET };
const MINUTE_MS = 60_000;

let it: TestApi;
beforeEach(async () => {
  it = await startApi({ environment });
});
afterEach(() => it.stop());

const post = (body: object, secret: string | undefined = SECRET) =>
  it.call('POST', '/v1/telegram/updates', {
    raw: JSON.stringify({ update_id: 1, ...body }),
    headers: {
      'content-type': 'application/json',
      ...(secret !== undefined && { 'x-telegram-bot-api-secret-token': secret }),
    },
  });
const write = (text: string, chat: object = { id: 42, type: 'private', first_name: 'Kim' }) =>
  post({ message: { message_id: 7, date: 1, from: { id: 42, is_bot: false }, chat, text } });

async function withLink() {
  const { token, personId } = await it.addPerson();
  const made = await it.call('POST', '/v1/people/me/telegram/link', { token });
  expect(made.status).toBe(201);
  const start = new URL(made.body.url).searchParams.get('start') ?? '';
  const chats = async () => (await it.state.contacts.listOf(personId)).map(({ target }) => target);
  return { token, personId, start, url: made.body.url, chats };
}

test('whoever opens the link and presses Start is told in that chat', async () => {
  const { token, start, url, chats } = await withLink();
  expect(url).toMatch(/^https:\/\/t\.me\/outrider_bot\?start=[\w-]{1,64}$/);
  const answer = await write(`/start ${start}`);
  expect(answer).toMatchObject({ status: 200, body: { method: 'sendMessage', chat_id: '42' } });
  expect(await chats()).toEqual(['42']);
  const me = await it.call('GET', '/v1/people/me', { token });
  expect(me.body.channels).toContain('telegram');
});

test('a link works once, and a newer one ends it', async () => {
  const { token, start, chats } = await withLink();
  await write(`/start ${start}`);
  await write(`/start ${start}`, { id: 43, type: 'private' });
  expect(await chats()).toEqual(['42']);
  const other = await withLink();
  await it.call('POST', '/v1/people/me/telegram/link', { token: other.token });
  await write(`/start ${other.start}`, { id: 43, type: 'private' });
  expect(await other.chats()).toEqual([]);
  expect((await it.call('GET', '/v1/people/me/addresses', { token })).body.addresses).toHaveLength(1);
});

for (const { afterMs, linked } of [
  { afterMs: 15 * MINUTE_MS - 1, linked: ['42'] },
  { afterMs: 15 * MINUTE_MS, linked: [] },
])
  test(`a link opened after ${afterMs} ms`, async () => {
    const { start, chats } = await withLink();
    it.eventClock.advanceTo(it.eventClock.nowMs() + afterMs);
    await write(`/start ${start}`);
    expect(await chats()).toEqual(linked);
  });

test('another chat takes the place of the one before', async () => {
  const { token, start, chats } = await withLink();
  await write(`/start ${start}`);
  const again = await it.call('POST', '/v1/people/me/telegram/link', { token });
  await write(`/start ${new URL(again.body.url).searchParams.get('start')}`, { id: 43, type: 'private' });
  expect(await chats()).toEqual(['43']);
});

test('stop ends it, and is answered once', async () => {
  const { token, start, chats } = await withLink();
  await write(`/start ${start}`);
  expect((await write('/stop')).body).toMatchObject({ method: 'sendMessage' });
  expect(await chats()).toEqual([]);
  expect((await it.call('GET', '/v1/people/me', { token })).body.channels).not.toContain('telegram');
  expect((await write('/stop')).body).toEqual({});
});

test('an update without the secret, or with another, changes nothing', async () => {
  const { start, chats } = await withLink();
  const body = { message: { text: `/start ${start}`, chat: { id: 42, type: 'private' } } };
  for (const secret of ['', 'another-secret-0']) expect((await post(body, secret)).status).toBe(401);
  expect(await chats()).toEqual([]);
});

test('a group is not told, and what is no link is not answered', async () => {
  const { start, chats } = await withLink();
  expect((await write(`/start ${start}`, { id: -5, type: 'group' })).body).toEqual({});
  for (const text of ['/start', 'hello', `/start ${'x'.repeat(65)}`, '/start a b'])
    expect((await write(text)).body).toEqual({});
  expect((await write('/start nothing')).body.text).toContain('over');
  expect(await chats()).toEqual([]);
});

test.each([
  { name: 'an edited message', body: { edited_message: { text: '/stop' } } },
  { name: 'a message without text', body: { message: { chat: { id: 42, type: 'private' } } } },
  { name: 'another shape', body: { message: 'hello' } },
])('$name is taken and changes nothing', async ({ body }) => {
  expect(await post(body)).toMatchObject({ status: 200, body: {} });
});

test('twenty links a day are enough', async () => {
  const { token } = await it.addPerson();
  const ask = () => it.call('POST', '/v1/people/me/telegram/link', { token });
  for (let at = 0; at < 20; at++) expect((await ask()).status).toBe(201);
  expect((await ask()).status).toBe(429);
});

test('where Telegram is not set up there is no link and no door', async () => {
  const closed = await startApi();
  const { token } = await closed.addPerson();
  expect((await closed.call('POST', '/v1/people/me/telegram/link', { token })).status).toBe(409);
  expect((await closed.call('POST', '/v1/telegram/updates', { body: {} })).status).toBe(404);
  await closed.stop();
});

test('a bot without a secret is a mistake', async () => {
  await expect(startApi({ environment: { TELEGRAM_BOT_NAME: 'outrider_bot' } })).rejects.toThrow(
    'TELEGRAM_WEBHOOK_SECRET',
  );
});
