const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const GROUP_START = 3;
const GROUP_END = 4;
const FIXED32 = 5;
/** Deeper groups than these are no message. */
const GROUPS_MAX = 32;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Goes through the fields of one protobuf message without making objects of them. Nothing throws: a message that
 * ends too early, or is none, ends the walk with `isBroken`.
 */
export class WireReader {
  readonly bytes: Buffer;
  /** Of the field `next` stopped at. */
  field = 0;
  wire = 0;
  /** Content of a length-delimited or fixed field. */
  from = 0;
  to = 0;
  isBroken = false;
  #at: number;
  #end: number;
  /** The lower and upper 32 bits of the last varint. */
  #low = 0;
  #high = 0;

  constructor(bytes: Buffer, from = 0, to = bytes.length) {
    this.bytes = bytes;
    this.#at = from;
    this.#end = to;
  }

  /** Starts over with another message within the same bytes. */
  enter(from: number, to: number): this {
    this.#at = from;
    this.#end = to;
    this.isBroken = false;
    return this;
  }

  /** Moves to the next field; false at the end, and where the message is broken. */
  next(): boolean {
    // Groups are no part of the protocol, but whoever passed the message on has skipped them too.
    let groups = 0;
    while (this.#at < this.#end && !this.isBroken) {
      this.#readVarint();
      this.field = this.#low >>> 3;
      this.wire = this.#low & 7;
      if (this.field === 0 || this.#high !== 0) return this.#break();
      if (this.wire === GROUP_START) groups += 1;
      else if (this.wire === GROUP_END) groups -= 1;
      else this.#readContent();
      if (groups < 0 || groups > GROUPS_MAX) return this.#break();
      if (groups === 0 && this.wire !== GROUP_END) return !this.isBroken;
    }
    return groups === 0 ? false : this.#break();
  }

  #readContent(): void {
    if (this.wire === VARINT) this.#readVarint();
    else if (this.wire === LENGTH_DELIMITED) {
      this.#readVarint();
      this.#span(this.#high === 0 ? this.#low >>> 0 : Number.POSITIVE_INFINITY);
    } else if (this.wire === FIXED64) this.#span(8);
    else if (this.wire === FIXED32) this.#span(4);
    else this.#break();
  }

  int32(): number {
    return this.#low | 0;
  }

  flag(): boolean {
    return (this.#low | this.#high) !== 0;
  }

  /** Text beyond 2^53. */
  int64(): number | string {
    const value = this.#high * 4_294_967_296 + (this.#low >>> 0);
    if (Number.isSafeInteger(value)) return value;
    return String((BigInt(this.#high) << 32n) | BigInt(this.#low >>> 0));
  }

  double(): number {
    return this.bytes.readDoubleLE(this.from);
  }

  float(): number {
    return this.bytes.readFloatLE(this.from);
  }

  #span(length: number): void {
    this.from = this.#at;
    this.to = this.#at + length;
    if (this.to > this.#end) this.#break();
    else this.#at = this.to;
  }

  #break(): false {
    this.isBroken = true;
    return false;
  }

  #readVarint(): void {
    const { bytes } = this;
    let at = this.#at;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= this.#end) break;
      const byte = bytes[at++] as number;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.#at = at;
        this.#low = low;
        this.#high = high;
        return;
      }
    }
    this.#break();
  }
}

const REPLACEMENT = '\ufffd';

/** Undefined for bytes that are not UTF-8. */
export function textOf(bytes: Buffer, from: number, to: number): string | undefined {
  const text = bytes.toString('utf8', from, to);
  if (!text.includes(REPLACEMENT)) return text;
  try {
    return strictUtf8.decode(bytes.subarray(from, to));
  } catch {
    return undefined;
  }
}
