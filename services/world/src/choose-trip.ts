import { distanceM, type Trip } from '@outrider/domain';

/** A plan that departs within this time counts as begun: people plan at the charger, before they leave. */
const DUE_MS = 2 * 3_600_000;

/** So long after its end a plan may still be under way: late, or with a long rest. */
const LATE_MS = 12 * 3_600_000;
/** A leisurely guess where a plan says no times: as the crow flies, all told. */
const CROW_MPS = 15;

/** Nobody can be on this plan any more. Said of plans that are heard of anew, never of the one being driven. */
export function isOver({ origin, stops, departAtMs }: Trip, nowMs: number): boolean {
  let endMs = departAtMs;
  stops.forEach((stop, i) => {
    endMs += (distanceM(stops[i - 1] ?? origin, stop) / CROW_MPS) * 1000;
    endMs = Math.max(endMs, stop.arriveAtMs ?? 0, stop.departAtMs ?? 0);
  });
  return endMs + LATE_MS < nowMs;
}

/**
 * Which of a car's plans counts now. Of those that are due or under way the one entered last: a later plan
 * replaces the one before it, but a guess replaces no plan. Without such a one, the plan that departs next. `active`
 * is left out once it is over.
 */
export function chooseTrip(active: Trip | null, waiting: readonly Trip[], nowMs: number): Trip | null {
  const known = active === null ? waiting : [active, ...waiting];
  const due = known.filter((trip) => trip.departAtMs <= nowMs + DUE_MS);
  const said = due.filter(({ isGuess }) => isGuess !== true);
  const counting = said.length > 0 ? said : due;
  const [first] = due.length > 0 ? counting.toSorted(byEntered) : known.toSorted(byDeparture);
  return first ?? null;
}

const byDeparture = (a: Trip, b: Trip): number =>
  a.departAtMs - b.departAtMs || (a.tripId < b.tripId ? -1 : 1);
const byEntered = (a: Trip, b: Trip): number => b.createdAtMs - a.createdAtMs || byDeparture(b, a);

/** Plans that still lie ahead when `chosen` counts: those replaced by it are gone. */
export const stillWaiting = (known: readonly Trip[], chosen: Trip | null, nowMs: number): Trip[] =>
  known.filter((trip) => trip.tripId !== chosen?.tripId && trip.departAtMs > nowMs + DUE_MS);
