const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Frames of one request. */
export const FRAMES_PER_BATCH_MAX = 500;

export type Batch =
  | { readonly kind: 'batch'; readonly frames: readonly Uint8Array[] }
  | { readonly kind: 'refused'; readonly detail: string };

/**
 * Cuts `{"frames":[…]}` into the bytes of its frames without reading them, so that each frame is decoded by
 * itself, exactly as one from a WebSocket, and a broken one is refused alone.
 */
export function splitBatch(body: Uint8Array): Batch {
  const cursor = { at: 0 };
  const expect = (code: number): boolean => {
    skipBlank(body, cursor);
    if (body[cursor.at] !== code) return false;
    cursor.at += 1;
    return true;
  };
  if (!expect(OPEN_BRACE) || !readKey(body, cursor) || !expect(COLON) || !expect(OPEN_BRACKET))
    return NO_BATCH;
  const frames: Uint8Array[] = [];
  while (!expect(CLOSE_BRACKET)) {
    if (frames.length > 0 && !expect(COMMA)) return NO_BATCH;
    skipBlank(body, cursor);
    const end = endOfItem(body, cursor.at);
    if (end === cursor.at) return NO_BATCH;
    if (frames.length === FRAMES_PER_BATCH_MAX)
      return { kind: 'refused', detail: `more than ${FRAMES_PER_BATCH_MAX} frames` };
    frames.push(body.subarray(cursor.at, end));
    cursor.at = end;
  }
  if (!expect(CLOSE_BRACE)) return NO_BATCH;
  skipBlank(body, cursor);
  return cursor.at === body.length ? { kind: 'batch', frames } : NO_BATCH;
}

const NO_BATCH: Batch = { kind: 'refused', detail: 'a batch is {"frames":[…]} and nothing else' };

const KEY = new TextEncoder().encode('"frames"');

function readKey(body: Uint8Array, cursor: { at: number }): boolean {
  skipBlank(body, cursor);
  if (!KEY.every((code, index) => body[cursor.at + index] === code)) return false;
  cursor.at += KEY.length;
  return true;
}

const isBlank = (code: number | undefined): boolean =>
  code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;

function skipBlank(body: Uint8Array, cursor: { at: number }): void {
  while (isBlank(body[cursor.at])) cursor.at += 1;
}

/** Index of the comma or bracket that ends the item, or of the end of the body. */
function endOfItem(body: Uint8Array, start: number): number {
  let depth = 0;
  let at = start;
  for (; at < body.length; at++) {
    const code = body[at];
    if (code === QUOTE) at = closingQuote(body, at);
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1;
    else if (depth === 0 && (code === COMMA || code === CLOSE_BRACKET)) break;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1;
  }
  return Math.min(at, body.length);
}

function closingQuote(body: Uint8Array, open: number): number {
  let at = open + 1;
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1;
  return at;
}
