import { encodeRecord, type OutgoingRecord, type Sealer, TOPICS, withTrace } from '@outrider/bus';
import {
  isPlaceSignal,
  type RejectedRecord,
  SIGNAL,
  type SignalRecord,
  type SignalSource,
  type SignalValue,
} from '@outrider/domain';
import type { SignalRow } from '@outrider/telemetry';
import { UnknownSubject } from '@outrider/trust';
import type { Frame, Reject } from './format.ts';
import { recordIdOf } from './record-id.ts';
import type { Tracks } from './tracks.ts';

/** The record that frames and refusals are of: where it can be read again, and what is known without reading it. */
export interface Origin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Name of the source whose cluster that is; absent: our own bus. */
  readonly cluster?: string;
  /** Key of what is told about it; never what a stranger wrote about a car of ours. */
  readonly key: string;
  readonly vehicleId: string | undefined;
  readonly source: SignalSource | undefined;
  readonly receivedAtMs: number;
  readonly traceparent?: string | undefined;
}

export interface KeepDeps {
  readonly sealer: Sealer;
  readonly tracks: Tracks;
}

/** A frame as it is stored and told. */
export interface Kept {
  /** Absent when there is nothing to store: a frame may only say that values are gone. */
  readonly row?: SignalRow;
  readonly record: OutgoingRecord;
}

/** A frame may be refused signal by signal; beyond this many a count is enough. */
const REJECTS_PER_FRAME_MAX = 20;
const DETAIL_MAX = 500;
const PATH_MAX = 300;

export const NO_KEY: Reject = { reason: 'unreadable-seal', detail: 'no key for the time it was observed' };

/** Undefined when there is no key to seal its places with. The vehicle must have been prepared. */
export function keepFrame(
  origin: Origin & { readonly vehicleId: string; readonly source: SignalSource },
  frame: Frame,
  { sealer, tracks }: KeepDeps,
): Kept | undefined {
  const { vehicleId, source, receivedAtMs } = origin;
  const { values, placesFound } = split(frame.values);
  const sealed = placesFound && sealPlaces(vehicleId, frame.observedAtMs, placesFound, sealer);
  if (placesFound !== undefined && sealed === undefined) return undefined;
  const quality = qualityOf(vehicleId, frame, tracks);
  // Set one by one, in the order they are written: spread, they take several times as long, for every record.
  const record: Writable<SignalRecord> = {
    recordId: recordIdOf(vehicleId, frame),
    vehicleId,
    observedAtMs: frame.observedAtMs,
    receivedAtMs,
    seq: frame.seq,
    source,
    values,
  };
  if (frame.cleared.length > 0) record.cleared = [...frame.cleared];
  if (!isEmpty(quality)) record.quality = { ...quality };
  if (sealed !== undefined) record.places = sealed;
  const encoded = withTrace(
    encodeRecord(TOPICS.signals, vehicleId, record, frame.observedAtMs, sealer),
    origin.traceparent,
  );
  return isEmpty(values) && sealed === undefined
    ? { record: encoded }
    : { row: toRow(record), record: encoded };
}

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };

const isEmpty = (object: object): boolean => {
  for (const _ in object) return false;
  return true;
};

function split(all: Readonly<Record<string, SignalValue>>): {
  readonly values: Record<string, SignalValue>;
  readonly placesFound: Record<string, SignalValue> | undefined;
} {
  const values: Record<string, SignalValue> = {};
  let placesFound: Record<string, SignalValue> | undefined;
  for (const path in all) {
    const value = all[path] as SignalValue;
    if (!isPlaceSignal(path)) values[path] = value;
    else {
      placesFound ??= {};
      placesFound[path] = value;
    }
  }
  return { values, placesFound };
}

/** Undefined when there is no key for that time; anything else that goes wrong is ours and throws. */
function sealPlaces(
  vehicleId: string,
  atMs: number,
  places: Readonly<Record<string, SignalValue>>,
  sealer: Sealer,
) {
  try {
    const { keyId, box } = sealer.seal(vehicleId, atMs, Buffer.from(JSON.stringify(places)));
    return { keyId, box: Buffer.from(box.buffer, box.byteOffset, box.byteLength).toString('base64url') };
  } catch (error) {
    if (error instanceof UnknownSubject) return undefined;
    throw error;
  }
}

/** The frame's own doubts, and those about a position that its car cannot have reached. */
function qualityOf(vehicleId: string, frame: Frame, tracks: Tracks): Frame['quality'] {
  const lat = frame.values[SIGNAL.latitude];
  const lon = frame.values[SIGNAL.longitude];
  if (typeof lat !== 'number' || typeof lon !== 'number') return frame.quality;
  if (!tracks.isSuspect(vehicleId, { lat, lon, atMs: frame.observedAtMs })) return frame.quality;
  return { ...frame.quality, [SIGNAL.latitude]: 'suspect', [SIGNAL.longitude]: 'suspect' };
}

function toRow({ vehicleId, observedAtMs, recordId, receivedAtMs, values, places }: SignalRecord): SignalRow {
  const row = { vehicleId, observedAtMs, recordId, receivedAtMs, values };
  return places === undefined ? row : { ...row, places };
}

/** What is told of refusals, with their origin, so that it can be read and replayed. */
export function rejectedRecords(
  origin: Origin,
  rejects: readonly Reject[],
  max = REJECTS_PER_FRAME_MAX,
): readonly OutgoingRecord[] {
  if (rejects.length === 0) return [];
  const shown = rejects.slice(0, max);
  const more = rejects[max];
  if (more !== undefined)
    shown.push({ reason: more.reason, detail: `and ${rejects.length - max} more of the same frame` });
  const { topic, partition, offset, cluster, vehicleId, source, receivedAtMs } = origin;
  return shown.map(({ reason, detail, path }) => {
    const record: RejectedRecord = {
      ...{ reason, detail: detail.slice(0, DETAIL_MAX) },
      ...(vehicleId === undefined ? {} : { vehicleId }),
      ...(source === undefined ? {} : { format: source }),
      ...(path === undefined ? {} : { path: path.slice(0, PATH_MAX) }),
      receivedAtMs,
      origin: { topic, partition, offset, ...(cluster === undefined ? {} : { cluster }) },
    };
    const value = Buffer.from(JSON.stringify(record));
    return withTrace({ topic: TOPICS.rejected.name, key: origin.key, value }, origin.traceparent);
  });
}
