import type { OpeningHours } from '@outrider/domain';
import { isTimeZone } from '../../trips/local-time.ts';
import type { Counting } from './tally.ts';
import { isObject, type Json, numberOf, objectsOf, textOf, timeOf } from './words.ts';

const DAY_MINUTES = 1_440;
const MOST_SPANS = 50;

/**
 * When a location lets cars charge. OCPI charges on when closed unless `charging_when_closed` is false, so
 * only then there is anything to say. Regular hours without a time zone cannot be placed and are left out.
 */
export function readHours(location: Json, { note }: Counting): OpeningHours | undefined {
  const times = location.opening_times;
  if (!isObject(times) || location.charging_when_closed !== false) return undefined;
  const timeZone = textOf(location.time_zone);
  if (timeZone === undefined || !isTimeZone(timeZone)) {
    note('hours-without-time-zone');
    return undefined;
  }
  const always = times.twentyfourseven === true;
  const regular = always ? everyDay() : objectsOf(times.regular_hours).slice(0, MOST_SPANS).flatMap(dayOf);
  const openings = spansOf(times.exceptional_openings);
  const closings = spansOf(times.exceptional_closings);
  if (regular.length === 0 && openings.length === 0) {
    note('hours-unreadable');
    return undefined;
  }
  return always && closings.length === 0 ? undefined : { timeZone, regular, openings, closings };
}

type Day = OpeningHours['regular'][number];

const everyDay = (): Day[] =>
  Array.from({ length: 7 }, (_, i) => ({ weekday: i + 1, fromMinute: 0, toMinute: DAY_MINUTES }));

/** Hours that cross midnight, which OCPI does not have and feeds do, become two days'. */
function dayOf(raw: Json): Day[] {
  const weekday = numberOf(raw.weekday);
  const fromMinute = minuteOf(raw.period_begin);
  const end = minuteOf(raw.period_end);
  if (weekday === undefined || !(weekday >= 1 && weekday <= 7) || !Number.isInteger(weekday)) return [];
  if (fromMinute === undefined || end === undefined) return [];
  const toMinute = end === 0 ? DAY_MINUTES : end;
  if (fromMinute < toMinute) return [{ weekday, fromMinute, toMinute }];
  return [
    { weekday, fromMinute, toMinute: DAY_MINUTES },
    { weekday: (weekday % 7) + 1, fromMinute: 0, toMinute },
  ];
}

function minuteOf(value: unknown): number | undefined {
  const parts = /^(\d\d?):(\d\d)(?::\d\d)?$/.exec(textOf(value) ?? '');
  if (parts === null) return undefined;
  const minute = 60 * Number(parts[1]) + Number(parts[2]);
  return minute <= DAY_MINUTES ? minute : undefined;
}

const spansOf = (value: unknown): OpeningHours['openings'] =>
  objectsOf(value)
    .slice(0, MOST_SPANS)
    .flatMap((raw) => {
      const fromMs = timeOf(raw.period_begin);
      const toMs = timeOf(raw.period_end);
      return fromMs === undefined || toMs === undefined || fromMs >= toMs ? [] : [{ fromMs, toMs }];
    });
