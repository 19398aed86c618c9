import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { mergeDeltaPoints, readAbrpBulk } from './abrp.ts';
import { CAR_A, CAR_B, START_MS, type Testbed, withGateway } from './gateway.fixture.ts';

const merged = (list: readonly unknown[]) => [...mergeDeltaPoints(list)];
const UTC_S = START_MS / 1000;
const POINT = { utc: UTC_S, soc: 55.5, power: 12.3, is_charging: 0 };
const TLM = encodeURIComponent(JSON.stringify(POINT));

/** What the log holds, opened. */
const kept = (bed: Testbed): unknown[] =>
  bed.published.map(({ key, headers, value }) => {
    const opened = bed.trust
      .reader('alert_driver')
      .open(key, headers?.keyId ?? '', value ?? new Uint8Array());
    return opened.kind === 'opened' ? JSON.parse(Buffer.from(opened.bytes).toString()) : opened;
  });

const form = (text: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: text,
});
const json = (value: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
});

const shapes: readonly { name: string; request: (token: string) => readonly [string, RequestInit?] }[] = [
  { name: 'GET, all in the query', request: (t) => [`/1/tlm/send?api_key=k&token=${t}&tlm=${TLM}`] },
  {
    name: 'POST, all in the query',
    request: (t) => [`/1/tlm/send?api_key=k&token=${t}&tlm=${TLM}`, { method: 'POST' }],
  },
  { name: 'POST, all in a form', request: (t) => ['/1/tlm/send', form(`api_key=k&token=${t}&tlm=${TLM}`)] },
  {
    name: 'POST, a form of no declared type',
    request: (t) => ['/1/tlm/send', { method: 'POST', body: Buffer.from(`token=${t}&tlm=${TLM}`) }],
  },
  {
    name: 'POST, tlm in a form, the rest in the query',
    request: (t) => [`/1/tlm/send?api_key=k&token=${t}`, form(`tlm=${TLM}`)],
  },
  {
    name: 'POST JSON with Authorization: APIKEY',
    request: (t) => [`/1/tlm/send?token=${t}`, json({ tlm: POINT }, { authorization: 'APIKEY key' })],
  },
  { name: 'POST JSON, token in the body', request: (t) => ['/1/tlm/send', json({ token: t, tlm: POINT })] },
  {
    name: 'POST JSON, tlm as text',
    request: (t) => [`/1/tlm/send?token=${t}`, json({ tlm: JSON.stringify(POINT) })],
  },
  {
    name: 'bulk',
    request: (t) => ['/1/tlm/bulk?api_key=k', json({ data: [{ token: t, tlm_list: [POINT] }] })],
  },
];
for (const { name, request } of shapes) {
  test(`ABRP senders are understood: ${name}`, () =>
    withGateway(async (bed) => {
      const [path, init] = request(await bed.token(CAR_A));
      const response = await fetch(bed.url + path, init);
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ status: 'ok' });
      expect(kept(bed)).toEqual([POINT]);
      expect(bed.published[0]?.headers?.format).toBe('abrp');
    }));
}

