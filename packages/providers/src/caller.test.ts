import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type CallerOptions, createCaller, type Question } from './caller.ts';
import { impatientClock, type Reply, vendorOn } from './loopback.fixture.ts';
import { ProviderUnavailable } from './provider.ts';

const NOON_MS = Date.UTC(2026, 0, 15, 12);
const QUESTION: Question = { path: '/v1/answer' };

interface Rig {
  readonly clock: ReturnType<typeof impatientClock>;
  readonly asked: () => number;
  readonly caller: ReturnType<typeof createCaller>;
}

/** A caller of a vendor that gives these replies in turn, the last one for good. */
async function rigOf(replies: readonly (Reply | null)[], change: Partial<CallerOptions> = {}): Promise<Rig> {
  let next = 0;
  const vendor = await vendorOn(() => replies[Math.min(next++, replies.length - 1)] ?? null);
  const clock = impatientClock(NOON_MS);
  const caller = createCaller({
    name: 'vendor',
    baseUrl: vendor.baseUrl,
    timeoutMs: 5_000,
    clock,
    random: () => 0.5,
    fetch,
    ...change,
  });
  return { clock, caller, asked: () => vendor.heard.length };
}

async function failureOf(work: Promise<unknown>): Promise<ProviderUnavailable> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ProviderUnavailable);
  return error as ProviderUnavailable;
}

test('a question goes out as it was put, and the answer comes back with its time', async () => {
  const vendor = await vendorOn(() => ({ body: { here: true } }));
  const caller = createCaller({
    name: 'vendor',
    baseUrl: `${vendor.baseUrl}/api`,
    headers: { 'user-agent': 'outrider' },
    timeoutMs: 5_000,
    clock: impatientClock(NOON_MS),
    random: () => 0.5,
    fetch,
  });
  const schema = z.object({ here: z.boolean() });
  const answer = await caller.askJson({ path: '/v1/a', query: { q: 'a b' } }, schema);
  expect(answer).toMatchObject({ status: 200, value: { here: true }, fetchedAtMs: NOON_MS });
  await caller.ask({ path: 'v1/b', form: { x: '1,2' } });
  await caller.ask({ path: 'v1/c', json: { x: [1] } });
  const [get, form, json] = vendor.heard;
  expect(get?.url.pathname).toBe('/api/v1/a');
  expect(get?.url.searchParams.get('q')).toBe('a b');
  expect(get?.headers['user-agent']).toBe('outrider');
  expect(form).toMatchObject({ method: 'POST', body: 'x=1%2C2' });
  expect(json).toMatchObject({ method: 'POST', body: '{"x":[1]}' });
  expect(json?.headers['content-type']).toBe('application/json');
});

describe('what a refusal means', () => {
  test.each<[number, string, number]>([
    [400, 'bad-request', 1],
    [401, 'auth', 1],
    [403, 'auth', 1],
    [404, 'no-data', 1],
    [422, 'no-data', 1],
    [429, 'rate-limited', 1],
    [408, 'unavailable', 3],
    [500, 'unavailable', 3],
    [503, 'unavailable', 3],
    // Whoever is sent elsewhere does not go: the base URL is from settings, and only that.
    [301, 'bad-request', 1],
    [302, 'bad-request', 1],
  ])('%i is %s and is asked %i times', async (status, kind, times) => {
    const { caller, asked } = await rigOf([{ status, headers: { location: 'http://127.0.0.1:9/' } }]);
    expect((await failureOf(caller.ask(QUESTION))).kind).toBe(kind);
    expect(asked()).toBe(times);
  });

  test('a status that was named as an answer is one', async () => {
    const { caller } = await rigOf([{ status: 304 }]);
    expect(await caller.ask({ ...QUESTION, alsoAnswers: [304] })).toMatchObject({ status: 304, text: '' });
  });

  test("a vendor's own words count before HTTP's", async () => {
    const { caller } = await rigOf([{ status: 400, body: 'slow down' }], {
      readRefusal: (status, text, nowMs) =>
        status === 400 && text === 'slow down' ? { kind: 'rate-limited', retryAtMs: nowMs + 60_000 } : {},
    });
    expect(await failureOf(caller.ask(QUESTION))).toMatchObject({
      kind: 'rate-limited',
      retryAtMs: NOON_MS + 60_000,
    });
  });

  test('nobody there', async () => {
    const { caller } = await rigOf([], { baseUrl: 'http://127.0.0.1:1' });
    expect((await failureOf(caller.ask(QUESTION))).kind).toBe('unavailable');
  });
});

