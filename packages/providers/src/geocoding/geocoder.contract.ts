import { expect, test } from 'vitest';
import type { CallerDeps } from '../caller.ts';
import { type Answering, impatientClock, vendorOn } from '../loopback.fixture.ts';
import type { Geocoder } from './geocoder.ts';

const never = new AbortController().signal;

export interface GeocoderWire {
  readonly create: (options: CallerDeps & { readonly baseUrl: string }) => Geocoder;
  readonly path: string;
  /** One place, called `found`, at 48.1, 11.5. */
  readonly good: unknown;
  readonly found: string;
  readonly empty: unknown;
  /** A place at 111.5, 48.1. */
  readonly absurd: unknown;
  /** Two places at 48.1, 11.5: one without a name, and one with this. */
  readonly named: (name: string) => unknown;
}

/** What every geocoder keeps. */
export function geocoderContract({ create, path, good, found, empty, absurd, named }: GeocoderWire): void {
  const geocoder = async (answering: Answering) => {
    const { baseUrl, heard } = await vendorOn(answering);
    const clock = impatientClock(0);
    return { ...create({ baseUrl, clock, random: () => 0, fetch }), heard, clock };
  };

  test('finds a place, and says who asks', async () => {
    const one = await geocoder(() => ({ body: good }));
    expect(await one.find('old inn', never)).toEqual([{ name: found, lat: 48.1, lon: 11.5 }]);
    expect(one.heard[0]?.url.pathname).toBe(path);
    expect(one.heard[0]?.url.searchParams.get('q')).toBe('old inn');
    expect(one.heard[0]?.headers['user-agent']).toBe('outrider');
  });

  test('knows no such place', async () => {
    expect(await (await geocoder(() => ({ body: empty }))).find('x', never)).toEqual([]);
  });

  test('leaves out a place without a name, and shortens a long one', async () => {
    const one = await geocoder(() => ({ body: named('x'.repeat(201)) }));
    expect((await one.find('x', never)).map(({ name }) => name)).toEqual(['x'.repeat(200)]);
  });

  test('says in no error what somebody typed', async () => {
    const one = await geocoder(() => ({ status: 400, body: 'cannot parse "4 Privet Lane"' }));
    const error = (await one.find('4 Privet Lane', never).catch((reason: unknown) => reason)) as Error;
    expect(error.message).toMatch(/answered 400$/);
  });

  test('is asked once a second, and the next question waits', async () => {
    const one = await geocoder(() => ({ body: good }));
    await one.find('a', never);
    await one.find('b', never);
    expect(one.clock.slept).toEqual([1_000]);
    one.clock.pass(1_000);
    await one.find('c', never);
    expect(one.clock.slept).toHaveLength(1);
  });

  test.each([
    ['a place beyond the pole', { body: absurd }, 'bad-payload'],
    ['a page of text', { body: '<html></html>' }, 'bad-payload'],
    ['a ban', { status: 403, body: 'blocked' }, 'auth'],
    ['a server that is down', { status: 503, body: '' }, 'unavailable'],
  ])('%s', async (_, reply, kind) => {
    await expect((await geocoder(() => reply)).find('x', never)).rejects.toMatchObject({ kind });
  });
}
