import { once } from 'node:events';
import { hashSecret, systemClock } from '@outrider/runtime';
import { afterAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startApi } from './api.fixture.ts';
import { SESSION_LIVES_MS, SIGN_IN_LIVES_MS } from './credentials.ts';

const it = await startApi();
const proxied = await startApi({ stores: it, environment: { API_PUBLIC_URL: 'https://outrider.example' } });
afterAll(async () => {
  await proxied.stop();
  await it.stop();
});

const own = { origin: it.api.address };
const cookieIn = (headers: Headers): string => headers.get('set-cookie')?.split(';')[0] ?? '';

async function signIn(token: string): Promise<string> {
  const { status, headers } = await it.call('POST', '/v1/session', { headers: own, body: { token } });
  expect(status).toBe(201);
  return cookieIn(headers);
}

async function linkOf(token: string): Promise<string> {
  const { body } = await it.call('POST', '/v1/sign-in-links', { token });
  return body.path.replace('/#sign-in=', '');
}

const follow = (code: string) => it.call('POST', '/v1/session', { headers: own, body: { code } });

describe('a page signs in', () => {
  test('with a token, which goes on working; no script can read what it gets', async () => {
    const { token, personId } = await it.addPerson();
    const made = await it.call('POST', '/v1/session', { headers: own, body: { token } });
    expect(made.body).toEqual({
      personId,
      role: 'driver',
      at: new Date(it.eventClock.nowMs()).toISOString(),
    });
    expect(made.headers.get('set-cookie')).toMatch(
      /^outrider_session=session_[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000$/,
    );
    const cookie = cookieIn(made.headers);
    expect((await it.call('GET', '/v1/session', { headers: { cookie } })).body.personId).toBe(personId);
    expect((await it.call('GET', '/v1/people/me', { token })).status).toBe(200);
  });

  test('with a link, once', async () => {
    const { token, personId } = await it.addPerson();
    const code = await linkOf(token);
    expect((await follow(code)).body.personId).toBe(personId);
    expect((await follow(code)).status).toBe(401);
  });

  test('of two who follow a link at one moment one gets in', async () => {
    const { token } = await it.addPerson();
    const code = await linkOf(token);
    const statuses = (await Promise.all([follow(code), follow(code)])).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([201, 401]);
  });

  test('not with what is no secret, a device’s token, or a link as a token', async () => {
    const { token } = await it.addPerson();
    const code = await linkOf(token);
    for (const body of [{ token: 'person_nobody' }, { token: code }, { code: token }])
      expect((await it.call('POST', '/v1/session', { headers: own, body })).status).toBe(401);
    for (const body of [{}, { token, code }, { token: '' }])
      expect((await it.call('POST', '/v1/session', { headers: own, body })).status).toBe(400);
  });

  test('behind TLS its cookie never goes without', async () => {
    const { token } = await it.addPerson();
    const headers = { origin: 'https://outrider.example' };
    const made = await proxied.call('POST', '/v1/session', { headers, body: { token } });
    expect(made.headers.get('set-cookie')).toMatch(/; Secure$/);
  });
});

describe('a session counts only for pages of ours', () => {
  test('asked by another page it is nobody’s', async () => {
    const cookie = await signIn((await it.addPerson()).token);
    const status = async (method: string, headers: Readonly<Record<string, string>>) =>
      (
        await it.call(method, '/v1/people/me', {
          headers: { cookie, ...headers },
          ...(method === 'PATCH' && { body: {} }),
        })
      ).status;
    expect(await status('PATCH', own)).toBe(200);
    expect(await status('PATCH', { 'sec-fetch-site': 'same-origin' })).toBe(200);
    expect(await status('GET', {})).toBe(200);
    expect(await status('GET', { 'sec-fetch-site': 'none' })).toBe(200);
    // What changes something has to say where it comes from.
    expect(await status('PATCH', {})).toBe(401);
    expect(await status('PATCH', { origin: 'https://evil.example' })).toBe(401);
    expect(await status('PATCH', { origin: 'null' })).toBe(401);
    for (const site of ['cross-site', 'same-site']) {
      expect(await status('GET', { 'sec-fetch-site': site })).toBe(401);
      expect(await status('PATCH', { ...own, 'sec-fetch-site': site })).toBe(401);
    }
  });

  test('another page cannot sign anybody in', async () => {
    const { token } = await it.addPerson();
    for (const headers of [
      {},
      { origin: 'https://evil.example' },
      { ...own, 'sec-fetch-site': 'cross-site' },
    ]) {
      const { status, body } = await it.call('POST', '/v1/session', { headers, body: { token } });
      expect([status, body.error.code]).toEqual([403, 'origin-refused']);
    }
  });

  test('its cookie is no bearer token, nor a bearer token a cookie', async () => {
    const { token } = await it.addPerson();
    const cookie = await signIn(token);
    const secret = cookie.replace('outrider_session=', '');
    expect((await it.call('GET', '/v1/session', { token: secret })).status).toBe(401);
    const asCookie = { headers: { cookie: `outrider_session=${token}` } };
    expect((await it.call('GET', '/v1/session', asCookie)).status).toBe(401);
  });

  test('the live feed opens with it, for a page of ours', async () => {
    const cookie = await signIn((await it.addPerson()).token);
    const url = `${it.api.address.replace('http', 'ws')}/v1/live`;
    const open = new WebSocket(url, { headers: { cookie, ...own } });
    const [data] = await once(open, 'message');
    expect(JSON.parse(String(data))).toMatchObject({
      type: 'hello',
      at: new Date(it.eventClock.nowMs()).toISOString(),
    });
    open.close();
    for (const [headers, status] of [
      [{ cookie, origin: 'https://evil.example' }, 403],
      [{ cookie: 'outrider_session=session_wrong', ...own }, 401],
    ] as const) {
      const refused = new WebSocket(url, { headers });
      refused.on('error', () => undefined);
      const [, response] = await once(refused, 'unexpected-response');
      expect(response.statusCode).toBe(status);
    }
  });
});

describe('a session ends', () => {
  test('by signing out, and nothing else of the person with it', async () => {
    const { token } = await it.addPerson();
    const [here, there] = [await signIn(token), await signIn(token)];
    const out = await it.call('DELETE', '/v1/session', { headers: { cookie: here, ...own } });
    expect([out.status, out.headers.get('set-cookie')]).toEqual([
      204,
      expect.stringMatching(/^outrider_session=; .*Max-Age=0$/),
    ]);
    expect((await it.call('GET', '/v1/session', { headers: { cookie: here } })).status).toBe(401);
    expect((await it.call('GET', '/v1/session', { headers: { cookie: there } })).status).toBe(200);
    expect((await it.call('GET', '/v1/session', { token })).status).toBe(200);
  });

  test('a program that asks to sign out keeps its token', async () => {
    const { token } = await it.addPerson();
    expect((await it.call('DELETE', '/v1/session', { token })).status).toBe(204);
    expect((await it.call('GET', '/v1/session', { token })).status).toBe(200);
  });

  test('after 30 days, and a link after a quarter of an hour', async () => {
    const { personId } = await it.addPerson();
    const nowMs = systemClock.nowMs();
    const old = async (kind: 'session' | 'sign-in', secret: string, ageMs: number) =>
      it.state.tokens.insert({
        ...{ kind, tokenHash: hashSecret(secret), personId, role: 'driver', revokedAtMs: null },
        createdAtMs: nowMs - ageMs,
      });
    const spareMs = 60_000;
    await old('sign-in', 'early', SIGN_IN_LIVES_MS - spareMs);
    await old('sign-in', 'late', SIGN_IN_LIVES_MS);
    await old('session', 'young', SESSION_LIVES_MS - spareMs);
    await old('session', 'over', SESSION_LIVES_MS);
    const status = async (secret: string) =>
      (await it.call('GET', '/v1/session', { headers: { cookie: `outrider_session=${secret}` } })).status;
    expect([await status('young'), await status('over')]).toEqual([200, 401]);
    expect([(await follow('late')).status, (await follow('early')).status]).toEqual([401, 201]);
    // Whoever signs in anew leaves nothing behind of what is over.
    expect(await it.state.tokens.findByHash(hashSecret('over'))).toBeUndefined();
    expect(await it.state.tokens.findByHash(hashSecret('young'))).toBeDefined();
  });
});
