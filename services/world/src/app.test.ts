import { encodeRecord, TOPICS } from '@outrider/bus';
import { type ChargingLocation, chargingLocation, GEAR, SIGNAL } from '@outrider/domain';
import { greatCircle, type RouteProvider } from '@outrider/providers';
import { createTrust } from '@outrider/trust';
import { afterEach, describe, expect, test } from 'vitest';
import { addCar, disown } from './cars.fixture.ts';
import {
  at,
  createRig,
  HOUR_MS,
  location,
  MINUTE_MS,
  NOW_MS,
  type Rig,
  stopAt,
  tripOf,
  VEHICLE,
} from './world.fixture.ts';

let rig: Rig;
afterEach(() => rig.close());

const later = (minutes: number): void => rig.clock.advanceTo(rig.clock.nowMs() + minutes * MINUTE_MS);

/** Drives east in steps of a minute at 20 m/s. */
async function driveEast(fromM: number, toM: number, northM = 0): Promise<void> {
  for (let eastM = fromM; eastM <= toM; eastM += 1_200) {
    later(1);
    await rig.drive(at(eastM, northM));
  }
}

describe('a plan', () => {
  test('becomes conditions with a stretch per stop', async () => {
    rig = await createRig({ home: at(0) });
    await rig.plan(tripOf({ stops: [stopAt('a', at(20_000)), stopAt('b', at(40_000))] }));
    const said = await rig.said();
    expect(said).toHaveLength(1);
    expect(said[0]).toMatchObject({ tripId: 'trip-1', tripRevision: 1, vehicleId: VEHICLE });
    expect(said[0]?.stretches.map(({ stopId }) => stopId)).toEqual(['a', 'b', 'home']);
    expect(said[0]?.stretches[0]?.chargers.map(({ locationId }) => locationId)).toEqual(['milford']);
  });

  test('revised it is drawn again, repeated it is not', async () => {
    rig = await createRig();
    await rig.plan(tripOf());
    await rig.plan(tripOf());
    await rig.plan(tripOf({ revision: 2 }));
    expect((await rig.said()).map(({ tripRevision }) => tripRevision)).toEqual([1, 2]);
  });

  test.each([
    ['withdrawn', () => rig.plan(tripOf({ revision: 2, withdrawn: true }))],
    ['deleted', () => rig.forget('trip-1')],
    ['deleted with all others', () => rig.forget()],
  ])('%s: the world goes on without it', async (_, takeBack) => {
    rig = await createRig({ home: at(0) });
    await rig.drive(at(10_000));
    await rig.plan(tripOf());
    await takeBack();
    const last = (await rig.said()).at(-1);
    expect(last?.tripId).toBeUndefined();
    expect(last?.stretches.map(({ stopId }) => stopId)).toEqual(['home']);
  });

  test('withdrawn before the car ever spoke leaves nothing to say', async () => {
    rig = await createRig();
    await rig.plan(tripOf({ withdrawn: true }));
    expect(await rig.said()).toEqual([]);
  });
});