describe('an answer that cannot be used', () => {
  test.each<[string, string]>([
    ['text where JSON was promised', 'Unexpected error'],
    ['JSON that breaks off', '{"here": tr'],
    ['a key said twice', '{"here":true,"here":false}'],
    ['a number too large to be exact', '{"here":true,"id":12345678901234567890}'],
    ['another shape', '{"here":"yes"}'],
  ])('%s is a bad payload, and is not asked for again', async (_, body) => {
    const { caller, asked } = await rigOf([{ body }]);
    const schema = z.object({ here: z.boolean() });
    expect((await failureOf(caller.askJson(QUESTION, schema))).kind).toBe('bad-payload');
    expect(asked()).toBe(1);
  });

  test.each([
    ['as long as allowed', 100, undefined],
    ['one byte longer', 101, 'bad-payload'],
  ])('%s', async (_, bytes, kind) => {
    const { caller } = await rigOf([{ body: 'x'.repeat(bytes) }], { maxBytes: 100 });
    if (kind === undefined) expect((await caller.ask(QUESTION)).text).toHaveLength(bytes);
    else expect((await failureOf(caller.ask(QUESTION))).kind).toBe(kind);
  });

  test('a vendor that answers nonsense five times rests like one that is down', async () => {
    const { caller, asked } = await rigOf([{ body: 'nonsense' }]);
    for (let i = 0; i < 5; i++) await failureOf(caller.askJson(QUESTION, z.object({})));
    expect((await failureOf(caller.askJson(QUESTION, z.object({})))).kind).toBe('unavailable');
    expect(asked()).toBe(5);
  });
});

describe('time', () => {
  test('a vendor that does not answer is not waited for longer than said', async () => {
    const { caller, asked } = await rigOf([null, {}], { timeoutMs: 20 });
    expect((await failureOf(caller.ask(QUESTION))).kind).toBe('unavailable');
    // Nor asked again: its time is over, and others wait for theirs.
    expect(asked()).toBe(1);
  });

  test('whoever gives up is not asked for again, and the vendor is not blamed', async () => {
    const { caller, asked } = await rigOf([null, {}]);
    const giveUp = new AbortController();
    const asking = caller.ask({ ...QUESTION, signal: giveUp.signal });
    await expect.poll(asked).toBe(1);
    giveUp.abort();
    expect((await failureOf(asking)).kind).toBe('unavailable');
    expect(asked()).toBe(1);
    await caller.ask(QUESTION);
  });

  test('a vendor that stumbles is asked again, later each time', async () => {
    const { caller, clock, asked } = await rigOf([{ status: 500 }, { status: 502 }, { body: 'here' }]);
    expect((await caller.ask(QUESTION)).text).toBe('here');
    expect(asked()).toBe(3);
    expect(clock.slept).toEqual([125, 250]);
  });

  test.each<[string, string, number]>([
    ['in seconds', '5', 5_000],
    ['as a date', new Date(NOON_MS + 3_000).toUTCString(), 3_000],
    ['as a date that is over', new Date(NOON_MS - 3_000).toUTCString(), 0],
  ])('Retry-After %s is waited for when it is short', async (_, header, waitMs) => {
    const { caller, clock } = await rigOf([
      { status: 429, headers: { 'retry-after': header } },
      { body: 'here' },
    ]);
    expect((await caller.ask(QUESTION)).text).toBe('here');
    expect(clock.slept).toEqual([waitMs]);
  });

  test('a long one is told, and nobody asks before', async () => {
    const { caller, clock, asked } = await rigOf([{ status: 429, headers: { 'retry-after': '6' } }, {}]);
    expect((await failureOf(caller.ask(QUESTION))).retryAtMs).toBe(NOON_MS + 6_000);
    clock.pass(5_999);
    expect(await failureOf(caller.ask(QUESTION))).toMatchObject({
      kind: 'rate-limited',
      retryAtMs: NOON_MS + 6_000,
    });
    expect(asked()).toBe(1);
    clock.pass(1);
    await caller.ask(QUESTION);
    expect(asked()).toBe(2);
  });

  test('a Retry-After nobody can read is none, and nobody asks for half a minute', async () => {
    const { caller, clock, asked } = await rigOf([{ status: 429, headers: { 'retry-after': 'soon' } }, {}]);
    expect((await failureOf(caller.ask(QUESTION))).retryAtMs).toBeUndefined();
    clock.pass(29_999);
    expect(await failureOf(caller.ask(QUESTION))).toMatchObject({ kind: 'rate-limited' });
    expect(asked()).toBe(1);
    clock.pass(1);
    await caller.ask(QUESTION);
  });

  test('one from the far future is obeyed for a day', async () => {
    const { caller, clock } = await rigOf([{ status: 429, headers: { 'retry-after': '999999999' } }, {}]);
    await failureOf(caller.ask(QUESTION));
    clock.pass(24 * 3_600_000 - 1);
    expect((await failureOf(caller.ask(QUESTION))).kind).toBe('rate-limited');
    clock.pass(1);
    await caller.ask(QUESTION);
  });
});

