// How a calendar's entry repeats, by days. The library's own expansion never ends for rules that never match
// (every fifth Monday of February) and walks through every day since the entry began: this asks day by day.

const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'] as const;
const DAY_MS = 86_400_000;
/** Days counted at most for an entry that ends after so many times: some eighty years. */
const COUNT_DAYS_MAX = 30_000;

/** A repeat of RFC 5545 that can be told by the day alone. Days are counted from 1970-01-01. */
export interface Repeat {
  readonly frequency: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';
  readonly interval: number;
  /** 0 is Sunday; empty: as the first day. */
  readonly weekdays: readonly number[];
  readonly weekStart: number;
  readonly count: number | undefined;
}

const PARTS = new Set(['FREQ', 'INTERVAL', 'BYDAY', 'COUNT', 'UNTIL', 'WKST']);

/** A rule's text as a repeat; undefined when it says more than days can tell. UNTIL is the caller's. */
export function repeatOf(rule: string): Repeat | undefined {
  const parts = new Map(
    rule
      .toUpperCase()
      .split(';')
      .map((part) => part.split('=', 2) as [string, string]),
  );
  for (const name of parts.keys()) if (!PARTS.has(name)) return undefined;
  const frequency = parts.get('FREQ') as Repeat['frequency'];
  const interval = Number(parts.get('INTERVAL') ?? '1');
  const count = parts.has('COUNT') ? Number(parts.get('COUNT')) : undefined;
  const weekdays = (parts.get('BYDAY')?.split(',') ?? []).map((day) => WEEKDAYS.indexOf(day as 'SU'));
  const weekStart = WEEKDAYS.indexOf((parts.get('WKST') ?? 'MO') as 'MO');
  const isByDay = frequency === 'DAILY' || frequency === 'WEEKLY';
  if (!isByDay && (weekdays.length > 0 || !['MONTHLY', 'YEARLY'].includes(frequency))) return undefined;
  if (!Number.isSafeInteger(interval) || interval < 1 || weekdays.includes(-1) || weekStart === -1)
    return undefined;
  if (count !== undefined && !(Number.isSafeInteger(count) && count > 0)) return undefined;
  return { frequency, interval, weekdays, weekStart, count };
}

export const dayNumber = (year: number, month: number, day: number): number =>
  Date.UTC(year, month - 1, day) / DAY_MS;

/** An entry whose first day is `first` takes place on `day` too. The first day always counts. */
export function takesPlace(repeat: Repeat, first: number, day: number): boolean {
  if (day < first || !(day === first || matches(repeat, first, day))) return false;
  if (repeat.count === undefined) return true;
  if (day - first > COUNT_DAYS_MAX) return false;
  let taken = 1;
  for (let one = first + 1; one <= day && taken <= repeat.count; one++)
    if (matches(repeat, first, one)) taken += 1;
  return taken <= repeat.count;
}

function matches({ frequency, interval, weekdays, weekStart }: Repeat, first: number, day: number): boolean {
  const isDay = weekdays.length === 0 || weekdays.includes(weekdayOf(day));
  if (frequency === 'DAILY') return isDay && (day - first) % interval === 0;
  if (frequency === 'WEEKLY') {
    const weeks = (weekOf(day, weekStart) - weekOf(first, weekStart)) / 7;
    return weeks % interval === 0 && (weekdays.length > 0 ? isDay : weekdayOf(day) === weekdayOf(first));
  }
  const [one, other] = [new Date(first * DAY_MS), new Date(day * DAY_MS)];
  if (one.getUTCDate() !== other.getUTCDate()) return false;
  const months =
    12 * (other.getUTCFullYear() - one.getUTCFullYear()) + other.getUTCMonth() - one.getUTCMonth();
  return months % (frequency === 'YEARLY' ? 12 * interval : interval) === 0;
}

/** 1970-01-01 was a Thursday. */
const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7;
/** First day of the week that holds `day`. */
const weekOf = (day: number, weekStart: number): number => day - ((weekdayOf(day) - weekStart + 7) % 7);
