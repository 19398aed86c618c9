import type { OpeningHours } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { isOpen } from './is-open.ts';

const at = (text: string): number => Date.parse(text);
/** Mondays from 7 to 22 and until midnight on Sundays, where it is one hour later than UTC in winter. */
const hours: OpeningHours = {
  timeZone: 'Europe/Amsterdam',
  regular: [
    { weekday: 1, fromMinute: 420, toMinute: 1_320 },
    { weekday: 7, fromMinute: 1_200, toMinute: 1_440 },
  ],
  openings: [{ fromMs: at('2026-01-13T10:00Z'), toMs: at('2026-01-13T11:00Z') }],
  closings: [{ fromMs: at('2026-01-12T12:00Z'), toMs: at('2026-01-12T13:00Z') }],
};

describe('a place with hours', () => {
  test.each([
    ['on Monday at 06:59 there', '2026-01-12T05:59Z', false],
    ['on Monday at 07:00 there', '2026-01-12T06:00Z', true],
    ['on Monday at 21:59 there', '2026-01-12T20:59Z', true],
    ['on Monday at 22:00 there', '2026-01-12T21:00Z', false],
    ['in summer time, at 07:00 there', '2026-07-13T05:00Z', true],
    ['in summer time, at 06:59 there', '2026-07-13T04:59Z', false],
    ['on Sunday just before midnight', '2026-01-11T22:59Z', true],
    ['on Sunday at midnight', '2026-01-11T23:00Z', false],
    ['on a day without hours', '2026-01-14T12:00Z', false],
    ['closed for an hour', '2026-01-12T12:00Z', false],
    ['open again after it', '2026-01-12T13:00Z', true],
    ['opened for an hour', '2026-01-13T10:00Z', true],
    ['no more after it', '2026-01-13T11:00Z', false],
  ])('%s', (_, text, open) => {
    expect(isOpen(hours, at(text))).toBe(open);
  });

  test('in a zone nobody knows is open', () => {
    expect(isOpen({ ...hours, timeZone: 'Mars/Olympus' }, at('2026-01-14T12:00Z'))).toBe(true);
  });
});
