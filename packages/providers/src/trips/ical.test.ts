import { describe, expect, test } from 'vitest';
import { type CalendarInput, ical } from './ical.ts';
import { dayNumber, repeatOf, takesPlace } from './repeat.ts';

/** A Monday, nine in the morning in Berlin. */
const NOW_MS = Date.UTC(2026, 0, 12, 8);
const home = { lat: 52.52, lon: 13.4 };
const calendar = (...parts: string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', ...parts, 'END:VCALENDAR', ''].join('\r\n');
const event = (...lines: string[]): string => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'].join('\r\n');
const read = (text: string, change: Partial<CalendarInput> = {}) =>
  ical.read({ text, nowMs: NOW_MS, home, places: [], timeZone: 'Europe/Berlin', ...change });
const entriesOf = (...parts: string[]) => read(calendar(...parts)).entries;

const START = 'DTSTART;TZID=Europe/Berlin:20260113T140000';
const START_MS = Date.UTC(2026, 0, 13, 13);
const meeting = (...more: string[]) =>
  event('UID:one', START, 'SUMMARY:Meeting', 'GEO:53.55;9.99', 'LOCATION:Office\\, Hamburg', ...more);

test('an event with a place is a trip from home that must arrive by its start', () => {
  const { entries, problems } = read(calendar(meeting()));
  expect(problems).toEqual([]);
  expect(entries).toMatchObject([
    {
      entryId: 'one',
      plan: {
        origin: home,
        stops: [{ name: 'Meeting', lat: 53.55, lon: 9.99, kind: 'destination', arriveAtMs: START_MS }],
      },
    },
  ]);
  const driveMs = START_MS - (entries[0]?.plan.departAtMs ?? 0);
  expect(driveMs).toBeGreaterThan(4 * 3_600_000);
  expect(driveMs).toBeLessThan(7 * 3_600_000);
});

test('moved to another hour it is the same entry, and called off it is none', () => {
  const later = entriesOf(event('UID:one', 'DTSTART;TZID=Europe/Berlin:20260113T180000', 'GEO:53.55;9.99'));
  expect(later[0]).toMatchObject({
    entryId: 'one',
    plan: { stops: [{ arriveAtMs: START_MS + 4 * 3_600_000 }] },
  });
  expect(entriesOf(meeting('STATUS:CANCELLED'))).toEqual([]);
});

test.each([
  ['in UTC', 'DTSTART:20260113T130000Z'],
  ['in its own zone', 'DTSTART;TZID=America/New_York:20260113T080000'],
  ['without a zone: the driver’s', 'DTSTART:20260113T140000'],
  ['in a zone nobody knows: the driver’s', 'DTSTART;TZID=Somewhere:20260113T140000'],
])('a start %s is the same instant', (_name, start) => {
  expect(entriesOf(event('UID:one', start, 'GEO:53.55;9.99'))[0]?.plan.stops[0]?.arriveAtMs).toBe(START_MS);
});

test('a zone that the calendar describes itself holds', () => {
  const zone = [
    ...['BEGIN:VTIMEZONE', 'TZID:W. Europe Standard Time', 'BEGIN:STANDARD', 'DTSTART:16010101T000000'],
    ...['TZOFFSETFROM:+0300', 'TZOFFSETTO:+0300', 'END:STANDARD', 'END:VTIMEZONE'],
  ].join('\r\n');
  const start = 'DTSTART;TZID=W. Europe Standard Time:20260113T160000';
  expect(entriesOf(zone, event('UID:one', start, 'GEO:53.55;9.99'))[0]?.plan.stops[0]?.arriveAtMs).toBe(
    START_MS,
  );
});

describe('places', () => {
  const at = (line: string, places: CalendarInput['places'] = []) =>
    read(calendar(event('UID:one', START, line)), { places });
  const office = { name: 'Office', lat: 53.55, lon: 9.99 };
  test.each([
    ['GEO:53.55;9.99'],
    ['X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-TITLE="Office":geo:53.55,9.99'],
    ['LOCATION:53.55\\, 9.99'],
  ])('%s', (line) => {
    expect(at(line).entries[0]?.plan.stops[0]).toMatchObject({ lat: 53.55, lon: 9.99 });
  });
  test('a name the driver gave, whole or before the comma', () => {
    expect(at('LOCATION:office', [office]).entries).toHaveLength(1);
    expect(at('LOCATION:Office\\, second floor', [office]).entries).toHaveLength(1);
  });
  test('a name nobody knows is a problem; no place at all is none', () => {
    expect(at('LOCATION:Officer', [office])).toMatchObject({
      entries: [],
      problems: [{ field: 'Appointment' }],
    });
    expect(at('DESCRIPTION:at the usual place')).toMatchObject({ entries: [], problems: [] });
    expect(at('GEO:95;200').entries).toEqual([]);
  });
  test('at home nobody drives, and without a home nobody knows where from', () => {
    expect(at('GEO:52.5201;13.4001')).toMatchObject({ entries: [], problems: [] });
    expect(read(calendar(meeting()), { home: null })).toMatchObject({
      entries: [],
      problems: [{ field: 'home' }],
    });
  });
});

test('past events, whole days and what lies beyond three days are no trips', () => {
  const on = (start: string) => entriesOf(event('UID:one', start, 'GEO:53.55;9.99'));
  expect(on('DTSTART:20260112T080000Z')).toEqual([]);
  expect(on('DTSTART:20260112T080001Z')).toHaveLength(1);
  expect(on('DTSTART:20260115T080000Z')).toHaveLength(1);
  expect(on('DTSTART:20260115T080001Z')).toEqual([]);
  expect(on('DTSTART;VALUE=DATE:20260113')).toEqual([]);
});

describe('repeats', () => {
  const series = (rule: string, ...more: string[]) =>
    event('UID:s', 'DTSTART;TZID=Europe/Berlin:20251001T140000', `RRULE:${rule}`, 'GEO:53.55;9.99', ...more);
  const days = (...parts: string[]) => entriesOf(...parts).map(({ entryId }) => entryId);

  test('a weekly event has an entry per day, at its hour on the wall though winter has begun', () => {
    const entries = entriesOf(series('FREQ=WEEKLY;BYDAY=MO,WE,SU'));
    expect(entries.map(({ entryId }) => entryId)).toEqual(['s/2026-01-12', 's/2026-01-14']);
    expect(entries[1]?.plan.stops[0]?.arriveAtMs).toBe(Date.UTC(2026, 0, 14, 13));
  });

  test('a day left out is missing, and a day moved is the same entry at its new hour', () => {
    const rule = 'FREQ=WEEKLY;BYDAY=MO,WE';
    expect(days(series(rule, 'EXDATE;TZID=Europe/Berlin:20260114T140000'))).toEqual(['s/2026-01-12']);
    const moved = event(
      ...['UID:s', 'RECURRENCE-ID;TZID=Europe/Berlin:20260114T140000', 'GEO:53.55;9.99'],
      'DTSTART;TZID=Europe/Berlin:20260113T090000',
    );
    const entries = entriesOf(series(rule), moved);
    expect(entries.map(({ entryId }) => entryId)).toEqual(['s/2026-01-12', 's/2026-01-14']);
    expect(entries[1]?.plan.stops[0]?.arriveAtMs).toBe(Date.UTC(2026, 0, 13, 8));
    expect(days(series(rule), moved.replace('END:VEVENT', 'STATUS:CANCELLED\r\nEND:VEVENT'))).toEqual([
      's/2026-01-12',
    ]);
  });

  test('it ends with its last moment, and the moment counts', () => {
    expect(days(series('FREQ=DAILY;UNTIL=20260113T130000Z'))).toEqual(['s/2026-01-12', 's/2026-01-13']);
    expect(days(series('FREQ=DAILY;UNTIL=20260113T125959Z'))).toEqual(['s/2026-01-12']);
    expect(days(series('FREQ=DAILY;UNTIL=20260113'))).toEqual(['s/2026-01-12', 's/2026-01-13']);
  });

  test.each([
    'FREQ=MONTHLY;BYDAY=5MO;BYMONTH=2',
    'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=HOURLY',
    'FREQ=SECONDLY;INTERVAL=1',
  ])('%s is not read, and said so at once', (rule) => {
    expect(read(calendar(series(rule), meeting()))).toMatchObject({
      entries: [{ entryId: 'one' }],
      problems: [{ why: 'repeats in a way that is not read' }],
    });
  });

  const from = dayNumber(2026, 1, 12);
  const on = (rule: string, text: string): boolean => {
    const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
    const repeat = repeatOf(rule);
    if (repeat === undefined) throw new Error(`${rule} is not read`);
    return takesPlace(repeat, from, dayNumber(year, month, day));
  };
  test.each([
    ['FREQ=DAILY;INTERVAL=3', '2026-01-15', '2026-01-16'],
    ['FREQ=WEEKLY', '2026-01-19', '2026-01-20'],
    ['FREQ=WEEKLY;INTERVAL=2', '2026-01-26', '2026-01-19'],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;WKST=MO', '2026-01-18', '2026-01-25'],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;WKST=SU', '2026-01-25', '2026-01-18'],
    ['FREQ=DAILY;COUNT=3', '2026-01-14', '2026-01-15'],
    ['FREQ=WEEKLY;BYDAY=MO,WE;COUNT=3', '2026-01-19', '2026-01-21'],
    ['FREQ=MONTHLY', '2026-02-12', '2026-02-13'],
    ['FREQ=MONTHLY;INTERVAL=2', '2026-03-12', '2026-02-12'],
    ['FREQ=YEARLY', '2027-01-12', '2026-02-12'],
    ['FREQ=DAILY', '2026-01-12', '2026-01-11'],
  ])('%s takes place on %s and not on %s', (rule, yes, no) => {
    expect([on(rule, yes), on(rule, no)]).toEqual([true, false]);
  });

  test.each(['FREQ=DAILY;INTERVAL=0', 'FREQ=WEEKLY;BYDAY=1MO', 'FREQ=DAILY;COUNT=x', 'FREQ=', ''])(
    '“%s” is no repeat that is read',
    (rule) => expect(repeatOf(rule)).toBeUndefined(),
  );
});

test.each([
  ['nothing', ''],
  ['a page to sign in', '<!doctype html><html><body>Sign in</body></html>'],
  ['a visiting card', 'BEGIN:VCARD\r\nFN:Somebody\r\nEND:VCARD'],
  ['a calendar that was cut', calendar(meeting()).slice(0, 90)],
  ['a line without a colon', calendar('BEGIN:VEVENT', 'secret words', 'END:VEVENT')],
])('%s is a problem that quotes nothing', (_name, text) => {
  const { entries, problems } = read(text);
  expect(entries).toEqual([]);
  expect(problems).toHaveLength(1);
  expect(JSON.stringify(problems)).not.toContain('secret');
});

test('a calendar of thousands of events that repeat since years is read in well under a second', () => {
  const one = (index: number) =>
    event(`UID:${index}`, 'DTSTART:20100104T090000Z', 'RRULE:FREQ=DAILY;COUNT=20000', 'GEO:53.55;9.99');
  const { entries } = read(calendar(...Array.from({ length: 300 }, (_, index) => one(index))));
  expect(entries).toHaveLength(14);
});
