import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { carOf, decodeRecord, TOPICS } from '@outrider/bus';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openStores, type Stores, startApi, type TestApi } from './api.fixture.ts';

// A process that dies between reading a calendar and publishing its trip, at each step, and the one after it.

const text =
  'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260115T120000Z\r\nGEO:61;24.5\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n';
const calendar = createServer((_request, response) => response.end(text));
let origin: string;
let stores: Stores;

beforeEach(async () => {
  await new Promise<void>((resolve) => calendar.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(calendar.address() as AddressInfo).port}`;
  stores = await openStores();
});
afterEach(() => new Promise((resolve) => calendar.close(resolve)));

/** The same object with some of its methods replaced. */
const instead = <T extends object>(whole: T, methods: Partial<T>): T =>
  new Proxy(whole, {
    get(target, name) {
      const member: unknown = Reflect.get(methods, name) ?? Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
const dead = () => Promise.reject(new Error('the process is dead'));

/** Every revision in the log, as often as it is there. */
async function published(): Promise<readonly string[]> {
  const revisions: string[] = [];
  const subscription = await stores.bus.broadcast({
    topics: [TOPICS.trips.name],
    start: 'earliest',
    handle: async ({ records }) => {
      await stores.trust.prepare(new Set(records.map(({ key }) => carOf(key))));
      for (const record of records) {
        const decoded = decodeRecord(TOPICS.trips, record, stores.trust.reader('alert_driver'));
        if (decoded.kind === 'record') revisions.push(`${decoded.record.tripId}/${decoded.record.revision}`);
      }
    },
  });
  await subscription.caughtUp;
  await subscription.stop();
  return revisions;
}

const environment = () => ({ API_CALENDAR_ORIGINS: origin });
/** Reads a calendar in a process made of `dying`, and ends it. */
async function readAndDie(dying: Stores): Promise<{ token: string; sourceId: string }> {
  const it = await startApi({ stores: dying, bus: dying.bus, environment: environment() });
  const { token } = await it.addPerson();
  const vehicleId = await it.addVehicle(token);
  const home = { lat: 60.17, lon: 24.94 };
  await it.call('PATCH', `/v1/vehicles/${vehicleId}`, { token, body: { home } });
  const body = { kind: 'ical', label: 'Mine', timeZone: 'UTC', url: `${origin}/me.ics` };
  const added = await it.call('POST', `/v1/vehicles/${vehicleId}/trip-sources`, { token, body });
  await it.stop();
  return { token, sourceId: added.body.sourceId };
}

async function startAgain(): Promise<TestApi> {
  const it = await startApi({ stores, environment: environment() });
  await vi.waitUntil(() => it.api.isIdle());
  return it;
}

test('dead before the trip is stored, the next reading stores and publishes it once', async () => {
  const { token, sourceId } = await readAndDie({
    ...stores,
    state: instead(stores.state, {
      transaction: (work) =>
        stores.state.transaction((tx) =>
          work(
            instead(tx, { trips: instead(tx.trips, { upsert: (row) => tx.trips.upsert(row).then(dead) }) }),
          ),
        ),
    }),
  });
  const after = await startAgain();
  expect(await published()).toEqual([]);
  await after.call('POST', `/v1/trip-sources/${sourceId}/read`, { token });
  await vi.waitUntil(() => after.api.isIdle());
  expect(await published()).toHaveLength(1);
  await after.stop();
});

test('dead before the trip is published, it is published after the start, and read again it is not doubled', async () => {
  const { token, sourceId } = await readAndDie({ ...stores, bus: instead(stores.bus, { publish: dead }) });
  expect(await published()).toEqual([]);
  const after = await startAgain();
  expect(await published()).toHaveLength(1);
  await after.call('POST', `/v1/trip-sources/${sourceId}/read`, { token });
  await vi.waitUntil(() => after.api.isIdle());
  expect(await published()).toHaveLength(1);
  await after.stop();
});

test('dead before it is noted as published, the same revision comes again and no other', async () => {
  await readAndDie({
    ...stores,
    state: instead(stores.state, { outbox: instead(stores.state.outbox, { markPublished: dead }) }),
  });
  expect(new Set(await published()).size).toBe(1);
  const after = await startAgain();
  const revisions = await published();
  expect(revisions.length).toBeGreaterThan(1);
  expect(new Set(revisions).size).toBe(1);
  await after.stop();
});
