import { conditions, distanceM, type RouteProgress } from '@outrider/domain';
import { chargerIndex, type RouteProvider } from '@outrider/providers';
import { describe, expect, test } from 'vitest';
import { HOME_STOP, type SnapshotDeps, takeSnapshot } from './snapshot.ts';
import type { WorldVehicle } from './vehicle.ts';
import {
  at,
  carAt,
  depsOf,
  HOUR_MS,
  location,
  MINUTE_MS,
  NOW_MS,
  stopAt,
  tripOf,
  weatherOf,
} from './world.fixture.ts';

/** Every snapshot of these tests can be published. */
const look = async (vehicle: WorldVehicle, deps: Partial<SnapshotDeps> = {}, nowMs = NOW_MS) =>
  conditions.parse(await takeSnapshot(vehicle, depsOf(deps), nowMs));

const lengthOf = (stretch: { readonly segments: readonly { readonly distanceM: number }[] } | undefined) =>
  stretch?.segments.reduce((sum, one) => sum + one.distanceM, 0) ?? 0;
const thermometer = { value: -3, atMs: NOW_MS - 10 * MINUTE_MS };
const start = { stretch: 0, alongM: 0, atStop: -1, offSinceMs: null, isOffRoute: false, atMs: NOW_MS };

describe('where the weather comes from', () => {
  const car = (change: Partial<WorldVehicle> = {}) =>
    carAt(at(0), { trip: tripOf(), progress: start, ...change });

  test('a forecast, with its age', async () => {
    const snapshot = await look(car({ airTempC: thermometer }), { weather: [weatherOf(-8)] });
    expect(snapshot).toMatchObject({ weatherSource: 'forecast-file', weatherAgeS: 600, sigma: { tempK: 1 } });
    expect(snapshot.stretches[0]?.segments.every(({ tempC }) => tempC === -8)).toBe(true);
    expect(snapshot.standing[0]).toMatchObject({ tempC: -8, source: 'forecast-file' });
  });

  test('without one the car’s own thermometer', async () => {
    const snapshot = await look(car({ airTempC: thermometer }));
    expect(snapshot).toMatchObject({ weatherSource: 'car-thermometer', weatherAgeS: 600 });
    expect(snapshot.stretches[0]?.segments[0]?.tempC).toBe(-3);
  });

  test.each([
    [6 * HOUR_MS, 'car-thermometer'],
    [6 * HOUR_MS + 1, 'climatology'],
  ])('a reading %i ms old makes it %s', async (ageMs, source) => {
    const snapshot = await look(car({ airTempC: { value: -3, atMs: NOW_MS - ageMs } }));
    expect(snapshot.weatherSource).toBe(source);
  });

  test('without either a wide guess of no age', async () => {
    const snapshot = await look(car());
    expect(snapshot).toMatchObject({ weatherSource: 'climatology', weatherAgeS: null, sigma: { tempK: 10 } });
  });

  test('a forecast that ends before the way home does not leave the way out without one', async () => {
    const trip = tripOf({ stops: [stopAt('there', at(40_000), { departAtMs: NOW_MS + 30 * HOUR_MS })] });
    const snapshot = await look(car({ trip, airTempC: thermometer }), {
      weather: [weatherOf(-8, NOW_MS + 24 * HOUR_MS)],
      home: at(0),
    });
    expect(snapshot.weatherSource).toBe('forecast-file');
    expect(snapshot.stretches[0]?.segments[0]?.tempC).toBe(-8);
    expect(snapshot.stretches[1]?.segments[0]?.tempC).toBe(-3);
  });

  test('a provider that hangs is waited for no longer than the snapshot may take', async () => {
    const abort = new AbortController();
    const hangs = { name: 'hangs', source: 'provider' as const, at: () => new Promise<never>(() => {}) };
    const road: RouteProvider = { name: 'hangs', route: () => new Promise<never>(() => {}) };
    const { legs: _, ...plan } = tripOf();
    const looking = look(car({ trip: plan }), { weather: [hangs], routing: [road], signal: abort.signal });
    abort.abort();
    expect(await looking).toMatchObject({ weatherSource: 'climatology' });
    expect((await looking).stretches[0]?.routeSource).toBe('great-circle');
  });

  test('a mistake of ours is not hidden behind the floor', async () => {
    const broken = {
      name: 'broken',
      source: 'provider' as const,
      at: async (): Promise<never> => {
        throw new TypeError('cannot read');
      },
    };
    await expect(look(car(), { weather: [broken] })).rejects.toThrow(TypeError);
  });
});

