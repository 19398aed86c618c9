import type { Conditions, Forecast, Trip } from '@outrider/domain';
import { type Clock, type Log, type Metrics, traceField } from '@outrider/runtime';
import type { FiringRow } from '@outrider/state';
import { advanceCar, type Judged, type LiveCar, receive, rejudge, takeConditions } from './car.ts';
import { type Fleets, moveFleets } from './car-fleets.ts';
import { CarTimes, wantsAt } from './car-times.ts';
import { withoutTrip, withTrip } from './car-world.ts';
import { blobsOf } from './checkpoint-rows.ts';
import { isConnectionOnly } from './own-word.ts';
import {
  changedOf,
  forgetFormerOwners,
  type Resident,
  type Residents,
  type ResidentsDeps,
  residentOf,
  restoreResidents,
} from './residents.ts';
import type { LoadedRule } from './rule.ts';
import { withoutLearning } from './trip-learning.ts';
import { after, nothingUnsaved, rowsOf, withJudged, withoutCars } from './unsaved.ts';
import { foldConnection, type OpenedRecord } from './vehicle-state.ts';

export interface PartitionDeps extends ResidentsDeps {
  readonly realClock: Clock;
  readonly log: Log;
  /** Those that run now. */
  readonly rules: readonly LoadedRule[];
  readonly reorderWindowMs: number;
  /** Alerts that interrupt are stored; never throws. */
  onFired(firings: readonly FiringRow[]): Promise<void>;
  readonly counters: ResidentsDeps['counters'] & {
    readonly late: { inc(by?: number): void };
    readonly failed: { inc(): void };
    readonly trips: { inc(labels: { outcome: string }): void };
  };
  readonly metrics: Metrics;
}

/** What one partition wants to tell the world, besides its alerts (those go through the outbox). */
export interface PartitionOutput {
  readonly forecasts: readonly Forecast[];
}

/**
 * The memory of one partition: its cars, their due times, and what the checkpoint holds. Nothing here is lost
 * when it is dropped: it is read again from the checkpoint, and the log is read on from there.
 */
