import { carUse, leg, position, shortText, socPct, stop } from '@outrider/domain';
import { z } from 'zod';
import { instantOf, isTimeZone } from './local-time.ts';
import {
  HORIZON_MS,
  type PlannedStop,
  soonest,
  type TripEntry,
  type TripSource,
  unreadable,
} from './trip-source.ts';

export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

const minutes = z.int().min(0).max(10_080);
const date = z.iso.date();

/** A trip that is driven every week, as its driver tells it. Times are those of a clock at the origin. */
export const weeklyTrip = z
  .strictObject({
    days: z.array(z.enum(WEEKDAYS)).min(1).max(7),
    departAt: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time like 07:30'),
    timeZone: z.string().max(60).refine(isTimeZone, 'an IANA time zone like Europe/Berlin'),
    from: date.optional().describe('First day, as it is called at the origin.'),
    until: date.optional().describe('Last day.'),
    except: z.array(date).max(400).optional().describe('Days on which it is not driven.'),
    reserveSocPct: socPct.optional(),
    origin: z.strictObject({ name: shortText, ...position.shape }),
    stops: z
      .array(
        stop.omit({ stopId: true, arriveAtMs: true, departAtMs: true }).extend({
          arriveAfterMin: minutes.optional().describe('Minutes after departure by which to be there.'),
          departAfterMin: minutes.optional(),
        }),
      )
      .min(1)
      .max(100),
    legs: z.array(leg).max(100).optional(),
    use: carUse.optional(),
  })
  .refine(({ legs, stops }) => legs === undefined || legs.length === stops.length, {
    path: ['legs'],
    message: 'there must be as many legs as stops',
  });
export type WeeklyTrip = z.infer<typeof weeklyTrip>;

const DAY_MS = 86_400_000;

/**
 * What the next days hold of a weekly trip; an entry's id is its day. One that has left within the last day is
 * told too: it may be under way.
 */
export const weekly: TripSource<{ readonly trip: WeeklyTrip; readonly nowMs: number }> = {
  name: 'weekly',
  read({ trip, nowMs }) {
    if (!isTimeZone(trip.timeZone)) return unreadable('timeZone', `${trip.timeZone} is no time zone`);
    const entries: TripEntry[] = [];
    for (let dayMs = nowMs - 2 * DAY_MS; dayMs <= nowMs + HORIZON_MS + DAY_MS; dayMs += DAY_MS) {
      const day = new Date(dayMs).toISOString().slice(0, 10);
      const entry = isDriven(trip, day) ? entryOn(trip, day) : undefined;
      if (entry === undefined) continue;
      const { departAtMs } = entry.plan;
      if (departAtMs > nowMs - DAY_MS && departAtMs <= nowMs + HORIZON_MS) entries.push(entry);
    }
    return { entries: soonest(entries), cancelled: [], problems: [] };
  },
};

/** `day` is a date by the calendar on the wall, so its weekday needs no zone. */
function isDriven({ days, from, until, except = [] }: WeeklyTrip, day: string): boolean {
  const weekday = WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()];
  if (weekday === undefined || !days.includes(weekday)) return false;
  return (
    (from === undefined || day >= from) && (until === undefined || day <= until) && !except.includes(day)
  );
}

function entryOn(trip: WeeklyTrip, day: string): TripEntry {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  const [hour = 0, minute = 0] = trip.departAt.split(':').map(Number);
  const departAtMs = instantOf({ year, month, day: date, hour, minute }, trip.timeZone);
  const { reserveSocPct, origin, legs, use } = trip;
  const afterMs = (min: number): number => departAtMs + min * 60_000;
  return {
    entryId: day,
    plan: {
      departAtMs,
      ...(reserveSocPct !== undefined && { reserveSocPct }),
      origin,
      stops: trip.stops.map(
        ({ arriveAfterMin, departAfterMin, ...plain }): PlannedStop => ({
          ...plain,
          ...(arriveAfterMin !== undefined && { arriveAtMs: afterMs(arriveAfterMin) }),
          ...(departAfterMin !== undefined && { departAtMs: afterMs(departAfterMin) }),
        }),
      ),
      ...(legs !== undefined && { legs }),
      ...(use !== undefined && { use }),
    },
  };
}
