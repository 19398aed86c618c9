import { type Bus, type BusRecord, carOf, decodeRecord, TOPICS } from '@outrider/bus';
import type { Trip } from '@outrider/domain';
import { readTraceparent } from '@outrider/runtime';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type CallOptions,
  openStores,
  type Stores,
  startApi,
  type TestApi,
  tripPlan,
} from './api.fixture.ts';

let it: TestApi;
let owner: { personId: string; token: string };
let vehicleId: string;

beforeEach(async () => {
  it = await startApi();
  owner = await it.addPerson();
  vehicleId = await it.addVehicle(owner.token);
});
afterEach(() => it.stop());

/** Everything published to `trips.v1` so far. */
async function publishedTrips(stores: Stores): Promise<readonly Trip[]> {
  const trips: Trip[] = [];
  const records = await publishedRecords(stores);
  await stores.trust.prepare(new Set(records.map((record) => carOf(record.key))));
  for (const record of records) {
    const decoded = decodeRecord(TOPICS.trips, record, stores.trust.reader('alert_driver'));
    if (decoded.kind === 'record') trips.push(decoded.record);
  }
  return trips;
}

async function publishedRecords({ bus }: Stores): Promise<readonly BusRecord[]> {
  const all: BusRecord[] = [];
  const subscription = await bus.broadcast({
    topics: [TOPICS.trips.name],
    start: 'earliest',
    handle: async ({ records }) => {
      all.push(...records);
    },
  });
  await subscription.caughtUp;
  await subscription.stop();
  return all;
}

const plan = (body: object = tripPlan(), options: CallOptions = {}) =>
  it.call('POST', `/v1/vehicles/${vehicleId}/trips`, { token: owner.token, body, ...options });

test('a planned trip is kept sealed and published', async () => {
  const { status, body } = await plan();
  expect(status).toBe(201);
  expect(body).toMatchObject({ revision: 1, departAt: '2026-01-15T08:00:00.000Z', reserveSocPct: 5 });
  const row = await it.state.trips.find(body.tripId);
  expect(JSON.stringify(row)).not.toContain('Cabin');
  await vi.waitUntil(() => it.api.isIdle());
  expect(await publishedTrips(it)).toMatchObject([{ tripId: body.tripId, revision: 1, source: 'driver' }]);
});

test('what is published goes on with the trace of its caller, and begins one where that is none', async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const traced = { headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } };
  const { body } = await plan(tripPlan(), traced);
  const path = `/v1/trips/${body.tripId}`;
  await it.call('PUT', path, { token: owner.token, body: tripPlan(), headers: { traceparent: 'no trace' } });
  await it.call('DELETE', path, { token: owner.token, ...traced });
  await vi.waitUntil(() => it.api.isIdle());
  const traces = (await publishedRecords(it)).map(({ headers }) => readTraceparent(headers.traceparent));
  expect(traces.map((trace) => trace?.traceId === traceId)).toEqual([true, false, true]);
  expect(traces[1]).toBeDefined();
});

test('how the car is loaded and shod is kept with the plan, and taken back with the next revision', async () => {
  const use = { payloadKg: 320, roofBox: true, trailerKg: 0, tyres: 'winter' };
  const made = (await plan({ ...tripPlan(), use })).body;
  expect(made.use).toEqual(use);
  const path = `/v1/trips/${made.tripId}`;
  const revised = await it.call('PUT', path, { token: owner.token, body: tripPlan() });
  expect(revised.body).not.toHaveProperty('use');
  await vi.waitUntil(() => it.api.isIdle());
  expect((await publishedTrips(it)).map((one) => one.use)).toEqual([use, undefined]);
});

test.each([
  [{ payloadKg: 1_500, trailerKg: 3_500 }, 201],
  [{ payloadKg: 1_500.1 }, 400],
  [{ trailerKg: 3_500.1 }, 400],
  [{ trailerKg: -1 }, 400],
  [{ tyres: 'all-season' }, 400],
  [{ bicycles: 2 }, 400],
])('a plan for a car with %j: %i', async (use, status) => {
  expect((await plan({ ...tripPlan(), use })).status).toBe(status);
});

test('a revision replaces the plan, and the same stop keeps its id', async () => {
  const made = (await plan()).body;
  const path = `/v1/trips/${made.tripId}`;
  const body = { ...tripPlan(), departAt: '2026-01-15T11:00:00Z', reserveSocPct: 9 };
  const revised = await it.call('PUT', path, { token: owner.token, body });
  expect(revised.body).toMatchObject({ revision: 2, reserveSocPct: 9, createdAt: made.createdAt });
  const ids = (trip: { stops: { stopId: string }[] }) => trip.stops.map((one) => one.stopId);
  expect(ids(revised.body)).toEqual(ids(made));
  expect((await it.call('DELETE', path, { token: owner.token })).status).toBe(204);
  await vi.waitUntil(() => it.api.isIdle());
  expect((await publishedTrips(it)).map(({ revision, withdrawn }) => [revision, withdrawn ?? false])).toEqual(
    [
      [1, false],
      [2, false],
      [3, true],
    ],
  );
  const list = `/v1/vehicles/${vehicleId}/trips`;
  expect((await it.call('GET', list, { token: owner.token })).body.trips).toEqual([]);
  expect((await it.call('GET', `${list}?withdrawn=true`, { token: owner.token })).body.trips).toHaveLength(1);
});

test('a revision without legs forgets the legs of the one before', async () => {
  const points = [
    { lat: 60, lon: 24 },
    { lat: 61, lon: 24 },
  ];
  const made = (await plan({ ...tripPlan(), legs: [{ points }, { points }] })).body;
  expect(made.legs).toHaveLength(2);
  const revised = await it.call('PUT', `/v1/trips/${made.tripId}`, { token: owner.token, body: tripPlan() });
  expect(revised.body).not.toHaveProperty('legs');
});

