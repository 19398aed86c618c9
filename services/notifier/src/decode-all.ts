import { type BusRecord, type Decoded, decodeRecord, type Topic } from '@outrider/bus';
import type { Parts } from './notifier-deps.ts';

/** The records of a batch that may be read, and why the others may not or cannot. */
export interface Sorted<T> {
  readonly good: readonly { readonly record: BusRecord; readonly value: T }[];
  readonly bad: readonly { readonly record: BusRecord; readonly reason: string }[];
}

/** Trust may not know yet whom a key belongs to: worth reading its tables again, once. */
const MAY_BE_NEW: ReadonlySet<string> = new Set(['unreadable', 'unknown-vehicle', 'not-prepared']);

/** @throws when keys and consents are not known: the batch has to come again */
export async function decodeAll<T>(
  parts: Parts,
  topic: Topic<T>,
  records: readonly BusRecord[],
): Promise<Sorted<T>> {
  const vehicleIds = new Set(records.map((record) => record.key));
  await parts.trust.prepare(vehicleIds);
  const first = decodeOnce(parts, topic, records);
  if (!first.bad.some(({ reason }) => MAY_BE_NEW.has(reason))) return first;
  await parts.trust.prepare(vehicleIds);
  const second = decodeOnce(parts, topic, records);
  if (second.bad.some(({ reason }) => reason === 'not-prepared'))
    throw new Error('keys and consents could not be kept fresh; the batch comes again');
  return second;
}

function decodeOnce<T>(parts: Parts, topic: Topic<T>, records: readonly BusRecord[]): Sorted<T> {
  const reader = parts.trust.reader('alert_driver');
  const good: Sorted<T>['good'][number][] = [];
  const bad: Sorted<T>['bad'][number][] = [];
  for (const record of records) {
    const decoded: Decoded<T> = decodeRecord(topic, record, reader);
    if (decoded.kind === 'record') good.push({ record, value: decoded.record });
    else if (decoded.kind === 'unreadable') bad.push({ record, reason: decoded.reason });
  }
  return { good, bad };
}