const errors: readonly { name: string; request: (token: string) => readonly [string, RequestInit?] }[] = [
  { name: 'no token', request: () => [`/1/tlm/send?tlm=${TLM}`] },
  { name: 'an unknown token', request: () => [`/1/tlm/send?token=nobody&tlm=${TLM}`] },
  { name: 'no tlm', request: (t) => [`/1/tlm/send?token=${t}`] },
  { name: 'tlm that is no JSON', request: (t) => [`/1/tlm/send?token=${t}&tlm=%7Bsoc`] },
  { name: 'tlm that is a list', request: (t) => [`/1/tlm/send?token=${t}&tlm=[]`] },
  { name: 'a point without utc', request: (t) => [`/1/tlm/send?token=${t}`, json({ tlm: { soc: 5 } })] },
  { name: 'utc as text', request: (t) => [`/1/tlm/send?token=${t}`, json({ tlm: { utc: `${UTC_S}` } })] },
  {
    name: 'utc in milliseconds',
    request: (t) => [`/1/tlm/send?token=${t}`, json({ tlm: { utc: START_MS } })],
  },
  { name: 'a prototype key', request: (t) => [`/1/tlm/send?token=${t}&tlm=%7B%22__proto__%22:%7B%7D%7D`] },
  { name: 'bulk that is no JSON', request: () => ['/1/tlm/bulk', form('data=1')] },
  { name: 'bulk without data', request: () => ['/1/tlm/bulk', json({})] },
  {
    name: 'bulk without points',
    request: (t) => ['/1/tlm/bulk', json({ data: [{ token: t, tlm_list: [] }] })],
  },
  {
    name: 'bulk of 501',
    request: (t) => ['/1/tlm/bulk', json({ data: [{ token: t, tlm_list: Array(501).fill(POINT) }] })],
  },
  {
    name: 'bulk of 501 vehicles',
    request: (t) => ['/1/tlm/bulk', json({ data: Array(501).fill({ token: t, tlm_list: [] }) })],
  },
  {
    name: 'tlm said twice in a form',
    request: (t) => ['/1/tlm/send', form(`token=${t}&tlm=${TLM}&tlm=${TLM}`)],
  },
  {
    name: 'a token said twice in the query',
    request: (t) => [`/1/tlm/send?token=${t}&token=${t}&tlm=${TLM}`],
  },
  {
    name: 'a token that is no text, beside one in the query',
    request: (t) => [`/1/tlm/send?token=${t}`, json({ token: 5, tlm: POINT })],
  },
  {
    name: 'tlm that is null, beside one in the query',
    request: (t) => [`/1/tlm/send?token=${t}&tlm=${TLM}`, json({ tlm: null })],
  },
  {
    name: 'a body that is neither form nor JSON, beside a full query',
    request: (t) => [`/1/tlm/send?token=${t}&tlm=${TLM}`, form('"hello')],
  },
  {
    name: 'a form that is not UTF-8',
    request: (t) => [
      '/1/tlm/send',
      { method: 'POST', body: Buffer.from([...Buffer.from(`token=${t}&tlm=`), 0xff]) },
    ],
  },
  {
    name: 'a compressed body',
    request: (t) => [
      '/1/tlm/bulk',
      {
        method: 'POST',
        headers: { 'content-encoding': 'gzip' },
        body: gzipSync(JSON.stringify({ data: [{ token: t, tlm_list: [POINT] }] })),
      },
    ],
  },
];
for (const { name, request } of errors) {
  test(`ABRP senders are told the error in a 200: ${name}`, () =>
    withGateway(async (bed) => {
      const [path, init] = request(await bed.token(CAR_A));
      const response = await fetch(bed.url + path, init);
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ status: 'error', errors: expect.any(String) });
      expect(bed.published).toHaveLength(0);
    }));
}

test('a sender is told to try again while the bus is down', () =>
  withGateway(async (bed) => {
    bed.bus.isDown = true;
    const response = await fetch(`${bed.url}/1/tlm/send?token=${await bed.token(CAR_A)}&tlm=${TLM}`);
    expect(await response.json()).toEqual({
      status: 'error',
      errors: 'bus-unavailable, try again in 1000 ms',
    });
  }));

test('delta points of a bulk are made whole, each token speaks for its car', () =>
  withGateway(async (bed) => {
    const consent = { vehicleId: CAR_B, personId: 'per_bbbbbbbbbbbb', actor: 'test', textVersion: '1' };
    await bed.trust.recordConsent({ ...consent, purpose: 'alert_driver', isGranted: true });
    const data = [
      { token: await bed.token(CAR_A), tlm_list: [POINT, { utc: UTC_S + 5, soc: 55 }] },
      { token: await bed.token(CAR_B), tlm_list: [{ utc: UTC_S, soc: 20 }] },
    ];
    const response = await fetch(`${bed.url}/1/tlm/bulk`, json({ data }));
    expect(await response.json()).toEqual({ status: 'ok' });
    expect(kept(bed)).toEqual([POINT, { ...POINT, utc: UTC_S + 5, soc: 55 }, { utc: UTC_S, soc: 20 }]);
    expect(bed.published.map(({ key }) => key)).toEqual([CAR_A, CAR_A, CAR_B]);
  }));

