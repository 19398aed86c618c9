import {
  type BusRecord,
  encodeRecord,
  type OutgoingRecord,
  type Sealer,
  TOPICS,
  withTrace,
} from '@outrider/bus';
import {
  isPlaceSignal,
  type RawHeaders,
  type RejectedRecord,
  rawHeaders,
  SIGNAL,
  type SignalRecord,
  type SignalValue,
  vehicleId as vehicleIdSchema,
} from '@outrider/domain';
import type { SignalRow } from '@outrider/telemetry';
import { type Reader, UnknownSubject } from '@outrider/trust';
import { decodeFrame } from './decode-frame.ts';
import type { Frame, Reject } from './format.ts';
import { recordIdOf } from './record-id.ts';
import type { Tracks } from './tracks.ts';

/** What becomes of one raw record. */
export interface Assembled {
  readonly outcome: 'decoded' | 'rejected';
  /** Absent when there is nothing to store: a frame may only say that values are gone. */
  readonly row?: SignalRow;
  readonly records: readonly OutgoingRecord[];
  readonly rejects: readonly Reject[];
}

export interface AssemblyDeps {
  readonly sealer: Sealer;
  /** Reads raw frames to warn their driver, the purpose ingest works for. */
  readonly reader: Reader;
  readonly tracks: Tracks;
}

/** The vehicle was not prepared, or so long ago that it does not count: the batch comes again. */
export class KeysNotLoaded extends Error {
  override readonly name = 'KeysNotLoaded';
}

/** A frame may be refused signal by signal; beyond this many a count is enough. */
const REJECTS_PER_FRAME_MAX = 20;

/** Opens, decodes, judges and seals one raw record. Its vehicle must have been prepared. */
export function assemble(raw: BusRecord, deps: AssemblyDeps): Assembled {
  const headers = rawHeaders.safeParse({
    format: raw.headers.format,
    receivedAtMs: raw.headers.receivedAtMs,
    keyId: raw.headers.keyId,
  });
  if (!headers.success || raw.value === null || !vehicleIdSchema.safeParse(raw.key).success)
    return reject(raw, undefined, [
      { reason: 'bad-shape', detail: 'the raw record has no usable key, value or headers' },
    ]);
  const opened = deps.reader.open(raw.key, headers.data.keyId, raw.value);
  if (opened.kind === 'denied' && opened.reason === 'not-prepared') throw new KeysNotLoaded();
  if (opened.kind === 'denied')
    return reject(raw, headers.data, [{ reason: 'unreadable-seal', detail: opened.reason }]);
  const decoded = decodeFrame(headers.data.format, opened.bytes, Number(headers.data.receivedAtMs));
  if (decoded.kind === 'rejected') return reject(raw, headers.data, decoded.rejects);
  return keep(raw, headers.data, decoded.frame, decoded.rejects, deps);
}

function keep(
  raw: BusRecord,
  headers: RawHeaders,
  frame: Frame,
  rejects: readonly Reject[],
  deps: AssemblyDeps,
): Assembled {
  const { values, placesFound } = split(frame.values);
  const sealed =
    placesFound === undefined ? undefined : sealPlaces(raw.key, frame.observedAtMs, placesFound, deps.sealer);
  if (placesFound !== undefined && sealed === undefined)
    return reject(raw, headers, [
      { reason: 'unreadable-seal', detail: 'no key for the time it was observed' },
    ]);
  const quality = { ...frame.quality, ...doubtPosition(raw.key, frame, deps.tracks) };
  const record: SignalRecord = {
    recordId: recordIdOf(raw.key, frame),
    vehicleId: raw.key,
    observedAtMs: frame.observedAtMs,
    receivedAtMs: Number(headers.receivedAtMs),
    ...(frame.seq === undefined ? {} : { seq: frame.seq }),
    source: headers.format,
    values,
    ...(frame.cleared.length === 0 ? {} : { cleared: [...frame.cleared] }),
    ...(Object.keys(quality).length === 0 ? {} : { quality }),
    ...(sealed === undefined ? {} : { places: sealed }),
  };
  const refused = rejects.length === 0 ? [] : reject(raw, headers, rejects).records;
  const isEmpty = Object.keys(values).length === 0 && sealed === undefined;
  return {
    outcome: 'decoded',
    ...(isEmpty ? {} : { row: toRow(record) }),
    records: [
      withTrace(
        encodeRecord(TOPICS.signals, raw.key, record, frame.observedAtMs, deps.sealer),
        raw.headers.traceparent,
      ),
      ...refused,
    ],
    rejects,
  };
}

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

function doubtPosition(vehicleId: string, frame: Frame, tracks: Tracks): SignalRecord['quality'] {
  const lat = frame.values[SIGNAL.latitude];
  const lon = frame.values[SIGNAL.longitude];
  if (typeof lat !== 'number' || typeof lon !== 'number') return {};
  if (!tracks.isSuspect(vehicleId, { lat, lon, atMs: frame.observedAtMs })) return {};
  return { [SIGNAL.latitude]: 'suspect', [SIGNAL.longitude]: 'suspect' };
}

const toRow = (record: SignalRecord): SignalRow => ({
  vehicleId: record.vehicleId,
  observedAtMs: record.observedAtMs,
  recordId: record.recordId,
  receivedAtMs: record.receivedAtMs,
  values: record.values,
  ...(record.places === undefined ? {} : { places: record.places }),
});

/** The rejected records of one raw record, with its origin, so that it can be read and replayed. */
export function reject(
  raw: BusRecord,
  headers: RawHeaders | undefined,
  rejects: readonly Reject[],
): Assembled {
  const shown = rejects.slice(0, REJECTS_PER_FRAME_MAX);
  const more = rejects[REJECTS_PER_FRAME_MAX];
  if (more !== undefined)
    shown.push({
      reason: more.reason,
      detail: `and ${rejects.length - REJECTS_PER_FRAME_MAX} more of the same frame`,
    });
  const known = vehicleIdSchema.safeParse(raw.key);
  return {
    outcome: 'rejected',
    records: shown.map((one) =>
      withTrace(
        {
          topic: TOPICS.rejected.name,
          key: raw.key,
          value: Buffer.from(
            JSON.stringify({
              reason: one.reason,
              detail: one.detail.slice(0, 500),
              ...(known.success ? { vehicleId: known.data } : {}),
              ...(headers === undefined ? {} : { format: headers.format }),
              ...(one.path === undefined ? {} : { path: one.path.slice(0, 300) }),
              receivedAtMs: headers === undefined ? raw.timestampMs : Number(headers.receivedAtMs),
              origin: { topic: raw.topic, partition: raw.partition, offset: raw.offset },
            } satisfies RejectedRecord),
          ),
        },
        raw.headers.traceparent,
      ),
    ),
    rejects,
  };
}
