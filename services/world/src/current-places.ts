import type { ChargingLocation, EvseStatus } from '@outrider/domain';
import { type ChargerIndex, chargerIndex } from '@outrider/providers';

/** The charging places that count now, and what has changed for drivers since somebody asked. */
export interface CurrentPlaces {
  readonly index: ChargerIndex;
  replaceAll(places: readonly ChargingLocation[]): void;
  /** The index follows at the next `refresh`. Undefined: the place is gone. */
  replace(locationId: string, place: ChargingLocation | undefined): void;
  /** Makes the index anew where it is old, once in `everyMs` at most. Says what of it works otherwise than before. */
  refresh(nowMs: number): ReadonlySet<string>;
}

const NOTHING: ReadonlySet<string> = new Set();

export function createCurrentPlaces(places: readonly ChargingLocation[], everyMs: number): CurrentPlaces {
  let current = byId(places);
  let index = chargerIndex(places);
  let isIndexOld = false;
  let indexedAtMs = Number.NEGATIVE_INFINITY;
  let changed = new Set<string>();

  const note = (before: ChargingLocation, after: ChargingLocation | undefined): void => {
    if (workingOf(before) !== workingOf(after)) changed.add(before.locationId);
  };

  return {
    get index() {
      return index;
    },
    replaceAll(after) {
      const before = current;
      current = byId(after);
      index = chargerIndex(after);
      isIndexOld = false;
      for (const [locationId, place] of before) note(place, current.get(locationId));
    },
    replace(locationId, after) {
      const before = current.get(locationId);
      if (before !== undefined) note(before, after);
      if (after === undefined) current.delete(locationId);
      else current.set(locationId, after);
      isIndexOld = true;
    },
    refresh(nowMs) {
      if (isIndexOld) {
        if (nowMs - indexedAtMs < everyMs) return NOTHING;
        index = chargerIndex([...current.values()]);
        indexedAtMs = nowMs;
        isIndexOld = false;
      }
      const said = changed;
      if (said.size > 0) changed = new Set();
      return said;
    },
  };
}

const byId = (places: readonly ChargingLocation[]): Map<string, ChargingLocation> =>
  new Map(places.map((place) => [place.locationId, place]));

/** Occupied is no news to a car on its way, which comes later: works, does not, or nobody knows. */
const WORKS: Readonly<Record<EvseStatus, string>> = {
  AVAILABLE: '+',
  CHARGING: '+',
  RESERVED: '+',
  UNKNOWN: '?',
  BLOCKED: '-',
  INOPERATIVE: '-',
  OUTOFORDER: '-',
  PLANNED: '-',
  REMOVED: '-',
};

/** What of a place a driver may count on. */
const workingOf = (place: ChargingLocation | undefined): string =>
  place === undefined
    ? ''
    : place.evses
        .map(({ uid, status }) => `${uid}${WORKS[status]}`)
        .toSorted()
        .join(' ');
