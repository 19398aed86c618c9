const MINUTE_MS = 60_000;
const STEP_MIN = 15;
/** A day of 25 hours is the longest quiet time that can end. */
const LONGEST_MIN = 25 * 60;

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
  const isQuiet = (ms: number) => isWithin(localMinute(ms, timeZone), fromMinute, toMinute);
  if (!isQuiet(atMs)) return undefined;
  const startMs = Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
  for (let step = STEP_MIN; step <= LONGEST_MIN; step += STEP_MIN) {
    if (isQuiet(startMs + step * MINUTE_MS)) continue;
    let endMs = startMs + step * MINUTE_MS;
    while (!isQuiet(endMs - MINUTE_MS)) endMs -= MINUTE_MS;
    return endMs;
  }
  return undefined;
}
