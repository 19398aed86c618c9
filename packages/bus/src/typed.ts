import { traceHeader } from '@outrider/runtime';
import type { z } from 'zod';
import type { BusRecord, OutgoingRecord } from './bus.ts';
import { carOf, keyOfPart } from './partition.ts';
import type { Topic } from './topics.ts';

/** Seals bytes for a vehicle; packages/trust provides it. Keys must have been prepared before. */
export interface Sealer {
  seal(
    vehicleId: string,
    atMs: number,
    bytes: Uint8Array,
  ): { readonly keyId: string; readonly box: Uint8Array };
}

/** Opens sealed bytes for one purpose; says why when it may not or cannot. */
export interface Opener {
  open(
    vehicleId: string,
    keyId: string,
    box: Uint8Array,
  ):
    | { readonly kind: 'opened'; readonly bytes: Uint8Array }
    | { readonly kind: 'denied'; readonly reason: string };
}

export type Decoded<T> =
  | { readonly kind: 'record'; readonly record: T }
  | { readonly kind: 'tombstone' }
  | { readonly kind: 'unreadable'; readonly reason: string };

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * A record of a topic as bytes, sealed where the topic asks for it. `subject` is the vehicleId of sealed topics, and
 * the whole key but for the part that the record itself names.
 */
export function encodeRecord<T>(
  topic: Topic<T>,
  subject: string,
  record: T,
  atMs: number,
  sealer: Sealer,
): OutgoingRecord {
  const part = topic.partOf?.(record);
  const key = part === undefined ? subject : keyOfPart(subject, part);
  const bytes = Buffer.from(JSON.stringify(record));
  if (topic.sealing !== 'whole') return { topic: topic.name, key, value: bytes };
  const { keyId, box } = sealer.seal(subject, atMs, bytes);
  return { topic: topic.name, key, value: box, headers: { keyId } };
}

/** The record with the trace of what led to it: a `traceparent`, or nothing where none is known. */
export function withTrace(record: OutgoingRecord, cause: string | undefined): OutgoingRecord {
  const trace = traceHeader(cause);
  if (trace.traceparent === undefined) return record;
  return { ...record, headers: record.headers === undefined ? trace : { ...record.headers, ...trace } };
}

/**
 * Reads a record back and checks it against the topic's schema. Fields that a newer version added are left out.
 * Never throws.
 */
export function decodeRecord<T>(topic: Topic<T>, record: BusRecord, opener: Opener): Decoded<T> {
  if (record.value === null) return { kind: 'tombstone' };
  let bytes = record.value;
  if (topic.sealing === 'whole') {
    const opened = opener.open(carOf(record.key), record.headers.keyId ?? '', record.value);
    if (opened.kind === 'denied') return { kind: 'unreadable', reason: opened.reason };
    bytes = opened.bytes;
  }
  try {
    const parsed = topic.schema && parseTolerantly(topic.schema, JSON.parse(decoder.decode(bytes)));
    if (parsed === undefined) return { kind: 'unreadable', reason: `${topic.name} holds bytes, not records` };
    if (!parsed.success)
      return {
        kind: 'unreadable',
        reason: parsed.error.issues
          .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
          .join('; ')
          .slice(0, 300),
      };
    return { kind: 'record', record: parsed.data };
  } catch (error) {
    return { kind: 'unreadable', reason: (error as Error).message.slice(0, 300) };
  }
}

/** Takes `value` apart: what the schema does not know is deleted from it. */
function parseTolerantly<T>(schema: z.ZodType<T>, value: unknown): z.ZodSafeParseResult<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed;
  const unknown = parsed.error.issues.filter((issue) => issue.code === 'unrecognized_keys');
  if (unknown.length < parsed.error.issues.length) return parsed;
  for (const { path, keys } of unknown) {
    const holder = path.reduce<unknown>(
      (inside, part) => (inside as Record<PropertyKey, unknown>)[part],
      value,
    );
    for (const key of keys) delete (holder as Record<string, unknown>)[key];
  }
  return schema.safeParse(value);
}
