import { describe, expect, test } from 'vitest';
import { instantOf, isTimeZone, localTimeOf } from './local-time.ts';
import { type WeeklyTrip, weekly, weeklyTrip } from './weekly.ts';

/** A Thursday. */
const NOW_MS = Date.UTC(2026, 0, 15, 8);
const commute: WeeklyTrip = {
  days: ['mon', 'thu', 'fri'],
  departAt: '07:30',
  timeZone: 'Europe/Helsinki',
  origin: { name: 'Home', lat: 60.17, lon: 24.94 },
  stops: [{ name: 'Work', lat: 60.4, lon: 25.1, kind: 'destination', arriveAfterMin: 45 }],
};
const read = (change: Partial<WeeklyTrip> = {}, nowMs = NOW_MS) =>
  weekly.read({ trip: { ...commute, ...change }, nowMs });
const days = (change?: Partial<WeeklyTrip>, nowMs?: number) =>
  read(change, nowMs).entries.map(({ entryId }) => entryId);

describe('weekly', () => {
  test('tells the days of the next three, at the clock of the origin', () => {
    const { entries, problems } = read();
    expect(problems).toEqual([]);
    expect(entries.map(({ entryId }) => entryId)).toEqual(['2026-01-15', '2026-01-16']);
    expect(entries[1]?.plan).toMatchObject({
      departAtMs: Date.UTC(2026, 0, 16, 5, 30),
      stops: [{ name: 'Work', arriveAtMs: Date.UTC(2026, 0, 16, 6, 15) }],
    });
    expect(entries[1]?.plan.stops[0]).not.toHaveProperty('arriveAfterMin');
  });

  test('the entry of a day keeps its id when the hour moves', () => {
    expect(days({ departAt: '09:00' })).toEqual(days());
  });

  test('one that left within the last day is still told, one before that is not', () => {
    expect(days({}, Date.UTC(2026, 0, 16, 5, 29))).toContain('2026-01-15');
    expect(days({}, Date.UTC(2026, 0, 16, 5, 31))).not.toContain('2026-01-15');
  });

  test('first day, last day and exceptions hold, and themselves count', () => {
    expect(days({ from: '2026-01-16' })).toEqual(['2026-01-16']);
    expect(days({ until: '2026-01-15' })).toEqual(['2026-01-15']);
    expect(days({ except: ['2026-01-16'] })).toEqual(['2026-01-15']);
  });

  test('a zone that does not exist is a problem', () => {
    expect(read({ timeZone: 'Mars/Olympus' })).toMatchObject({
      entries: [],
      problems: [{ field: 'timeZone' }],
    });
    expect(weeklyTrip.safeParse({ ...commute, timeZone: 'Mars/Olympus' }).success).toBe(false);
    expect(weeklyTrip.safeParse(commute).success).toBe(true);
    expect(weeklyTrip.safeParse({ ...commute, departAt: '24:00' }).success).toBe(false);
  });
});

describe('clocks on walls', () => {
  const local = (text: string) => {
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = text.split(/\D/).map(Number);
    return { year, month, day, hour, minute };
  };
  test.each([
    ['winter', '2026-01-15 09:00', 'Europe/Berlin', Date.UTC(2026, 0, 15, 8)],
    ['summer', '2026-07-15 09:00', 'Europe/Berlin', Date.UTC(2026, 6, 15, 7)],
    ['half an hour apart', '2026-07-15 09:00', 'Asia/Kolkata', Date.UTC(2026, 6, 15, 3, 30)],
    ['the day before elsewhere', '2026-01-15 22:00', 'America/New_York', Date.UTC(2026, 0, 16, 3)],
    ['just before the clock goes forward', '2026-03-29 01:59', 'Europe/Berlin', Date.UTC(2026, 2, 29, 0, 59)],
    ['just after', '2026-03-29 03:00', 'Europe/Berlin', Date.UTC(2026, 2, 29, 1)],
    ['the hour that is missing', '2026-03-29 02:30', 'Europe/Berlin', Date.UTC(2026, 2, 29, 1, 30)],
    ['the hour that comes twice', '2026-10-25 02:30', 'Europe/Berlin', Date.UTC(2026, 9, 25, 0, 30)],
    ['after it', '2026-10-25 03:00', 'Europe/Berlin', Date.UTC(2026, 9, 25, 2)],
  ])('%s', (_name, text, zone, atMs) => {
    expect(instantOf(local(text), zone)).toBe(atMs);
  });

  test('there and back is where it began', () => {
    for (let atMs = NOW_MS; atMs < NOW_MS + 300 * 86_400_000; atMs += 37 * 3_600_000)
      expect(instantOf(localTimeOf(atMs, 'Australia/Lord_Howe'), 'Australia/Lord_Howe')).toBe(atMs);
    expect(isTimeZone('Europe/Berlin')).toBe(true);
    expect(isTimeZone('')).toBe(false);
  });
});
