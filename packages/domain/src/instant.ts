/** `2026-01-15T08:00:00Z`: date, time and an offset. Without an offset nobody knows which moment it is. */
const ISO_INSTANT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;
const SHORTEST_MONTH_DAYS = 28;
const LATEST_MS = 7_258_118_400_000;

/**
 * A moment as devices write it, ISO 8601 with offset or epoch milliseconds, as epoch milliseconds.
 * Undefined for everything else: seconds are not guessed, 30 February is not moved to March.
 */
export function parseInstant(value: unknown): number | undefined {
  if (typeof value === 'number')
    return Number.isInteger(value) && value >= 0 && value <= LATEST_MS ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const parts = ISO_INSTANT.exec(value);
  if (parts === null) return undefined;
  const day = Number(parts[3]);
  if (day > SHORTEST_MONTH_DAYS && day > daysIn(Number(parts[1]), Number(parts[2]))) return undefined;
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) || atMs < 0 || atMs > LATEST_MS ? undefined : atMs;
}

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();
