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
const COLON_CODE = 0x3a;
/** Whatever may stand between tokens is not above it. */
const SPACE_CODE = 0x20;
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
  if (isPlain(text, value, depthMax)) return { kind: 'value', value };
  const reason = findAmbiguity(text, depthMax);
  return reason === undefined ? { kind: 'value', value } : { kind: 'refused', reason };
}

/**
 * True when nothing in the document can be ambiguous, three times faster than finding out what is. Without
 * a backslash, keys and strings are what the text shows, and a key said twice is one the value has lost.
 */
function isPlain(text: string, value: unknown, depthMax: number): boolean {
  if (text.includes('\\') || !text.isWellFormed()) return false;
  return countPlainKeys(value, depthMax) === countKeysInText(text);
}

/** Keys in `value`, or NaN when it holds anything that needs a closer look. */
function countPlainKeys(value: unknown, depthLeft: number): number {
  if (typeof value === 'number')
    return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER ? 0 : Number.NaN;
  if (typeof value !== 'object' || value === null) return 0;
  if (depthLeft === 0) return Number.NaN;
  let keys = 0;
  if (Array.isArray(value)) {
    for (const item of value) keys += countPlainKeys(item, depthLeft - 1);
    return keys;
  }
  const object = value as Record<string, unknown>;
  for (const key in object) {
    if (FORBIDDEN_KEYS.has(key)) return Number.NaN;
    keys += 1 + countPlainKeys(object[key], depthLeft - 1);
  }
  return keys;
}

/** `text` is valid JSON without a backslash, so quotes come in pairs. */
function countKeysInText(text: string): number {
  let keys = 0;
  let at = text.indexOf('"');
  while (at !== -1) {
    let after = text.indexOf('"', at + 1) + 1;
    while (text.charCodeAt(after) <= SPACE_CODE) after += 1;
    if (text.charCodeAt(after) === COLON_CODE) keys += 1;
    at = text.indexOf('"', after);
  }
  return keys;
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
