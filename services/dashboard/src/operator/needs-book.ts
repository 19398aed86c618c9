import type { AlertView } from '../server/answers.ts';
import type { PlaceView } from '../server/answers-staff.ts';

/** Warnings that hold, by id. */
export type NeedsBook = ReadonlyMap<string, AlertView>;

/** After more steps of warnings, in whatever order they come: the later step counts, and what ended goes. */
export function withSteps(book: NeedsBook, steps: readonly AlertView[]): NeedsBook {
  const next = new Map(book);
  for (const step of steps) {
    const before = next.get(step.alertId);
    if (before !== undefined && Date.parse(step.changedAt) < Date.parse(before.changedAt)) continue;
    if (step.state === 'firing') next.set(step.alertId, step);
    else next.delete(step.alertId);
  }
  return next;
}

/** A car as the map draws it. */
export interface CarOnMap {
  readonly vehicleId: string;
  readonly lat: number;
  readonly lon: number;
  readonly need: AlertView['severity'];
}

const SEVERITIES = ['info', 'warning', 'critical'] as const;

/** Every car of the list that said where it is, with the gravest of its warnings. */
export function carsOnMap(
  book: NeedsBook,
  places: ReadonlyMap<string, PlaceView>,
): ReadonlyMap<string, CarOnMap> {
  const cars = new Map<string, CarOnMap>();
  for (const { vehicleId, severity } of book.values()) {
    const place = places.get(vehicleId);
    const before = cars.get(vehicleId);
    if (place === undefined || isGraver(before?.need, severity)) continue;
    cars.set(vehicleId, { vehicleId, lat: place.lat, lon: place.lon, need: severity });
  }
  return cars;
}

const isGraver = (one: AlertView['severity'] | undefined, other: AlertView['severity']): boolean =>
  one !== undefined && SEVERITIES.indexOf(one) >= SEVERITIES.indexOf(other);

/** In the order to draw them: what is drawn later lies on top, the gravest. */
export const inDrawingOrder = (cars: Iterable<CarOnMap>): readonly CarOnMap[] =>
  [...cars].toSorted((a, b) => SEVERITIES.indexOf(a.need) - SEVERITIES.indexOf(b.need));
