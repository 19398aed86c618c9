import { type Batch, type BatchContext, type Bus, carOf, type Subscription, TOPICS } from '@outrider/bus';
import type { ChargingLocation, ConnectorStandard } from '@outrider/domain';
import type { ChargerSource, WeatherProvider } from '@outrider/providers';
import type { App, Runtime } from '@outrider/runtime';
import type { State } from '@outrider/state';
import type { Trust } from '@outrider/trust';
import type { RoadSources } from './ask-road.ts';
import { createChargers } from './charger-sources.ts';
import {
  emptyMemory,
  foldRecords,
  forgetSilentCars,
  type Memory,
  noteChangedPlaces,
} from './fold-records.ts';
import { lookAtAll } from './look-at-all.ts';
import { listenForPushes, type PushServer, type PushSettings } from './push-server.ts';

export type { RoadSources } from './ask-road.ts';
export { chargerSources } from './named-chargers.ts';
export { type RouteSources, routeSources } from './route-sources.ts';
export { worldSettings } from './settings.ts';
export { type WeatherSources, weatherSources } from './weather-sources.ts';
export { openWorldSources, type WorldSources, worldOptions } from './world-sources.ts';

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
  /** An OCPI peer that may push; absent: nobody listens. */
  readonly ocpiPush?: PushSettings;
  /** Plugs a model takes, adapters included; packages/energy's catalogue knows. */
  readonly plugsOf: (modelId: string) => ReadonlySet<ConnectorStandard>;
  readonly snapshotTimeoutMs: number;
}

/** Plans and the world's own last looks are read again from here; signals go on where the group stands. */
const REBUILT_FROM: ReadonlyMap<string, number> = new Map([
  [TOPICS.trips.name, 0],
  [TOPICS.conditions.name, 0],
]);

export interface World extends App {
  /** Where an OCPI peer pushes, as `http://host:port`; undefined while nobody listens. */
  readonly pushAddress: string | undefined;
}

const SWEEP_EVERY_MS = 3_600_000;

/**
 * Trips and positions in, conditions out; charging places out when it starts and when a source says something
 * new. Keeps nothing but memory: it is rebuilt from `trips.v1` and from its own `conditions.v1`.
 */
export function createWorld(deps: WorldDeps): World {
  const { bus, trust, runtime } = deps;
  const memories = new Map<number, Memory>();
  const reader = trust.reader('alert_driver');
  const chargers = createChargers({ ...deps, takesPushes: deps.ocpiPush !== undefined });
  const counters = createCounters(runtime);
  const lookDeps = { ...deps, reader, chargers, counters, eventClock: runtime.eventClock };
  const sweptAtMs = new Map<number, number>();
  let startedAtMs = 0;
  let subscription: Subscription | undefined;
  let pushes: PushServer | undefined;

  const handle = async (batch: Batch, context: BatchContext): Promise<void> => {
    const memory = memories.get(batch.partition) ?? emptyMemory();
    memories.set(batch.partition, memory);
    const nowMs = runtime.eventClock.nowMs();
    await trust.prepare(new Set(batch.records.map((record) => carOf(record.key))));
    foldRecords(batch, memory, { trust, reader, counters }, nowMs);
    const changed = chargers.refresh();
    if (changed.size > 0) for (const one of memories.values()) noteChangedPlaces(one, changed);
    const isOld = (batch.records.at(-1)?.timestampMs ?? 0) < startedAtMs;
    if (!isOld || context.isCaughtUp()) await lookAtAll(memory, lookDeps, context);
    if (context.isCaughtUp() && nowMs - (sweptAtMs.get(batch.partition) ?? 0) >= SWEEP_EVERY_MS) {
      forgetSilentCars(memory, nowMs);
      sweptAtMs.set(batch.partition, nowMs);
    }
    await context.commit();
  };

  const listen = async (): Promise<void> => {
    if (deps.ocpiPush !== undefined) pushes = await listenForPushes(deps.ocpiPush, chargers, runtime);
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
  };

  const stop = async (): Promise<void> => {
    await pushes?.close();
    pushes = undefined;
    await chargers.stop();
    await subscription?.stop();
    subscription = undefined;
  };

  return {
    name: 'world',
    async start() {
      startedAtMs = runtime.eventClock.nowMs();
      await chargers.start();
      try {
        await listen();
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop,
    readiness: () => (subscription === undefined ? { ready: false, why: 'not started' } : { ready: true }),
    get pushAddress() {
      return pushes?.address;
    },
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
