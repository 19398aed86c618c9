import { encodeRecord, TOPICS } from '@outrider/bus';
import type { Alert, Conditions, Forecast, Trip } from '@outrider/domain';
import type { VehicleModel } from '@outrider/energy';
import type { Clock, Log, Metrics } from '@outrider/runtime';
import type { AlertRow, OutboxRow, State, VehicleBlob } from '@outrider/state';
import type { Trust } from '@outrider/trust';
import {
  advanceCar,
  type Car,
  type CarWorld,
  dueMs,
  emptyCar,
  emptyWorld,
  type Judged,
  type LiveCar,
  receive,
  rejudge,
  withConditions,
  withTrip,
} from './car.ts';
import { buildRouteView } from './route-view.ts';
import type { LoadedRule } from './rule.ts';
import type { OpenedRecord } from './vehicle-state.ts';

export interface PartitionDeps {
  readonly state: State;
  readonly trust: Trust;
  readonly realClock: Clock;
  readonly log: Log;
  readonly rules: readonly LoadedRule[];
  readonly modelOf: (modelId: string) => VehicleModel;
  readonly reorderWindowMs: number;
  readonly counters: {
    readonly late: { inc(by?: number): void };
    readonly unknownVehicle: { inc(): void };
    readonly failed: { inc(): void };
  };
  readonly metrics: Metrics;
}

/** What one partition wants to tell the world, besides its alerts (those go through the outbox). */
export interface PartitionOutput {
  readonly forecasts: readonly Forecast[];
  /** An alert changed: the checkpoint must not wait. */
  readonly hasAlerts: boolean;
}

interface Resident {
  live: LiveCar;
  isCarDirty: boolean;
  isWorldDirty: boolean;
}

/** Blobs of the checkpoint: the car under its id, what the world said under this suffix. */
const WORLD_SUFFIX = '/world';

/**
 * The memory of one partition: its cars, their due times, and what the checkpoint holds. Nothing here is lost
 * when it is dropped: it is read again from the checkpoint, and the log is read on from there.
 */
export interface Partition {
  readonly generation: number;
  /** Next offset per topic, as of the memory. */
  readonly offsets: ReadonlyMap<string, number>;
  telemetry(vehicleId: string, record: OpenedRecord): Promise<void>;
  trip(vehicleId: string, trip: Trip | null, nowMs: number): Promise<PartitionOutput>;
  conditions(vehicleId: string, conditions: Conditions, nowMs: number): Promise<PartitionOutput>;
  /** Everything up to this offset of the topic is in memory. */
  moveOffset(topic: string, nextOffset: number): void;
  /** Moves every car that has something due on to the partition's time. */
  advance(partitionTimeMs: number): PartitionOutput;
  /** Writes what changed; false when another owner moved the checkpoint: drop this memory. */
  checkpoint(nowMs: number): Promise<boolean>;
  /** Records since the last checkpoint. */
  readonly recordsSince: number;
  readonly vehicleCount: number;
}

/** Reads a partition's checkpoint. `generation` is the subscription's: it fences older owners out. */
export async function loadPartition(
  partition: number,
  generation: number,
  deps: PartitionDeps,
): Promise<Partition> {
  const stored = await deps.state.predictor.readCheckpoint(partition);
  const blobs = await deps.state.predictor.readVehicles(partition);
  const residents = await restore(blobs, deps);
  return createPartition(
    partition,
    Math.max(generation, (stored?.generation ?? 0) + 1),
    stored,
    residents,
    deps,
  );
}

