import {
  type Batch,
  type BatchContext,
  type Bus,
  decodeRecord,
  type Subscription,
  TOPICS,
} from '@outrider/bus';
import type { ChargingLocation, ConnectorStandard, SignalRecord, SignalValue } from '@outrider/domain';
import type { ChargerSource, WeatherProvider } from '@outrider/providers';
import type { App, Runtime } from '@outrider/runtime';
import type { State } from '@outrider/state';
import { type Reader, type Trust, UnknownSubject } from '@outrider/trust';
import type { RoadSources } from './ask-road.ts';
import { createChargers } from './charger-sources.ts';
import { lookFor, stretchesOf } from './look.ts';
import { emptyVehicle, foldSignals, type WorldVehicle, withLastLook, withTrip } from './vehicle.ts';

export type { RoadSources } from './ask-road.ts';
export { chargerSources } from './named-chargers.ts';
export { type RouteSources, routeSources } from './route-sources.ts';
export { worldSettings } from './settings.ts';
export { type WeatherSources, weatherSources } from './weather-sources.ts';

export interface WorldDeps extends RoadSources {
  readonly bus: Bus;
  readonly state: State;
  readonly trust: Trust;
  readonly runtime: Runtime;
  readonly weather: readonly WeatherProvider[];
  readonly locations: readonly ChargingLocation[];
  /** Asked on a schedule, in the order of trust; absent: none. */
  readonly chargerSources?: readonly ChargerSource[];
  readonly chargerRefreshMs?: number;
  /** Plugs a model takes, adapters included; packages/energy's catalogue knows. */
  readonly plugsOf: (modelId: string) => ReadonlySet<ConnectorStandard>;
  readonly snapshotTimeoutMs: number;
}

/** Plans and the world's own last looks are read again from here; signals go on where the group stands. */
const REBUILT_FROM: ReadonlyMap<string, number> = new Map([
  [TOPICS.trips.name, 0],
  [TOPICS.conditions.name, 0],
]);

/** One partition's cars. Nothing here is lost when it is dropped: the log tells it again. */
interface Memory {
  readonly vehicles: Map<string, WorldVehicle>;
  /** Cars to look at once everything that was there at the beginning has been read. */
  readonly touched: Set<string>;
  /** Cars this process has looked at itself: what it said of them is no news to it. */
  readonly looked: Set<string>;
}

/**
 * Trips and positions in, conditions out; charging places out when it starts and when a source says something
 * new. Keeps nothing but memory: it is rebuilt from `trips.v1` and from its own `conditions.v1`.
 */
