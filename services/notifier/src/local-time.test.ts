import fc from 'fast-check';
import { expect, test } from 'vitest';
import { localMinute, quietUntilMs } from './local-time.ts';

const at = (iso: string): number => Date.parse(iso);
const NIGHT = [22 * 60, 7 * 60] as const;

test('the wall clock of a zone, in minutes', () => {
  expect(localMinute(at('2026-01-24T04:30:00Z'), 'America/New_York')).toBe(23 * 60 + 30);
  expect(localMinute(at('2026-01-24T05:00:00Z'), 'America/New_York')).toBe(0);
});

for (const { name, now, zone = 'America/New_York', range = NIGHT, until } of [
  { name: 'a minute before the quiet hours', now: '2026-01-24T02:59:59Z', until: undefined },
  { name: 'their first minute', now: '2026-01-24T03:00:00Z', until: '2026-01-24T12:00:00Z' },
  { name: 'their last second', now: '2026-01-24T11:59:59Z', until: '2026-01-24T12:00:00Z' },
  { name: 'their end', now: '2026-01-24T12:00:00Z', until: undefined },
  {
    name: 'a range within one day',
    now: '2026-01-24T18:00:30Z',
    range: [13 * 60, 14 * 60] as const,
    until: '2026-01-24T19:00:00Z',
  },
  {
    name: 'an end that is not a quarter of an hour',
    now: '2026-01-24T18:00:00Z',
    range: [13 * 60, 13 * 60 + 7] as const,
    until: '2026-01-24T18:07:00Z',
  },
  {
    name: 'a range of no length',
    now: '2026-01-24T18:00:00Z',
    range: [13 * 60, 13 * 60] as const,
    until: undefined,
  },
  // 2026-03-08: clocks go from 02:00 EST to 03:00 EDT; the night is an hour shorter.
  { name: 'the night clocks go forward', now: '2026-03-08T04:00:00Z', until: '2026-03-08T11:00:00Z' },
  {
    name: 'an end at the hour that does not exist',
    now: '2026-03-08T06:00:00Z',
    range: [0, 150] as const,
    until: '2026-03-08T07:00:00Z',
  },
  // 2026-11-01: clocks go from 02:00 EDT back to 01:00 EST; the night is an hour longer.
  { name: 'the night clocks go back', now: '2026-11-01T03:00:00Z', until: '2026-11-01T12:00:00Z' },
  {
    name: 'an end at the hour that comes twice',
    now: '2026-11-01T04:30:00Z',
    range: [0, 90] as const,
    until: '2026-11-01T05:30:00Z',
  },
  {
    name: 'a zone that is half an hour off',
    now: '2026-01-24T18:00:00Z',
    zone: 'Asia/Kolkata',
    until: '2026-01-25T01:30:00Z',
  },
  {
    name: 'a zone that is a quarter of an hour off',
    now: '2026-01-24T17:00:00Z',
    zone: 'Asia/Kathmandu',
    until: '2026-01-25T01:15:00Z',
  },
  // 2026-03-29: clocks go from 02:00 CET to 03:00 CEST; 2026-10-25: back from 03:00 to 02:00.
  {
    name: 'in Europe, the night clocks go forward',
    now: '2026-03-28T21:00:00Z',
    zone: 'Europe/Oslo',
    until: '2026-03-29T05:00:00Z',
  },
  {
    name: 'in Europe, the night clocks go back',
    now: '2026-10-24T20:00:00Z',
    zone: 'Europe/Oslo',
    until: '2026-10-25T06:00:00Z',
  },
  // South of the equator clocks go back in April: here by half an hour, from UTC+11 to UTC+10:30.
  {
    name: 'the night clocks go back by half an hour',
    now: '2026-04-04T12:00:00Z',
    zone: 'Australia/Lord_Howe',
    until: '2026-04-04T20:30:00Z',
  },
  {
    name: 'the night clocks go forward by half an hour',
    now: '2026-10-03T12:00:00Z',
    zone: 'Australia/Lord_Howe',
    until: '2026-10-03T20:00:00Z',
  },
  {
    name: 'an end ten minutes before clocks go back, which comes twice',
    now: '2026-04-04T14:00:00Z',
    zone: 'Australia/Lord_Howe',
    range: [0, 110] as const,
    until: '2026-04-04T14:50:00Z',
  },
  {
    name: 'ten waking minutes a day',
    now: '2026-01-24T12:05:00Z',
    zone: 'UTC',
    range: [12 * 60, 11 * 60 + 50] as const,
    until: '2026-01-25T11:50:00Z',
  },
  {
    name: 'waking minutes that the clock jumps over, until those of the next day',
    now: '2026-03-08T05:30:00Z',
    range: [150, 140] as const,
    until: '2026-03-09T06:20:00Z',
  },
  {
    name: 'an unknown zone, read as UTC',
    now: '2026-01-24T23:00:00Z',
    zone: 'Nowhere/Land',
    until: '2026-01-25T07:00:00Z',
  },
])
  test(`quiet hours: ${name}`, () => {
    const found = quietUntilMs(at(now), zone, range[0], range[1]);
    expect(found === undefined ? undefined : new Date(found).toISOString()).toBe(
      until === undefined ? undefined : new Date(until).toISOString(),
    );
  });

