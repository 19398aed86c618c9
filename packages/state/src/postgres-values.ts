// PostgreSQL keeps no U+0000 in a text, SQLite does, and what people type may hold one. It is written as a pair
// of private characters; the first of them, should somebody type it, becomes a pair too.

const ESCAPE = '\uE000';
const ESCAPED_ITSELF = '\uE000\uE001';
const ESCAPED_NUL = '\uE000\uE002';

/** As it is sent. Equal values stay equal, so it may stand in a condition too. */
export function toPostgresValue(value: unknown): unknown {
  if (typeof value !== 'string' || !(value.includes('\0') || value.includes(ESCAPE))) return value;
  return value.replaceAll(ESCAPE, ESCAPED_ITSELF).replaceAll('\0', ESCAPED_NUL);
}

/** As it was sent. */
export function fromPostgresText(text: string): string {
  if (!text.includes(ESCAPE)) return text;
  return text.replaceAll(ESCAPED_NUL, '\0').replaceAll(ESCAPED_ITSELF, ESCAPE);
}