describe('the breaker', () => {
  test('five failures, and nobody is asked for half a minute; then one try decides', async () => {
    const { caller, clock, asked } = await rigOf([...Array(6).fill({ status: 500 }), {}]);
    await failureOf(caller.ask(QUESTION));
    await failureOf(caller.ask(QUESTION));
    expect(asked()).toBe(5);
    expect((await failureOf(caller.ask(QUESTION))).retryAtMs).toBeGreaterThan(clock.nowMs());
    expect(asked()).toBe(5);
    clock.pass(30_000);
    await failureOf(caller.ask(QUESTION));
    expect(asked()).toBe(6);
    clock.pass(60_000);
    await caller.ask(QUESTION);
    await caller.ask(QUESTION);
    expect(asked()).toBe(8);
  });

  test('refused questions do not open it', async () => {
    const { caller, asked } = await rigOf([{ status: 404 }]);
    for (let i = 0; i < 8; i++) expect((await failureOf(caller.ask(QUESTION))).kind).toBe('no-data');
    expect(asked()).toBe(8);
  });
});

describe('the budget', () => {
  const budget = { perS: 0.5, burst: 4 };

  test('counts units, not questions, and a spent one asks nobody', async () => {
    const { caller, asked, clock } = await rigOf([{}], { budget });
    await caller.ask({ ...QUESTION, cost: 3 });
    expect(await failureOf(caller.ask({ ...QUESTION, cost: 2 }))).toMatchObject({
      kind: 'rate-limited',
      retryAtMs: NOON_MS + 2_000,
    });
    await caller.ask(QUESTION);
    expect(asked()).toBe(2);
    clock.pass(2_000);
    await caller.ask(QUESTION);
  });

  test.each([
    ['a second', 1, true],
    ['longer', 0.999, false],
  ])('units that are there again within %s are waited for: %s', async (_, perS, isAsked) => {
    const { caller, clock } = await rigOf([{}], { budget: { perS, burst: 1 } });
    await caller.ask(QUESTION);
    if (isAsked) await caller.ask(QUESTION);
    else expect((await failureOf(caller.ask(QUESTION))).kind).toBe('rate-limited');
    expect(clock.slept).toEqual(isAsked ? [1_000] : []);
  });

  test('a question that costs more than it ever holds waits for all of it, not for ever', async () => {
    const { caller, clock, asked } = await rigOf([{}], { budget });
    await caller.ask(QUESTION);
    expect((await failureOf(caller.ask({ ...QUESTION, cost: 6 }))).retryAtMs).toBe(NOON_MS + 2_000);
    clock.pass(2_000);
    await caller.ask({ ...QUESTION, cost: 6 });
    expect((await failureOf(caller.ask(QUESTION))).retryAtMs).toBe(clock.nowMs() + 6_000);
    expect(asked()).toBe(2);
  });

  test('whoever has given up before spends nothing', async () => {
    const { caller, asked } = await rigOf([{}], { budget });
    const signal = AbortSignal.abort();
    for (let i = 0; i < 9; i++) await failureOf(caller.ask({ ...QUESTION, signal }));
    await caller.ask({ ...QUESTION, cost: 4 });
    expect(asked()).toBe(1);
  });

  test('each retry costs its units too', async () => {
    const { caller, asked } = await rigOf([{ status: 500 }], { budget: { perS: 0.01, burst: 2 } });
    expect((await failureOf(caller.ask(QUESTION))).kind).toBe('rate-limited');
    expect(asked()).toBe(2);
  });
});

test('a mistake of ours while reading comes out as it is', async () => {
  const { caller } = await rigOf([{}]);
  const reading = caller.askFor(QUESTION, () => {
    throw new TypeError('ours');
  });
  await expect(reading).rejects.toThrow(TypeError);
});
