import { type Batch, type BusRecord, carOf, decodeRecord, partOf, TOPICS } from '@outrider/bus';
import type { SignalRecord, SignalValue } from '@outrider/domain';
import type { Reader } from '@outrider/trust';
import type { Partition, PartitionOutput } from './partition.ts';
import { openedRecord } from './vehicle-state.ts';

/** The topics the predictor reads, in the order in which records of one moment are taken. */
export const TOPIC_NAMES = [
  TOPICS.signals.name,
  TOPICS.trips.name,
  TOPICS.conditions.name,
  TOPICS.feedback.name,
] as const;

const NOTHING: PartitionOutput = { forecasts: [] };

/** Takes the records of a batch into the partition's memory. `unreadable` hears of each that cannot be read. */
export async function foldBatch(
  memory: Partition,
  batch: Batch,
  reader: Reader,
  ownerKeyOf: (vehicleId: string) => string | undefined,
  unreadable: (topic: string) => void,
): Promise<PartitionOutput> {
  const outputs: PartitionOutput[] = [];
  for (const record of batch.records) {
    if (WHOLLY_SEALED.has(batch.topic) && isOfFormerOwner(record, ownerKeyOf)) continue;
    const output = await foldRecordOf(batch.topic, memory, record, reader);
    const car = memory.cars.get(carOf(record.key));
    if (car !== undefined) car.traceparent = record.headers.traceparent;
    if (output === undefined) unreadable(batch.topic);
    else outputs.push(output);
  }
  return { forecasts: outputs.flatMap((output) => output.forecasts) };
}

const WHOLLY_SEALED: ReadonlySet<string> = new Set([TOPICS.trips.name, TOPICS.conditions.name]);

/** Read again from its beginning, the log still tells what was planned before the car was sold. */
function isOfFormerOwner(
  { key, value, headers }: BusRecord,
  ownerKeyOf: (vehicleId: string) => string | undefined,
): boolean {
  const keyId = value === null ? undefined : ownerKeyOf(carOf(key));
  return keyId !== undefined && keyId !== headers.keyId;
}

/** Undefined when the record cannot be read. */
async function foldRecordOf(
  topic: string,
  memory: Partition,
  record: BusRecord,
  reader: Reader,
): Promise<PartitionOutput | undefined> {
  if (topic === TOPICS.signals.name) {
    const decoded = decodeRecord(TOPICS.signals, record, reader);
    if (decoded.kind !== 'record') return undefined;
    const places = openPlaces(decoded.record, reader);
    await memory.telemetry(record.key, openedRecord(decoded.record, places, record.timestampMs));
    return NOTHING;
  }
  if (topic === TOPICS.trips.name) {
    const decoded = decodeRecord(TOPICS.trips, record, reader);
    if (decoded.kind === 'unreadable') return undefined;
    const vehicleId = carOf(record.key);
    return decoded.kind === 'record'
      ? memory.trip(vehicleId, decoded.record, record.timestampMs)
      : memory.withoutTrip(vehicleId, partOf(record.key), record.timestampMs);
  }
  if (topic === TOPICS.feedback.name) {
    const decoded = decodeRecord(TOPICS.feedback, record, reader);
    if (decoded.kind !== 'record') return undefined;
    return decoded.record.kind === 'forget-learned' ? memory.forget(record.key, record.timestampMs) : NOTHING;
  }
  const decoded = decodeRecord(TOPICS.conditions, record, reader);
  if (decoded.kind !== 'record') return undefined;
  return memory.conditions(record.key, decoded.record, record.timestampMs);
}

function openPlaces({ vehicleId, places }: SignalRecord, reader: Reader): Record<string, SignalValue> {
  if (places === undefined) return {};
  const opened = reader.open(vehicleId, places.keyId, Buffer.from(places.box, 'base64url'));
  return opened.kind === 'opened' ? JSON.parse(Buffer.from(opened.bytes).toString('utf8')) : {};
}
