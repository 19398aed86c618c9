import { systemClock } from '@outrider/runtime';
import { describe, expect, test } from 'vitest';
import { type Answering, vendorOn } from '../loopback.fixture.ts';
import { valhallaHeights } from './valhalla-heights.ts';

const never = new AbortController().signal;

describe('a Valhalla server', () => {
  const ask = async (answering: Answering) => {
    const { baseUrl } = await vendorOn(answering);
    return valhallaHeights({ baseUrl, clock: systemClock, random: () => 0, fetch }).heights(
      [
        { lat: 41, lon: -74 },
        { lat: 41.1, lon: -74 },
      ],
      never,
    );
  };

  test('tells heights, and null where it has none', async () => {
    const answering: Answering = ({ body }) => ({
      body: { height: JSON.parse(body).shape.map((_: unknown, i: number) => (i === 0 ? 12.5 : null)) },
    });
    expect(await ask(answering)).toEqual([12.5, null]);
  });

  test.each([
    ['only holes', { body: { height: [null, null] } }, 'no-data'],
    ['other places', { body: { height: [1] } }, 'bad-payload'],
    ['another action', { status: 400, body: { error_code: 106, error: 'Try any of' } }, 'bad-request'],
  ])('%s', async (_, reply, kind) => {
    await expect(ask(() => reply)).rejects.toMatchObject({ kind });
  });
});