describe('a car without a plan', () => {
  test('gets the way home and the chargers around, and again after 3 km', async () => {
    rig = await createRig({ home: at(0) });
    await rig.drive(at(10_000));
    await rig.drive(at(11_000));
    await rig.drive(at(13_100));
    const said = await rig.said();
    expect(said).toHaveLength(2);
    expect(said[1]?.nearby.map(({ locationId }) => locationId)).toEqual(['milford']);
    expect(said[1]?.home?.distanceM).toBeCloseTo(13_100, -2);
  });

  test('is not looked at when nobody registered it, and stops nobody', async () => {
    rig = await createRig();
    const stranger = { ...tripOf(), vehicleId: 'veh_stranger0001' };
    await rig.bus.publish([
      { ...encodeRecord(TOPICS.trips, VEHICLE, stranger, NOW_MS, rig.trust), key: stranger.vehicleId },
    ]);
    await rig.plan(tripOf());
    expect(await rig.said()).toHaveLength(1);
  });

  test('is known as soon as another process has registered it', async () => {
    rig = await createRig();
    const late = 'veh_registered01';
    const key = `${late}/trip-1`;
    await rig.bus.publish([{ topic: TOPICS.trips.name, key, value: null }]);
    await rig.settle();
    const elsewhere = createTrust({ ...rig.state, eventClock: rig.clock, realClock: rig.clock });
    await addCar(rig.state, elsewhere, late, NOW_MS);
    await rig.bus.publish([
      encodeRecord(TOPICS.trips, late, { ...tripOf(), vehicleId: late }, NOW_MS, elsewhere),
    ]);
    await rig.settle();
    const told: string[] = [];
    const subscription = await rig.bus.broadcast({
      topics: [TOPICS.conditions.name],
      start: 'earliest',
      handle: async ({ records }) => {
        told.push(...records.map((record) => record.key));
      },
    });
    await subscription.caughtUp;
    await subscription.stop();
    expect(told).toEqual([late]);
  });

  test('that was sold a moment ago stops nobody', async () => {
    rig = await createRig();
    await rig.plan(tripOf());
    later(60);
    const record = encodeRecord(TOPICS.trips, VEHICLE, tripOf({ revision: 2 }), rig.clock.nowMs(), rig.trust);
    await disown(rig.trust, VEHICLE, rig.clock.nowMs());
    await rig.bus.publish([record]);
    await rig.settle();
    expect((await rig.said()).map(({ tripRevision }) => tripRevision)).toEqual([1]);
    expect(rig.world.isIdle()).toBe(true);
  });
});

describe('signals that are doubted', () => {
  test('move nobody', async () => {
    rig = await createRig();
    await rig.drive(at(0));
    const values = { [SIGNAL.airTemp]: 40 };
    const record = {
      recordId: 'doubted',
      vehicleId: VEHICLE,
      observedAtMs: NOW_MS + 1,
      receivedAtMs: NOW_MS + 1,
      source: 'vss-json' as const,
      values,
      quality: { [SIGNAL.airTemp]: 'suspect' as const },
    };
    await rig.bus.publish([encodeRecord(TOPICS.signals, VEHICLE, record, NOW_MS, rig.trust)]);
    await rig.settle();
    expect(await rig.said()).toHaveLength(1);
  });
});

/** A router whose roads are straight, and are roads all the same. */
const straightRoads: RouteProvider = {
  name: 'straight-roads',
  route: async (from, to, signal) => ({ ...(await greatCircle.route(from, to, signal)), source: 'provider' }),
};

describe('off the route', () => {
  test('where nobody knows the roads the guess is drawn once: a car on it is on its way', async () => {
    rig = await createRig();
    await rig.drive(at(0), { [SIGNAL.gear]: GEAR.park });
    await rig.plan(tripOf());
    await driveEast(1_200, 12_000);
    const before = (await rig.said()).length;
    for (let step = 1; step <= 36; step++) {
      rig.clock.advanceTo(rig.clock.nowMs() + 10_000);
      await rig.drive(at(12_000 + step * 140, step * 140));
    }
    const lost = (await rig.said()).slice(before);
    expect(lost.map(({ stretches }) => stretches[0]?.routeSource)).toEqual(['great-circle']);
  });

  test('the road is drawn from where the car is, at most once a minute, until it is back', async () => {
    rig = await createRig({ deps: { routing: [straightRoads] } });
    await rig.drive(at(0), { [SIGNAL.gear]: GEAR.park });
    await rig.plan(tripOf());
    await driveEast(1_200, 12_000);
    const before = (await rig.said()).length;
    for (let step = 1; step <= 36; step++) {
      rig.clock.advanceTo(rig.clock.nowMs() + 10_000);
      await rig.drive(at(12_000 + step * 140, step * 140));
    }
    const lost = (await rig.said()).slice(before);
    expect(lost.length).toBeGreaterThanOrEqual(3);
    expect(lost.length).toBeLessThanOrEqual(7);
    for (const [i, { asOfMs }] of lost.entries())
      if (i > 0) expect(asOfMs - (lost[i - 1]?.asOfMs ?? 0)).toBeGreaterThanOrEqual(60_000);
    expect(lost.every(({ stretches }) => stretches[0]?.routeSource === 'provider')).toBe(true);
    // Straight back to the planned road, then along it.
    await driveEast(18_000, 30_000);
    const back = (await rig.said()).at(-1);
    expect(back?.stretches[0]?.routeSource).toBe('planner-route');
    await driveEast(31_200, 36_000);
    const after = (await rig.said()).filter(({ asOfMs }) => asOfMs > (back?.asOfMs ?? 0));
    expect(after.every(({ stretches }) => stretches[0]?.routeSource === 'planner-route')).toBe(true);
    expect(after.length).toBeLessThanOrEqual(1);
  });
});

