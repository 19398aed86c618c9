import { randomBytes } from 'node:crypto';

// W3C Trace Context, level 1: https://www.w3.org/TR/trace-context/. Here it travels as the header `traceparent`.

/** A trace that a `traceparent` names. */
export interface Trace {
  /** 32 hex digits, not all zero. */
  readonly traceId: string;
  readonly isSampled: boolean;
}

const PARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const ZEROS = /^0+$/;
const SAMPLED = 1;

/**
 * The trace a header names; undefined for what the specification says is none: version `ff`, ids of zeros, capital
 * letters, anything more behind version 00. A later version is read as far as 00 goes.
 */
export function readTraceparent(header: string | undefined): Trace | undefined {
  const [, version, traceId = '', parentId = '', flags = '', more] = PARENT.exec(header ?? '') ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (ZEROS.test(traceId) || ZEROS.test(parentId)) return undefined;
  return { traceId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED };
}

/** Goes on with the trace of a caller under a parent id of our own; begins one where the header names none. */
export function continueTrace(header?: string): string {
  const bytes = randomBytes(24).toString('hex');
  const { traceId, isSampled } = readTraceparent(header) ?? { traceId: bytes.slice(16), isSampled: false };
  return `00-${traceId}-${bytes.slice(0, 16)}-${isSampled ? '01' : '00'}`;
}

/** The header for what a record or request leads to: as its cause has it, if that names a trace. */
export function traceHeader(cause: string | undefined): { readonly traceparent?: string } {
  return cause === undefined || readTraceparent(cause) === undefined ? {} : { traceparent: cause };
}

/** The field of a log line about it. */
export function traceField(cause: string | undefined): { readonly traceId?: string } {
  const trace = readTraceparent(cause);
  return trace === undefined ? {} : { traceId: trace.traceId };
}
