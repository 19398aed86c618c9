import { distanceM, kmhToMps, type Position } from '@outrider/domain';
import ICAL from 'ical.js';
import { instantOf, isTimeZone, localTimeOf } from './local-time.ts';
import { dayNumber, type Repeat, repeatOf, takesPlace } from './repeat.ts';
import {
  HORIZON_MS,
  soonest,
  type TripEntry,
  type TripProblem,
  type TripReading,
  type TripSource,
  unreadable,
} from './trip-source.ts';

export interface NamedPlace extends Position {
  readonly name: string;
}

export interface CalendarInput {
  readonly text: string;
  readonly nowMs: number;
  /** Where trips begin. */
  readonly home: Position | null;
  /** What `LOCATION` texts mean that hold no coordinates. */
  readonly places: readonly NamedPlace[];
  /** What somebody who was asked makes of `LOCATION` texts, by the text as `unplaced` has it: guesses. */
  readonly found?: readonly NamedPlace[];
  /** Of entries that name no zone; IANA. */
  readonly timeZone: string;
}

const EVENTS_MAX = 5_000;
const PROBLEMS_MAX = 20;
const DAY_MS = 86_400_000;
/** Nearer than this to home nobody drives. */
const AT_HOME_M = 300;
/** The straight line, the road's detour, a mixed drive, and ten minutes for parking. Judgement. */
const DETOUR = 1.3;
const SPEED_MPS = kmhToMps(60);
const SPARE_MS = 600_000;

/**
 * iCalendar (RFC 5545): an event that has a place and a start is a trip from home that must arrive by then.
 * Places come from the names the driver gave, `GEO`, `X-APPLE-STRUCTURED-LOCATION`, coordinates in `LOCATION`, and at
 * last from whoever was asked what the text means. Days, weeks, months and years repeat; single repeats may be moved or left out.
 */
export const ical: TripSource<CalendarInput> = {
  name: 'ical',
  read(input) {
    try {
      const [name] = input.text.trimStart().split(/\r?\n/, 1);
      if (name?.trim().toUpperCase() !== 'BEGIN:VCALENDAR') return unreadable('calendar', 'is no iCalendar');
      return readCalendar(new ICAL.Component(ICAL.parse(input.text.trimStart())), input);
    } catch {
      // The library's message quotes the line, and that may be anybody's appointment.
      return unreadable('calendar', 'is no iCalendar that can be read');
    }
  },
};

interface Event {
  readonly component: ICAL.Component;
  readonly uid: string;
  readonly title: string;
}

/** One day of an event: when it starts, and what its entry is called. */
interface Occurrence {
  readonly entryId: string;
  readonly event: Event;
  readonly startMs: number;
}

function readCalendar(calendar: ICAL.Component, input: CalendarInput): TripReading {
  if (calendar.name !== 'vcalendar') return unreadable('calendar', 'is no iCalendar');
  const components = calendar.getAllSubcomponents('vevent');
  if (components.length > EVENTS_MAX) return unreadable('calendar', `has more than ${EVENTS_MAX} events`);
  const problems: TripProblem[] = [];
  const note = (field: string, why: string): void => {
    if (problems.length < PROBLEMS_MAX) problems.push({ field: field.slice(0, 100), why });
  };
  const events = components.flatMap((component): Event[] => {
    const uid = textOf(component, 'uid');
    const isWanted = uid !== '' && textOf(component, 'status').toUpperCase() !== 'CANCELLED';
    return isWanted ? [{ component, uid, title: textOf(component, 'summary') || 'Appointment' }] : [];
  });
  const moved = movedDays(components, input);
  const entries: TripEntry[] = [];
  const unplaced: { entryId: string; place: string }[] = [];
  for (const event of events) {
    const where = placeText(event.component);
    if (where === '') continue;
    const occurrences = occurrencesOf(event, moved, input, note);
    if (occurrences.length === 0) continue;
    const place = placeOf(event.component, where, input);
    if (input.home === null) note('home', 'is not known: trips of a calendar begin there');
    else if (place === undefined) {
      note(event.title, 'its place has no coordinates: name it among the places');
      const text = placeToAsk(event.component);
      unplaced.push(...occurrences.map(({ entryId }) => ({ entryId, place: text })));
    } else if (distanceM(input.home, place) > AT_HOME_M)
      for (const one of occurrences) entries.push(entryOf(one, place, input.home));
  }
  return { entries: soonest(entries), cancelled: [], problems, unplaced };
}

