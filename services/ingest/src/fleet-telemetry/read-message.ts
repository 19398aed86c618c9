import { readMoment, WIRE } from './read-protobuf.ts';
import { textOf, WireReader } from './wire-reader.ts';

/** One message with its members by the names JSON has for them. */
export type Message = Readonly<Record<string, unknown>>;

type Kind = 'text' | 'moment' | 'number' | 'numbers' | 'map';

/** Members by field number: name, and what they are; a shape is a list of such messages. */
export interface Shape {
  readonly [field: number]: readonly [name: string, kind: Kind | Shape];
}

const ENTRY: Shape = { 1: ['key', 'text'], 2: ['value', 'text'] };

/**
 * A small protobuf message as JSON has it, moments already read; undefined for bytes that are none. For records that
 * are rare; data are read without objects.
 */
export function readMessage(reader: WireReader, shape: Shape): Message | undefined {
  const said: Record<string, unknown> = {};
  while (reader.next()) {
    const [name, kind] = shape[reader.field] ?? [];
    if (name === undefined || kind === undefined) continue;
    if (reader.wire === WIRE.varint) {
      if (kind === 'number') said[name] = reader.int32();
      else if (kind === 'numbers') said[name] = [...listOf(said[name]), reader.int32()];
    } else if (reader.wire === WIRE.bytes) {
      const value = readBytes(reader, kind, said[name]);
      if (value === undefined) return undefined;
      said[name] = value;
    }
  }
  return reader.isBroken ? undefined : said;
}

function readBytes({ bytes, from, to }: WireReader, kind: Kind | Shape, before: unknown): unknown {
  if (kind === 'text') return textOf(bytes, from, to) ?? '\ufffd';
  const inner = new WireReader(bytes, from, to);
  if (kind === 'moment') return readMoment(inner);
  if (kind === 'numbers') return readPacked(bytes, from, to, listOf(before));
  if (kind === 'map') {
    const entry = readMessage(inner, ENTRY);
    const { key = '', value = '' } = entry ?? {};
    return entry && { ...(before as Message | undefined), [String(key)]: value };
  }
  if (kind === 'number') return undefined;
  const one = readMessage(inner, kind);
  return one && [...listOf(before), one];
}

/** Small enumeration numbers, one byte or more each. */
function readPacked(bytes: Buffer, from: number, to: number, before: readonly unknown[]): unknown[] {
  const numbers = [...before];
  let value = 0;
  let scale = 1;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    value += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte >= 0x80) continue;
    numbers.push(value | 0);
    value = 0;
    scale = 1;
  }
  return numbers;
}

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
