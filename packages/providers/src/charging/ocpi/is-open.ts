import type { OpeningHours } from '@outrider/domain';
import { isTimeZone, localTimeOf } from '../../trips/local-time.ts';

/** Whether a place lets cars charge at a moment. Exceptions count before regular hours; a zone nobody knows is open. */
export function isOpen({ timeZone, regular, openings, closings }: OpeningHours, atMs: number): boolean {
  const isIn = ({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }) =>
    atMs >= fromMs && atMs < toMs;
  if (closings.some(isIn)) return false;
  if (openings.some(isIn)) return true;
  if (!isTimeZone(timeZone)) return true;
  const { year, month, day, hour, minute } = localTimeOf(atMs, timeZone);
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay() || 7;
  const atMinute = 60 * hour + minute;
  return regular.some(
    (hours) => hours.weekday === weekday && atMinute >= hours.fromMinute && atMinute < hours.toMinute,
  );
}
