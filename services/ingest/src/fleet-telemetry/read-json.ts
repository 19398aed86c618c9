import { isObject } from '../format.ts';
import type { Envelope, Moment, OnDatum } from './read-protobuf.ts';
import { CASE, CASE_BY_JSON_NAME, DOORS, type Said, TIRES } from './value-cases.ts';
import { textOf } from './wire-reader.ts';

// The server's `transmit_decoded_records`: Go's protojson of the same messages. Members it does not know are not
// there; numbers of enumerations it does not know are bare numbers.

type Json = Readonly<Record<string, unknown>>;

/** Undefined for bytes that are no JSON object. Texts may hold whatever the car wrote, NUL included. */
export function parseObject(bytes: Buffer): Json | undefined {
  const text = textOf(bytes, 0, bytes.length);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Goes through one payload; undefined when it has not its shape. */
export function readJsonPayload(payload: Json, onDatum: OnDatum): Envelope | undefined {
  const { data = [], isResend = false } = payload;
  const envelope = readEnvelope(payload);
  if (envelope === undefined || !Array.isArray(data)) return undefined;
  for (const datum of data) {
    if (!isObject(datum)) return undefined;
    const { key, value } = datum;
    if (typeof key !== 'string' && typeof key !== 'number' && key !== undefined) return undefined;
    readValue(key ?? 0, value, onDatum);
  }
  return { ...envelope, isResend: isResend === true };
}

/** `createdAt` and `vin`, which every message has. */
export function readEnvelope(message: Json): Envelope | undefined {
  const { vin = '', createdAt = null } = message;
  if (typeof vin !== 'string') return undefined;
  return { createdAt: createdAt === null ? undefined : readMomentText(createdAt), vin, isResend: false };
}

function readValue(key: string | number, value: unknown, onDatum: OnDatum): void {
  let kase: number = CASE.none;
  let said: Said;
  if (isObject(value))
    for (const name in value) {
      const known = CASE_BY_JSON_NAME.get(name);
      if (known === undefined) continue;
      kase = known;
      said = saidOf(known, value[name]);
    }
  onDatum(key, kase, said);
}

function saidOf(kase: number, value: unknown): Said {
  switch (kase) {
    case CASE.text:
      return typeof value === 'string' ? value.toWellFormed() : undefined;
    case CASE.int:
      return Number.isSafeInteger(value) ? (value as number) : undefined;
    case CASE.long:
      return longOf(value);
    case CASE.float:
    case CASE.double:
      return realOf(value);
    case CASE.flag:
    case CASE.invalid:
      return typeof value === 'boolean' ? value : undefined;
    case CASE.place:
      return placeOf(value);
    case CASE.time:
      return timeOf(value);
    case CASE.doors:
      return flagsOf(value, DOORS);
    case CASE.tires:
      return flagsOf(value, TIRES);
    default:
      return typeof value === 'string' || Number.isSafeInteger(value)
        ? (value as string | number)
        : undefined;
  }
}

const LONG = /^-?\d{1,19}$/;

/** JSON has longs as text: a double does not hold them all. */
function longOf(value: unknown): Said {
  const said = typeof value === 'number' ? String(value) : value;
  if (typeof said !== 'string' || !LONG.test(said)) return undefined;
  const exact = Number(said);
  return Number.isSafeInteger(exact) ? exact : said;
}

const NO_NUMBERS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

function realOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && Object.hasOwn(NO_NUMBERS, value) ? NO_NUMBERS[value] : undefined;
}

function placeOf(value: unknown): Said {
  if (!isObject(value)) return undefined;
  const latitude = realOf(value.latitude ?? 0);
  const longitude = realOf(value.longitude ?? 0);
  return latitude === undefined || longitude === undefined ? undefined : { latitude, longitude };
}

function timeOf(value: unknown): Said {
  if (!isObject(value)) return undefined;
  const { hour = 0, minute = 0, second = 0 } = value;
  const parts = [hour, minute, second];
  return parts.every(Number.isSafeInteger)
    ? { hour: hour as number, minute: minute as number, second: second as number }
    : undefined;
}

function flagsOf(value: unknown, names: readonly string[]): Said {
  if (!isObject(value)) return undefined;
  const flags: Record<string, boolean> = {};
  for (const name of names) if (value[name] === true) flags[name] = true;
  return flags;
}

const RFC3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** A moment as JSON has it, with 0, 3, 6 or 9 digits of the second. */
export function readMomentText(value: unknown): Moment | 'bad' {
  const parts = typeof value === 'string' ? RFC3339.exec(value) : null;
  if (parts === null) return 'bad';
  const [, second = '', digits = '', offset = ''] = parts;
  const seconds = Date.parse(second + offset) / 1000;
  return Number.isNaN(seconds) ? 'bad' : { seconds, nanos: Number(digits.padEnd(9, '0')) };
}
