import type { Frame, Reject } from '../format.ts';
import { type EventType, readEvents } from './events.ts';
import { fieldOf } from './fields.ts';
import { Frames } from './frames.ts';
import { readDatum } from './read-datum.ts';
import { parseObject, readJsonPayload } from './read-json.ts';
import { type Envelope, readPayload } from './read-protobuf.ts';

/** One Kafka record of a fleet-telemetry server. */
export interface FleetRecord {
  readonly topic: string;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Kafka's own time of the record. */
  readonly timestampMs: number;
  readonly value: Uint8Array | null;
}

export type RecordType = 'V' | EventType;

/** What one record says. Of what was refused, `path` is Tesla's name of the field. */
export type DecodedRecord =
  | {
      readonly kind: 'decoded';
      readonly vehicleId: string;
      readonly type: RecordType;
      readonly receivedAtMs: number;
      readonly isResend: boolean;
      /** Of one moment; more than one when the record says something twice. */
      readonly frames: readonly Frame[];
      readonly rejects: readonly Reject[];
    }
  | {
      readonly kind: 'rejected';
      /** Absent when the record cannot be said to be about a car of ours. */
      readonly vehicleId?: string;
      readonly receivedAtMs: number;
      readonly rejects: readonly Reject[];
    };

const TYPES: readonly RecordType[] = ['V', 'alerts', 'errors', 'connectivity'];
const EPOCH_MS = /^\d{1,13}$/;
const OPEN_BRACE = 0x7b;
const CONFLUENT = 0x00;
const CONFLUENT_BYTES = 5;

/** Both clocks may be a little wrong. */
const FUTURE_MAX_MS = 2 * 60_000;
/** Before there was fleet-telemetry: the clock of the car was not set. */
const EARLIEST_MS = Date.UTC(2020, 0, 1);

/**
 * Reads one record of `<namespace>_{V,alerts,errors,connectivity}`, protobuf or JSON, whichever it is. `vehicleOf`
 * knows the cars that are allowed: VIN in, our id of the car out. Pure; never throws, whatever the record holds.
 * A backlog of any age is read; what is too old for an alert is for the rules to say.
 */
export function decodeFleetRecord(
  record: FleetRecord,
  vehicleOf: (vin: string) => string | undefined,
): DecodedRecord {
  const { headers, key } = record;
  const receivedAtMs = receivedAt(record);
  const reject = (one: Reject, vehicleId?: string): DecodedRecord => ({
    kind: 'rejected',
    ...(vehicleId === undefined ? {} : { vehicleId }),
    receivedAtMs,
    rejects: [one],
  });
  const type = typeOf(record);
  if (type === undefined) return reject({ reason: 'unknown-type', detail: 'no record type of ours' });
  if (key === null || key === '' || (headers.vin !== undefined && headers.vin !== key))
    return reject({ reason: 'wrong-vehicle', detail: 'key and header do not name one car' });
  const vehicleId = vehicleOf(key);
  if (vehicleId === undefined)
    return reject({ reason: 'not-allowed', detail: 'its VIN is not in the allow-list' });
  const read = readValue(type, record);
  if (read === undefined)
    return reject({ reason: 'unreadable', detail: 'neither protobuf nor JSON of its type' }, vehicleId);
  const { frames, envelope, rejects } = read;
  if (envelope.vin !== key)
    return reject({ reason: 'wrong-vehicle', detail: 'the payload names another car' }, vehicleId);
  const moment = momentOf(envelope, receivedAtMs);
  if (moment.kind === 'refused') return reject(moment.why, vehicleId);
  const made = frames.toFrames(moment.atMs, moment.nsOfMs);
  if (made.length === 0 && rejects.length === 0)
    return reject({ reason: 'no-signals', detail: 'the record says nothing' }, vehicleId);
  const { isResend } = envelope;
  return { kind: 'decoded', vehicleId, type, receivedAtMs, isResend, frames: made, rejects };
}

