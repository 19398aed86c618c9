import { position, recordKey, shortText, vehicleId } from '@outrider/domain';
import { isTimeZone, weeklyTrip } from '@outrider/providers';
import { z } from 'zod';
import { isoText } from './fields.ts';
import { tripView } from './trips.ts';

const place = z.strictObject({ name: shortText, ...position.shape });

const calendar = z.strictObject({
  kind: z.literal('ical'),
  label: shortText,
  url: z
    .url({ protocol: /^https?$/, message: 'an address like https://calendar.example/private/me.ics' })
    .max(2_000)
    .describe('Secret: kept sealed, never shown again.'),
  timeZone: z.string().max(60).refine(isTimeZone, 'an IANA time zone like Europe/Berlin'),
  places: z
    .array(place)
    .max(200)
    .default([])
    .describe('What the calendar’s words for places mean, where it has no coordinates.'),
});

const habit = z.strictObject({ kind: z.literal('weekly'), label: shortText, trip: weeklyTrip });

/** What a driver says of a source of trips; the same is kept, sealed. */
export const tripSource = z.discriminatedUnion('kind', [calendar, habit]);
export type TripSource = z.infer<typeof tripSource>;

const problem = z.strictObject({ path: z.string(), message: z.string() });

export const tripSourceView = z.strictObject({
  sourceId: recordKey,
  vehicleId,
  kind: z.enum(['ical', 'weekly']),
  label: z.string(),
  createdAt: isoText,
  host: z.string().optional().describe('Where the calendar is; the rest of its address stays secret.'),
  places: z.array(place).optional(),
  trip: weeklyTrip.optional(),
  readAt: isoText.nullable().describe('null: not since this service started.'),
  failure: z.string().nullable().describe('Why the last reading failed: nothing was changed by it.'),
  problems: z.array(problem).describe('What cannot become a trip, and why.'),
});
export type TripSourceView = z.infer<typeof tripSourceView>;

export const sourceParams = z.strictObject({ sourceId: recordKey });
export const tripSourceList = z.strictObject({ sources: z.array(tripSourceView) });
export const uploaded = z.strictObject({
  changed: z.int().describe('Revisions published; what was there already is none.'),
  trips: z.array(tripView),
});
