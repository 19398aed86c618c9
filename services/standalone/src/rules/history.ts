import { type Bus, type BusRecord, carOf, decodeRecord, partOf, TOPICS } from '@outrider/bus';
import type { SignalValue } from '@outrider/domain';
import type { CarEvent } from '@outrider/predictor';
import type { Ownership, Vehicle } from '@outrider/state';
import type { SignalRow } from '@outrider/telemetry';
import type { Reader } from '@outrider/trust';
import type { Stores } from '../stores.ts';

// What is stored of cars, in the order it happened: signals from the series, plans and the world from the log.

export interface HistorySpan {
  readonly fromMs: number;
  /** Excluded. */
  readonly toMs: number;
}

/** One owner's time with a car, as far as it is asked for and agreed to. */
export interface CarTime extends HistorySpan {
  readonly car: Vehicle;
  readonly keyId: string;
}

/** Still sealed: a snapshot takes far less memory so, and is opened when its moment comes. */
interface WorldRecord {
  readonly topic: string;
  readonly record: BusRecord;
  readonly atMs: number;
}
/** By car, oldest first. */
export type World = ReadonlyMap<string, readonly WorldRecord[]>;

const PAGE_ROWS = 10_000;
const PAGE_CARS = 200;
const WORLD_TOPICS = [TOPICS.trips.name, TOPICS.conditions.name, TOPICS.feedback.name];

/** Whom the figures may be about: owners who agree to warnings and to figures about crowds. The others are counted. */
export async function carTimes(
  { state, trust }: Stores,
  span: HistorySpan,
  isSynthetic = false,
): Promise<{ readonly times: readonly CarTime[]; readonly leftOut: number }> {
  const times: CarTime[] = [];
  let leftOut = 0;
  for (let afterId = ''; ; ) {
    const page = await state.vehicles.list(afterId, PAGE_CARS);
    // Of one kind or the other, as asked: what a simulation made up says nothing about real cars.
    const cars = page.filter((car) => (car.isSynthetic === true) === isSynthetic);
    const ids = cars.map(({ vehicleId }) => vehicleId);
    await trust.prepare(ids);
    const owners = await state.vehicles.ownerships(ids);
    for (const car of cars)
      for (const owner of owners.filter(({ vehicleId }) => vehicleId === car.vehicleId)) {
        const own = within(span, owner);
        if (own.fromMs >= own.toMs) continue;
        if (isAgreed(trust, car.vehicleId, own)) times.push({ ...own, car, keyId: owner.keyId });
        else leftOut += 1;
      }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_CARS) return { times, leftOut };
    afterId = last.vehicleId;
  }
}

const within = ({ fromMs, toMs }: HistorySpan, owner: Ownership): HistorySpan => ({
  fromMs: Math.max(fromMs, owner.fromMs),
  toMs: Math.min(toMs, owner.toMs ?? Number.POSITIVE_INFINITY),
});

function isAgreed(trust: Stores['trust'], vehicleId: string, { fromMs, toMs }: HistorySpan): boolean {
  const actor = { kind: 'service', name: 'rules backtest' } as const;
  const about = { vehicleId, actor, aboutFromMs: fromMs, aboutToMs: toMs };
  return (
    trust.decide({ ...about, purpose: 'service_quality_aggregate', dataClass: 'plain' }).kind === 'allow' &&
    // Where a car was is read as it was then, to judge whether to warn: and for nothing else.
    trust.decide({ ...about, purpose: 'alert_driver' }).kind === 'allow'
  );
}

/**
 * Plans and snapshots of the world that the log still has, of these cars and before `toMs`. They come to a car's time
 * behind the reorder window, as they did then.
 */
