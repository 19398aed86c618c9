import { createHash, hash, randomBytes, randomInt, scryptSync } from 'node:crypto';

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';

/** A random id like `veh_4k2…`: 20 characters of 36, about 103 bits. For things that people create. */
export function randomId(prefix: string): string {
  let id = '';
  while (id.length < 20) {
    // 252 = 7 × 36: larger bytes would favour the first letters.
    for (const byte of randomBytes(32)) if (byte < 252 && id.length < 20) id += ALPHABET[byte % 36];
  }
  return `${prefix}_${id}`;
}

/** A secret for a device or a program, 32 random bytes. Stored only as `hashSecret`. */
export const randomSecret = (prefix: string): string => `${prefix}_${randomBytes(32).toString('base64url')}`;

/** Secrets have full entropy, so one SHA-256 is enough to keep them unreadable at rest. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

const CODE_DIGITS = 6;

/** Six digits that somebody types in to show that they can read an address. */
export const randomCode = (): string => String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');

/** About 3 ms: all six-digit codes take most of an hour, and a code lives ten minutes. */
const CODE_HASH_COST = { N: 1_024 };

/** A code as it is stored. Slow on purpose: six digits are guessed at once from a fast hash. */
export const hashCode = (code: string, salt: string): string =>
  scryptSync(code, salt, 32, CODE_HASH_COST).toString('base64url');

/** An id made from what a thing says, so that saying it again gives the same id. 16 bytes of SHA-256. */
export function contentId(...parts: readonly (string | number)[]): string {
  // The length prefix keeps ('ab','c') and ('a','bc') apart.
  let said = '';
  for (const part of parts) said += `${String(part).length}:${part};`;
  return hash('sha256', said, 'base64url').slice(0, 22);
}
