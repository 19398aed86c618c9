import { expect, test } from 'vitest';
import { parseInstant } from './instant.ts';

const moments: readonly { name: string; value: unknown; atMs: number | undefined }[] = [
  { name: 'UTC', value: '2026-01-15T08:00:00Z', atMs: Date.UTC(2026, 0, 15, 8) },
  { name: 'milliseconds', value: '2026-01-15T08:00:00.250Z', atMs: Date.UTC(2026, 0, 15, 8, 0, 0, 250) },
  {
    name: 'nanoseconds, cut',
    value: '2026-01-15T08:00:00.250999999Z',
    atMs: Date.UTC(2026, 0, 15, 8, 0, 0, 250),
  },
  { name: 'an offset', value: '2026-01-15T10:00:00+02:00', atMs: Date.UTC(2026, 0, 15, 8) },
  { name: 'no seconds', value: '2026-01-15T08:00Z', atMs: Date.UTC(2026, 0, 15, 8) },
  { name: 'epoch milliseconds', value: 1_768_464_000_000, atMs: 1_768_464_000_000 },
  { name: 'the epoch itself', value: 0, atMs: 0 },
  { name: '29 February of a leap year', value: '2024-02-29T00:00:00Z', atMs: Date.UTC(2024, 1, 29) },
  { name: 'no offset', value: '2026-01-15T08:00:00', atMs: undefined },
  { name: 'a blank for the T', value: '2026-01-15 08:00:00Z', atMs: undefined },
  { name: '29 February of a common year', value: '2026-02-29T00:00:00Z', atMs: undefined },
  { name: 'month 13', value: '2026-13-01T00:00:00Z', atMs: undefined },
  { name: 'day 0', value: '2026-01-00T00:00:00Z', atMs: undefined },
  { name: 'hour 25', value: '2026-01-15T25:00:00Z', atMs: undefined },
  { name: 'before 1970', value: '1969-12-31T23:59:59Z', atMs: undefined },
  { name: 'after 2200', value: 7_258_118_400_001, atMs: undefined },
  { name: 'a fraction of a millisecond', value: 1.5, atMs: undefined },
  { name: 'a negative number', value: -1, atMs: undefined },
  { name: 'NaN', value: Number.NaN, atMs: undefined },
  { name: 'a number as text', value: '1768464000000', atMs: undefined },
  { name: 'null', value: null, atMs: undefined },
  { name: 'a boolean', value: true, atMs: undefined },
  { name: 'an object', value: {}, atMs: undefined },
];
for (const { name, value, atMs } of moments) {
  test(`an instant written as ${name} is ${atMs === undefined ? 'refused' : 'read'}`, () => {
    expect(parseInstant(value)).toBe(atMs);
  });
}
