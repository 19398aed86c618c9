import { isPlaceSignal } from '@outrider/domain';
import { contentId } from '@outrider/runtime';
import type { Frame } from './format.ts';

/**
 * The id of what a frame says: the same for a repeat, in whatever order its signals are written. Of places
 * only the names take part: who holds the id could otherwise try positions until one gives it, long after
 * the key of the places was destroyed.
 */
export function recordIdOf(vehicleId: string, frame: Frame): string {
  const said = Object.entries(frame.values)
    .map(([path, value]) => (isPlaceSignal(path) ? [path] : [path, value]))
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  return contentId(
    vehicleId,
    frame.observedAtMs,
    frame.seq ?? '',
    JSON.stringify([said, frame.cleared.toSorted()]),
  );
}