export async function readWorld(
  log: Bus,
  times: readonly CarTime[],
  { toMs, reorderWindowMs }: { readonly toMs: number; readonly reorderWindowMs: number },
): Promise<World> {
  const wanted = new Set(times.map(({ car }) => car.vehicleId));
  const world = new Map<string, WorldRecord[]>();
  if (wanted.size === 0) return world;
  const subscription = await log.broadcast({
    topics: WORLD_TOPICS,
    start: 'earliest',
    async handle({ topic, records }) {
      for (const record of records) {
        const vehicleId = carOf(record.key);
        if (!wanted.has(vehicleId) || record.timestampMs >= toMs) continue;
        const known = world.get(vehicleId) ?? [];
        known.push({ topic, record, atMs: record.timestampMs - reorderWindowMs });
        world.set(vehicleId, known);
      }
    },
  });
  await subscription.caughtUp;
  await subscription.stop();
  for (const [vehicleId, records] of world) world.set(vehicleId, records.toSorted(inOrder));
  return world;
}

/** Of one moment a plan comes before the world that was drawn for it. */
const inOrder = (one: WorldRecord, other: WorldRecord): number =>
  one.atMs - other.atMs ||
  Number(one.topic === TOPICS.conditions.name) - Number(other.topic === TOPICS.conditions.name);

/** Undefined when it says nothing a rule could rest on, or can be read no more. */
function worldEvent({ topic, record, atMs }: WorldRecord, reader: Reader): CarEvent | undefined {
  if (topic === TOPICS.trips.name) {
    const decoded = decodeRecord(TOPICS.trips, record, reader);
    if (decoded.kind === 'record') return { kind: 'trip', atMs, trip: decoded.record };
    return decoded.kind === 'unreadable' ? undefined : { kind: 'no-trip', atMs, tripId: partOf(record.key) };
  }
  if (topic === TOPICS.conditions.name) {
    const decoded = decodeRecord(TOPICS.conditions, record, reader);
    return decoded.kind === 'record' ? { kind: 'conditions', atMs, conditions: decoded.record } : undefined;
  }
  const decoded = decodeRecord(TOPICS.feedback, record, reader);
  const isForgetting = decoded.kind === 'record' && decoded.record.kind === 'forget-learned';
  return isForgetting ? { kind: 'forget', atMs } : undefined;
}

/** One car's time, event by event. What the world said before counts from the beginning. */
export async function* eventsOf(
  { telemetry, trust }: Stores,
  { car: { vehicleId }, keyId, fromMs, toMs }: CarTime,
  world: World,
): AsyncGenerator<CarEvent> {
  // What another owner's key seals is not this one's; without a key it takes something back.
  const waiting = (world.get(vehicleId) ?? []).filter(
    ({ atMs, record }) => atMs < toMs && (record.headers.keyId ?? keyId) === keyId,
  );
  const reader = trust.reader('alert_driver');
  let next = 0;
  function* worldUntil(atMs: number): Generator<CarEvent> {
    for (let one = waiting[next]; one !== undefined && one.atMs <= atMs; one = waiting[++next]) {
      const event = worldEvent(one, reader);
      if (event !== undefined) yield event;
    }
  }
  for (let after: string | undefined; ; ) {
    await trust.prepare([vehicleId]);
    const query = { vehicleId, paths: [], fromMs, toMs, limit: PAGE_ROWS };
    const page = await telemetry.readSignals({ ...query, ...(after !== undefined && { after }) });
    for (const row of page.rows) {
      yield* worldUntil(row.observedAtMs);
      yield signalsOf(row, keyId, reader);
    }
    if (page.next === undefined) break;
    after = page.next;
  }
  yield* worldUntil(toMs);
}

function signalsOf(row: SignalRow, keyId: string, reader: Reader): CarEvent {
  const { vehicleId, observedAtMs: atMs, recordId, receivedAtMs, values, places } = row;
  const opened =
    places?.keyId === keyId
      ? reader.open(vehicleId, places.keyId, Buffer.from(places.box, 'base64url'))
      : undefined;
  const where: Record<string, SignalValue> =
    opened?.kind === 'opened' ? JSON.parse(new TextDecoder().decode(opened.bytes)) : {};
  return { kind: 'signals', atMs, recordId, receivedAtMs, values: { ...values, ...where } };
}
