import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import { compress, uncompress } from 'snappyjs';
import { unpackLz4 } from './lz4.ts';

/** The framing of Java's snappy: this head, then blocks with their length before them. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
const LENGTH_BYTES = 4;
const BLOCK_BYTES = 32 * 1024;
/** What one batch may unfold to: a small box must not fill the memory. */
const UNPACKED_BYTES_MAX = 64 * 1024 * 1024;

/** Room for the whole answer at once, where it is not out of measure: small pieces take a third of the time. */
const PIECE_BYTES_MIN = 1024;
const PIECE_BYTES_MAX = 4 * 1024 * 1024;
const UNFOLDS_TIMES = 4;
const pieceOf = (bytes: number): number => Math.min(PIECE_BYTES_MAX, Math.max(PIECE_BYTES_MIN, bytes));

interface Encoder {
  readonly buffer: Buffer;
}

const codec = (pack: (bytes: Buffer) => Buffer, unpack: (bytes: Buffer) => Buffer) => () => ({
  compress: async ({ buffer }: Encoder) => pack(buffer),
  decompress: async (buffer: Buffer) => unpack(buffer),
});

/** Teaches kafkajs, which brings gzip, to read what other producers write. A codec without a reader stops its consumer. */
export function registerCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  CompressionCodecs[CompressionTypes.ZSTD] = codec(
    (bytes) =>
      zstdCompressSync(bytes, {
        // Half of a record is a sealed box, which no level makes smaller.
        params: { [constants.ZSTD_c_compressionLevel]: 1 },
        ...{ pledgedSrcSize: bytes.length, chunkSize: pieceOf(bytes.length) },
      }),
    (bytes) =>
      zstdDecompressSync(bytes, {
        ...{ maxOutputLength: UNPACKED_BYTES_MAX, chunkSize: pieceOf(UNFOLDS_TIMES * bytes.length) },
      }),
  );
  CompressionCodecs[CompressionTypes.Snappy] = codec(packSnappy, unpackSnappy);
  CompressionCodecs[CompressionTypes.LZ4] = codec(
    () => {
      throw new Error('lz4 is read, not written');
    },
    (bytes) => unpackLz4(bytes, UNPACKED_BYTES_MAX),
  );
}

export function packSnappy(bytes: Buffer): Buffer {
  const parts: Buffer[] = [XERIAL];
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const block = Buffer.from(compress(bytes.subarray(at, at + BLOCK_BYTES)));
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

/** @throws on anything that is neither a raw block nor a whole sequence of framed ones */
export function unpackSnappy(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, 8).equals(XERIAL.subarray(0, 8))) return unpackBlock(bytes, UNPACKED_BYTES_MAX);
  const parts: Buffer[] = [];
  let room = UNPACKED_BYTES_MAX;
  for (let at = XERIAL.length; at < bytes.length; ) {
    const end = at + LENGTH_BYTES + bytes.readInt32BE(at);
    if (end <= at || end > bytes.length) throw new Error('a snappy block is cut off');
    const part = unpackBlock(bytes.subarray(at + LENGTH_BYTES, end), room);
    room -= part.length;
    parts.push(part);
    at = end;
  }
  return Buffer.concat(parts);
}

const unpackBlock = (block: Buffer, maxBytes: number): Buffer => Buffer.from(uncompress(block, maxBytes));
