import { buildRouteView, CAR_VERSION, type VehicleModel, WORLD_SUFFIX } from '@outrider/energy';
import type { State, Vehicle, VehicleBlob } from '@outrider/state';
import { type Trust, UnknownSubject } from '@outrider/trust';
import { type Car, type CarWorld, emptyCar, emptyWorld, type LiveCar } from './car.ts';
import { restoreMemory } from './trip-learning.ts';

/** Written by a newer Outrider: the partition waits until one of those takes it, or this one is replaced. */
export class NewerCheckpoint extends Error {
  override readonly name = 'NewerCheckpoint';
  constructor(version: number) {
    super(`a checkpoint has cars of version ${version}, and this Outrider knows up to ${CAR_VERSION}`);
  }
}

/** One car in a partition's memory. */
export interface Resident {
  live: LiveCar;
  /** The ownership period this memory belongs to; null until it was first sealed. */
  keyId: string | null;
  /** A car that does not exist: figures about it are kept apart. */
  readonly isSynthetic: boolean;
  isCarDirty: boolean;
  isWorldDirty: boolean;
  /** The trace of the newest record about it, as that names it. Not in the checkpoint. */
  traceparent?: string | undefined;
}

export interface ResidentsDeps {
  readonly state: State;
  readonly trust: Trust;
  readonly modelOf: (modelId: string) => VehicleModel;
  readonly counters: {
    readonly unknownVehicle: { inc(): void };
    readonly ownerless: { inc(): void };
  };
}

export type Residents = Map<string, Resident>;

export const changedOf = (residents: Residents): [string, Resident][] =>
  [...residents].filter(([, one]) => one.isCarDirty || one.isWorldDirty);

/** What the registration of a car decides. */
const ofRow = ({ reserveSocPct, fleet, isCanary }: Vehicle) => ({
  reserveSocPct,
  ...(fleet != null && { fleet }),
  ...(isCanary && { isCanary }),
});

/** The car in memory, or a new one if it is registered. */
export async function residentOf(
  residents: Residents,
  vehicleId: string,
  deps: ResidentsDeps,
): Promise<Resident | undefined> {
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
    ...ofRow(row),
  };
  const isSynthetic = row.isSynthetic === true;
  const resident = { live, keyId: null, isSynthetic, isCarDirty: true, isWorldDirty: true };
  residents.set(vehicleId, resident);
  return resident;
}

/**
 * A sold or erased car's memory goes with its owner: it is neither sealed for the next one nor kept. Returns the
 * cars it happened to; what was still to be said about them is not said.
 */
export function forgetFormerOwners(
  residents: Residents,
  nowMs: number,
  deps: ResidentsDeps,
): ReadonlySet<string> {
  const forgotten = new Set<string>();
  for (const [vehicleId, resident] of changedOf(residents)) {
    const keyId = ownerKey(vehicleId, nowMs, deps.trust);
    const isSameOwner = keyId !== undefined && (resident.keyId ?? keyId) === keyId;
    resident.keyId = keyId ?? null;
    if (isSameOwner) continue;
    deps.counters.ownerless.inc();
    forgotten.add(vehicleId);
    if (keyId === undefined) residents.delete(vehicleId);
    else resident.live = { ...resident.live, car: emptyCar(vehicleId), world: emptyWorld, view: null };
    resident.isCarDirty = true;
    resident.isWorldDirty = true;
  }
  return forgotten;
}

/** The key of whoever owns the car now; undefined when nobody does. */
export function ownerKey(vehicleId: string, nowMs: number, trust: Trust): string | undefined {
  try {
    return trust.seal(vehicleId, nowMs, new Uint8Array()).keyId;
  } catch (error) {
    if (error instanceof UnknownSubject) return undefined;
    throw error;
  }
}

/**
 * Cars of the checkpoint, opened. A blob that cannot be opened (erased, consent withdrawn) is left out.
 * @throws NewerCheckpoint rather than begin such a car anew and write over what is known of it
 */
export async function restoreResidents(
  blobs: readonly VehicleBlob[],
  deps: ResidentsDeps,
): Promise<Residents> {
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
    if (blob.version > CAR_VERSION) throw new NewerCheckpoint(blob.version);
    if (blob.vehicleId.endsWith(WORLD_SUFFIX)) continue;
    const row = await deps.state.vehicles.find(blob.vehicleId);
    const stored = open<Car>(blob);
    if (row === undefined || stored === undefined) continue;
    const world = open<CarWorld>(worlds.get(blob.vehicleId)) ?? emptyWorld;
    const vehicle = deps.modelOf(row.modelId);
    const car = { ...stored, memory: restoreMemory(stored.memory, vehicle) };
    const view =
      world.conditions === null
        ? null
        : buildRouteView(world.conditions, world.drawnTrip, vehicle, car.memory);
    residents.set(blob.vehicleId, {
      live: {
        ...{ car, world, view, vehicle, ...ofRow(row) },
      },
      keyId: blob.keyId,
      isSynthetic: row.isSynthetic === true,
      isCarDirty: false,
      isWorldDirty: false,
    });
  }
  return residents;
}