describe('charging places', () => {
  const readPlace = (value: Uint8Array | null): ChargingLocation | null => {
    const text = value === null ? 'null' : Buffer.from(value).toString('utf8');
    return text === '{' ? null : chargingLocation.nullable().parse(JSON.parse(text));
  };
  const published = async (): Promise<(readonly [string, ChargingLocation | null])[]> => {
    const found: (readonly [string, ChargingLocation | null])[] = [];
    const subscription = await rig.bus.broadcast({
      topics: [TOPICS.chargers.name],
      start: 'earliest',
      handle: async ({ records }) => {
        for (const { key, value } of records) found.push([key, readPlace(value)]);
      },
    });
    await subscription.caughtUp;
    await subscription.stop();
    return found;
  };
  const places = [location('a', at(0)), location('b', at(1_000))];

  test('are published when the world starts', async () => {
    rig = await createRig({ deps: { locations: places } });
    expect((await published()).map(([key]) => key).toSorted()).toEqual(['a', 'b']);
  });

  test('hold what the topic says and no more, whatever else is known of them', async () => {
    const place = { ...location('a', at(0)), owner: 'somebody' };
    rig = await createRig({ deps: { locations: [place] } });
    expect((await published())[0]?.[1]).toEqual(location('a', at(0)));
  });

  test('and not again when nothing changed, although the file was read at another time', async () => {
    rig = await createRig({ deps: { locations: places } });
    const reread = places.map((place) => ({
      ...place,
      lastUpdatedAtMs: NOW_MS + HOUR_MS,
      evses: place.evses.map((evse) => ({ ...evse, lastUpdatedAtMs: NOW_MS + HOUR_MS })),
    }));
    await rig.restart({ locations: reread });
    expect(await published()).toHaveLength(2);
  });

  test('what changed is published, what is gone is taken away, what comes back is there again', async () => {
    rig = await createRig({ deps: { locations: places } });
    await rig.restart({ locations: [location('a', at(0), 150)] });
    const after = (await published()).slice(2);
    expect(new Map(after).get('b')).toBeNull();
    expect(new Map(after).get('a')?.evses[0]?.connectors[0]?.maxPowerKw).toBe(150);
    await rig.restart({ locations: places });
    expect(
      (await published())
        .slice(4)
        .map(([key]) => key)
        .toSorted(),
    ).toEqual(['a', 'b']);
    await rig.restart({ locations: places });
    expect(await published()).toHaveLength(6);
  });

  test('something unreadable under a known key is written anew', async () => {
    rig = await createRig({ deps: { locations: [] } });
    await rig.bus.publish([{ topic: TOPICS.chargers.name, key: 'a', value: Buffer.from('{') }]);
    await rig.restart({ locations: [places[0] as ChargingLocation] });
    expect((await published()).map(([, place]) => place?.locationId)).toEqual([undefined, 'a']);
  });
});

test('stopping twice is stopping once', async () => {
  rig = await createRig();
  expect(rig.world.readiness()).toEqual({ ready: true });
  await rig.world.stop();
  await rig.world.stop();
  expect(rig.world.readiness()).toMatchObject({ ready: false });
});
