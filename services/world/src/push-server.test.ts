import { TOPICS } from '@outrider/bus';
import { GEAR, SIGNAL } from '@outrider/domain';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { at, createRig, location, MINUTE_MS, NOW_MS, type Rig, tripOf } from './world.fixture.ts';

const TOKEN = 'a-token-of-a-peer';
const ocpiPush = { token: TOKEN, host: '127.0.0.1', port: 0 };
const L1 = 'US/TST/L1';
const inMinutes = (minutes: number) => new Date(NOW_MS + minutes * MINUTE_MS).toISOString();
const connector = {
  ...{ id: '1', standard: 'TESLA_S', format: 'CABLE', power_type: 'DC', max_electric_power: 90_000 },
  last_updated: inMinutes(0),
};
const evse = { uid: 'E1', status: 'AVAILABLE', connectors: [connector], last_updated: inMinutes(0) };
const place = at(20_000, 500);
const site = {
  ...{ country_code: 'US', party_id: 'TST', id: 'L1', publish: true, country: 'USA' },
  ...{ name: 'Site', address: 'Road 1', tariffs: ['kept as it is'], last_updated: inMinutes(0) },
  coordinates: { latitude: String(place.lat), longitude: String(place.lon) },
  evses: [evse, { ...evse, uid: 'E2' }],
};
const broken = (minutes: number) => ({ status: 'OUTOFORDER', last_updated: inMinutes(minutes) });

let rig: Rig;
beforeEach(async () => {
  rig = await createRig({ deps: { ocpiPush, locations: [] } });
});
afterEach(() => rig.close());

interface Said {
  readonly http: number;
  readonly status_code: number;
  readonly data?: unknown;
}

