import { once } from 'node:events';
import { decodeRecord, TOPICS } from '@outrider/bus';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import {
  alertRecord,
  forecastRecord,
  notificationRecord,
  type Parsed,
  publish,
  START_MS,
  startApi,
  storeNotification,
  type TestApi,
} from './api.fixture.ts';
import { sendText } from './live/feed.ts';
import { writeCursor } from './live/messages.ts';

let it: TestApi;
let owner: { personId: string; token: string };
let vehicleId: string;
const opened: WebSocket[] = [];

beforeEach(async () => {
  it = await startApi({
    environment: { API_ALLOWED_ORIGINS: 'https://cars.example', API_LIVE_SOCKETS_MAX: '3' },
  });
  owner = await it.addPerson();
  vehicleId = await it.addVehicle(owner.token);
});
afterEach(async () => {
  for (const socket of opened.splice(0)) socket.terminate();
  await it.stop();
});

interface Listening {
  readonly socket: WebSocket;
  readonly messages: Parsed[];
  /** Resolves with the first message of this type. */
  next(type: string): Promise<Parsed>;
}

interface ListenOptions {
  readonly token?: string;
  readonly path?: string;
  readonly query?: string;
  readonly protocols?: string[];
  readonly headers?: Readonly<Record<string, string>>;
}

function open({
  token,
  path = '/v1/live',
  query = '',
  protocols = [],
  headers = {},
}: ListenOptions): WebSocket {
  const url = `${it.api.address.replace(/^http/, 'ws')}${path}${query}`;
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const socket = new WebSocket(url, protocols, { headers: { ...authorization, ...headers } });
  opened.push(socket);
  return socket;
}