describe('where the car will stand', () => {
  const night = stopAt('hotel', at(20_000), {
    kind: 'stay',
    arriveAtMs: NOW_MS + 2 * HOUR_MS,
    departAtMs: NOW_MS + 14 * HOUR_MS,
  });

  test('here for a day, and at each stop from arrival to departure', async () => {
    const { standing } = await look(carAt(at(0), { trip: tripOf({ stops: [night] }), progress: start }));
    expect(standing.map(({ stopId, fromMs, toMs }) => [stopId, fromMs - NOW_MS, toMs - NOW_MS])).toEqual([
      [undefined, 0, 24 * HOUR_MS],
      ['hotel', 2 * HOUR_MS, 14 * HOUR_MS],
    ]);
  });

  test('from now on when it arrived already, and no more once it should have left', async () => {
    const car = carAt(at(0), { trip: tripOf({ stops: [night] }), progress: start });
    const later = (hours: number) => look(car, {}, NOW_MS + hours * HOUR_MS);
    expect((await later(5)).standing[1]?.fromMs).toBe(NOW_MS + 5 * HOUR_MS);
    expect((await later(14)).standing).toHaveLength(1);
  });

  test('a cold night ahead is colder than the evening', async () => {
    const cools = {
      ...weatherOf(0),
      at: async (points: readonly { readonly atMs: number }[]) =>
        points.map(({ atMs }) => ({
          tempC: (NOW_MS - atMs) / HOUR_MS,
          sigmaK: 1,
          wind: null,
          pressureHpa: null,
          isWet: false,
          issuedAtMs: NOW_MS,
          source: 'forecast-file' as const,
        })),
    };
    const { standing } = await look(carAt(at(0), { trip: tripOf({ stops: [night] }), progress: start }), {
      weather: [cools],
    });
    expect(standing[1]?.tempC).toBeCloseTo(-8, 3);
  });
});

describe('the way home', () => {
  const stays = [stopAt('there', at(40_000))];
  const car = (change: Partial<WorldVehicle> = {}) =>
    carAt(at(0), { trip: tripOf({ stops: stays }), progress: start, ...change });
  const stretchIds = async (vehicle: WorldVehicle) =>
    (await look(vehicle, { home: at(0) })).stretches.map(({ stopId }) => stopId);

  test.each([
    ['a plan that ends without a plug', stopAt('there', at(40_000)), ['there', HOME_STOP]],
    ['one that ends on a plug', stopAt('there', at(40_000), { plugged: true }), ['there']],
    ['one that ends at a charger', stopAt('there', at(40_000), { kind: 'charge' }), ['there']],
    ['one that ends 490 m from home', stopAt('there', at(490)), ['there']],
    ['one that ends 510 m from home', stopAt('there', at(510)), ['there', HOME_STOP]],
  ])('%s', async (_, stop, ids) => {
    expect(await stretchIds(car({ trip: tripOf({ stops: [stop] }) }))).toEqual(ids);
  });

  test('a plan that began at home goes back the way it came, hills and all', async () => {
    const [leg] = tripOf({ stops: stays }).legs ?? [];
    const points = [
      { ...at(0), elevationM: 400 },
      { ...at(20_000, 4_000), elevationM: 900 },
      { ...at(40_000), elevationM: 100 },
    ];
    const trip = tripOf({ stops: stays, legs: [{ ...leg, points, distanceM: 50_000, speedMps: 25 }] });
    const { stretches } = await look(car({ trip }), { home: at(0) });
    const climb = (k: number) => stretches[k]?.segments.reduce((sum, one) => sum + one.climbM, 0);
    expect([climb(0), climb(1)]).toEqual([expect.closeTo(-300, 6), expect.closeTo(300, 6)]);
    expect(lengthOf(stretches[1])).toBeCloseTo(50_000, 3);
    expect(stretches[1]).toMatchObject({ routeSource: 'planner-route' });
    expect(stretches[1]?.segments[0]?.speedMps).toBe(25);
  });

  test('a plan that began elsewhere asks for the way', async () => {
    const trip = tripOf({ stops: stays, origin: { name: 'hotel', ...at(-30_000) } });
    expect((await look(car({ trip }), { home: at(0) })).stretches[1]?.routeSource).toBe('great-circle');
  });

  test('is driven after the drive there, not while it lasts', async () => {
    const asked: number[] = [];
    const notes = {
      ...weatherOf(0),
      at: async (points: readonly { readonly atMs: number }[]) => {
        asked.push(points[0]?.atMs ?? 0);
        return weatherOf(0).at(points as never, NOW_MS, new AbortController().signal);
      },
    };
    await look(car(), { home: at(0), weather: [notes] });
    expect((asked[1] ?? 0) - NOW_MS).toBeGreaterThan(2_000_000 - 2_000);
  });

  test('without a plan it begins where the car is; at home there is none', async () => {
    const away = await look(carAt(at(30_000)), { home: at(0) });
    expect(away.stretches.map(({ stopId }) => stopId)).toEqual([HOME_STOP]);
    expect(lengthOf(away.stretches[0])).toBeCloseTo(1.3 * distanceM(at(30_000), at(0)), 0);
    expect(away.home?.distanceM).toBeCloseTo(30_000, -2);
    expect((await look(carAt(at(400)), { home: at(0) })).stretches).toEqual([]);
    expect((await look(carAt(at(30_000)))).stretches).toEqual([]);
  });

  test('knows the hill between home and a car that has measured both', async () => {
    const climbHome = async (change: Partial<WorldVehicle>) =>
      (await look(carAt(at(30_000), change), { home: at(0) })).stretches[0]?.segments.reduce(
        (sum, one) => sum + one.climbM,
        0,
      );
    expect(await climbHome({ altitudeM: 100, homeAltitudeM: 700 })).toBeCloseTo(600, 6);
    expect(await climbHome({ altitudeM: 100 })).toBe(0);
  });
});

