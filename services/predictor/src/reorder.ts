import type { OpenedRecord } from './vehicle-state.ts';

/**
 * Puts records that arrived out of order back into the order they were observed in, as long as they were
 * displaced by no more than the window. Sorted by (observedAtMs, recordId), without repeats.
 */
export type ReorderBuffer = readonly OpenedRecord[];

const isBefore = (a: OpenedRecord, b: OpenedRecord): boolean =>
  a.observedAtMs < b.observedAtMs || (a.observedAtMs === b.observedAtMs && a.recordId < b.recordId);

/** The buffer with `record` in its place; a repeat leaves it as it is. */
export function insertRecord(buffer: ReorderBuffer, record: OpenedRecord): ReorderBuffer {
  let at = buffer.length;
  while (at > 0) {
    const before = buffer[at - 1];
    if (before === undefined || !isBefore(record, before)) break;
    at--;
  }
  if (buffer[at - 1]?.recordId === record.recordId) return buffer;
  return [...buffer.slice(0, at), record, ...buffer.slice(at)];
}

/** Records observed up to `frontierMs`, and the rest. */
export function releaseUpTo(
  buffer: ReorderBuffer,
  frontierMs: number,
): { readonly released: ReorderBuffer; readonly kept: ReorderBuffer } {
  const firstKept = buffer.findIndex((record) => record.observedAtMs > frontierMs);
  if (firstKept === -1) return { released: buffer, kept: [] };
  return { released: buffer.slice(0, firstKept), kept: buffer.slice(firstKept) };
}
