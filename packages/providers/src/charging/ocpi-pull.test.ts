import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { impatientClock, type Reply, type Vendor, vendorOn } from '../loopback.fixture.ts';
import { ocpiPull } from './ocpi-pull.ts';

const NOON_MS = Date.UTC(2026, 0, 15, 12);

const place = (id: string, change: object = {}) => ({
  ...{ country_code: 'DE', party_id: 'TST', id, publish: true, name: id, country: 'DEU' },
  coordinates: { latitude: '52.5200', longitude: '13.4000' },
  last_updated: '2026-01-15T11:00:00Z',
  evses: [
    {
      ...{ uid: `${id}-1`, status: 'AVAILABLE', last_updated: '2026-01-15T11:00:00Z' },
      connectors: [
        { id: '1', standard: 'IEC_62196_T2_COMBO', power_type: 'DC', max_electric_power: 150_000 },
      ],
    },
  ],
  ...change,
});

const envelope = (data: unknown, status: unknown = 1_000) => ({ data, status_code: status });

/** A peer that holds these ids, and pages them by offset and limit with links or without. */
async function peerOf(
  answer: (offset: number, vendor: Vendor) => Reply,
  options: { readonly token?: string; readonly tokenEncoding?: 'base64' | 'raw' } = {},
) {
  const vendor: Vendor = await vendorOn(({ url }) =>
    answer(Number(url.searchParams.get('offset') ?? 0), vendor),
  );
  const clock = impatientClock(NOON_MS);
  const url = `${vendor.baseUrl}/ocpi/cpo/2.2.1/locations`;
  return { vendor, source: ocpiPull({ url, clock, random: () => 0.5, fetch, ...options }) };
}

const idsOf = ({ locations }: { readonly locations: readonly { readonly name: string }[] }) =>
  locations.map(({ name }) => name);
const kindOf = (work: Promise<unknown>) =>
  work.then(
    () => 'answered',
    (error) => error.kind,
  );

describe('a list', () => {
  test.each<[string, unknown]>([
    ['in an envelope', envelope([place('a')])],
    ['in an envelope without a status', { data: [place('a')] }],
    ['bare', [place('a')]],
    ['with its status as text', envelope([place('a')], '1000')],
  ])('%s is the whole truth', async (_, body) => {
    const { source } = await peerOf(() => ({ body }));
    const said = await source.list();
    expect(said).toMatchObject({ kind: 'whole', gone: [], fetchedAtMs: NOON_MS });
    expect(said.locations[0]).toMatchObject({ locationId: 'DE*TST*a', source: 'ocpi-pull' });
  });

  test('is walked along its links', async () => {
    const { source, vendor } = await peerOf((offset, { baseUrl }) => ({
      headers: {
        'x-total-count': '3',
        ...(offset < 2 ? { link: `<${baseUrl}/ocpi/other?offset=${offset + 1}&limit=1>; rel="next"` } : {}),
      },
      body: envelope([place(`p${offset}`)]),
    }));
    expect(idsOf(await source.list())).toEqual(['p0', 'p1', 'p2']);
    expect(vendor.heard.map(({ url }) => url.pathname)).toEqual([
      '/ocpi/cpo/2.2.1/locations',
      '/ocpi/other',
      '/ocpi/other',
    ]);
  });

  test('without links is walked by its total', async () => {
    const { source } = await peerOf((offset) => ({
      headers: { 'x-total-count': '5' },
      body: envelope([0, 1].filter((i) => offset + i < 5).map((i) => place(`p${offset + i}`))),
    }));
    expect(idsOf(await source.list())).toEqual(['p0', 'p1', 'p2', 'p3', 'p4']);
  });

  test('that shrinks on the way loses nobody', async () => {
    const ids = ['p0', 'p1', 'p2', 'p3'];
    const { source } = await peerOf((offset, { heard, baseUrl }) => {
      if (heard.length === 2) ids.shift();
      const link =
        offset + 1 < ids.length ? { link: `<${baseUrl}/l?offset=${offset + 1}&limit=1>; rel="next"` } : {};
      return {
        headers: { 'x-total-count': String(ids.length), ...link },
        body: envelope(ids.slice(offset, offset + 1).map((id) => place(id))),
      };
    });
    expect(idsOf(await source.list()).toSorted()).toEqual(expect.arrayContaining(['p1', 'p2', 'p3']));
  });

  test('that shrinks where nobody can go back takes nobody away', async () => {
    const { source } = await peerOf((_, { heard, baseUrl }) => ({
      headers: {
        'x-total-count': String(4 - heard.length),
        ...(heard.length < 3 ? { link: `<${baseUrl}/l?cursor=${heard.length}>; rel="next"` } : {}),
      },
      body: envelope([place(`p${heard.length}`)]),
    }));
    expect(await source.list()).toMatchObject({ kind: 'changes' });
  });

  test('narrowed down by the query of its URL stays so', async () => {
    const { vendor } = await peerOf(() => ({ body: [place('a')] }));
    const clock = impatientClock(NOON_MS);
    await ocpiPull({ url: `${vendor.baseUrl}/l?limit=50`, clock, random: () => 0, fetch }).list();
    expect(vendor.heard[0]?.url.searchParams.get('limit')).toBe('50');
  });
});