describe('off the route', () => {
  const stops = [stopAt('a', at(40_000)), stopAt('b', at(80_000), { plugged: true })];
  const from = at(30_000, 8_000);

  test('the stretch being driven begins where the car left it, the others stay', async () => {
    const vehicle = carAt(from, {
      trip: tripOf({ stops }),
      progress: { ...start, atStop: null, isOffRoute: true },
      reroute: { stretch: 0, from },
    });
    const { stretches } = await look(vehicle);
    expect(stretches.map(({ routeSource }) => routeSource)).toEqual(['great-circle', 'planner-route']);
    expect(stretches[0]?.segments[0]).toMatchObject(from);
    expect(lengthOf(stretches[0])).toBeCloseTo(1.3 * distanceM(from, at(40_000)), 3);
  });

  test('on the way home too', async () => {
    const vehicle = carAt(from, {
      trip: tripOf({ stops: [stopAt('a', at(40_000))] }),
      progress: { ...start, stretch: 1, atStop: null, isOffRoute: true },
      reroute: { stretch: 1, from },
    });
    const { stretches } = await look(vehicle, { home: at(0) });
    expect(stretches[1]).toMatchObject({ stopId: HOME_STOP, routeSource: 'great-circle' });
    expect(stretches[1]?.segments[0]).toMatchObject(from);
  });
});

describe('chargers', () => {
  const chargers = chargerIndex([
    location('near', at(20_000, 1_000)),
    location('far', at(20_000, 9_000)),
    location('elsewhere', at(-100_000)),
  ]);

  test('within 8 km of each road, and within 150 km of the car', async () => {
    const snapshot = await look(carAt(at(0), { trip: tripOf(), progress: start }), { chargers });
    expect(snapshot.stretches[0]?.chargers.map(({ locationId }) => locationId)).toEqual(['near']);
    expect(snapshot.nearby.map(({ locationId }) => locationId)).toEqual(['near', 'far', 'elsewhere']);
  });

  test('only those with a plug that fits', async () => {
    const snapshot = await look(carAt(at(0)), { chargers, plugs: new Set(['CHADEMO']) });
    expect(snapshot.nearby).toEqual([]);
  });
});

describe('a plan that is hard to draw', () => {
  test('two stops at one place', async () => {
    const stops = [stopAt('a', at(0)), stopAt('b', at(0), { plugged: true })];
    const { legs: _, ...plan } = tripOf({ stops });
    const { stretches } = await look(carAt(at(0), { trip: plan, progress: start }));
    expect(stretches.map(({ segments }) => segments.length)).toEqual([1, 1]);
  });

  test('no place known of the car: no chargers around, no way from here', async () => {
    const snapshot = await look(carAt(at(0), { position: null, trip: tripOf(), progress: start }), {
      home: at(0),
    });
    expect(snapshot).toMatchObject({ nearby: [], standing: [] });
    expect(snapshot.home).toBeUndefined();
  });

  test('a trip that is over is still drawn, so that its stretches keep their places', async () => {
    const over = { ...start, stretch: 1, atStop: 0 };
    const { stretches } = await look(carAt(at(40_000), { trip: tripOf(), progress: over }));
    expect(stretches.map(({ stopId }) => stopId)).toEqual(['there']);
  });
});

test('the same look has the same id, another time another one', async () => {
  const car = carAt(at(0), { trip: tripOf(), progress: start });
  const ids = [await look(car), await look(car), await look(car, {}, NOW_MS + 1)].map(
    ({ snapshotId }) => snapshotId,
  );
  expect(ids[0]).toBe(ids[1]);
  expect(ids[0]).not.toBe(ids[2]);
});

describe('a charger that closes twenty minutes from now', () => {
  const hours = { timeZone: 'UTC', regular: [], openings: [{ fromMs: 0, toMs: NOW_MS + 20 * MINUTE_MS }] };
  const chargers = chargerIndex([{ ...location('gate', at(30_000)), hours: { ...hours, closings: [] } }]);
  const gateFor = async (progress: RouteProgress, departAtMs: number) => {
    const car = carAt(at(progress.alongM), { trip: tripOf({ departAtMs }), progress });
    return (await look(car, { chargers })).stretches[0]?.chargers[0];
  };

  test.each([
    ['25 minutes away is closed then', start, NOW_MS, true],
    ['8 minutes away is open', { ...start, alongM: 20_000, atStop: null }, NOW_MS, undefined],
    ['on a drive that begins in an hour is closed', start, NOW_MS + HOUR_MS, true],
  ])('%s', async (_, progress, departAtMs, isClosed) => {
    expect((await gateFor(progress, departAtMs))?.isClosedOnArrival).toBe(isClosed);
  });
});