export interface Partition {
  readonly generation: number;
  readonly cars: Pick<Residents, 'get'>;
  /** Next offset per topic, as of the memory. */
  readonly offsets: ReadonlyMap<string, number>;
  telemetry(vehicleId: string, record: OpenedRecord): Promise<void>;
  trip(vehicleId: string, trip: Trip, nowMs: number): Promise<PartitionOutput>;
  /** Takes back one plan, or all of them. */
  withoutTrip(vehicleId: string, tripId: string | undefined, nowMs: number): Promise<PartitionOutput>;
  conditions(vehicleId: string, conditions: Conditions, nowMs: number): Promise<PartitionOutput>;
  /** The owner wants the car to be learned anew. */
  forget(vehicleId: string, nowMs: number): Promise<PartitionOutput>;
  /** Cars may have moved to other fleets. */
  moveFleets(fleets: Fleets): void;
  /** Everything up to this offset of the topic is in memory. */
  moveOffset(topic: string, nextOffset: number): void;
  /** Moves every car that has something due on to the partition's time. */
  advance(partitionTimeMs: number): PartitionOutput;
  /** The partition's time at which the first car has something due; undefined: not before somebody speaks. */
  nextDueMs(): number | undefined;
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
  const residents = await restoreResidents(blobs, deps);
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
  residents: Residents,
  deps: PartitionDeps,
): Partition {
  const offsets = new Map(stored?.offsets ?? []);
  let previous = stored;
  let unsaved = nothingUnsaved;
  let recordsSince = 0;
  let isDirty = false;
  const times = new CarTimes(residents, () => deps.rules);

  const take = (resident: Resident, judged: Judged): PartitionOutput => {
    resident.live = judged.live;
    times.touch(judged.live.car.state.vehicleId);
    resident.isCarDirty = true;
    isDirty = true;
    unsaved = withJudged(unsaved, judged);
    count(judged, resident.traceparent, deps);
    return { forecasts: judged.forecasts };
  };

  const advanceTo = (resident: Resident, frontierMs: number): PartitionOutput =>
    (wantsAt(resident.live, deps.rules) ?? Number.POSITIVE_INFINITY) <= frontierMs
      ? take(resident, advanceCar(resident.live, frontierMs, deps.rules))
      : NOTHING;

  const newWorld = async (
    vehicleId: string,
    change: (live: LiveCar, nowMs: number) => LiveCar,
    nowMs: number,
  ): Promise<PartitionOutput> => {
    const resident = await residentOf(residents, vehicleId, deps);
    if (resident === undefined) return NOTHING;
    // Decisions stand at event time behind the reorder window, whether a record or the world asks; what the car
    // said before that comes first, wherever a batch ended.
    const frontierMs = nowMs - deps.reorderWindowMs;
    const before = advanceTo(resident, frontierMs);
    const live = change(resident.live, frontierMs);
    if (live === resident.live) return before;
    resident.isWorldDirty = true;
    return together([before, take(resident, rejudge(live, frontierMs, deps.rules))]);
  };

  return {
    generation,
    cars: residents,
    offsets,
    async telemetry(vehicleId, record) {
      recordsSince++;
      isDirty = true;
      const resident = await residentOf(residents, vehicleId, deps);
      if (resident === undefined) return;
      resident.live = isConnectionOnly(record.values)
        ? withConnection(resident.live, record)
        : receive(resident.live, record);
      times.touch(vehicleId);
      resident.isCarDirty = true;
    },
    trip: (vehicleId, trip, nowMs) => newWorld(vehicleId, (live) => withTrip(live, trip), nowMs),
    withoutTrip: (vehicleId, tripId, nowMs) =>
      newWorld(vehicleId, (live) => withoutTrip(live, tripId), nowMs),
    conditions: (vehicleId, conditions, nowMs) =>
      newWorld(vehicleId, (live, atMs) => takeConditions(live, conditions, atMs), nowMs),
    forget: (vehicleId, nowMs) => newWorld(vehicleId, withoutLearning, nowMs),
    moveFleets: (fleets) => moveFleets(residents, fleets, (vehicleId) => times.touch(vehicleId)),
    moveOffset(topic, nextOffset) {
      isDirty ||= offsets.get(topic) !== nextOffset;
      offsets.set(topic, nextOffset);
    },
    advance(partitionTimeMs) {
      const frontierMs = partitionTimeMs - deps.reorderWindowMs;
      const due = times.takeUpTo(frontierMs).map((vehicleId) => residents.get(vehicleId));
      return together(due.map((resident) => (resident ? advanceTo(resident, frontierMs) : NOTHING)));
    },
    nextDueMs: () => laterBy(deps.reorderWindowMs, times.nextMs()),
    async checkpoint(nowMs) {
      await deps.trust.prepare(changedOf(residents).map(([vehicleId]) => vehicleId));
      const forgotten = forgetFormerOwners(residents, nowMs, deps);
      unsaved = withoutCars(unsaved, forgotten);
      for (const vehicleId of forgotten) times.touch(vehicleId);
      const changed = changedOf(residents);
      const written = unsaved;
      const vehicles = changed.flatMap(([vehicleId, resident]) =>
        blobsOf(vehicleId, resident, nowMs, deps.trust),
      );
      const next = { partition, generation, offsets: new Map(offsets), savedAtMs: nowMs };
      const rows = rowsOf(written, residents, nowMs, deps);
      const isOurs = await deps.state.predictor.writeCheckpoint({
        partition,
        previous: previous && { generation: previous.generation, offsets: previous.offsets },
        next,
        vehicles,
        ...rows,
      });
      if (!isOurs) return false;
      if (rows.firings.length > 0) await deps.onFired(rows.firings);
      previous = next;
      unsaved = after(unsaved, written);
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
      return unsaved.alerts.length > 0;
    },
    get vehicleCount() {
      return residents.size;
    },
  };
}

function count(judged: Judged, traceparent: string | undefined, { counters, log }: PartitionDeps): void {
  const { vehicleId } = judged.live.car.state;
  for (const failure of judged.failures) {
    counters.failed.inc();
    log.error({ vehicleId, err: failure, ...traceField(traceparent) }, 'a car could not be judged');
  }
  for (const outcome of judged.trips) counters.trips.inc({ outcome });
  if (judged.lateRecords > 0) counters.late.inc(judged.lateRecords);
}

const withConnection = (live: LiveCar, record: OpenedRecord): LiveCar => ({
  ...live,
  car: { ...live.car, state: foldConnection(live.car.state, record) },
});

const laterBy = (ms: number, atMs: number | undefined): number | undefined =>
  atMs === undefined ? undefined : atMs + ms;

const NOTHING: PartitionOutput = { forecasts: [] };

const together = (outputs: readonly PartitionOutput[]): PartitionOutput => ({
  forecasts: outputs.flatMap(({ forecasts }) => forecasts),
});