test('two visits to one place are two stops', async () => {
  const home = { name: 'Home', lat: 60, lon: 24 };
  const stops = [
    { ...home, kind: 'via' },
    { ...home, kind: 'destination' },
  ];
  const { body } = await plan({ ...tripPlan(), stops });
  expect(body.stops[1].stopId).toBe(`${body.stops[0].stopId}-2`);
});

test('of two revisions at once one wins and the other is told', async () => {
  const { tripId } = (await plan()).body;
  const revise = () => it.call('PUT', `/v1/trips/${tripId}`, { token: owner.token, body: tripPlan() });
  const codes = (await Promise.all([revise(), revise(), revise()])).map((answer) => answer.status);
  const row = await it.state.trips.find(tripId);
  expect(codes.filter((status) => status === 200)).toHaveLength((row?.revision ?? 0) - 1);
  expect(codes.every((status) => status === 200 || status === 409)).toBe(true);
});

test('without any consent nothing is kept', async () => {
  vehicleId = await it.addVehicle(owner.token, {});
  expect((await plan()).body.error.code).toBe('no-consent');
});

const wrongPlans = [
  {
    name: 'an arrival before departure',
    stop: { arriveAt: '2026-01-15T07:59:59Z' },
    path: 'stops.0.arriveAt',
  },
  { name: 'a local time', stop: { arriveAt: '2026-01-15T12:00:00' }, path: 'stops.0.arriveAt' },
  { name: 'an unknown field', stop: { arrivalTime: 5 }, path: 'stops.0' },
  { name: 'more charge than there is', stop: { chargeToSocPct: 100.1 }, path: 'stops.0.chargeToSocPct' },
];
for (const { name, stop, path } of wrongPlans) {
  test(`refuses ${name}`, async () => {
    const stops = [{ name: 'A', lat: 1, lon: 1, kind: 'destination', ...stop }];
    const { status, body } = await plan({ ...tripPlan(), stops });
    expect(status).toBe(400);
    expect(body.error.problems.map((one: { path: string }) => one.path)).toContain(path);
  });
}

test('refuses as many legs as there are not stops', async () => {
  const points = [
    { lat: 60, lon: 24 },
    { lat: 61, lon: 24 },
  ];
  expect((await plan({ ...tripPlan(), legs: [{ points }] })).body.error.problems[0].path).toBe('legs');
});

describe('plans that have ended', () => {
  const MONTH_MS = 30 * 86_400_000;
  const tombstones = async (): Promise<readonly string[]> => {
    await vi.waitUntil(() => it.api.isIdle());
    const keys: string[] = [];
    const subscription = await it.bus.broadcast({
      topics: [TOPICS.trips.name],
      start: 'earliest',
      handle: async ({ records }) => {
        keys.push(...records.filter(({ value }) => value === null).map(({ key }) => key));
      },
    });
    await subscription.caughtUp;
    await subscription.stop();
    return keys;
  };
  const stops = [{ name: 'Cabin', lat: 61, lon: 24, kind: 'destination' }];
  const departing = async (atMs: number) => {
    const made = await plan({ ...tripPlan(), departAt: new Date(atMs).toISOString(), stops });
    expect(made.status).toBe(201);
    return made;
  };

  test('are deleted from the log with the next plan of their car, each once, withdrawn or not', async () => {
    const nowMs = it.eventClock.nowMs();
    const driven = (await departing(nowMs)).body.tripId;
    const withdrawn = (await departing(nowMs)).body.tripId;
    await it.call('DELETE', `/v1/trips/${withdrawn}`, { token: owner.token });
    it.eventClock.advanceTo(nowMs + MONTH_MS);
    await departing(nowMs + MONTH_MS);
    expect(await tombstones()).toEqual([]);
    it.eventClock.advanceTo(nowMs + MONTH_MS + 1);
    await departing(nowMs + MONTH_MS);
    await departing(nowMs + MONTH_MS);
    expect((await tombstones()).toSorted()).toEqual(
      [driven, withdrawn].map((tripId) => `${vehicleId}/${tripId}`).toSorted(),
    );
    expect(await it.state.trips.find(driven)).toBeDefined();
  });
});

test('what a crash left in the outbox is published after the restart, in order and once', async () => {
  const stores = await openStores();
  const deaf: Bus = new Proxy(stores.bus, {
    get(bus, name) {
      if (name === 'publish') return () => Promise.reject(new Error('the bus is down'));
      const member: unknown = Reflect.get(bus, name, bus);
      return typeof member === 'function' ? member.bind(bus) : member;
    },
  });
  const before = await startApi({ stores, bus: deaf });
  const driver = await before.addPerson();
  const car = await before.addVehicle(driver.token);
  const planned = await before.call('POST', `/v1/vehicles/${car}/trips`, {
    token: driver.token,
    body: tripPlan(),
  });
  expect(planned.status).toBe(201);
  await before.call('PUT', `/v1/trips/${planned.body.tripId}`, { token: driver.token, body: tripPlan() });
  await before.stop();
  expect(await publishedTrips(stores)).toEqual([]);

  const after = await startApi({ stores });
  await vi.waitUntil(() => after.api.isIdle());
  expect((await publishedTrips(stores)).map(({ revision }) => revision)).toEqual([1, 2]);
  await after.stop();
  const third = await startApi({ stores });
  await vi.waitUntil(() => third.api.isIdle());
  expect(await publishedTrips(stores)).toHaveLength(2);
  await third.stop();
});
