import { type Bus, decodeRecord, encodeRecord, keyOfPart, openBus, TOPICS } from '@outrider/bus';
import {
  type ChargingLocation,
  type Conditions,
  conditions,
  GEAR,
  type Position,
  SIGNAL,
  type SignalValue,
  type Stop,
  type Trip,
} from '@outrider/domain';
import { chargerIndex, greatCircle, ProviderUnavailable, type WeatherProvider } from '@outrider/providers';
import { createMetrics, type ManualClock, manualClock, silentLog } from '@outrider/runtime';
import { openState, type State } from '@outrider/state';
import { createTrust, type FullTrust } from '@outrider/trust';
import { createWorld, type World, type WorldDeps } from './app.ts';
import { register } from './cars.fixture.ts';
import type { SnapshotDeps } from './snapshot.ts';
import { emptyVehicle, type WorldVehicle } from './vehicle.ts';

// Plans, cars and a world on the memory engines. For tests only.

export const VEHICLE = 'veh_milford0001';
/** A winter morning. */
export const NOW_MS = Date.UTC(2026, 0, 15, 12);
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

const ORIGIN = { lat: 41, lon: -73 };
const KX = 111_195 * Math.cos((ORIGIN.lat * Math.PI) / 180);
/** Metres east and north of home. */
export const at = (eastM: number, northM = 0): Position => ({
  lat: ORIGIN.lat + northM / 111_195,
  lon: ORIGIN.lon + eastM / KX,
});

export const stopAt = (stopId: string, place: Position, change: Partial<Stop> = {}): Stop => ({
  stopId,
  name: stopId,
  ...place,
  kind: 'destination',
  ...change,
});

/** From home 40 km east along a straight road, unless told otherwise. */
export function tripOf(change: Partial<Trip> = {}): Trip {
  const stops = change.stops ?? [stopAt('there', at(40_000), { plugged: true })];
  return {
    tripId: 'trip-1',
    vehicleId: VEHICLE,
    revision: 1,
    source: 'driver',
    createdAtMs: NOW_MS,
    departAtMs: NOW_MS,
    reserveSocPct: 5,
    origin: { name: 'home', ...at(0) },
    legs: stops.map((stop, i) => ({
      points: [stops[i - 1] ?? at(0), stop].map(({ lat, lon }) => ({ lat, lon })),
      speedMps: 20,
    })),
    ...change,
    stops,
  };
}

export const carAt = (place: Position, change: Partial<WorldVehicle> = {}): WorldVehicle => ({
  ...emptyVehicle(VEHICLE),
  position: { ...place, atMs: NOW_MS },
  ...change,
});

export const location = (locationId: string, place: Position, powerKw = 90): ChargingLocation => ({
  locationId,
  name: locationId,
  ...place,
  source: 'test',
  lastUpdatedAtMs: NOW_MS,
  evses: [
    {
      uid: `${locationId}-1`,
      status: 'UNKNOWN',
      lastUpdatedAtMs: NOW_MS,
      connectors: [{ standard: 'TESLA_S', powerType: 'DC', maxPowerKw: powerKw }],
    },
  ],
});

/** Weather of one temperature, for as long as `untilMs`. */
export const weatherOf = (tempC: number, untilMs = Number.POSITIVE_INFINITY): WeatherProvider => ({
  name: 'test-weather',
  at: async (points, knownAtMs) =>
    points.map(({ atMs }) => {
      if (atMs >= untilMs) throw new ProviderUnavailable('test-weather', 'too far ahead');
      const issuedAtMs = knownAtMs - 10 * MINUTE_MS;
      return {
        tempC,
        sigmaK: 1,
        wind: null,
        pressureHpa: null,
        isWet: false,
        issuedAtMs,
        source: 'forecast-file' as const,
      };
    }),
});

export const depsOf = (change: Partial<SnapshotDeps> = {}): SnapshotDeps => ({
  routing: [greatCircle],
  weather: [],
  chargers: chargerIndex([]),
  plugs: new Set(['TESLA_S']),
  home: undefined,
  signal: new AbortController().signal,
  ...change,
});

export interface Rig {
  readonly bus: Bus;
  readonly state: State;
  readonly trust: FullTrust;
  readonly clock: ManualClock;
  world: World;
  /** A tombstone of one plan, or of all there are. */
  forget(tripId?: string): Promise<void>;
  /** Stops the world and starts another on the same stores. */
  restart(change?: Partial<WorldDeps>): Promise<void>;
  plan(trip: Trip): Promise<void>;
  /** One record of the car, observed now. */
  drive(place: Position, values?: Readonly<Record<string, SignalValue>>): Promise<void>;
  /** Everything the world has said of the car, oldest first. */
  said(): Promise<readonly Conditions[]>;
  settle(): Promise<void>;
  close(): Promise<void>;
}

