import { carNavigation } from './car-navigation.ts';
import { dispatcherCsv } from './dispatcher-csv.ts';
import { geojson } from './geojson.ts';
import { gpx } from './gpx.ts';
import { ical } from './ical.ts';
import { weekly } from './weekly.ts';

/** Every source of trips. A new one is a file beside this, its test, and a line here. */
export const tripSources = { carNavigation, dispatcherCsv, geojson, gpx, ical, weekly } as const;

export type { CarNavigation } from './car-navigation.ts';
export type { CalendarInput, NamedPlace } from './ical.ts';
export { isTimeZone } from './local-time.ts';
export type { RoadInput } from './roads.ts';
export * from './trip-source.ts';
export { type WeeklyTrip, weeklyTrip } from './weekly.ts';
