/** Wall-clock time, as people and calendars write it. `month` is 1 to 12. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();
/** Zones are a few hundred names and their aliases; whoever invents more gets no memory. */
const FORMATS_KEPT = 700;

/** Undefined for a name that is no IANA time zone. */
function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  try {
    const made = new Intl.DateTimeFormat('en-US-u-ca-iso8601', {
      ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
    });
    if (formats.size < FORMATS_KEPT) formats.set(timeZone, made);
    return made;
  } catch {
    return undefined;
  }
}

export const isTimeZone = (name: string): boolean => formatOf(name) !== undefined;

/** The wall clock of a zone at an instant. @throws RangeError for an unknown zone */
export function localTimeOf(atMs: number, timeZone: string): LocalTime {
  const format = formatOf(timeZone);
  if (format === undefined) throw new RangeError(`${timeZone} is no time zone`);
  const parts = Object.fromEntries(
    format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = parts;
  return { year, month, day, hour, minute };
}

/**
 * The instant of a wall clock's time, epoch ms. An hour that does not exist in spring is the one after it; of
 * one that comes twice in autumn it is the first. @throws RangeError for an unknown zone
 */
export function instantOf(local: LocalTime, timeZone: string): number {
  const asUtcMs = utcOf(local);
  const offsetAt = (atMs: number): number => utcOf(localTimeOf(atMs, timeZone)) - floorToMinute(atMs);
  const before = asUtcMs - offsetAt(asUtcMs - DAY_MS);
  const after = asUtcMs - offsetAt(asUtcMs + DAY_MS);
  return offsetAt(before) === asUtcMs - before || offsetAt(after) !== asUtcMs - after ? before : after;
}

const DAY_MS = 86_400_000;
const utcOf = ({ year, month, day, hour, minute }: LocalTime): number =>
  Date.UTC(year, month - 1, day, hour, minute);
const floorToMinute = (atMs: number): number => Math.floor(atMs / 60_000) * 60_000;