/** Days of a series that an event of their own replaces or cancels, as `uid/day`. */
function movedDays(components: readonly ICAL.Component[], input: CalendarInput): ReadonlySet<string> {
  return new Set(
    components.flatMap((component) => {
      const original = component.getFirstProperty('recurrence-id');
      return original === null ? [] : [`${textOf(component, 'uid')}/${dayOf(original, input)}`];
    }),
  );
}

function occurrencesOf(
  event: Event,
  moved: ReadonlySet<string>,
  input: CalendarInput,
  note: (field: string, why: string) => void,
): readonly Occurrence[] {
  const { component, uid, title } = event;
  const start = component.getFirstProperty('dtstart');
  const time = start?.getFirstValue();
  // A whole day has no hour to arrive by.
  if (!(time instanceof ICAL.Time) || start === null || time.isDate) return [];
  const original = component.getFirstProperty('recurrence-id');
  const rule = component.getFirstProperty('rrule')?.getFirstValue();
  const isAhead = (startMs: number): boolean => startMs > input.nowMs && startMs <= input.nowMs + HORIZON_MS;
  if (original !== null || !(rule instanceof ICAL.Recur)) {
    const entryId = original === null ? uid : `${uid}/${dayOf(original, input)}`;
    const startMs = instantOfTime(time, input);
    return isAhead(startMs) ? [{ entryId, event, startMs }] : [];
  }
  const repeat = repeatOf(rule.toString());
  if (repeat === undefined || component.hasProperty('rdate')) {
    note(title, 'repeats in a way that is not read');
    return [];
  }
  const until = rule.until instanceof ICAL.Time ? rule.until : null;
  const untilMs = until === null ? Infinity : instantOfTime(until, input) + (until.isDate ? DAY_MS - 1 : 0);
  const left = leftOutDays(component, input);
  return daysOf(repeat, time, input)
    .filter(({ day, startMs }) => isAhead(startMs) && startMs <= untilMs && !left.has(day))
    .map(({ day, startMs }) => ({ entryId: `${uid}/${day}`, event, startMs }))
    .filter(({ entryId }) => !moved.has(entryId));
}

/** Days around now and the horizon on which a series takes place, at its own hour. */
function daysOf(
  repeat: Repeat,
  time: ICAL.Time,
  input: CalendarInput,
): readonly { readonly day: string; readonly startMs: number }[] {
  const first = dayNumber(time.year, time.month, time.day);
  const today = Math.floor(input.nowMs / DAY_MS);
  const found = [];
  for (let one = today - 2; one <= today + HORIZON_MS / DAY_MS + 2; one++) {
    if (!takesPlace(repeat, first, one)) continue;
    const date = new Date(one * DAY_MS);
    const on = time.clone();
    on.year = date.getUTCFullYear();
    on.month = date.getUTCMonth() + 1;
    on.day = date.getUTCDate();
    found.push({ day: dayText(on), startMs: instantOfTime(on, input) });
  }
  return found;
}

const leftOutDays = (component: ICAL.Component, input: CalendarInput): ReadonlySet<string> =>
  new Set(component.getAllProperties('exdate').flatMap((property) => daysOfProperty(property, input)));

const dayOf = (property: ICAL.Property, input: CalendarInput): string =>
  daysOfProperty(property, input)[0] ?? '';

