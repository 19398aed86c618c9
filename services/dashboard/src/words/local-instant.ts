/**
 * The moment at which clocks in that zone show this, epoch milliseconds; undefined where it is no date. What the
 * clocks leave out in spring is an hour later, of what they show twice in autumn the first.
 * @param local `2026-11-23T07:40`
 */
export function localInstantMs(local: string, timeZone: string): number | undefined {
  const shownMs = Date.parse(`${local}Z`);
  if (Number.isNaN(shownMs)) return undefined;
  // An offset is never more than a day: those around are all that can be meant.
  const candidates = [shownMs - DAY_MS, shownMs + DAY_MS].map((atMs) => shownMs - offsetMs(atMs, timeZone));
  const exact = candidates.filter((atMs) => atMs + offsetMs(atMs, timeZone) === shownMs);
  return exact.length > 0 ? Math.min(...exact) : Math.max(...candidates);
}

const DAY_MS = 86_400_000;

/** What clocks in that zone are ahead of UTC then. */
function offsetMs(atMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-CA', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  }).formatToParts(atMs);
  const part = (type: Intl.DateTimeFormatPartTypes): string =>
    parts.find((one) => one.type === type)?.value ?? '';
  const day = `${part('year')}-${part('month')}-${part('day')}`;
  const shownMs = Date.parse(`${day}T${part('hour')}:${part('minute')}:${part('second')}Z`);
  return shownMs - Math.floor(atMs / 1_000) * 1_000;
}
