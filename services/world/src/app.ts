import { type Batch, type BatchContext, type Bus, carOf, type Subscription, TOPICS } from '@outrider/bus';
import type { ChargingLocation, ConnectorStandard } from '@outrider/domain';
import type { ChargerSource, WeatherProvider } from '@outrider/providers';
import type { App, Runtime } from '@outrider/runtime';
import type { State } from '@outrider/state';
import { type Trust, UnknownSubject } from '@outrider/trust';
import type { RoadSources } from './ask-road.ts';
import { createChargers } from './charger-sources.ts';
import { emptyMemory, foldRecords, forgetCar, type Memory } from './fold-records.ts';
import { lookFor } from './look.ts';

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

/** Cars looked at at once, so that one whose providers hang does not delay the others much. */
const LOOKS_AT_ONCE = 16;

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

  const look = async (memory: Memory, vehicleId: string, context: BatchContext): Promise<void> => {
    const vehicle = memory.vehicles.get(vehicleId);
    if (vehicle === undefined || !context.isCurrent()) return;
    try {
      const seen = await lookFor(
        vehicle,
        { ...deps, reader, chargers: chargers.index },
        runtime.eventClock.nowMs(),
      );
      // Whoever has the partition now looks for itself.
      if (seen === undefined || !context.isCurrent()) return;
      if (seen.record.headers?.keyId !== memory.owners.get(vehicleId)) throw new UnknownSubject(vehicleId);
      memory.looked.add(vehicleId);
      await bus.publish([seen.record]);
      memory.vehicles.set(vehicleId, seen.vehicle);
      counters.snapshots.inc({ reason: seen.reason });
    } catch (error) {
      if (!(error instanceof UnknownSubject)) throw error;
      // Sold, erased: whoever drives it now is somebody else, and the others' cars do not wait.
      forgetCar(memory, vehicleId);
      counters.ownerless.inc();
    }
  };

  /** A car that fails stays touched and does not keep the others waiting. @throws what the first one said */
  const lookAtAll = async (memory: Memory, context: BatchContext): Promise<void> => {
    const waiting = memory.touched.values();
    const failures: unknown[] = [];
    const lane = async (): Promise<void> => {
      for (const vehicleId of waiting)
        try {
          await look(memory, vehicleId, context);
          memory.touched.delete(vehicleId);
        } catch (error) {
          failures.push(error);
        }
    };
    await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, lane));
    if (failures.length > 0) throw failures[0];
  };

  const handle = async (batch: Batch, context: BatchContext): Promise<void> => {
    const memory = memories.get(batch.partition) ?? emptyMemory();
    memories.set(batch.partition, memory);
    await trust.prepare(new Set(batch.records.map((record) => carOf(record.key))));
    foldRecords(batch, memory, { trust, reader, counters }, runtime.eventClock.nowMs());
    const isOld = (batch.records.at(-1)?.timestampMs ?? 0) < startedAtMs;
    if (!isOld || context.isCaughtUp()) await lookAtAll(memory, context);
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