export async function createRig(
  options: { readonly home?: Position; readonly deps?: Partial<WorldDeps> } = {},
): Promise<Rig> {
  const clock = manualClock(NOW_MS);
  const state = await openState('memory:', { log: silentLog, synchronous: 'off' });
  const bus = await openBus('memory:', { clock, realClock: clock, log: silentLog, partitions: 2 });
  const trust = createTrust({ ...state, eventClock: clock, realClock: clock });
  await register(state, trust, VEHICLE, NOW_MS, options.home);
  const create = (change: Partial<WorldDeps> = {}) =>
    createWorld({
      bus,
      state,
      trust,
      runtime: { eventClock: clock, realClock: clock, log: silentLog, metrics: createMetrics() },
      routing: [],
      weather: [],
      locations: [location('milford', at(20_000, 500))],
      plugsOf: () => new Set(['TESLA_S'] as const),
      snapshotTimeoutMs: 10_000,
      ...options.deps,
      ...change,
    });
  let seq = 0;
  const publish = async (topic: typeof TOPICS.trips, trip: Trip): Promise<void> => {
    await trust.prepare([VEHICLE]);
    await bus.publish([encodeRecord(topic, VEHICLE, trip, clock.nowMs(), trust)]);
  };
  const rig: Rig = {
    bus,
    state,
    trust,
    clock,
    world: create(),
    async restart(change) {
      await rig.world.stop();
      rig.world = create(change);
      await rig.world.start();
      await rig.settle();
    },
    async plan(trip) {
      await publish(TOPICS.trips, trip);
      await rig.settle();
    },
    async forget(tripId) {
      const key = tripId === undefined ? VEHICLE : keyOfPart(VEHICLE, tripId);
      await bus.publish([{ topic: TOPICS.trips.name, key, value: null }]);
      await rig.settle();
    },
    async drive(place, values = { [SIGNAL.gear]: GEAR.drive, [SIGNAL.speed]: 72 }) {
      await trust.prepare([VEHICLE]);
      await bus.publish([signalsOf(trust, clock.nowMs(), `record-${++seq}`, place, values)]);
      await rig.settle();
    },
    said: () => readConditions(bus, trust),
    async settle() {
      for (let quiet = 0; quiet < 3; ) {
        await new Promise((resolve) => setImmediate(resolve));
        quiet = rig.world.isIdle() ? quiet + 1 : 0;
      }
    },
    async close() {
      await rig.world.stop();
      await bus.close();
      await state.close();
    },
  };
  await rig.world.start();
  return rig;
}

function signalsOf(
  trust: FullTrust,
  observedAtMs: number,
  recordId: string,
  { lat, lon }: Position,
  values: Readonly<Record<string, SignalValue>>,
) {
  const places = Buffer.from(JSON.stringify({ [SIGNAL.latitude]: lat, [SIGNAL.longitude]: lon }));
  const { keyId, box } = trust.seal(VEHICLE, observedAtMs, places);
  return encodeRecord(
    TOPICS.signals,
    VEHICLE,
    {
      recordId,
      vehicleId: VEHICLE,
      observedAtMs,
      receivedAtMs: observedAtMs,
      source: 'vss-json' as const,
      values: { ...values },
      places: { keyId, box: Buffer.from(box).toString('base64url') },
    },
    observedAtMs,
    trust,
  );
}

/** Also checks each against the topic's schema: what nobody can read is nothing said. */
async function readConditions(bus: Bus, trust: FullTrust): Promise<readonly Conditions[]> {
  const found: Conditions[] = [];
  await trust.prepare([VEHICLE]);
  const reader = trust.reader('alert_driver');
  const subscription = await bus.broadcast({
    topics: [TOPICS.conditions.name],
    start: 'earliest',
    handle: async ({ records }) => {
      for (const record of records) {
        const decoded = decodeRecord(TOPICS.conditions, record, reader);
        if (decoded.kind === 'unreadable') throw new Error(decoded.reason);
        if (decoded.kind === 'record') found.push(conditions.parse(decoded.record));
      }
    },
  });
  await subscription.caughtUp;
  await subscription.stop();
  return found;
}
