const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;
const ROTATION = 24;

const encoder = new TextEncoder();

/**
 * Murmur2 as Kafka's Java client and kafkajs compute it, as a signed 32-bit number.
 * Source: Apache Kafka, org.apache.kafka.common.utils.Utils.murmur2 (Apache-2.0).
 */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  let hash = SEED ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    let word = Math.imul(view.getInt32(at, true), MULTIPLIER);
    word = Math.imul(word ^ (word >>> ROTATION), MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ word;
  }
  if (at < length) {
    for (let rest = length - 1; rest >= at; rest--) hash ^= view.getUint8(rest) << (8 * (rest - at));
    hash = Math.imul(hash, MULTIPLIER);
  }
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}

const PART = '/';

/** The key of a record that is one of several newest ones of a car. */
export const keyOfPart = (vehicleId: string, part: string): string => `${vehicleId}${PART}${part}`;

/** Whose record it is, in topics by vehicleId; a key without a part is the car itself. */
export const carOf = (key: string): string => {
  const at = key.indexOf(PART);
  return at === -1 ? key : key.slice(0, at);
};

/** What of its car the record is about; undefined when it is about the whole car. */
export const partOf = (key: string): string | undefined => {
  const at = key.indexOf(PART);
  return at === -1 ? undefined : key.slice(at + PART.length);
};

/** The partition of a key: the same as Kafka's default partitioner, so that changing the engine moves no car. */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(bytesOf(key)) & 0x7fffffff) % partitions;
}

const KEY_BYTES = 64;
const keyBytes = new Uint8Array(KEY_BYTES);

/** Its UTF-8, good until the next call. Short ASCII, which is nearly all, is quicker by hand than by a native call. */
function bytesOf(key: string): Uint8Array {
  const { length } = key;
  if (length > KEY_BYTES) return encoder.encode(key);
  for (let at = 0; at < length; at++) {
    const code = key.charCodeAt(at);
    if (code >= 0x80) return encoder.encode(key);
    keyBytes[at] = code;
  }
  return keyBytes.subarray(0, length);
}