describe('changes', () => {
  test('are asked for from a little before the last answer, and none is an answer', async () => {
    const { source, vendor } = await peerOf(() => ({ body: envelope([]) }));
    const said = await source.list({ sinceMs: NOON_MS });
    expect(said).toMatchObject({ kind: 'changes', locations: [] });
    expect(vendor.heard[0]?.url.searchParams.get('date_from')).toBe('2026-01-15T11:55:00.000Z');
  });

  test('name who is to be hidden', async () => {
    const { source } = await peerOf(() => ({ body: envelope([place('a', { publish: false })]) }));
    expect((await source.list({ sinceMs: NOON_MS })).gone).toEqual(['DE*TST*a']);
  });
});

describe('a token', () => {
  test.each([
    [undefined, 'Token c2VjcmV0'],
    ['base64', 'Token c2VjcmV0'],
    ['raw', 'Token secret'],
  ] as const)('is sent as %s', async (tokenEncoding, header) => {
    const { source, vendor } = await peerOf(() => ({ body: [place('a')] }), {
      token: 'secret\n',
      ...(tokenEncoding === undefined ? {} : { tokenEncoding }),
    });
    await source.list();
    expect(vendor.heard[0]?.headers.authorization).toBe(header);
  });

  test('does not leave the server it is for', async () => {
    const other = await vendorOn(() => ({ body: [] }));
    const { source } = await peerOf(
      () => ({ headers: { link: `<${other.baseUrl}/l>; rel="next"` }, body: [place('a')] }),
      { token: 'secret' },
    );
    expect(await kindOf(source.list())).toBe('bad-payload');
    expect(other.heard).toEqual([]);
  });
});

describe('a link cannot lead elsewhere', () => {
  test.each<[string, (other: string, own: string) => string]>([
    ['as a path that is an address', (other, own) => `${own}/${other}/l`],
    ['as a path that begins like a host', (other, own) => `${own}/${other.slice('http:'.length)}/l`],
    ['as a path after two slashes', (other, own) => `${own}${other.slice('http:'.length)}/l`],
    ['with backslashes', (other) => `\\\\${other.slice('http://'.length)}\\l`],
  ])('%s', async (_, linkTo) => {
    const other = await vendorOn(() => ({ body: [] }));
    const { source } = await peerOf(
      (_offset, { heard, baseUrl }) =>
        heard.length > 1
          ? { body: [] }
          : { headers: { link: `<${linkTo(other.baseUrl, baseUrl)}>; rel="next"` }, body: [place('a')] },
      { token: 'secret' },
    );
    await source.list().catch(() => undefined);
    expect(other.heard).toEqual([]);
  });
});

test('a peer that repeats the token does not bring it into an error', async () => {
  const { source } = await peerOf(() => ({ status: 401, body: 'unknown: secret, c2VjcmV0' }), {
    token: 'secret',
  });
  const { message } = (await source.list().catch((error: unknown) => error)) as Error;
  expect(message).toContain('unknown');
  expect(message).not.toMatch(/secret(?!\])|c2VjcmV0/);
});

describe('a country in one file', () => {
  test('inflated is read like any list', async () => {
    const { source } = await peerOf(() => ({ body: gzipSync(JSON.stringify([place('a')])) }));
    expect(await source.list()).toMatchObject({ kind: 'whole', locations: [{ name: 'a' }] });
  });

  test('is not too long for a call', async () => {
    const { source } = await peerOf(() => ({ body: [...new Array(200_000).fill(0), place('a')] }));
    const said = await source.list();
    expect(idsOf(said)).toEqual(['a']);
    expect(said.quarantined).toEqual({ 'location-without-id': 200_000 });
  });
});

describe('no answer is', () => {
  test.each<[string, string, Reply]>([
    ['a client error of OCPI', 'bad-request', { body: envelope(null, 2_001) }],
    ['a server error of OCPI', 'unavailable', { body: envelope([], 3_000) }],
    ['an error of a hub', 'unavailable', { body: envelope([], 4_001) }],
    ['a refused token', 'auth', { status: 401, body: 'no' }],
    ['too many questions', 'rate-limited', { status: 429, body: '' }],
    ['text', 'bad-payload', { body: 'sorry' }],
    ['an object', 'bad-payload', { body: envelope({ locations: [] }) }],
    ['a list of nothing', 'no-data', { body: envelope([]) }],
    ['a list of nothing usable', 'no-data', { body: [{ id: 1 }, null] }],
    ['a page that links to itself', 'bad-payload', { headers: { link: '</l>; rel=next' }, body: [] }],
  ])('%s', async (_, kind, reply) => {
    const { source } = await peerOf(() => reply);
    expect(await kindOf(source.list())).toBe(kind);
  });

  test('half a walk', async () => {
    const { source } = await peerOf((offset, { baseUrl }) =>
      offset === 0
        ? { headers: { link: `<${baseUrl}/l?offset=1>; rel="next"` }, body: [place('a')] }
        : { status: 400, body: '' },
    );
    expect(await kindOf(source.list())).toBe('bad-request');
  });
});

test('a probe asks for one location', async () => {
  const { source, vendor } = await peerOf(() => ({ headers: { 'x-total-count': '12' }, body: [place('a')] }));
  expect(await source.probe(new AbortController().signal)).toBe('12 locations');
  expect(vendor.heard[0]?.url.searchParams.get('limit')).toBe('1');
});

test.each([
  [{ name: ' Ionity ' }, 'Ionity'],
  [{ name: '' }, undefined],
  ['Ionity', undefined],
  [null, undefined],
])('%j is the operator %s', async (operator, expected) => {
  const { source } = await peerOf(() => ({ body: [place('a', { operator })] }));
  expect((await source.list()).locations[0]?.operator).toBe(expected);
});
