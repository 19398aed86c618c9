import {
  type Bus,
  decodeRecord,
  encodeRecord,
  type Opener,
  type OutgoingRecord,
  type Sealer,
  TOPICS,
} from '@outrider/bus';
import type { ChargingLocation } from '@outrider/domain';

const RECORDS_AT_ONCE = 500;

/** The header in which a place keeps what a peer pushed of it, as OCPI has it: the next push changes that. */
const PUSHED = 'ocpi';

/** What the topic says under one key. */
export interface PublishedPlace {
  /** Undefined where the record is a tombstone or unreadable. */
  readonly place: ChargingLocation | undefined;
  readonly isGone: boolean;
  /** What a peer pushed, OCPI JSON; undefined when nobody did. */
  readonly pushed: string | undefined;
  readonly atMs: number;
}

/**
 * Brings `chargers.v1` to what is known now: publishes the places that are new or say something else, and a
 * tombstone for each that is gone. Doing it again changes nothing. Returns how many records that took.
 * @param pushedOf what a peer pushed of a place, to be kept beside it
 */
export async function publishChargers(
  bus: Bus,
  locations: readonly ChargingLocation[],
  pushedOf: (locationId: string) => string | undefined,
): Promise<number> {
  const there = new Map<string, string>();
  for (const [key, { place, isGone }] of await publishedPlaces(bus))
    if (!isGone) there.set(key, place ? contentOf(place) : '');
  const changed = locations.filter((location) => there.get(location.locationId) !== contentOf(location));
  const known = new Set(locations.map(({ locationId }) => locationId));
  const gone = [...there.keys()].filter((locationId) => !known.has(locationId));
  const records = [
    ...changed.map((place) => placeRecord(place.locationId, place, pushedOf(place.locationId))),
    ...gone.map((locationId) => placeRecord(locationId, undefined, pushedOf(locationId))),
  ];
  for (let i = 0; i < records.length; i += RECORDS_AT_ONCE)
    await bus.publish(records.slice(i, i + RECORDS_AT_ONCE));
  return records.length;
}

/** A place, or without one its tombstone, with what a peer pushed of it. */
export function placeRecord(
  locationId: string,
  place: ChargingLocation | undefined,
  pushed: string | undefined,
): OutgoingRecord {
  const record =
    place === undefined
      ? { topic: TOPICS.chargers.name, key: locationId, value: null }
      : encodeRecord(TOPICS.chargers, locationId, placeOf(place), 0, UNSEALED);
  return { ...record, ...(pushed === undefined ? {} : { headers: { [PUSHED]: pushed } }) };
}

/** Public data: there is no seal to make or open. */
const UNSEALED: Opener & Sealer = {
  open: (_vehicleId, _keyId, bytes) => ({ kind: 'opened', bytes }),
  seal: (_vehicleId, _atMs, box) => ({ keyId: '', box }),
};

/** What the topic says, by key; tombstones as long as it has them. */
export async function publishedPlaces(bus: Bus): Promise<ReadonlyMap<string, PublishedPlace>> {
  const places = new Map<string, PublishedPlace>();
  const subscription = await bus.broadcast({
    topics: [TOPICS.chargers.name],
    start: 'earliest',
    handle: async ({ records }) => {
      for (const record of records) {
        const decoded = decodeRecord(TOPICS.chargers, record, UNSEALED);
        places.set(record.key, {
          place: decoded.kind === 'record' ? decoded.record : undefined,
          isGone: decoded.kind === 'tombstone',
          pushed: record.headers[PUSHED],
          atMs: record.timestampMs,
        });
      }
    },
  });
  try {
    await subscription.caughtUp;
  } finally {
    await subscription.stop();
  }
  return places;
}

/** Just what the topic holds, in one order of fields: whoever made the list may know more. */
const placeOf = ({
  locationId,
  name,
  lat,
  lon,
  operator,
  evses,
  hours,
  source,
  lastUpdatedAtMs,
}: ChargingLocation) => ({
  locationId,
  name,
  lat,
  lon,
  ...(operator === undefined ? {} : { operator }),
  evses: evses.map((evse) => ({
    uid: evse.uid,
    status: evse.status,
    connectors: evse.connectors.map(({ standard, powerType, maxPowerKw }) => ({
      standard,
      powerType,
      maxPowerKw,
    })),
    lastUpdatedAtMs: evse.lastUpdatedAtMs,
  })),
  ...(hours === undefined ? {} : { hours }),
  source,
  lastUpdatedAtMs,
});

/** A file does not say when its figures were true, so its reading time is no news. */
const contentOf = (location: ChargingLocation): string =>
  JSON.stringify(placeOf(location), (field, value) => (field === 'lastUpdatedAtMs' ? 0 : value));
