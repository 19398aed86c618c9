import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createCaller } from './caller.ts';
import { impatientClock, type Reply, vendorOn } from './loopback.fixture.ts';

const said = async (reply: Reply, maxBytes = 1_000): Promise<string> => {
  const { baseUrl } = await vendorOn(() => reply);
  const caller = createCaller({
    ...{ name: 'vendor', baseUrl, timeoutMs: 5_000, clock: impatientClock(0), random: () => 0, fetch },
    maxBytes,
  });
  return (await caller.ask({ path: '/list.json.gz' })).text;
};

describe('a file of gzip is what it was before', () => {
  test.each<[string, Reply]>([
    ['as it is', { body: gzipSync('[1]') }],
    ['by its type', { headers: { 'content-type': 'application/gzip' }, body: gzipSync('[1]') }],
    ['as an encoding of the wire', { headers: { 'content-encoding': 'gzip' }, body: gzipSync('[1]') }],
    ['and of the wire on top', { headers: { 'content-encoding': 'gzip' }, body: gzipSync(gzipSync('[1]')) }],
    ['by its name only', { body: '[1]' }],
  ])('%s', async (_, reply) => {
    expect(await said(reply)).toBe('[1]');
  });
});

describe('a little file that becomes a large one', () => {
  test.each([
    ['as large as allowed', 1_000, undefined],
    ['a byte larger', 1_001, 'bad-payload'],
    ['a hundred thousand times as large', 100_000_000, 'bad-payload'],
  ])('%s', async (_, bytes, kind) => {
    const body = gzipSync(Buffer.alloc(bytes, 'x'));
    if (kind === undefined) expect(await said({ body })).toHaveLength(bytes);
    else await expect(said({ body }, bytes > 10_000 ? 1_000_000 : 1_000)).rejects.toMatchObject({ kind });
  });

  test('by the encoding of the wire is no larger either', async () => {
    const body = gzipSync(Buffer.alloc(1_000_000, 'x'));
    await expect(said({ headers: { 'content-encoding': 'gzip' }, body })).rejects.toMatchObject({
      kind: 'bad-payload',
    });
  });
});

test('half a file is none', async () => {
  const body = gzipSync('[1, 2, 3]').subarray(0, 15);
  await expect(said({ body })).rejects.toMatchObject({ kind: 'bad-payload' });
});

test('a byte order mark is no part of what was said', async () => {
  expect(await said({ body: '\ufeff[1]' })).toBe('[1]');
});
