import { type Batch, type BusRecord, carOf, decodeRecord, partOf, TOPICS } from '@outrider/bus';
import type { SignalRecord, SignalValue } from '@outrider/domain';
import { type Reader, type Trust, UnknownSubject } from '@outrider/trust';
import { isOver } from './choose-trip.ts';
import { drawnIn } from './drawn-roads.ts';
import { placesIn, stretchesOf } from './look.ts';
import {
  emptyVehicle,
  foldSignals,
  type WorldVehicle,
  withLastLook,
  withoutTrip,
  withTrip,
} from './vehicle.ts';

/** One partition's cars. Nothing here is lost when it is dropped: the log tells it again. */
export interface Memory {
  readonly vehicles: Map<string, WorldVehicle>;
  /** The key of the ownership period that each car's memory belongs to. */
  readonly owners: Map<string, string>;
  /** Cars to look at once everything that was there at the beginning has been read. */
  readonly touched: Set<string>;
  /** Cars this process has looked at itself: what it said of them is no news to it. */
  readonly looked: Set<string>;
  /** The charging places that each car was told of last. */
  readonly toldOf: Map<string, ReadonlySet<string>>;
  /** Cars told of a place that works otherwise by now. */
  readonly outdated: Set<string>;
  /** The trace of the newest record about each car, as that names it. */
  readonly traces: Map<string, string>;
}

export const emptyMemory = (): Memory => ({
  vehicles: new Map(),
  owners: new Map(),
  touched: new Set(),
  looked: new Set(),
  toldOf: new Map(),
  outdated: new Set(),
  traces: new Map(),
});

export interface FoldDeps {
  readonly trust: Pick<Trust, 'seal'>;
  readonly reader: Reader;
  readonly counters: { readonly unreadable: { inc(): void }; readonly ownerless: { inc(): void } };
}

/**
 * Folds records into the cars they are about. Only what was said in the present owner's time counts: what the world
 * knows of a car is forgotten when it is sold, and never told again.
 */
export function foldRecords(batch: Batch, memory: Memory, deps: FoldDeps, nowMs: number): void {
  const owners = new Map<string, string | undefined>();
  for (const record of batch.topic === TOPICS.conditions.name ? newestOf(batch.records) : batch.records) {
    const vehicleId = carOf(record.key);
    if (!owners.has(vehicleId)) owners.set(vehicleId, takeOwner(memory, vehicleId, deps, nowMs));
    const owner = owners.get(vehicleId);
    if (owner === undefined) continue;
    const before = memory.vehicles.get(vehicleId) ?? emptyVehicle(vehicleId);
    const after = foldRecord(batch.topic, record, { before, owner, memory, nowMs }, deps);
    if (after === undefined) continue;
    memory.vehicles.set(vehicleId, after);
    memory.touched.add(vehicleId);
    if (record.headers.traceparent !== undefined) memory.traces.set(vehicleId, record.headers.traceparent);
  }
}

/** The log keeps older looks at the world for a while; the last one is enough to go on from. */
const newestOf = (records: Batch['records']): Batch['records'] => [
  ...new Map(records.map((record) => [record.key, record])).values(),
];

export function forgetCar(memory: Memory, vehicleId: string): void {
  const { vehicles, owners, looked, toldOf, outdated, traces } = memory;
  for (const about of [vehicles, owners, looked, toldOf, outdated, traces]) about.delete(vehicleId);
}

/** Nobody has heard of such a car for so long that its next word may as well be its first. */
const SILENT_MS = 7 * 24 * 3_600_000;

/**
 * Forgets cars that are silent and have no plan ahead: their roads would fill the memory for ever. Only for a
 * partition that has been read to its end, or what is known of a car is not all there is.
 */
export function forgetSilentCars(memory: Memory, nowMs: number): void {
  for (const [vehicleId, { trip, waiting, position, snapshot }] of memory.vehicles) {
    const heardAtMs = Math.max(position?.atMs ?? 0, snapshot?.asOfMs ?? 0);
    const hasPlan = waiting.length > 0 || (trip !== null && !isOver(trip, nowMs));
    if (!hasPlan && heardAtMs < nowMs - SILENT_MS) forgetCar(memory, vehicleId);
  }
}

/** Notes which cars were told of places that have changed. */
export function noteChangedPlaces({ toldOf, outdated }: Memory, changed: ReadonlySet<string>): void {
  for (const [vehicleId, places] of toldOf)
    if ([...places].some((place) => changed.has(place))) outdated.add(vehicleId);
}

/** The key of whoever owns the car now; undefined when nobody does. Another's memory of it is dropped. */
function takeOwner(
  memory: Memory,
  vehicleId: string,
  { trust, counters }: FoldDeps,
  nowMs: number,
): string | undefined {
  const keyId = ownerKey(trust, vehicleId, nowMs);
  const known = memory.owners.get(vehicleId);
  if (known !== undefined && known !== keyId) forgetCar(memory, vehicleId);
  if (keyId === undefined) counters.ownerless.inc();
  else memory.owners.set(vehicleId, keyId);
  return keyId;
}

function ownerKey(trust: Pick<Trust, 'seal'>, vehicleId: string, nowMs: number): string | undefined {
  try {
    return trust.seal(vehicleId, nowMs, new Uint8Array()).keyId;
  } catch (error) {
    if (error instanceof UnknownSubject) return undefined;
    throw error;
  }
}

interface Folding {
  readonly before: WorldVehicle;
  readonly owner: string;
  readonly memory: Memory;
  readonly nowMs: number;
}

/** The car after it; undefined when the record says nothing of it. */
function foldRecord(
  topic: string,
  record: BusRecord,
  { before, owner, memory, nowMs }: Folding,
  { reader, counters }: FoldDeps,
): WorldVehicle | undefined {
  if (topic === TOPICS.signals.name) {
    const decoded = decodeRecord(TOPICS.signals, record, reader);
    if (decoded.kind !== 'record') return unreadable(counters);
    const { places, observedAtMs } = decoded.record;
    if (places !== undefined && places.keyId !== owner) return undefined;
    return foldSignals(
      before,
      clearSignals(decoded.record, openPlaces(decoded.record, reader)),
      observedAtMs,
    );
  }
  if (record.value !== null && record.headers.keyId !== owner) return undefined;
  if (topic === TOPICS.trips.name) {
    const decoded = decodeRecord(TOPICS.trips, record, reader);
    if (decoded.kind === 'unreadable') return unreadable(counters);
    return decoded.kind === 'record'
      ? withTrip(before, decoded.record, nowMs)
      : withoutTrip(before, partOf(record.key), nowMs);
  }
  if (memory.looked.has(record.key)) return undefined;
  const decoded = decodeRecord(TOPICS.conditions, record, reader);
  if (decoded.kind !== 'record') return undefined;
  memory.toldOf.set(record.key, placesIn(decoded.record));
  // Of several plans another one may count by now: its stops are not where these roads lead.
  const isOnIt = before.trip?.tripId === decoded.record.tripId;
  if (!isOnIt) return withLastLook(before, decoded.record, []);
  const roads = before.trip === null ? undefined : drawnIn(decoded.record, before.trip);
  return withLastLook(before, decoded.record, stretchesOf(decoded.record, before.trip), roads);
}

function unreadable(counters: FoldDeps['counters']): undefined {
  counters.unreadable.inc();
  return undefined;
}

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
