import {
  type Batch,
  type BatchContext,
  type Bus,
  decodeRecord,
  encodeRecord,
  type Subscription,
  TOPICS,
} from '@outrider/bus';
import {
  type ChargingLocation,
  type ConnectorStandard,
  type Position,
  position,
  type SignalValue,
} from '@outrider/domain';
import {
  type ChargerIndex,
  chargerIndex,
  type RouteProvider,
  type WeatherProvider,
} from '@outrider/providers';
import type { App, Runtime } from '@outrider/runtime';
import type { State } from '@outrider/state';
import type { Trust } from '@outrider/trust';
import { needsSnapshot, revisionOf } from './needs-snapshot.ts';
import { takeSnapshot } from './snapshot.ts';
import { emptyVehicle, foldSignals, rememberHome, type WorldVehicle, withTrip } from './vehicle.ts';

export { worldSettings } from './settings.ts';

export interface WorldDeps {
  readonly bus: Bus;
  readonly state: State;
  readonly trust: Trust;
  readonly runtime: Runtime;
  readonly routing: readonly RouteProvider[];
  readonly weather: readonly WeatherProvider[];
  readonly locations: readonly ChargingLocation[];
  /** Plugs a model takes, adapters included; packages/energy's catalogue knows. */
  readonly plugsOf: (modelId: string) => ReadonlySet<ConnectorStandard>;
  readonly snapshotTimeoutMs: number;
}

/** Trips and positions in, conditions out. Keeps nothing but memory: it is rebuilt from `trips.v1`. */
export function createWorld(deps: WorldDeps): App {
  const { bus, trust, runtime } = deps;
  const vehicles = new Map<string, WorldVehicle>();
  const byPartition = new Map<number, Set<string>>();
  const index: ChargerIndex = chargerIndex(deps.locations);
  const reader = trust.reader('alert_driver');
  const snapshots = runtime.metrics.counter(
    'world_snapshots_total',
    'Snapshots of the world, by why they were taken.',
    ['reason'],
  );
  const unreadable = runtime.metrics.counter(
    'world_records_unreadable_total',
    'Records the world could not read.',
  );
  let subscription: Subscription | undefined;

  const foldTrip = (batch: Batch, touched: Set<string>): void => {
    for (const record of batch.records) {
      const decoded = decodeRecord(TOPICS.trips, record, reader);
      if (decoded.kind === 'unreadable') unreadable.inc();
      else {
        const before = vehicles.get(record.key) ?? emptyVehicle(record.key);
        vehicles.set(
          record.key,
          withTrip(before, decoded.kind === 'record' ? decoded.record : null, runtime.eventClock.nowMs()),
        );
        touched.add(record.key);
      }
    }
  };

  const foldTelemetry = (batch: Batch, touched: Set<string>): void => {
    for (const record of batch.records) {
      const decoded = decodeRecord(TOPICS.signals, record, reader);
      if (decoded.kind !== 'record') {
        unreadable.inc();
        continue;
      }
      const { vehicleId, values, places, observedAtMs } = decoded.record;
      const opened =
        places === undefined
          ? undefined
          : reader.open(vehicleId, places.keyId, Buffer.from(places.box, 'base64url'));
      const inClear: Record<string, SignalValue> =
        opened?.kind === 'opened' ? JSON.parse(Buffer.from(opened.bytes).toString('utf8')) : {};
      vehicles.set(
        vehicleId,
        foldSignals(
          vehicles.get(vehicleId) ?? emptyVehicle(vehicleId),
          { ...values, ...inClear },
          observedAtMs,
        ),
      );
      touched.add(vehicleId);
    }
  };

  /** Home and plugs come with registration; read when a snapshot is due, not per record. */
  const vehicleFacts = async (
    vehicleId: string,
  ): Promise<{ home: Position | undefined; plugs: ReadonlySet<ConnectorStandard> } | undefined> => {
    const row = await deps.state.vehicles.find(vehicleId);
    if (row === undefined) return undefined;
    const opened =
      row.homeSealed === null
        ? undefined
        : reader.open(vehicleId, row.homeSealed.keyId, Buffer.from(row.homeSealed.box, 'base64url'));
    const home =
      opened?.kind === 'opened'
        ? position.safeParse(JSON.parse(Buffer.from(opened.bytes).toString('utf8')))
        : undefined;
    return { home: home?.success ? home.data : undefined, plugs: deps.plugsOf(row.modelId) };
  };

  const look = async (vehicleId: string, nowMs: number): Promise<void> => {
    const known = vehicles.get(vehicleId);
    const reason = known === undefined ? undefined : needsSnapshot(known, nowMs);
    if (known === undefined || reason === undefined) return;
    const facts = await vehicleFacts(vehicleId);
    if (facts === undefined) return;
    const vehicle = rememberHome(known, facts.home);
    const signal = AbortSignal.timeout(deps.snapshotTimeoutMs);
    const snapshot = await takeSnapshot(
      vehicle,
      { routing: deps.routing, weather: deps.weather, chargers: index, ...facts, signal },
      nowMs,
    );
    await bus.publish([encodeRecord(TOPICS.conditions, vehicleId, snapshot, nowMs, trust)]);
    snapshots.inc({ reason });
    const stops = new Map(vehicle.trip?.stops.map((stop) => [stop.stopId, stop]));
    vehicles.set(vehicleId, {
      ...vehicle,
      snapshot: {
        asOfMs: nowMs,
        tripRevision: revisionOf(vehicle),
        airTempC: vehicle.airTempC?.value ?? null,
        position: vehicle.position,
        isOffRoute: vehicle.progress?.isOffRoute ?? false,
        stretches: snapshot.stretches.flatMap((stretch) => {
          const stop = stops.get(stretch.stopId) ?? facts.home;
          return stop === undefined
            ? []
            : [
                {
                  stopId: stretch.stopId,
                  segments: stretch.segments,
                  stop: { lat: stop.lat, lon: stop.lon },
                },
              ];
        }),
      },
    });
  };

  const handle = async (batch: Batch, context: BatchContext): Promise<void> => {
    const touched = new Set<string>();
    await trust.prepare(new Set(batch.records.map((record) => record.key)));
    if (batch.topic === TOPICS.trips.name) foldTrip(batch, touched);
    else foldTelemetry(batch, touched);
    const mine = byPartition.get(batch.partition) ?? new Set<string>();
    byPartition.set(batch.partition, mine);
    for (const vehicleId of touched) {
      mine.add(vehicleId);
      if (context.isCurrent()) await look(vehicleId, runtime.eventClock.nowMs());
    }
    await context.commit();
  };

  return {
    name: 'world',
    async start() {
      subscription = await bus.subscribe({
        group: 'world',
        topics: [TOPICS.trips.name, TOPICS.signals.name],
        start: 'earliest',
        // Plans are few and compacted: reading them all again rebuilds the memory after a restart.
        onAssigned: async () => new Map([[TOPICS.trips.name, 0]]),
        onRevoked: async (partition) => {
          for (const vehicleId of byPartition.get(partition) ?? []) vehicles.delete(vehicleId);
          byPartition.delete(partition);
        },
        handle,
        onError: (error, partition) =>
          runtime.log.warn({ partition, err: String(error) }, 'the world will look again'),
      });
    },
    async stop() {
      await subscription?.stop();
      subscription = undefined;
    },
    readiness: () => (subscription === undefined ? { ready: false, why: 'not started' } : { ready: true }),
    isIdle: () => subscription?.isIdle() ?? true,
  };
}