/** Days on the wall of the series' own zone; a time in UTC is read on the wall of the calendar's zone. */
function daysOfProperty(property: ICAL.Property, { timeZone }: CalendarInput): readonly string[] {
  return property.getValues().flatMap((value) => {
    if (!(value instanceof ICAL.Time)) return [];
    if (value.isDate || value.zone !== ICAL.Timezone.utcTimezone) return [dayText(value)];
    return [dayText(localTimeOf(1000 * value.toUnixTime(), timeZone))];
  });
}

const dayText = ({ year, month, day }: { year: number; month: number; day: number }): string =>
  `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;

/** A zone known by its IANA name, else as the calendar describes it, else the driver's own. */
function instantOfTime(time: ICAL.Time, { timeZone }: CalendarInput): number {
  const named = (time as { timezone?: string }).timezone;
  if (named !== undefined && named !== 'Z' && isTimeZone(named)) return instantOf(time, named);
  const isFloating = time.zone === ICAL.Timezone.localTimezone;
  return isFloating ? instantOf(time, timeZone) : 1000 * time.toUnixTime();
}

function textOf(component: ICAL.Component, name: string): string {
  const value = component.getFirstPropertyValue(name);
  return typeof value === 'string' ? value.trim() : '';
}

/** What the event says about where it is; empty when it does not. */
const placeText = (component: ICAL.Component): string =>
  String(component.getFirstPropertyValue('geo') ?? '') ||
  textOf(component, 'x-apple-structured-location') ||
  textOf(component, 'location');

interface Placed extends NamedPlace {
  readonly isGuess?: true;
}

function placeOf(
  component: ICAL.Component,
  said: string,
  { places, found = [] }: CalendarInput,
): Placed | undefined {
  const location = textOf(component, 'location');
  const plain = (text: string): string => text.trim().toLowerCase();
  const spoken = [location, location.split(/[,\n]/, 1)[0] ?? ''].map(plain);
  const named = places.find((place) => spoken.includes(plain(place.name)));
  if (named !== undefined) return named;
  const name = (location || textOf(component, 'summary') || 'Appointment').slice(0, 200);
  const pair = /^(?:geo:)?\s*(-?\d{1,2}(?:\.\d+)?)\s*[,;]\s*(-?\d{1,3}(?:\.\d+)?)\s*(?:;.*)?$/.exec(said);
  if (pair !== null) {
    const [lat, lon] = [Number(pair[1]), Number(pair[2])];
    if (Math.abs(lat) <= 90 && Math.abs(lon) <= 180) return { name, lat, lon };
  }
  const text = placeToAsk(component);
  const guess = text === '' ? undefined : found.find((place) => place.name === text);
  return guess && { ...guess, isGuess: true };
}

const PLACE_CHARS_MAX = 200;

/** The text of a place as a stranger may hear it; empty for what is none, such as the link of a meeting. */
function placeToAsk(component: ICAL.Component): string {
  const text = textOf(component, 'location').replaceAll(/\s+/g, ' ');
  const isPlace = /\p{L}/u.test(text) && !/:\/\/|@|\bwww\./i.test(text) && text.length <= PLACE_CHARS_MAX;
  return isPlace ? text : '';
}

function entryOf({ entryId, event, startMs }: Occurrence, place: Placed, home: Position): TripEntry {
  const driveMs = (1000 * DETOUR * distanceM(home, place)) / SPEED_MPS;
  const { lat, lon } = place;
  return {
    entryId,
    ...(place.isGuess && { isGuess: true }),
    plan: {
      departAtMs: Math.max(0, Math.floor((startMs - driveMs - SPARE_MS) / 60_000) * 60_000),
      origin: { name: 'Home', lat: home.lat, lon: home.lon },
      stops: [{ name: event.title.slice(0, 200), lat, lon, kind: 'destination', arriveAtMs: startMs }],
    },
  };
}