async function say(
  method: string,
  path: string,
  body?: unknown,
  authorization: string | null = `Token ${Buffer.from(TOKEN).toString('base64')}`,
): Promise<Said> {
  const answer = await fetch(`${rig.world.pushAddress}${path}`, {
    method,
    headers: {
      ...(authorization === null ? {} : { authorization }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const said = (await answer.json()) as Omit<Said, 'http'> & { readonly timestamp: string };
  expect(Number.isNaN(Date.parse(said.timestamp))).toBe(false);
  return { ...said, http: answer.status };
}
const push = (method: string, path: string, body: unknown) =>
  say(method, `/ocpi/emsp/2.2.1/locations/${path}`, body);
const ask = (path: string) => say('GET', `/ocpi/emsp/2.2.1/locations/${path}`);

/** What `chargers.v1` says last under each key. */
async function published(): Promise<ReadonlyMap<string, { readonly evses: readonly object[] } | null>> {
  const places = new Map();
  const subscription = await rig.bus.broadcast({
    topics: [TOPICS.chargers.name],
    start: 'earliest',
    handle: async ({ records }) => {
      for (const { key, value } of records)
        places.set(key, value && JSON.parse(Buffer.from(value).toString()));
    },
  });
  await subscription.caughtUp;
  await subscription.stop();
  return places;
}
const statusOf = async (id = 'US*TST*L1') =>
  (await published()).get(id)?.evses.map((one) => ('status' in one ? one.status : ''));

describe('who may push', () => {
  const path = '/ocpi/versions';
  test.each([
    ['in base64', `Token ${Buffer.from(TOKEN).toString('base64')}`, 200],
    ['as it is', `Token ${TOKEN}`, 200],
    ['in base64 with a line end', `Token ${Buffer.from(`${TOKEN}\n`).toString('base64')}`, 200],
    ['with a lower-case scheme', `token ${TOKEN}`, 200],
    ['of another', `Token ${TOKEN}x`, 401],
    ['cut short', `Token ${TOKEN.slice(0, -1)}`, 401],
    ['of another scheme', `Bearer ${TOKEN}`, 401],
    ['that is empty', 'Token ', 401],
    ['missing', null, 401],
  ])('a token %s: %i', async (_, authorization, http) => {
    expect((await say('GET', path, undefined, authorization)).http).toBe(http);
  });

  test('nobody, unless there is a token: then nobody listens', async () => {
    await rig.restart({ locations: [] });
    expect(rig.world.pushAddress).toBeDefined();
    await rig.restart({ locations: [], ocpiPush: undefined } as object);
    expect(rig.world.pushAddress).toBeUndefined();
  });

  test('a stranger changes nothing and learns nothing', async () => {
    const path = `/ocpi/emsp/2.2.1/locations/${L1}`;
    expect((await say('PUT', path, site, 'Token somebody-else')).http).toBe(401);
    expect((await say('GET', '/nowhere', undefined, null)).http).toBe(401);
    expect((await published()).size).toBe(0);
  });
});

test('the versions documents lead to the module', async () => {
  const versions = (await say('GET', '/ocpi/versions')).data as { readonly url: string }[];
  const url = versions[0]?.url ?? '';
  const details = await say('GET', url.replace(rig.world.pushAddress ?? '', ''));
  expect(details).toMatchObject({
    status_code: 1000,
    data: {
      version: '2.2.1',
      endpoints: [
        {
          identifier: 'locations',
          role: 'RECEIVER',
          url: `${rig.world.pushAddress}/ocpi/emsp/2.2.1/locations`,
        },
      ],
    },
  });
});

describe('a location', () => {
  test('is put, read back as it was put, changed in part, and published each time', async () => {
    expect(await push('PUT', L1, site)).toMatchObject({ http: 200, status_code: 1000 });
    expect((await ask(L1)).data).toEqual(site);
    expect((await ask(`${L1}/E2`)).data).toEqual({ ...evse, uid: 'E2' });
    expect((await ask(`${L1}/E2/1`)).data).toEqual(connector);
    expect(await push('PATCH', `${L1}/E1`, broken(0))).toMatchObject({ http: 200, status_code: 1000 });
    expect(await statusOf()).toEqual(['OUTOFORDER', 'AVAILABLE']);
    const stronger = { ...connector, max_electric_power: 150_000 };
    await push('PUT', `${L1}/E2/1`, stronger);
    expect((await published()).get('US*TST*L1')?.evses[1]).toMatchObject({
      connectors: [{ maxPowerKw: 150 }],
    });
  });

  test('said out of order ends as the newest word says, and the older one is no mistake', async () => {
    await push('PUT', L1, site);
    rig.clock.advanceTo(NOW_MS + 10 * MINUTE_MS);
    await push('PATCH', `${L1}/E1`, broken(5));
    const older = { status: 'AVAILABLE', last_updated: inMinutes(4) };
    expect(await push('PATCH', `${L1}/E1`, older)).toMatchObject({ http: 200, status_code: 1000 });
    expect(await statusOf()).toEqual(['OUTOFORDER', 'AVAILABLE']);
    await push('PATCH', `${L1}/E1`, { ...older, last_updated: inMinutes(6) });
    expect(await statusOf()).toEqual(['AVAILABLE', 'AVAILABLE']);
  });

  test.each<[string, string, string, unknown, number, number]>([
    ['a PATCH of what nobody put', 'PATCH', 'US/TST/L9', broken(0), 404, 2003],
    ['a PATCH of an EVSE nobody put', 'PATCH', `${L1}/E9`, broken(0), 404, 2003],
    ['an EVSE of a location nobody put', 'PUT', 'US/TST/L9/E1', evse, 404, 2003],
    ['a question for what nobody put', 'GET', 'US/TST/L9', undefined, 404, 2003],
    ['a question for an EVSE nobody put', 'GET', `${L1}/E9`, undefined, 404, 2003],
    ['a PATCH without a date', 'PATCH', `${L1}/E1`, { status: 'BLOCKED' }, 400, 2001],
    ['another location than the address says', 'PUT', 'US/TST/L2', site, 400, 2001],
    ['a PATCH that makes it another', 'PATCH', L1, { id: 'L2', last_updated: inMinutes(1) }, 400, 2001],
    ['a location that is nowhere', 'PUT', L1, { ...site, coordinates: {} }, 400, 2001],
    ['a list', 'PUT', L1, [site], 400, 2001],
    ['half a body', 'PUT', L1, '{"id":', 400, 2001],
    ['a country of three letters', 'PUT', 'USA/TST/L1', site, 400, 2001],
    ['more than fits', 'PUT', L1, { ...site, name: 'x'.repeat(600_000) }, 413, 2001],
    ['a page that is not there', 'PUT', 'US', site, 404, 2000],
    ['a DELETE', 'DELETE', L1, undefined, 404, 2000],
  ])('%s is refused', async (_, method, path, body, http, status) => {
    await push('PUT', L1, site);
    const before = await published();
    expect(await push(method, path, body)).toMatchObject({ http, status_code: status });
    expect(await published()).toEqual(before);
    expect((await ask(L1)).data).toEqual(site);
  });

  test('whose posts are all taken away is gone, and comes back with a post that works', async () => {
    await push('PUT', L1, { ...site, evses: [evse] });
    rig.clock.advanceTo(NOW_MS + 10 * MINUTE_MS);
    await push('PATCH', `${L1}/E1`, { status: 'REMOVED', last_updated: inMinutes(1) });
    expect((await published()).get('US*TST*L1')).toBeNull();
    await push('PATCH', `${L1}/E1`, { status: 'AVAILABLE', last_updated: inMinutes(2) });
    expect(await statusOf()).toEqual(['AVAILABLE']);
  });
});

describe('what was answered', () => {
  const older = { ...location('US*TST*L1', place), lastUpdatedAtMs: NOW_MS - MINUTE_MS };
  const newer = { ...older, lastUpdatedAtMs: NOW_MS + 60 * MINUTE_MS };

  test('is known after a restart, part by part, beside a list that is older', async () => {
    await push('PUT', L1, site);
    await push('PATCH', `${L1}/E1`, broken(1));
    await rig.restart({ locations: [older] });
    expect(await statusOf()).toEqual(['OUTOFORDER', 'AVAILABLE']);
    expect((await ask(`${L1}/E1`)).data).toMatchObject(broken(1));
    expect(await push('PATCH', `${L1}/E1`, { ...broken(2), status: 'AVAILABLE' })).toMatchObject({
      http: 200,
    });
    expect(await statusOf()).toEqual(['AVAILABLE', 'AVAILABLE']);
  });

  test('gives way to a list that is newer, and is not forgotten', async () => {
    await push('PUT', L1, site);
    await rig.restart({ locations: [newer] });
    expect(await statusOf()).toEqual(['UNKNOWN']);
    await rig.restart({ locations: [newer] });
    expect((await ask(L1)).data).toEqual(site);
  });

  test('that a place is gone holds after a restart against an older list, not a newer one', async () => {
    await push('PUT', L1, { ...site, publish: false });
    await rig.restart({ locations: [older] });
    expect((await published()).get('US*TST*L1') ?? null).toBeNull();
    await rig.restart({ locations: [newer] });
    expect(await statusOf()).toEqual(['UNKNOWN']);
  });

  test('is durable: while the log takes nothing the peer is told to send again, and nothing is half known', async () => {
    await push('PUT', L1, site);
    const { publish } = rig.bus;
    Object.assign(rig.bus, { publish: () => Promise.reject(new Error('the disk is full')) });
    expect(await push('PATCH', `${L1}/E1`, broken(1))).toMatchObject({ http: 500, status_code: 3000 });
    expect((await ask(L1)).data).toEqual(site);
    Object.assign(rig.bus, { publish });
    expect(await push('PATCH', `${L1}/E1`, broken(1))).toMatchObject({ http: 200, status_code: 1000 });
    expect(await statusOf()).toEqual(['OUTOFORDER', 'AVAILABLE']);
  });
});

describe('a car on its way', () => {
  const drive = async (minute: number) => {
    rig.clock.advanceTo(NOW_MS + minute * MINUTE_MS);
    await rig.drive(at(minute * 1_200));
  };
  const chances = async () =>
    (await rig.said()).map(({ stretches }) => stretches[0]?.chargers[0]?.worksProbability ?? 0);

  beforeEach(async () => {
    await push('PUT', L1, { ...site, evses: [evse] });
    await rig.drive(at(0), { [SIGNAL.gear]: GEAR.park });
    await rig.plan(tripOf());
    await drive(1);
  });

  test('hears soon that its charger is out of order, and that it works again', async () => {
    const before = (await chances()).length;
    await push('PATCH', `${L1}/E1`, broken(1));
    await drive(2);
    expect((await chances()).slice(before)).toEqual([expect.closeTo(0.05, 1)]);
    await push('PATCH', `${L1}/E1`, { status: 'AVAILABLE', last_updated: inMinutes(2) });
    await drive(3);
    expect((await chances()).at(-1)).toBeGreaterThan(0.5);
  });

  test('is looked for once a minute at most, and not when a post is merely taken', async () => {
    const before = (await chances()).length;
    const busy = { status: 'CHARGING', last_updated: inMinutes(1) };
    await push('PATCH', `${L1}/E1`, busy);
    await drive(2);
    expect(await chances()).toHaveLength(before);
    await push('PATCH', `${L1}/E1`, broken(2));
    await drive(3);
    expect(await chances()).toHaveLength(before + 1);
    await push('PATCH', `${L1}/E1`, { ...busy, last_updated: inMinutes(3) });
    await drive(3.9);
    expect(await chances()).toHaveLength(before + 1);
    await drive(4);
    expect(await chances()).toHaveLength(before + 2);
  });

  test('is left alone when a place changes that it was not told of', async () => {
    const far = at(20_000, 200_000);
    const elsewhere = { ...site, id: 'L2', coordinates: { latitude: `${far.lat}`, longitude: `${far.lon}` } };
    await push('PUT', 'US/TST/L2', elsewhere);
    const before = (await chances()).length;
    await push('PATCH', 'US/TST/L2/E1', broken(1));
    await drive(2);
    expect(await chances()).toHaveLength(before);
  });
});
