const POLYNOMIAL = 0x82f63b78;

/** Eight tables of 256: each looks up one of eight bytes taken at once. */
const TABLES: readonly Uint32Array[] = (() => {
  const tables = Array.from({ length: 8 }, () => new Uint32Array(256));
  const first = tables[0] as Uint32Array;
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    first[byte] = crc;
  }
  for (let index = 1; index < 8; index++) {
    const table = tables[index] as Uint32Array;
    const before = tables[index - 1] as Uint32Array;
    for (let byte = 0; byte < 256; byte++) {
      const crc = before[byte] as number;
      table[byte] = (crc >>> 8) ^ (first[crc & 0xff] as number);
    }
  }
  return tables;
})();

type Eight<T> = readonly [T, T, T, T, T, T, T, T];
const [T0, T1, T2, T3, T4, T5, T6, T7] = TABLES as unknown as Eight<Uint32Array>;

/** CRC-32C (Castagnoli), as Kafka's batches carry it. Source: RFC 3720, B.4. */
export function crc32c(bytes: Uint8Array): number {
  const at = (table: Uint32Array, index: number): number => table[index] as number;
  const byte = (index: number): number => bytes[index] as number;
  let crc = 0xffffffff;
  let next = 0;
  for (const end = bytes.length - 7; next < end; next += 8) {
    const low = crc ^ (byte(next) | (byte(next + 1) << 8) | (byte(next + 2) << 16) | (byte(next + 3) << 24));
    crc =
      at(T7, low & 0xff) ^
      at(T6, (low >>> 8) & 0xff) ^
      at(T5, (low >>> 16) & 0xff) ^
      at(T4, low >>> 24) ^
      at(T3, byte(next + 4)) ^
      at(T2, byte(next + 5)) ^
      at(T1, byte(next + 6)) ^
      at(T0, byte(next + 7));
  }
  for (; next < bytes.length; next++) crc = (crc >>> 8) ^ at(T0, (crc ^ byte(next)) & 0xff);
  return (crc ^ 0xffffffff) >>> 0;
}
