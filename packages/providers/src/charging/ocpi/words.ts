import { parseInstant } from '@outrider/domain';

// OCPI as operators write it: words in any case and with spaces around, numbers as text, times without a zone.

export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const objectsOf = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

/** Text without the spaces around it; numbers as text, since ids are often numbers. Undefined when empty. */
export function textOf(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  return text === '' ? undefined : text;
}

/** An enum's word. */
export const wordOf = (value: unknown): string | undefined => textOf(value)?.toUpperCase();

export function numberOf(value: unknown): number | undefined {
  const text = textOf(value);
  if (text === undefined) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** Nobody ran OCPI before: an earlier date is a clock that was never set. */
const EARLIEST_MS = Date.UTC(2010, 0, 1);
const WITH_ZONE = /(?:Z|[+-]\d\d:?\d\d)$/i;

/**
 * A time as OCPI has it: UTC, with `Z` or without. A time to come is now.
 * @returns epoch ms, or undefined when it is missing, unreadable or from before there was OCPI
 */
export function instantOf(value: unknown, nowMs: number): number | undefined {
  const atMs = timeOf(value);
  return atMs === undefined || atMs < EARLIEST_MS ? undefined : Math.min(atMs, nowMs);
}

/** As above, for times that may be to come. */
export function timeOf(value: unknown): number | undefined {
  const text = textOf(value);
  if (text === undefined) return undefined;
  return parseInstant(WITH_ZONE.test(text) ? text : `${text}Z`);
}
