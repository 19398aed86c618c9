import { CASE, DOORS, type Said, TIRES } from './value-cases.ts';
import { textOf, WireReader } from './wire-reader.ts';

/** Wire types of protobuf. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

export interface Moment {
  readonly seconds: number;
  readonly nanos: number;
}

/** What a payload has besides its data. */
export interface Envelope {
  /** Undefined: not sent. `bad`: sent, and no moment. */
  readonly createdAt: Moment | 'bad' | undefined;
  readonly vin: string;
  readonly isResend: boolean;
}

/** Told of each datum, in the payload's order. */
export type OnDatum = (key: number | string, kase: number, said: Said) => void;

const VARINT_CASES = new Set<number>([CASE.int, CASE.long, CASE.flag, CASE.invalid]);
const DATA = 1;
const CREATED_AT = 2;
const VIN = 3;
const IS_RESEND = 4;

/** Goes through one `vehicle_data.Payload`; undefined when the bytes are none. */
export function readPayload(bytes: Buffer, onDatum: OnDatum): Envelope | undefined {
  const payload = new WireReader(bytes);
  const datum = new WireReader(bytes);
  const value = new WireReader(bytes);
  let createdAt: Envelope['createdAt'];
  let vin = '';
  let isResend = false;
  while (payload.next()) {
    const { field, wire } = payload;
    if (field === DATA && wire === WIRE.bytes) {
      if (!readDatum(datum.enter(payload.from, payload.to), value, onDatum)) return undefined;
    } else if (field === CREATED_AT && wire === WIRE.bytes) {
      createdAt = readMoment(value.enter(payload.from, payload.to));
      if (createdAt === undefined) return undefined;
    } else if (field === VIN && wire === WIRE.bytes)
      vin = textOf(bytes, payload.from, payload.to) ?? '\ufffd';
    else if (field === IS_RESEND && wire === WIRE.varint) isResend = payload.flag();
  }
  return payload.isBroken ? undefined : { createdAt, vin, isResend };
}

function readDatum(datum: WireReader, value: WireReader, onDatum: OnDatum): boolean {
  let key = 0;
  let kase: number = CASE.none;
  let said: Said;
  while (datum.next()) {
    if (datum.field === 1 && datum.wire === WIRE.varint) key = datum.int32();
    else if (datum.field === 2 && datum.wire === WIRE.bytes) {
      value.enter(datum.from, datum.to);
      // Of several cases the last one counts; one of a kind nobody knows is as good as none.
      while (value.next()) {
        const read = readValue(value);
        if (read === undefined) continue;
        kase = value.field;
        said = read;
      }
      if (value.isBroken) return false;
    }
  }
  if (datum.isBroken) return false;
  onDatum(key, kase, said);
  return true;
}

function readValue(value: WireReader): Said {
  const { field, wire, bytes, from, to } = value;
  if (wire === WIRE.varint) return readVarintCase(value);
  if (wire === WIRE.fixed64) return field === CASE.double ? value.double() : undefined;
  if (wire === WIRE.fixed32) return field === CASE.float ? shortest(value.float()) : undefined;
  if (field === CASE.text) return textOf(bytes, from, to);
  if (field === CASE.place) return readPlace(new WireReader(bytes, from, to));
  if (field === CASE.doors) return readFlags(new WireReader(bytes, from, to), DOORS);
  if (field === CASE.tires) return readFlags(new WireReader(bytes, from, to), TIRES);
  return field === CASE.time ? readTime(new WireReader(bytes, from, to)) : undefined;
}

const LAST_CASE = 54;
const NOT_VARINT = new Set<number>([...[0, CASE.text, CASE.float, CASE.double, CASE.place], 20, 21, 31, 39]);

function readVarintCase(value: WireReader): Said {
  const { field } = value;
  if (field > LAST_CASE || NOT_VARINT.has(field)) return undefined;
  if (!VARINT_CASES.has(field) || field === CASE.int) return value.int32();
  return field === CASE.long ? value.int64() : value.flag();
}

const FLOAT_DIGITS = [6, 7, 8] as const;
/** Up to here a float holds every whole number. */
const WHOLE_FLOAT_MAX = 2 ** 24;

/** The shortest decimal that is this float: 0.1, as JSON has it, and not 0.10000000149011612. */
export function shortest(float: number): number {
  if (!Number.isFinite(float) || (Number.isInteger(float) && Math.abs(float) < WHOLE_FLOAT_MAX)) return float;
  for (const digits of FLOAT_DIGITS) {
    const short = Number(float.toPrecision(digits));
    if (Math.fround(short) === float) return short;
  }
  return Number(float.toPrecision(9));
}

function readPlace(place: WireReader): Said {
  let latitude = 0;
  let longitude = 0;
  while (place.next()) {
    if (place.wire !== WIRE.fixed64) continue;
    if (place.field === 1) latitude = place.double();
    else if (place.field === 2) longitude = place.double();
  }
  return place.isBroken ? undefined : { latitude, longitude };
}

function readFlags(message: WireReader, names: readonly string[]): Said {
  const flags: Record<string, boolean> = {};
  while (message.next()) {
    const name = names[message.field - 1];
    if (name !== undefined && message.wire === WIRE.varint && message.flag()) flags[name] = true;
  }
  return message.isBroken ? undefined : flags;
}

function readTime(time: WireReader): Said {
  const parts = [0, 0, 0, 0];
  while (time.next()) if (time.field <= 3 && time.wire === WIRE.varint) parts[time.field] = time.int32();
  const [, hour = 0, minute = 0, second = 0] = parts;
  return time.isBroken ? undefined : { hour, minute, second };
}

const NANOS_MAX = 999_999_999;
const FIRST_SECOND = -62_135_596_800;
const LAST_SECOND = 253_402_300_799;

/** `google.protobuf.Timestamp`; undefined for bytes that are none. */
export function readMoment(message: WireReader): Moment | 'bad' | undefined {
  let seconds: number | string = 0;
  let nanos = 0;
  while (message.next()) {
    if (message.wire !== WIRE.varint) continue;
    if (message.field === 1) seconds = message.int64();
    else if (message.field === 2) nanos = message.int32();
  }
  if (message.isBroken) return undefined;
  const isMoment =
    typeof seconds === 'number' &&
    seconds >= FIRST_SECOND &&
    seconds <= LAST_SECOND &&
    nanos >= 0 &&
    nanos <= NANOS_MAX;
  return isMoment ? { seconds: seconds as number, nanos } : 'bad';
}