const ZONES = [
  ...['UTC', 'America/New_York', 'America/St_Johns', 'Europe/Oslo', 'Asia/Kolkata', 'Asia/Kathmandu'],
  ...[
    'Australia/Adelaide',
    'Australia/Lord_Howe',
    'Pacific/Chatham',
    'Africa/Casablanca',
    'America/Santiago',
  ],
];
const MINUTE_MS = 60_000;
/** Days around which clocks change somewhere, and any other. */
const days = fc.oneof(
  fc.constantFrom(
    '2026-03-08',
    '2026-03-29',
    '2026-04-05',
    '2026-09-06',
    '2026-10-04',
    '2026-10-25',
    '2026-11-01',
  ),
  fc
    .integer({ min: 0, max: 364 })
    .map((day) => new Date(at('2026-01-01') + day * 86_400_000).toISOString().slice(0, 10)),
);
const wallClocks = new Map(
  ZONES.map((timeZone) => [timeZone, new Intl.DateTimeFormat('sv-SE', { timeZone, timeStyle: 'short' })]),
);
/** What a clock on the wall shows, asked in another way than the code asks it. */
const wallMinute = (ms: number, zone: string): number => {
  const [hour, minute] = (wallClocks.get(zone)?.format(ms) ?? '').split(':');
  return Number(hour) * 60 + Number(minute);
};

test('everywhere and on every day it is the first minute outside the quiet hours', () => {
  const minutes = fc.integer({ min: 0, max: 1_439 });
  const zones = fc.constantFrom(...ZONES);
  fc.assert(
    fc.property(days, minutes, zones, minutes, minutes, (day, minute, zone, fromMinute, toMinute) => {
      const nowMs = at(`${day}T00:00:00Z`) + minute * MINUTE_MS + 30_000;
      const isQuiet = (ms: number) => {
        const shown = wallMinute(ms, zone);
        return fromMinute <= toMinute
          ? shown >= fromMinute && shown < toMinute
          : shown >= fromMinute || shown < toMinute;
      };
      const untilMs = quietUntilMs(nowMs, zone, fromMinute, toMinute);
      expect(untilMs !== undefined).toBe(isQuiet(nowMs));
      if (untilMs === undefined) return;
      expect(isQuiet(untilMs)).toBe(false);
      for (let ms = nowMs; ms < untilMs; ms += MINUTE_MS)
        if (!isQuiet(ms)) expect(new Date(ms).toISOString()).toBe(`quiet in ${zone}`);
    }),
    { numRuns: 150 },
  );
});