async function listen(options: ListenOptions): Promise<Listening> {
  const socket = open(options);
  const messages: { readonly type: string }[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  const next = (type: string) =>
    vi.waitFor(() => {
      const found = messages.find((message) => message.type === type);
      if (found === undefined) throw new Error(`no ${type} yet`);
      return found;
    });
  await next('hello');
  return { socket, messages, next };
}

/** Status and body of a refused upgrade. */
async function refusal(options: ListenOptions): Promise<readonly [number, string]> {
  const socket = open(options);
  socket.on('error', () => undefined);
  const [, response] = await once(socket, 'unexpected-response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return [response.statusCode, JSON.parse(text).error.code];
}

test('a feed hears of notifications, forecasts and alerts of its cars', async () => {
  const feed = await listen({ token: owner.token });
  expect(feed.messages[0]).toMatchObject({ type: 'hello', vehicleIds: [vehicleId] });
  await publish(it, TOPICS.notifications, notificationRecord(vehicleId, owner.personId));
  await publish(it, TOPICS.forecasts, forecastRecord(vehicleId));
  await publish(it, TOPICS.alerts, alertRecord(vehicleId));
  expect(await feed.next('notification')).toMatchObject({
    cursor: expect.any(String),
    notification: {
      notificationId: 'note-1',
      title: 'Cabin: 3 % left',
      createdAt: '2026-01-15T08:00:00.000Z',
    },
  });
  expect((await feed.next('forecast')).forecast.forecastId).toBe('forecast-1');
  expect((await feed.next('alert')).alert.alertId).toBe('alert-1');
});

test('nobody hears of somebody else’s car, nor of what was told to somebody else', async () => {
  const stranger = await it.addPerson();
  const theirs = await listen({ token: stranger.token });
  const mine = await listen({ token: owner.token });
  await publish(it, TOPICS.notifications, notificationRecord(vehicleId, stranger.personId));
  await publish(it, TOPICS.alerts, alertRecord(vehicleId));
  await mine.next('alert');
  expect(mine.messages.map((message) => message.type)).toEqual(['hello', 'alert']);
  expect(theirs.messages.map((message) => message.type)).toEqual(['hello']);
});

test('a browser authenticates with a subprotocol, and its token is not said back', async () => {
  const feed = await listen({ protocols: ['outrider.v1', `bearer.${owner.token}`] });
  expect(feed.socket.protocol).toBe('outrider.v1');
});

test('who may not listen is refused before a socket is opened', async () => {
  const product = await it.addPerson('product');
  expect(await refusal({})).toEqual([401, 'not-authenticated']);
  expect(await refusal({ token: 'person_wrong' })).toEqual([401, 'not-authenticated']);
  expect(await refusal({ token: product.token })).toEqual([403, 'role-may-not']);
  expect(await refusal({ token: owner.token, query: '?after=%20' })).toEqual([400, 'invalid']);
  const foreign = { origin: 'https://evil.example' };
  expect(await refusal({ token: owner.token, headers: foreign })).toEqual([403, 'origin-refused']);
  expect(await refusal({ token: owner.token, headers: { origin: 'null' } })).toEqual([403, 'origin-refused']);
});

test('there is one path to listen at', async () => {
  for (const path of ['/v1/nothing', '//', '//[', '//api/v1/live'])
    expect(await refusal({ token: owner.token, path })).toEqual([404, 'not-found']);
});

test('our own origin and listed ones may listen', async () => {
  await listen({ token: owner.token, headers: { origin: it.api.address } });
  await listen({ token: owner.token, headers: { origin: 'https://cars.example' } });
});

test('more feeds than there is room for are told to come back', async () => {
  for (let count = 0; count < 3; count++) await listen({ token: owner.token });
  expect(await refusal({ token: owner.token })).toEqual([503, 'unavailable']);
});

test('without an upgrade the route says what it is', async () => {
  const answer = await it.call('GET', '/v1/live', { token: owner.token });
  expect([answer.status, answer.body.error.code]).toEqual([426, 'upgrade-required']);
});

test('what was missed is told on return, oldest first, and nothing of before', async () => {
  const note = (notificationId: string, atMs: number) =>
    storeNotification(
      it,
      notificationRecord(vehicleId, owner.personId, {
        notificationId,
        at: { createdMs: atMs, changedMs: atMs, expiresMs: atMs + 1_000 },
      }),
    );
  await note('long-ago', START_MS + 1);
  await note('second', START_MS + 200_000);
  await note('first', START_MS + 150_000);
  const feed = await listen({ token: owner.token, query: `?after=${writeCursor(START_MS + 140_000)}` });
  await vi.waitUntil(() => feed.messages.length === 3);
  expect(feed.messages.slice(1).map((message) => message.notification.notificationId)).toEqual([
    'first',
    'second',
  ]);
  expect(feed.messages[1].notification).toMatchObject({ title: 'Cabin: 3 % left', channel: 'feed' });
  expect(feed.messages[1].notification).not.toHaveProperty('to');
});

test('a receipt becomes feedback, once, and only for whom the message was', async () => {
  const stranger = await it.addPerson();
  await storeNotification(it, notificationRecord(vehicleId, owner.personId));
  const mine = await listen({ token: owner.token });
  const theirs = await listen({ token: stranger.token });
  theirs.socket.send('{"shown":"note-1"}');
  mine.socket.send('{"shown":"note-1"}');
  mine.socket.send('{"shown":"note-1"}');
  mine.socket.send('{"shown":"no-such-note"}');
  const shown: unknown[] = [];
  const subscription = await it.bus.broadcast({
    topics: [TOPICS.feedback.name],
    start: 'earliest',
    handle: async ({ records }) => {
      await it.trust.prepare([vehicleId]);
      for (const record of records) {
        const decoded = decodeRecord(TOPICS.feedback, record, it.trust.reader('alert_driver'));
        shown.push(decoded.kind === 'record' ? decoded.record : decoded.kind);
      }
    },
  });
  await vi.waitUntil(() => shown.length > 0);
  // A round trip behind the last receipt: whatever it caused has been caused.
  mine.socket.ping();
  await once(mine.socket, 'pong');
  await vi.waitUntil(() => it.api.isIdle());
  await subscription.stop();
  expect(shown).toMatchObject([{ kind: 'shown', notificationId: 'note-1', personId: owner.personId }]);
  expect(theirs.socket.readyState).toBe(WebSocket.OPEN);
});

test.each(['nonsense', '{"shown":5}', '{"shown":"a","b":1}', '{"__proto__":{"shown":"a"}}', '[]'])(
  'a feed that says %s is closed',
  async (text) => {
    const feed = await listen({ token: owner.token });
    feed.socket.send(text);
    const [code] = await once(feed.socket, 'close');
    expect(code).toBe(4400);
  },
);

test('a message larger than a receipt is refused by size', async () => {
  const feed = await listen({ token: owner.token });
  feed.socket.send(`{"shown":"${'x'.repeat(5_000)}"}`);
  const [code] = await once(feed.socket, 'close');
  expect(code).toBe(1009);
});

test('a feed ends with its token, and goes quiet with its consent', async () => {
  const feed = await listen({ token: owner.token });
  const { textVersion } = (await it.call('GET', '/v1/purposes', { token: owner.token })).body;
  const body = { granted: false, textVersion };
  const path = `/v1/vehicles/${vehicleId}/consents/show_driver`;
  await it.call('PUT', path, { token: owner.token, body });
  await publish(it, TOPICS.alerts, alertRecord(vehicleId));
  await vi.waitUntil(() => it.api.isIdle());
  expect(feed.messages).toHaveLength(1);
  await it.call('DELETE', '/v1/people/me/token', { token: owner.token });
  const [code] = await once(feed.socket, 'close');
  expect(code).toBe(4401);
});

test('a car registered while listening is heard of', async () => {
  const feed = await listen({ token: owner.token });
  const second = await it.addVehicle(owner.token);
  await vi.waitFor(async () => {
    await publish(it, TOPICS.alerts, alertRecord(second));
    await feed.next('alert');
  });
});

test('a reader that does not read is cut off at one mebibyte, a slow one skips forecasts', () => {
  let isTerminated = false;
  const sent: string[] = [];
  const reader = (bufferedAmount: number) => {
    const socket = {
      readyState: 1,
      OPEN: 1,
      bufferedAmount,
      send: (text: string) => sent.push(text),
      terminate: () => {
        isTerminated = true;
      },
    };
    return {
      socket: socket as unknown as WebSocket,
      principal: {} as never,
      rights: new Map(),
      parts: new Map(),
      isAlive: true,
    };
  };
  expect(sendText(reader(256 * 1024), 'f', true)).toBe('sent');
  expect(sendText(reader(256 * 1024 + 1), 'f', true)).toBe('skipped');
  expect(sendText(reader(256 * 1024 + 1), 'n', false)).toBe('sent');
  expect(sendText(reader(1024 * 1024 - 1), 'n', false)).toBe('sent');
  expect(isTerminated).toBe(false);
  expect(sendText(reader(1024 * 1024), 'n', false)).toBe('cut-off');
  expect(isTerminated).toBe(true);
});

test('stopping closes the feeds with a word and does not wait for them for ever', async () => {
  const feed = await listen({ token: owner.token });
  const closed = once(feed.socket, 'close');
  const deaf = await listen({ token: owner.token });
  deaf.socket.pause();
  await it.stop();
  expect((await closed)[0]).toBe(1001);
});
