import { randomFillSync } from 'node:crypto';

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
  const { traceId, isSampled } = readTraceparent(header) ?? { traceId: randomHex(16), isSampled: false };
  return `00-${traceId}-${randomHex(8)}-${isSampled ? '01' : '00'}`;
}

/** Random bytes are drawn for many at a time: one draw costs more than all else about a trace. */
const pool = Buffer.alloc(24 * 256);
let poolAt = pool.byteLength;

function randomHex(bytes: number): string {
  if (poolAt + bytes > pool.byteLength) {
    randomFillSync(pool);
    poolAt = 0;
  }
  poolAt += bytes;
  return pool.toString('hex', poolAt - bytes, poolAt);
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