function receivedAt({ headers, timestampMs }: FleetRecord): number {
  const said = headers.receivedat;
  return said !== undefined && EPOCH_MS.test(said) ? Number(said) : timestampMs;
}

/** The header says it; without one the topic does. */
function typeOf({ headers, topic }: FleetRecord): RecordType | undefined {
  const said = headers.txtype ?? topic.slice(topic.lastIndexOf('_') + 1);
  return TYPES.find((type) => type === said);
}

interface Read {
  readonly frames: Frames;
  readonly envelope: Envelope;
  readonly rejects: readonly Reject[];
}

function readValue(type: RecordType, { value, headers }: FleetRecord): Read | undefined {
  const whole = value ?? new Uint8Array();
  const bytes = unframed(Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength));
  const frames = new Frames();
  const isJson = bytes[0] === OPEN_BRACE;
  const json = isJson ? parseObject(bytes) : undefined;
  if (isJson && json === undefined) return undefined;
  if (type !== 'V') {
    const read = readEvents(type, json ?? bytes, headers.txid, frames);
    return read && { frames, ...read };
  }
  const rejects: Reject[] = [];
  const onDatum = (key: number | string, kase: number, said: Parameters<typeof readDatum>[3]): void => {
    const trouble = readDatum(frames, key, kase, said);
    if (trouble !== undefined) rejects.push(refusalOf(trouble, key));
  };
  const envelope = json === undefined ? readPayload(bytes, onDatum) : readJsonPayload(json, onDatum);
  return envelope && { frames, envelope, rejects };
}

/** Bridges put five bytes and a list of indices before it; a protobuf message never begins with a zero. */
function unframed(bytes: Buffer): Buffer {
  if (bytes[0] !== CONFLUENT) return bytes;
  if (bytes[CONFLUENT_BYTES] === OPEN_BRACE) return bytes.subarray(CONFLUENT_BYTES);
  let at = CONFLUENT_BYTES;
  // Zig-zag: twice the number of indices; 0 stands for the first message. All of them are small.
  const indices = (bytes[at++] ?? 0) / 2;
  for (let index = 0; index < indices; index++) while ((bytes[at++] ?? 0) >= 0x80);
  return bytes.subarray(at);
}

const DETAIL = {
  unreadable: 'no value that can be read',
  clear: 'the car has no value for it, and the last one is gone',
  carry: 'the car does not report it, and the last value stays until it is too old',
} as const;

function refusalOf(trouble: NonNullable<ReturnType<typeof readDatum>>, key: number | string): Reject {
  const field = fieldOf(key);
  const detail = trouble === 'invalid' ? DETAIL[field?.onInvalid ?? 'carry'] : DETAIL.unreadable;
  return { reason: trouble, detail, path: String(field?.name ?? key).slice(0, 100) };
}

type MomentOf =
  | { readonly kind: 'moment'; readonly atMs: number; readonly nsOfMs: number }
  | { readonly kind: 'refused'; readonly why: Reject };

/** When the car says it was; when it does not say, when the server had it. */
function momentOf({ createdAt }: Envelope, receivedAtMs: number): MomentOf {
  if (createdAt === undefined) return { kind: 'moment', atMs: receivedAtMs, nsOfMs: 0 };
  if (createdAt === 'bad') return refuse('bad-time', 'created_at is no moment');
  const nsOfMs = createdAt.nanos % 1_000_000;
  const atMs = createdAt.seconds * 1000 + (createdAt.nanos - nsOfMs) / 1_000_000;
  if (atMs < EARLIEST_MS) return refuse('observed-too-old', 'before 2020: a clock that was not set');
  if (atMs > receivedAtMs + FUTURE_MAX_MS) return refuse('observed-in-future', 'ahead of its arrival');
  return { kind: 'moment', atMs, nsOfMs };
}

const refuse = (reason: Reject['reason'], detail: string): MomentOf => ({
  kind: 'refused',
  why: { reason, detail },
});
