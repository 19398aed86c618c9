import type { OpeningHours } from '@outrider/domain';

/** Making one costs more than asking it a thousand times; there are a few hundred time zones. */
const formats = new Map<string, Intl.DateTimeFormat | undefined>();

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Whether a place lets cars charge at a moment. Exceptions count before regular hours; a zone nobody knows is open. */
export function isOpen({ timeZone, regular, openings, closings }: OpeningHours, atMs: number): boolean {
  const isIn = ({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }) =>
    atMs >= fromMs && atMs < toMs;
  if (closings.some(isIn)) return false;
  if (openings.some(isIn)) return true;
  const local = localTime(timeZone, atMs);
  return (
    local === undefined ||
    regular.some(
      ({ weekday, fromMinute, toMinute }) =>
        weekday === local.weekday && local.minute >= fromMinute && local.minute < toMinute,
    )
  );
}

function localTime(
  timeZone: string,
  atMs: number,
): { readonly weekday: number; readonly minute: number } | undefined {
  if (!formats.has(timeZone)) formats.set(timeZone, formatIn(timeZone));
  const parts = formats.get(timeZone)?.formatToParts(atMs);
  if (parts === undefined) return undefined;
  const partOf = (type: string): string => parts.find((part) => part.type === type)?.value ?? '';
  return {
    weekday: WEEKDAYS.indexOf(partOf('weekday')) + 1,
    minute: 60 * Number(partOf('hour')) + Number(partOf('minute')),
  };
}

function formatIn(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      ...{ timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    });
  } catch {
    return undefined;
  }
}
