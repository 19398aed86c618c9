import { expect, test } from 'vitest';
import { localInstantMs } from './local-instant.ts';

test.each([
  ['in summer', '2026-07-01T08:00', 'Europe/Berlin', '2026-07-01T06:00:00.000Z'],
  ['in winter', '2026-01-15T08:00', 'Europe/Berlin', '2026-01-15T07:00:00.000Z'],
  ['in UTC', '2026-01-15T08:00', 'UTC', '2026-01-15T08:00:00.000Z'],
  ['west of it', '2026-01-15T20:30', 'America/New_York', '2026-01-16T01:30:00.000Z'],
  ['where hours are halved', '2026-01-15T08:00', 'Asia/Kolkata', '2026-01-15T02:30:00.000Z'],
  ['at the edge of the day', '2026-01-15T00:30', 'Pacific/Kiritimati', '2026-01-14T10:30:00.000Z'],
  ['just before the clocks go on', '2026-03-29T01:59', 'Europe/Berlin', '2026-03-29T00:59:00.000Z'],
  ['in the hour that is left out', '2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
  ['just after', '2026-03-29T03:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
  [
    'in the hour that comes twice: the first',
    '2026-10-25T02:30',
    'Europe/Berlin',
    '2026-10-25T00:30:00.000Z',
  ],
  ['after it', '2026-10-25T03:00', 'Europe/Berlin', '2026-10-25T02:00:00.000Z'],
])('%s', (_, local, zone, expected) => {
  expect(new Date(localInstantMs(local, zone) ?? 0).toISOString()).toBe(expected);
});

test('what is no date is none', () => {
  for (const text of ['', 'tomorrow', '2026-13-01T00:00'])
    expect(localInstantMs(text, 'UTC')).toBeUndefined();
});
