// One record of a batch as it is read, in place of kafkajs's own decoder, which copies the headers once per header
// and makes a long number of each byte of a time.

/** Kafkajs's place in the bytes of one record. */
interface Cursor {
  readonly buffer: Buffer;
  offset: number;
}

export interface BatchContext {
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly maxTimestamp: string;
  readonly magicByte: number;
  readonly isControlBatch: boolean;
  /** 1 where the broker's own time counts for the whole batch. */
  readonly timestampType: number;
}

const BY_BROKER = 1;

/** A message as kafkajs hands it out; headers are text already, and of one given several times the last counts. */
export function decodeRecord(cursor: Cursor, batchContext: BatchContext) {
  const { firstOffset, firstTimestamp, maxTimestamp, timestampType } = batchContext;
  const attributes = cursor.buffer[cursor.offset++] as number;
  const sinceFirstMs = readNumber(cursor);
  const timestampMs =
    timestampType === BY_BROKER ? Number(maxTimestamp) : Number(firstTimestamp) + sinceFirstMs;
  const offset = Number(firstOffset) + readNumber(cursor);
  const key = readBytes(cursor);
  const value = readBytes(cursor);
  return {
    magicByte: batchContext.magicByte,
    attributes,
    timestamp: `${timestampMs}`,
    offset: `${offset}`,
    key,
    value,
    headers: readHeaders(cursor),
    isControlRecord: batchContext.isControlBatch,
    batchContext,
  };
}

/** Seven bits a byte, zigzag; exact up to 2⁵². */
function readNumber(cursor: Cursor): number {
  const { buffer } = cursor;
  let byte = buffer[cursor.offset++] as number;
  let zigzag = byte & 0x7f;
  for (let scale = 0x80; byte >= 0x80; scale *= 0x80) {
    byte = buffer[cursor.offset++] as number;
    zigzag += (byte & 0x7f) * scale;
  }
  return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
}

function readBytes(cursor: Cursor): Buffer | null {
  const length = readNumber(cursor);
  if (length < 0) return null;
  const from = cursor.offset;
  cursor.offset += length;
  return cursor.buffer.subarray(from, cursor.offset);
}

function readText(cursor: Cursor): string | undefined {
  const length = readNumber(cursor);
  if (length < 0) return undefined;
  const from = cursor.offset;
  cursor.offset += length;
  return cursor.buffer.toString('utf8', from, cursor.offset);
}

function readHeaders(cursor: Cursor): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let left = readNumber(cursor); left > 0; left--) {
    const name = readText(cursor);
    const value = readText(cursor);
    if (name === undefined || value === undefined) continue;
    // Set, it would change the object it is set on.
    if (name === '__proto__')
      Object.defineProperty(headers, name, { value, enumerable: true, configurable: true });
    else headers[name] = value;
  }
  return headers;
}
