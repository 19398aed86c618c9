const MINUTE_MS = 60_000;
const STEP_MIN = 15;
const DAY_MIN = 24 * 60;
/** So long lasts a night whose end the clock jumped over: until that of the next day, of 25 hours. */
const LONGEST_MIN = 2 * DAY_MIN + 60;
/** What is left of a shorter waking time, on a day when clocks go forward by an hour, may fit between two steps. */
const SHORT_WAKING_MIN = 60 + STEP_MIN;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Hours and minutes in a zone; an unknown zone is read as UTC. */
function clockFormat(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  let format: Intl.DateTimeFormat;
  const options = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  try {
    format = new Intl.DateTimeFormat('en', { ...options, timeZone });
  } catch {
    format = new Intl.DateTimeFormat('en', { ...options, timeZone: 'UTC' });
  }
  formats.set(timeZone, format);
  return format;
}

/** Minutes since local midnight, 0…1439, as a clock on the wall shows them. */
export function localMinute(atMs: number, timeZone: string): number {
  const parts = clockFormat(timeZone).formatToParts(atMs);
  const part = (type: string) => Number(parts.find((found) => found.type === type)?.value ?? 0);
  return part('hour') * 60 + part('minute');
}

/** Is that minute from `fromMinute` up to, not including, `toMinute`? The range may cross midnight. */
const isWithin = (minute: number, fromMinute: number, toMinute: number): boolean =>
  fromMinute <= toMinute
    ? minute >= fromMinute && minute < toMinute
    : minute >= fromMinute || minute < toMinute;

/**
 * The first moment at which the wall clock is outside the quiet hours, or undefined when it is now.
 * It looks at the wall clock step by step, so days of 23 and 25 hours need no special case: an end that
 * the clock jumps over is the jump; one that comes twice counts when it comes first.
 */
export function quietUntilMs(
  atMs: number,
  timeZone: string,
  fromMinute: number,
  toMinute: number,
): number | undefined {
  const isQuietAt = (minute: number) => isWithin(minute, fromMinute, toMinute);
  const isQuiet = (ms: number) => isQuietAt(localMinute(ms, timeZone));
  if (!isQuiet(atMs)) return undefined;
  const isShort = (fromMinute - toMinute + DAY_MIN) % DAY_MIN <= SHORT_WAKING_MIN;
  let fromMs = Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
  const lastMs = fromMs + LONGEST_MIN * MINUTE_MS;
  for (let clock = localMinute(fromMs, timeZone); fromMs < lastMs; fromMs += STEP_MIN * MINUTE_MS) {
    const next = localMinute(fromMs + STEP_MIN * MINUTE_MS, timeZone);
    const isJump = next !== (clock + STEP_MIN) % DAY_MIN;
    clock = next;
    if (isQuietAt(next) && !isJump && !isShort) continue;
    for (let step = 1; step <= STEP_MIN; step++)
      if (!isQuiet(fromMs + step * MINUTE_MS)) return fromMs + step * MINUTE_MS;
  }
  return undefined;
}