test('points that can never be kept are named beside ok, or a sender would repeat them for ever', () =>
  withGateway(async (bed) => {
    const data = [{ token: await bed.token(CAR_A), tlm_list: [POINT, { soc: 1 }, 7] }];
    const response = await fetch(`${bed.url}/1/tlm/bulk`, json({ data }));
    expect(await response.json()).toEqual({
      status: 'ok',
      errors:
        'point 2: bad-shape: utc is epoch seconds, as a number; point 3: bad-shape: a point is an object',
    });
  }));

describe('delta points', () => {
  test('a value left out is unchanged, null is said', () => {
    expect(
      merged([
        { utc: 1, soc: 5, lat: 1 },
        { utc: 2, lat: null },
        { utc: 3, soc: 4 },
      ]),
    ).toEqual([
      { utc: 1, soc: 5, lat: 1 },
      { utc: 2, soc: 5, lat: null },
      { utc: 3, soc: 4, lat: null },
    ]);
  });
  test('a point without its own time does not borrow one', () => {
    expect(merged([{ utc: 1, soc: 5 }, { soc: 4 }, { utc: 3 }])).toEqual([
      { utc: 1, soc: 5 },
      { soc: 4 },
      { utc: 3, soc: 5 },
    ]);
  });
});

describe('a small body that holds much once its points are whole', () => {
  /** 60 KB in the first point, repeated by each of the others. */
  const large = { utc: UTC_S, note: 'x'.repeat(60_000) };
  const bulk = (list: readonly unknown[]) =>
    readAbrpBulk(
      new URLSearchParams(),
      Buffer.from(JSON.stringify({ data: [{ token: 't', tlm_list: list }] })),
    );
  const later = (count: number) => Array.from({ length: count }, (_, index) => ({ utc: UTC_S + 1 + index }));
  const framesOf = (list: readonly unknown[]) => {
    const request = bulk(list);
    if (request.kind === 'refused') throw new Error(request.detail);
    return request.vehicles[0]?.frames() ?? [];
  };

  test('is refused by its count before a point is touched', () => {
    expect(bulk([large, ...later(500)])).toEqual({ kind: 'refused', detail: 'more than 500 points' });
  });

  test('is taken up to 4 MiB, and every later point is told that it is too large', () => {
    const frames = framesOf([large, ...later(499)]);
    expect(frames).toHaveLength(500);
    const kept = frames.filter((frame) => frame.kind === 'frame');
    expect(kept.length).toBe(69);
    expect(frames.slice(69).every((frame) => frame.kind === 'refused' && frame.code === 'too-large')).toBe(
      true,
    );
  });

  test('ends at the first point above 64 KiB', () => {
    const frames = framesOf([{ utc: UTC_S }, { ...large, more: 'y'.repeat(10_000) }, ...later(2)]);
    expect(frames.map(({ kind }) => kind)).toEqual(['frame', 'refused', 'refused', 'refused']);
  });

  test('of an unknown sender is not even made whole', () =>
    withGateway(async (bed) => {
      const body = json({ data: [{ token: 'nobody', tlm_list: [large, ...later(499)] }] });
      const answer = await (await fetch(`${bed.url}/1/tlm/bulk`, body)).json();
      expect(answer).toMatchObject({ status: 'error', errors: expect.stringContaining('and 495 more') });
      expect(bed.published).toHaveLength(0);
    }));
});
