import type { BusRecord, OutgoingRecord } from '@outrider/bus';
import { type RawHeaders, rawHeaders, vehicleId as vehicleIdSchema } from '@outrider/domain';
import type { SignalRow } from '@outrider/telemetry';
import type { Reader } from '@outrider/trust';
import { decodeFrame } from './decode-frame.ts';
import type { Reject } from './format.ts';
import { type KeepDeps, keepFrame, NO_KEY, rejectedRecords } from './keep-frame.ts';

/** What becomes of one raw record. */
export interface Assembled {
  readonly outcome: 'decoded' | 'rejected';
  /** Absent when there is nothing to store: a frame may only say that values are gone. */
  readonly row?: SignalRow;
  readonly records: readonly OutgoingRecord[];
  readonly rejects: readonly Reject[];
}

export interface AssemblyDeps extends KeepDeps {
  /** Reads raw frames to warn their driver, the purpose ingest works for. */
  readonly reader: Reader;
}

/** The vehicle was not prepared, or so long ago that it does not count: the batch comes again. */
export class KeysNotLoaded extends Error {
  override readonly name = 'KeysNotLoaded';
}

/** Opens, decodes, judges and seals one raw record. Its vehicle must have been prepared. */
export function assemble(raw: BusRecord, deps: AssemblyDeps): Assembled {
  const parsed = rawHeaders.safeParse({
    format: raw.headers.format,
    receivedAtMs: raw.headers.receivedAtMs,
    keyId: raw.headers.keyId,
  });
  const vehicleId = vehicleIdOf(raw);
  if (!parsed.success || raw.value === null || vehicleId === undefined)
    return reject(raw, undefined, [
      { reason: 'bad-shape', detail: 'the raw record has no usable key, value or headers' },
    ]);
  const headers = parsed.data;
  const opened = deps.reader.open(raw.key, headers.keyId, raw.value);
  if (opened.kind === 'denied' && opened.reason === 'not-prepared') throw new KeysNotLoaded();
  if (opened.kind === 'denied')
    return reject(raw, headers, [{ reason: 'unreadable-seal', detail: opened.reason }]);
  const decoded = decodeFrame(headers.format, opened.bytes, Number(headers.receivedAtMs));
  if (decoded.kind === 'rejected') return reject(raw, headers, decoded.rejects);
  const origin = originOf(raw, vehicleId, headers);
  const kept = keepFrame(origin, decoded.frame, deps);
  if (kept === undefined) return reject(raw, headers, [NO_KEY]);
  const { rejects } = decoded;
  const records = rejects.length === 0 ? [kept.record] : [kept.record, ...rejectedRecords(origin, rejects)];
  const assembled = { outcome: 'decoded', records, rejects } as const;
  return kept.row === undefined ? assembled : { ...assembled, row: kept.row };
}

const vehicleIdOf = ({ key }: BusRecord): string | undefined => vehicleIdSchema.safeParse(key).data;

// Plain fields: this is made for every record, and spreading objects takes several times as long.
const originOf = <Id, Known extends RawHeaders | undefined>(
  raw: BusRecord,
  vehicleId: Id,
  headers: Known,
) => ({
  topic: raw.topic,
  partition: raw.partition,
  offset: raw.offset,
  key: raw.key,
  vehicleId,
  source: headers?.format as Known extends RawHeaders ? RawHeaders['format'] : undefined,
  receivedAtMs: headers === undefined ? raw.timestampMs : Number(headers.receivedAtMs),
  traceparent: raw.headers.traceparent,
});

/** The rejected records of one raw record, with its origin, so that it can be read and replayed. */
export function reject(
  raw: BusRecord,
  headers: RawHeaders | undefined,
  rejects: readonly Reject[],
): Assembled {
  return {
    outcome: 'rejected',
    records: rejectedRecords(originOf(raw, vehicleIdOf(raw), headers), rejects),
    rejects,
  };
}
