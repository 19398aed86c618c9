// Reads LZ4 frames, as other producers write them. What is wrong in them throws; nothing is read or written beside.

const MAGIC = 0x184d2204;
const VERSION_MASK = 0xc0;
const VERSION = 0x40;
const HAS_BLOCK_CHECKSUM = 0x10;
const HAS_CONTENT_SIZE = 0x08;
const HAS_CONTENT_CHECKSUM = 0x04;
const HAS_DICTIONARY = 0x01;
const CHECKSUM_BYTES = 4;
const CONTENT_SIZE_BYTES = 8;
/** The largest block a frame may have, by the code in its head: 64 KiB to 4 MiB. */
const BLOCK_BYTES_MAX = [0, 0, 0, 0, 1 << 16, 1 << 18, 1 << 20, 1 << 22];
const IS_PLAIN = 0x8000_0000;
const FIRST_BYTES = 1 << 17;

const MATCH_BYTES_MIN = 4;
/** A length that does not fit its four bits goes on in bytes, up to one that is not full. */
const IS_LONGER = 15;
const IS_FULL = 255;

/** Unpacked bytes so far: one piece, because a block may repeat what the block before it said. */
interface Unpacked {
  bytes: Buffer;
  length: number;
}

/**
 * Unpacks one frame. Its checksums are not looked at: Kafka's own stands over all of it.
 * @throws when it is cut off or says nonsense, and when it unfolds to more than `bytesMax`
 */
export function unpackLz4(frame: Buffer, bytesMax: number): Buffer {
  const { begin, flags, blockBytesMax } = readHead(frame);
  const unpacked: Unpacked = { bytes: Buffer.allocUnsafe(Math.min(FIRST_BYTES, bytesMax)), length: 0 };
  let at = begin;
  for (;;) {
    const word = frame.readUInt32LE(at);
    at += 4;
    if (word === 0) break;
    const isPlain = word >= IS_PLAIN;
    const end = at + (isPlain ? word - IS_PLAIN : word);
    if (end > frame.length || end - at > blockBytesMax) throw new Error('an lz4 block is cut off');
    const limit = Math.min(bytesMax, unpacked.length + blockBytesMax);
    makeRoom(unpacked, limit);
    const block = frame.subarray(at, end);
    unpacked.length = isPlain ? append(block, unpacked, limit) : unpackBlock(block, unpacked, limit);
    at = end + (flags & HAS_BLOCK_CHECKSUM ? CHECKSUM_BYTES : 0);
  }
  if (at + (flags & HAS_CONTENT_CHECKSUM ? CHECKSUM_BYTES : 0) !== frame.length)
    throw new Error('an lz4 frame does not end where it says');
  return unpacked.bytes.subarray(0, unpacked.length);
}

function readHead(frame: Buffer) {
  if (frame.readUInt32LE(0) !== MAGIC) throw new Error('this is no lz4 frame');
  const flags = frame.readUInt8(4);
  const blockBytesMax = BLOCK_BYTES_MAX[(frame.readUInt8(5) >> 4) & 7] ?? 0;
  if ((flags & VERSION_MASK) !== VERSION || flags & HAS_DICTIONARY || blockBytesMax === 0)
    throw new Error('an lz4 frame of another kind');
  // Magic, flags, block size, and the byte that checks them.
  const begin = 7 + (flags & HAS_CONTENT_SIZE ? CONTENT_SIZE_BYTES : 0);
  return { begin, flags, blockBytesMax };
}

function makeRoom(unpacked: Unpacked, limit: number): void {
  if (unpacked.bytes.length >= limit) return;
  const larger = Buffer.allocUnsafe(Math.max(limit, 2 * unpacked.bytes.length));
  unpacked.bytes.copy(larger, 0, 0, unpacked.length);
  unpacked.bytes = larger;
}

function append(bytes: Buffer, { bytes: out, length }: Unpacked, limit: number): number {
  if (length + bytes.length > limit) throw new Error('an lz4 block unfolds to too much');
  bytes.copy(out, length);
  return length + bytes.length;
}

/** Sequences of bytes as they are, then a repetition of earlier ones; the last has no repetition. Returns the new length. */
function unpackBlock(block: Buffer, unpacked: Unpacked, limit: number): number {
  const { bytes: out } = unpacked;
  let length = unpacked.length;
  let at = 0;
  while (at < block.length) {
    const token = block.readUInt8(at);
    const plain = readLength(block, at + 1, token >> 4);
    at = plain.next + plain.length;
    if (at > block.length) throw new Error('an lz4 block is cut off');
    length = append(block.subarray(plain.next, at), { bytes: out, length }, limit);
    if (at === block.length) break;
    const offset = block.readUInt16LE(at);
    const match = readLength(block, at + 2, token & IS_LONGER);
    at = match.next;
    const end = length + match.length + MATCH_BYTES_MIN;
    if (offset === 0 || offset > length || end > limit)
      throw new Error('an lz4 block repeats what is not there');
    // What is repeated may still be growing: then it doubles.
    for (const from = length - offset; length < end; ) {
      const known = Math.min(end - length, length - from);
      out.copyWithin(length, from, from + known);
      length += known;
    }
  }
  return length;
}

function readLength(
  block: Buffer,
  from: number,
  bits: number,
): { readonly length: number; readonly next: number } {
  let length = bits;
  let next = from;
  if (bits < IS_LONGER) return { length, next };
  for (;;) {
    const more = block.readUInt8(next++);
    length += more;
    if (more < IS_FULL) return { length, next };
  }
}
