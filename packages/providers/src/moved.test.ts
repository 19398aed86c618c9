import { describe, expect, test } from 'vitest';
import { createCaller } from './caller.ts';
import { impatientClock, vendorOn } from './loopback.fixture.ts';

const BASE = 'https://api.met.example';

interface Asked {
  readonly url: string;
  readonly headers: Record<string, string>;
}

/** A vendor that answers its first question with this, and every other one with `here`. */
function movingVendor(status: number, location: string | undefined, movesWithin?: string) {
  const asked: Asked[] = [];
  const answering = async (url: unknown, init?: RequestInit): Promise<Response> => {
    asked.push({ url: String(url), headers: init?.headers as Record<string, string> });
    if (asked.length > 1) return new Response('here');
    return new Response('', { status, headers: location === undefined ? {} : { location } });
  };
  const caller = createCaller({
    ...{ name: 'vendor', baseUrl: BASE, timeoutMs: 5_000, clock: impatientClock(0), random: () => 0 },
    headers: { 'user-agent': 'outrider', authorization: 'Token secret', 'x-api-key': 'secret' },
    fetch: answering as typeof fetch,
    ...(movesWithin === undefined ? {} : { movesWithin }),
  });
  return { asked, ask: () => caller.ask({ path: '/v1/a', query: { q: '1' } }) };
}

describe('a vendor that may move is followed', () => {
  test.each<[string, number, string, string]>([
    ['on its own server', 301, '/v2/a?q=1', `${BASE}/v2/a?q=1`],
    ['to another server of its domain', 308, 'https://new.met.example/v1/a', 'https://new.met.example/v1/a'],
    ['to the domain itself', 302, 'https://met.example/a', 'https://met.example/a'],
    ['for this once', 307, 'https://b.c.met.example/a', 'https://b.c.met.example/a'],
  ])('%s', async (_, status, location, url) => {
    const { ask, asked } = movingVendor(status, location, 'met.example');
    expect((await ask()).text).toBe('here');
    expect(asked[1]?.url).toBe(url);
  });

  test('and takes its keys along on its own server only', async () => {
    const own = movingVendor(301, '/b', 'met.example');
    await own.ask();
    expect(own.asked[1]?.headers).toMatchObject({ 'x-api-key': 'secret', authorization: 'Token secret' });
    const other = movingVendor(301, 'https://new.met.example/b', 'met.example');
    await other.ask();
    expect(other.asked[1]?.headers).toEqual({ accept: 'application/json', 'user-agent': 'outrider' });
  });

  test('once: where it has moved to has to answer', async () => {
    const { baseUrl, heard } = await vendorOn(() => ({ status: 301, headers: { location: '/again' } }));
    const caller = createCaller({
      ...{ name: 'vendor', baseUrl, timeoutMs: 5_000, clock: impatientClock(0), random: () => 0, fetch },
      movesWithin: 'met.example',
    });
    await expect(caller.ask({ path: '/' })).rejects.toMatchObject({ kind: 'bad-request' });
    expect(heard).toHaveLength(2);
  });

  test('and pays for it like for a question', async () => {
    const { baseUrl, heard } = await vendorOn(() => ({ status: 301, headers: { location: '/again' } }));
    const clock = impatientClock(0);
    const caller = createCaller({
      ...{ name: 'vendor', baseUrl, timeoutMs: 5_000, clock, random: () => 0, fetch },
      ...{ movesWithin: 'met.example', budget: { perS: 0.1, burst: 1 } },
    });
    await expect(caller.ask({ path: '/' })).rejects.toMatchObject({ kind: 'rate-limited' });
    expect(heard).toHaveLength(1);
  });
});

describe('nobody is followed', () => {
  test.each<[string, string | undefined]>([
    ['to another domain', 'https://met.example.evil.example/a'],
    ['to a domain that only ends alike', 'https://evilmet.example/a'],
    ['to a server without encryption', 'http://new.met.example/a'],
    ['from encryption to none on its own server', 'http://api.met.example/a'],
    ['to another port', 'https://new.met.example:8443/a'],
    ['with a name and a password', 'https://user:word@new.met.example/a'],
    ['to the machine itself', 'http://127.0.0.1/a'],
    ['to a file', 'file:///etc/passwd'],
    ['nowhere', undefined],
  ])('%s', async (_, location) => {
    const { ask, asked } = movingVendor(301, location, 'met.example');
    await expect(ask()).rejects.toMatchObject({ kind: 'bad-request' });
    expect(asked).toHaveLength(1);
  });

  test('by a vendor that does not ask for it', async () => {
    const { ask, asked } = movingVendor(301, '/b');
    await expect(ask()).rejects.toMatchObject({ kind: 'bad-request' });
    expect(asked).toHaveLength(1);
  });
});
