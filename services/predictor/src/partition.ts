import { encodeRecord, TOPICS } from '@outrider/bus';
import type { Alert, Conditions, Forecast, Trip } from '@outrider/domain';
import type { VehicleModel } from '@outrider/energy';
import type { Clock, Log, Metrics } from '@outrider/runtime';
import type { AlertRow, OutboxRow, State, VehicleBlob } from '@outrider/state';
import { type Trust, UnknownSubject } from '@outrider/trust';
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
    readonly ownerless: { inc(): void };
  };
  readonly metrics: Metrics;
}

/** What one partition wants to tell the world, besides its alerts (those go through the outbox). */
export interface PartitionOutput {
  readonly forecasts: readonly Forecast[];
}

interface Resident {
  live: LiveCar;
  /** The ownership period this memory belongs to; null until it was first sealed. */
  keyId: string | null;
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
  /** Something changed since the last checkpoint. */
  readonly isDirty: boolean;
  /** An alert changed since then: the checkpoint must not wait. */
  readonly hasUnsavedAlerts: boolean;
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
  let isDirty = false;

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
    const resident = { live, keyId: null, isCarDirty: true, isWorldDirty: true };
    residents.set(vehicleId, resident);
    return resident;
  };

  /** A sold or erased car's memory goes with its owner: it is neither sealed for the next one nor kept. */
  const forgetFormerOwners = (nowMs: number): void => {
    for (const [vehicleId, resident] of residents) {
      if (!resident.isCarDirty && !resident.isWorldDirty) continue;
      const keyId = ownerKey(vehicleId, nowMs, deps.trust);
      const isSameOwner = keyId !== undefined && (resident.keyId ?? keyId) === keyId;
      resident.keyId = keyId ?? null;
      if (isSameOwner) continue;
      deps.counters.ownerless.inc();
      alerts = alerts.filter(({ alert }) => alert.vehicleId !== vehicleId);
      if (keyId === undefined) residents.delete(vehicleId);
      else resident.live = { ...resident.live, car: emptyCar(vehicleId), world: emptyWorld, view: null };
      resident.isCarDirty = true;
      resident.isWorldDirty = true;
    }
  };

  const take = (resident: Resident, judged: Judged): PartitionOutput => {
    resident.live = judged.live;
    resident.isCarDirty = true;
    isDirty = true;
    alerts.push(...judged.alerts);
    for (const failure of judged.failures) {
      deps.counters.failed.inc();
      deps.log.error(
        { vehicleId: judged.live.car.state.vehicleId, err: failure },
        'a car could not be judged',
      );
    }
    if (judged.lateRecords > 0) deps.counters.late.inc(judged.lateRecords);
    return { forecasts: judged.forecasts };
  };

  const advanceTo = (resident: Resident, frontierMs: number): PartitionOutput => {
    const due = dueMs(resident.live);
    return due === undefined || due > frontierMs
      ? NOTHING
      : take(resident, advanceCar(resident.live, frontierMs, deps.rules));
  };

  const newWorld = async (
    vehicleId: string,
    change: (live: LiveCar) => LiveCar,
    nowMs: number,
  ): Promise<PartitionOutput> => {
    const resident = await residentOf(vehicleId);
    if (resident === undefined) return NOTHING;
    // Decisions stand at event time behind the reorder window, whether a record or the world asks; what the car
    // said before that comes first, wherever a batch ended.
    const frontierMs = nowMs - deps.reorderWindowMs;
    const before = advanceTo(resident, frontierMs);
    const live = change(resident.live);
    if (live === resident.live) return before;
    resident.isWorldDirty = true;
    return together([before, take(resident, rejudge(live, frontierMs, deps.rules))]);
  };

  return {
    generation,
    offsets,
    async telemetry(vehicleId, record) {
      recordsSince++;
      isDirty = true;
      const resident = await residentOf(vehicleId);
      if (resident === undefined) return;
      resident.live = receive(resident.live, record);
      resident.isCarDirty = true;
    },
    trip: (vehicleId, trip, nowMs) => newWorld(vehicleId, (live) => withTrip(live, trip), nowMs),
    conditions: (vehicleId, conditions, nowMs) =>
      newWorld(vehicleId, (live) => withConditions(live, conditions), nowMs),
    moveOffset(topic, nextOffset) {
      isDirty ||= offsets.get(topic) !== nextOffset;
      offsets.set(topic, nextOffset);
    },
    advance(partitionTimeMs) {
      const frontierMs = partitionTimeMs - deps.reorderWindowMs;
      return together([...residents.values()].map((resident) => advanceTo(resident, frontierMs)));
    },
    async checkpoint(nowMs) {
      await deps.trust.prepare(
        [...residents]
          .filter(([, one]) => one.isCarDirty || one.isWorldDirty)
          .map(([vehicleId]) => vehicleId),
      );
      forgetFormerOwners(nowMs);
      const changed = [...residents].filter(([, one]) => one.isCarDirty || one.isWorldDirty);
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
      isDirty = false;
      for (const [, resident] of changed) {
        resident.isCarDirty = false;
        resident.isWorldDirty = false;
      }
      return true;
    },
    get recordsSince() {
      return recordsSince;
    },
    get isDirty() {
      return isDirty;
    },
    get hasUnsavedAlerts() {
      return alerts.length > 0;
    },
    get vehicleCount() {
      return residents.size;
    },
  };
}

const NOTHING: PartitionOutput = { forecasts: [] };

const together = (outputs: readonly PartitionOutput[]): PartitionOutput => ({
  forecasts: outputs.flatMap(({ forecasts }) => forecasts),
});

/** The key of whoever owns the car now; undefined when nobody does. */
function ownerKey(vehicleId: string, nowMs: number, trust: Trust): string | undefined {
  try {
    return trust.seal(vehicleId, nowMs, new Uint8Array()).keyId;
  } catch (error) {
    if (error instanceof UnknownSubject) return undefined;
    throw error;
  }
}

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
      keyId: blob.keyId,
      isCarDirty: false,
      isWorldDirty: false,
    });
  }
  return residents;
}
