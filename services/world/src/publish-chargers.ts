import { type Bus, decodeRecord, encodeRecord, type Opener, type Sealer, TOPICS } from '@outrider/bus';
import type { ChargingLocation } from '@outrider/domain';

const RECORDS_AT_ONCE = 500;

/**
 * Brings `chargers.v1` to what is known now: publishes the places that are new or say something else, and a
 * tombstone for each that is gone. Doing it again changes nothing. Returns how many records that took.
 */
export async function publishChargers(
  bus: Bus,
  locations: readonly ChargingLocation[],
  trust: Sealer,
  nowMs: number,
): Promise<number> {
  const there = new Map<string, string>();
  for (const [key, place] of await publishedRecords(bus)) there.set(key, place ? contentOf(place) : '');
  const changed = locations
    .filter((location) => there.get(location.locationId) !== contentOf(location))
    .map((location) => encodeRecord(TOPICS.chargers, location.locationId, placeOf(location), nowMs, trust));
  const known = new Set(locations.map(({ locationId }) => locationId));
  const gone = [...there.keys()]
    .filter((locationId) => !known.has(locationId))
    .map((key) => ({ topic: TOPICS.chargers.name, key, value: null }));
  const records = [...changed, ...gone];
  for (let i = 0; i < records.length; i += RECORDS_AT_ONCE)
    await bus.publish(records.slice(i, i + RECORDS_AT_ONCE));
  return records.length;
}

/** Public data: there is no seal to open. */
const UNSEALED: Opener = { open: (_vehicleId, _keyId, bytes) => ({ kind: 'opened', bytes }) };

/** What the topic says of each place that it says something readable of. */
export async function publishedPlaces(bus: Bus): Promise<ReadonlyMap<string, ChargingLocation>> {
  const places = new Map<string, ChargingLocation>();
  for (const [key, place] of await publishedRecords(bus)) if (place !== undefined) places.set(key, place);
  return places;
}

/** By key; undefined where the record is unreadable: it says nothing and is written anew. */
async function publishedRecords(bus: Bus): Promise<ReadonlyMap<string, ChargingLocation | undefined>> {
  const places = new Map<string, ChargingLocation | undefined>();
  const subscription = await bus.broadcast({
    topics: [TOPICS.chargers.name],
    start: 'earliest',
    handle: async ({ records }) => {
      for (const record of records) {
        const decoded = decodeRecord(TOPICS.chargers, record, UNSEALED);
        if (decoded.kind === 'tombstone') places.delete(record.key);
        else places.set(record.key, decoded.kind === 'record' ? decoded.record : undefined);
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
