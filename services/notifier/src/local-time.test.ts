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
