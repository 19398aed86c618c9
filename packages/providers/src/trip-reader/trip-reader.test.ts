import { manualClock } from '@outrider/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CalendarInput } from '../trips/ical.ts';
import { tripSources } from '../trips/index.ts';
import { createTripReader, type TripReader } from './trip-reader.ts';

const DEADLINE_MS = 1_000;
let clock: ReturnType<typeof manualClock>;
let reader: TripReader;
beforeEach(() => {
  clock = manualClock(0);
  reader = createTripReader(clock, DEADLINE_MS);
});
afterEach(() => reader.close());

const input = (text: string): CalendarInput => ({
  ...{ text, nowMs: Date.UTC(2026, 0, 12, 8), home: { lat: 52.52, lon: 13.4 }, places: [] },
  timeZone: 'UTC',
});
const calendar = (...lines: string[]): string =>
  ['BEGIN:VCALENDAR', ...lines, 'END:VCALENDAR', ''].join('\r\n');
const event = (start: string): string[] => ['BEGIN:VEVENT', 'UID:a', start, 'GEO:53.55;9.99', 'END:VEVENT'];
const good = calendar(...event('DTSTART:20260113T090000Z'));
/** The library counts every second since 1601 to tell the hour. */
const endless = calendar(
  ...['BEGIN:VTIMEZONE', 'TZID:Odd', 'BEGIN:STANDARD', 'DTSTART:16010101T000000', 'RRULE:FREQ=SECONDLY'],
  ...['TZOFFSETFROM:+0300', 'TZOFFSETTO:+0300', 'END:STANDARD', 'END:VTIMEZONE'],
  ...event('DTSTART;TZID=Odd:20260113T090000'),
);

test('a calendar is read as it would be here', async () => {
  const { entries } = await reader.read('ical', input(good));
  expect(entries).toHaveLength(1);
  expect(entries).toEqual(tripSources.ical.read(input(good)).entries);
});

test('one that never ends is refused at the deadline with a reason, and the next one is read', async () => {
  const first = reader.read('ical', input(endless));
  const second = reader.read('ical', input(good));
  expect((await second).entries).toHaveLength(1);
  clock.advanceTo(DEADLINE_MS - 1);
  expect(await Promise.race([first, Promise.resolve('still at it')])).toBe('still at it');
  clock.advanceTo(DEADLINE_MS);
  expect(await first).toMatchObject({
    ...{ entries: [], isUnreadable: true },
    problems: [{ field: 'calendar', why: 'takes too much time or memory to read' }],
  });
  expect((await reader.read('ical', input(good))).entries).toHaveLength(1);
});

test('while one is read this thread goes on', async () => {
  let turns = 0;
  let isRead = false;
  const first = reader.read('ical', input(endless)).then(() => {
    isRead = true;
  });
  for (; turns < 100; turns++) await new Promise((resolve) => setImmediate(resolve));
  expect(isRead).toBe(false);
  clock.advanceTo(DEADLINE_MS);
  await first;
});

const road = { departAtMs: 0, entryId: 'a' };
const points = [
  [13.4, 52.5],
  [13.5, 52.6],
];

test.each([
  [
    'gpx',
    `<gpx><trk><trkseg>${points.map(([lon, lat]) => `<trkpt lat="${lat}" lon="${lon}"/>`).join('')}</trkseg></trk></gpx>`,
  ],
  ['geojson', JSON.stringify({ type: 'LineString', coordinates: points })],
] as const)('a %s file is read as it would be here', async (kind, text) => {
  const { entries } = await reader.read(kind, { ...road, text });
  expect(entries).toHaveLength(1);
  expect(entries).toEqual(tripSources[kind].read({ ...road, text }).entries);
});

test('a list that cannot be read says why, as it would here', async () => {
  const text = 'tripRef\n"';
  expect(await reader.read('dispatcherCsv', { text })).toEqual(tripSources.dispatcherCsv.read({ text }));
});
