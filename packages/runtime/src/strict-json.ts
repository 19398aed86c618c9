/** Why a document was refused. Stable words: they go into answers and metric labels. */
export type JsonRefusal =
  | 'not-utf8'
  | 'not-json'
  | 'too-deep'
  | 'duplicate-key'
  | 'forbidden-key'
  | 'not-finite'
  | 'unsafe-integer'
  | 'bad-text';

export type StrictJson =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly reason: JsonRefusal };

const DEPTH_MAX = 16;
/** Tells a key from a value. */
const COLON_AHEAD = /\s*:/y;
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The one decoder for JSON from outside, whatever carried it (HTTP, WebSocket, bus). Beyond `JSON.parse` it
 * refuses what two readers could understand differently: invalid UTF-8, keys said twice, keys that reach an
 * object's prototype, numbers too large to be exact, lone surrogates and NUL, and nesting deeper than `depthMax`.
 */
export function decodeStrictJson(input: Uint8Array | string, depthMax = DEPTH_MAX): StrictJson {
  let text: string;
  try {
    text = typeof input === 'string' ? input : utf8.decode(input);
  } catch {
    return { kind: 'refused', reason: 'not-utf8' };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'refused', reason: 'not-json' };
  }
  const reason = findAmbiguity(text, depthMax);
  return reason === undefined ? { kind: 'value', value } : { kind: 'refused', reason };
}

/** `text` is valid JSON already, so the walk only looks at what `JSON.parse` lets pass. */
function findAmbiguity(text: string, depthMax: number): JsonRefusal | undefined {
  // One entry per open bracket: the keys of an object so far, or undefined for an array.
  const open: (Set<string> | undefined)[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at] as string;
    if (char === '"') {
      const end = endOfString(text, at);
      const refusal = refuseString(text, at, end, open.at(-1));
      if (refusal !== undefined) return refusal;
      at = end;
    } else if (char === '{' || char === '[') {
      open.push(char === '{' ? new Set() : undefined);
      if (open.length > depthMax) return 'too-deep';
      at += 1;
    } else if (char === '}' || char === ']') {
      open.pop();
      at += 1;
    } else if (char === '-' || (char >= '0' && char <= '9')) {
      const end = endOfNumber(text, at);
      const refusal = refuseNumber(text.slice(at, end));
      if (refusal !== undefined) return refusal;
      at = end;
    } else {
      at += 1;
    }
  }
  return undefined;
}

/** Index after the closing quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function endOfNumber(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && /[0-9.eE+-]/.test(text[at] as string)) at += 1;
  return at;
}

function refuseString(
  text: string,
  start: number,
  end: number,
  keys: Set<string> | undefined,
): JsonRefusal | undefined {
  const raw = text.slice(start + 1, end - 1);
  const said = raw.includes('\\') ? (JSON.parse(text.slice(start, end)) as string) : raw;
  if (!said.isWellFormed() || said.includes('\0')) return 'bad-text';
  COLON_AHEAD.lastIndex = end;
  if (keys === undefined || !COLON_AHEAD.test(text)) return undefined;
  if (FORBIDDEN_KEYS.has(said)) return 'forbidden-key';
  if (keys.has(said)) return 'duplicate-key';
  keys.add(said);
  return undefined;
}

function refuseNumber(token: string): JsonRefusal | undefined {
  const value = Number(token);
  if (!Number.isFinite(value)) return 'not-finite';
  if (/^-?\d+$/.test(token) && !Number.isSafeInteger(value)) return 'unsafe-integer';
  return undefined;
}