export function createWorld(deps: WorldDeps): App {
  const { bus, trust, runtime } = deps;
  const memories = new Map<number, Memory>();
  const reader = trust.reader('alert_driver');
  const chargers = createChargers(deps);
  const counters = createCounters(runtime);
  let startedAtMs = 0;
  let subscription: Subscription | undefined;

  const fold = (batch: Batch, { vehicles, touched, looked }: Memory): void => {
    const update = (vehicleId: string, change: (vehicle: WorldVehicle) => WorldVehicle): void => {
      vehicles.set(vehicleId, change(vehicles.get(vehicleId) ?? emptyVehicle(vehicleId)));
      touched.add(vehicleId);
    };
    for (const record of batch.records) {
      if (batch.topic === TOPICS.signals.name) {
        const decoded = decodeRecord(TOPICS.signals, record, reader);
        if (decoded.kind === 'record') {
          const values = clearSignals(decoded.record, openPlaces(decoded.record, reader));
          update(record.key, (vehicle) => foldSignals(vehicle, values, decoded.record.observedAtMs));
        } else counters.unreadable.inc();
      } else if (batch.topic === TOPICS.trips.name) {
        const decoded = decodeRecord(TOPICS.trips, record, reader);
        const trip = decoded.kind === 'record' ? decoded.record : null;
        if (decoded.kind === 'unreadable') counters.unreadable.inc();
        else update(record.key, (vehicle) => withTrip(vehicle, trip, runtime.eventClock.nowMs()));
      } else if (!looked.has(record.key)) {
        const decoded = decodeRecord(TOPICS.conditions, record, reader);
        if (decoded.kind === 'record')
          update(record.key, (vehicle) =>
            withLastLook(vehicle, decoded.record, stretchesOf(decoded.record, vehicle.trip)),
          );
      }
    }
  };

  const look = async ({ vehicles, looked }: Memory, vehicleId: string): Promise<void> => {
    const vehicle = vehicles.get(vehicleId);
    if (vehicle === undefined) return;
    try {
      const seen = await lookFor(
        vehicle,
        { ...deps, reader, chargers: chargers.index },
        runtime.eventClock.nowMs(),
      );
      if (seen === undefined) return;
      looked.add(vehicleId);
      await bus.publish([seen.record]);
      vehicles.set(vehicleId, seen.vehicle);
      counters.snapshots.inc({ reason: seen.reason });
    } catch (error) {
      if (!(error instanceof UnknownSubject)) throw error;
      // Sold, erased: whoever drives it now is somebody else, and the others' cars do not wait.
      vehicles.delete(vehicleId);
      counters.ownerless.inc();
    }
  };

  const handle = async (batch: Batch, context: BatchContext): Promise<void> => {
    const memory = memories.get(batch.partition) ?? emptyMemory();
    memories.set(batch.partition, memory);
    await trust.prepare(new Set(batch.records.map((record) => record.key)));
    fold(batch, memory);
    const isOld = (batch.records.at(-1)?.timestampMs ?? 0) < startedAtMs;
    if (!isOld || context.isCaughtUp())
      for (const vehicleId of memory.touched) {
        if (context.isCurrent()) await look(memory, vehicleId);
        memory.touched.delete(vehicleId);
      }
    await context.commit();
  };

  return {
    name: 'world',
    async start() {
      startedAtMs = runtime.eventClock.nowMs();
      await chargers.start();
      subscription = await bus.subscribe({
        group: 'world',
        topics: [TOPICS.trips.name, TOPICS.conditions.name, TOPICS.signals.name],
        start: 'earliest',
        onAssigned: async () => REBUILT_FROM,
        onRevoked: async (partition) => {
          memories.delete(partition);
        },
        handle,
        onError: (error, partition) =>
          runtime.log.warn({ partition, err: String(error) }, 'the world will look again'),
      });
    },
    async stop() {
      await chargers.stop();
      await subscription?.stop();
      subscription = undefined;
    },
    readiness: () => (subscription === undefined ? { ready: false, why: 'not started' } : { ready: true }),
    isIdle: () => subscription?.isIdle() ?? true,
  };
}

const emptyMemory = (): Memory => ({ vehicles: new Map(), touched: new Set(), looked: new Set() });

/** What the record says in its sealed box; nothing when nobody may open it. */
function openPlaces({ vehicleId, places }: SignalRecord, reader: Reader): Record<string, SignalValue> {
  if (places === undefined) return {};
  const opened = reader.open(vehicleId, places.keyId, Buffer.from(places.box, 'base64url'));
  return opened.kind === 'opened' ? JSON.parse(Buffer.from(opened.bytes).toString('utf8')) : {};
}

/** Values nobody doubts, plain and opened together. */
function clearSignals(
  { values, quality = {} }: SignalRecord,
  places: Readonly<Record<string, SignalValue>>,
): Record<string, SignalValue> {
  return Object.fromEntries(
    Object.entries({ ...values, ...places }).filter(([path]) => !Object.hasOwn(quality, path)),
  );
}

function createCounters({ metrics }: Runtime) {
  return {
    snapshots: metrics.counter('world_snapshots_total', 'Snapshots of the world, by why they were taken.', [
      'reason',
    ]),
    unreadable: metrics.counter('world_records_unreadable_total', 'Records the world could not read.'),
    ownerless: metrics.counter(
      'world_vehicles_ownerless_total',
      'Cars the world stopped looking at, since nobody owns them.',
    ),
  };
}
