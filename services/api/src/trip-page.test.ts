import type { Trip } from '@outrider/domain';
import type { TripRow } from '@outrider/state';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Grant } from './access.ts';
import { startApi, type TestApi, tripPlan } from './api.fixture.ts';
import { readTripCursor, readTripPage, tripsOf, writeTripCursor } from './trip-page.ts';

const VEHICLE = 'veh_aaaaaaaa';

/** The first departs last; `bytes` is the size of each one's box. */
function rowsOf(count: number, bytes = 10, change: Partial<TripRow> = {}): readonly TripRow[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ tripId: `t${String(index).padStart(4, '0')}`, vehicleId: VEHICLE, revision: 1, sourceId: null },
    ...{ departAtMs: 10_000 - index, isWithdrawn: false, keyId: 'key', box: 'x'.repeat(bytes) },
    ...change,
  }));
}

function storeOf(rows: readonly TripRow[]) {
  const asked: number[] = [];
  const listOf = async (_vehicleId: string, limit: number, after?: { readonly tripId: string }) => {
    asked.push(limit);
    const from = after === undefined ? 0 : rows.findIndex(({ tripId }) => tripId === after.tripId) + 1;
    return rows.slice(from, from + limit);
  };
  return { asked, state: { trips: { listOf } } as unknown as Parameters<typeof readTripPage>[0] };
}

const record: Trip = {
  ...{ tripId: 'trip', vehicleId: VEHICLE, revision: 1, source: 'driver', createdAtMs: 0, departAtMs: 1 },
  ...{ reserveSocPct: 5, origin: { name: 'Home', lat: 60, lon: 24 } },
  stops: [{ stopId: 's', name: 'There', lat: 61, lon: 24, kind: 'destination' }],
};
const grant: Grant = {
  ...{ vehicleId: VEHICLE, purpose: 'show_driver', periods: [] },
  open: (keyId) => (keyId === 'key' ? new TextEncoder().encode(JSON.stringify(record)) : undefined),
};
const page = async (rows: readonly TripRow[], limit = 200) => {
  const { trips, next } = await readTripPage(storeOf(rows).state, grant, {
    ...{ withWithdrawn: false, before: undefined, limit },
  });
  return [trips.length, next?.tripId];
};

describe('a page of trips', () => {
  test('ends at its limit, and says what comes next only when there is more', async () => {
    expect(await page(rowsOf(3), 3)).toEqual([3, undefined]);
    expect(await page(rowsOf(4), 3)).toEqual([3, 't0002']);
  });

  test('holds no more than some megabytes, but always a trip', async () => {
    expect(await page(rowsOf(3, 4_000_000))).toEqual([2, 't0001']);
    expect(await page(rowsOf(2, 4_000_000))).toEqual([2, undefined]);
    expect(await page(rowsOf(2, 9_000_000))).toEqual([1, 't0000']);
  });

  test('looks at a thousand trips of others, or withdrawn, and goes on from there', async () => {
    expect(await page(rowsOf(1_000, 1, { isWithdrawn: true }))).toEqual([0, undefined]);
    expect(await page(rowsOf(1_001, 1, { isWithdrawn: true }))).toEqual([0, 't0999']);
    expect(await page(rowsOf(1_001, 1, { keyId: 'other' }))).toEqual([0, 't0999']);
  });

  test('asks the store for few at a time, all of them in the end', async () => {
    const store = storeOf(rowsOf(45));
    const ids = [];
    for await (const { tripId } of tripsOf(store.state, VEHICLE)) ids.push(tripId);
    expect(ids).toEqual(rowsOf(45).map(({ tripId }) => tripId));
    expect(store.asked).toEqual([20, 20, 20]);
  });
});

test('a cursor says where, and nothing else is one', () => {
  expect(readTripCursor(writeTripCursor({ departAtMs: 12, tripId: 'a.b' }))).toEqual({
    departAtMs: 12,
    tripId: 'a.b',
  });
  for (const text of ['', 'a', '1', '1.', '-1.a', '1e3.a']) expect(readTripCursor(text)).toBeUndefined();
});

describe('through the API', () => {
  let it: TestApi;
  beforeEach(async () => {
    it = await startApi();
  });
  afterEach(() => it.stop());

  test('pages together are the whole list', async () => {
    const { token } = await it.addPerson();
    const path = `/v1/vehicles/${await it.addVehicle(token)}/trips`;
    for (let count = 0; count < 5; count++) await it.call('POST', path, { token, body: tripPlan() });
    const all = (await it.call('GET', path, { token })).body;
    expect(all.next).toBeUndefined();
    const ids: string[] = [];
    let query = '';
    for (let pages = 1; pages <= 3; pages++) {
      const { body } = await it.call('GET', `${path}?limit=2${query}`, { token });
      ids.push(...body.trips.map(({ tripId }: { tripId: string }) => tripId));
      expect(body.next === undefined).toBe(pages === 3);
      query = `&before=${encodeURIComponent(body.next)}`;
    }
    expect(ids).toEqual(all.trips.map(({ tripId }: { tripId: string }) => tripId));
    expect(new Set(ids).size).toBe(5);
  });
});