function createPartition(
  partition: number,
  generation: number,
  stored: { readonly generation: number; readonly offsets: ReadonlyMap<string, number> } | undefined,
  residents: Map<string, Resident>,
  deps: PartitionDeps,
): Partition {
  const offsets = new Map(stored?.offsets ?? []);
  let previous = stored;
  let alerts: { readonly alert: Alert; readonly isShadow: boolean }[] = [];
  let recordsSince = 0;

  const residentOf = async (vehicleId: string): Promise<Resident | undefined> => {
    const known = residents.get(vehicleId);
    if (known !== undefined) return known;
    const row = await deps.state.vehicles.find(vehicleId);
    if (row === undefined) {
      deps.counters.unknownVehicle.inc();
      return undefined;
    }
    const live: LiveCar = {
      car: emptyCar(vehicleId),
      world: emptyWorld,
      view: null,
      vehicle: deps.modelOf(row.modelId),
      reserveSocPct: row.reserveSocPct,
    };
    const resident = { live, isCarDirty: true, isWorldDirty: true };
    residents.set(vehicleId, resident);
    return resident;
  };

  const take = (resident: Resident, judged: Judged): PartitionOutput => {
    resident.live = judged.live;
    resident.isCarDirty = true;
    alerts.push(...judged.alerts);
    for (const failure of judged.failures) {
      deps.counters.failed.inc();
      deps.log.error(
        { vehicleId: judged.live.car.state.vehicleId, err: failure },
        'a car could not be judged',
      );
    }
    if (judged.lateRecords > 0) deps.counters.late.inc(judged.lateRecords);
    return { forecasts: judged.forecasts, hasAlerts: judged.alerts.length > 0 };
  };

  const newWorld = (resident: Resident, live: LiveCar, nowMs: number): PartitionOutput => {
    if (live === resident.live) return NOTHING;
    resident.isWorldDirty = true;
    // Decisions stand at event time behind the reorder window, whether a record or the world asks.
    return take(resident, rejudge(live, nowMs - deps.reorderWindowMs, deps.rules));
  };

  return {
    generation,
    offsets,
    async telemetry(vehicleId, record) {
      recordsSince++;
      const resident = await residentOf(vehicleId);
      if (resident === undefined) return;
      resident.live = receive(resident.live, record);
      resident.isCarDirty = true;
    },
    async trip(vehicleId, trip, nowMs) {
      const resident = await residentOf(vehicleId);
      return resident === undefined ? NOTHING : newWorld(resident, withTrip(resident.live, trip), nowMs);
    },
    async conditions(vehicleId, conditions, nowMs) {
      const resident = await residentOf(vehicleId);
      return resident === undefined
        ? NOTHING
        : newWorld(resident, withConditions(resident.live, conditions), nowMs);
    },
    moveOffset: (topic, nextOffset) => void offsets.set(topic, nextOffset),
    advance(partitionTimeMs) {
      const frontierMs = partitionTimeMs - deps.reorderWindowMs;
      const forecasts: Forecast[] = [];
      let hasAlerts = false;
      for (const resident of residents.values()) {
        const due = dueMs(resident.live);
        if (due === undefined || due > frontierMs) continue;
        const output = take(resident, advanceCar(resident.live, frontierMs, deps.rules));
        forecasts.push(...output.forecasts);
        hasAlerts ||= output.hasAlerts;
      }
      return { forecasts, hasAlerts };
    },
    async checkpoint(nowMs) {
      const changed = [...residents.entries()].filter(
        ([, resident]) => resident.isCarDirty || resident.isWorldDirty,
      );
      await deps.trust.prepare(changed.map(([vehicleId]) => vehicleId));
      const written = alerts;
      const vehicles = changed.flatMap(([vehicleId, resident]) =>
        blobsOf(vehicleId, resident, nowMs, deps.trust),
      );
      const next = { partition, generation, offsets: new Map(offsets), savedAtMs: nowMs };
      const isOurs = await deps.state.predictor.writeCheckpoint({
        partition,
        previous: previous && { generation: previous.generation, offsets: previous.offsets },
        next,
        vehicles,
        alerts: written.map(({ alert }) => alertRow(alert, nowMs, deps.trust)),
        outbox: written
          .filter(({ isShadow }) => !isShadow)
          .map(({ alert }) => outboxRow(alert, nowMs, deps.trust)),
      });
      if (!isOurs) return false;
      previous = next;
      alerts = alerts.slice(written.length);
      recordsSince = 0;
      for (const [, resident] of changed) {
        resident.isCarDirty = false;
        resident.isWorldDirty = false;
      }
      return true;
    },
    get recordsSince() {
      return recordsSince;
    },
    get vehicleCount() {
      return residents.size;
    },
  };
}

const NOTHING: PartitionOutput = { forecasts: [], hasAlerts: false };

const jsonBytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

function blobsOf(vehicleId: string, resident: Resident, nowMs: number, trust: Trust): VehicleBlob[] {
  const blobs: VehicleBlob[] = [];
  const { car, world } = resident.live;
  if (resident.isCarDirty)
    blobs.push({ vehicleId, version: car.version, ...trust.seal(vehicleId, nowMs, jsonBytes(car)) });
  if (resident.isWorldDirty)
    blobs.push({
      vehicleId: `${vehicleId}${WORLD_SUFFIX}`,
      version: car.version,
      ...trust.seal(vehicleId, nowMs, jsonBytes(world)),
    });
  return blobs;
}

function alertRow(alert: Alert, nowMs: number, trust: Trust): AlertRow {
  const { keyId, box } = trust.seal(alert.vehicleId, nowMs, jsonBytes(alert));
  const {
    alertId,
    vehicleId,
    revision,
    ruleId,
    subject,
    state,
    severity,
    startedAtMs,
    changedAtMs,
    expiresAtMs,
  } = alert;
  return {
    alertId,
    vehicleId,
    revision,
    ruleId,
    subject,
    state,
    severity,
    startedAtMs,
    changedAtMs,
    expiresAtMs,
    keyId,
    box: Buffer.from(box).toString('base64url'),
  };
}

function outboxRow(alert: Alert, nowMs: number, trust: Trust): OutboxRow {
  const record = encodeRecord(TOPICS.alerts, alert.vehicleId, alert, nowMs, trust);
  return {
    outboxId: `${alert.alertId}/${alert.revision}`,
    writer: 'predictor',
    topic: record.topic,
    key: record.key,
    value: record.value,
    headers: record.headers ?? {},
    createdAtMs: nowMs,
  };
}

/** Cars of the checkpoint, opened. A blob that cannot be opened (erased, consent withdrawn) is left out. */
async function restore(blobs: readonly VehicleBlob[], deps: PartitionDeps): Promise<Map<string, Resident>> {
  const owner = (blob: VehicleBlob) => blob.vehicleId.replace(WORLD_SUFFIX, '');
  await deps.trust.prepare(new Set(blobs.map(owner)));
  const reader = deps.trust.reader('alert_driver');
  const open = <T>(blob: VehicleBlob | undefined): T | undefined => {
    const opened = blob === undefined ? undefined : reader.open(owner(blob), blob.keyId, blob.box);
    return opened?.kind === 'opened'
      ? (JSON.parse(Buffer.from(opened.bytes).toString('utf8')) as T)
      : undefined;
  };
  const worlds = new Map(
    blobs.filter((blob) => blob.vehicleId.endsWith(WORLD_SUFFIX)).map((blob) => [owner(blob), blob]),
  );
  const residents = new Map<string, Resident>();
  for (const blob of blobs) {
    if (blob.vehicleId.endsWith(WORLD_SUFFIX) || blob.version !== 1) continue;
    const row = await deps.state.vehicles.find(blob.vehicleId);
    const car = open<Car>(blob);
    if (row === undefined || car === undefined) continue;
    const world = open<CarWorld>(worlds.get(blob.vehicleId)) ?? emptyWorld;
    const vehicle = deps.modelOf(row.modelId);
    const view =
      world.conditions === null ? null : buildRouteView(world.conditions, world.drawnTrip, vehicle);
    residents.set(blob.vehicleId, {
      live: { car, world, view, vehicle, reserveSocPct: row.reserveSocPct },
      isCarDirty: false,
      isWorldDirty: false,
    });
  }
  return residents;
}
