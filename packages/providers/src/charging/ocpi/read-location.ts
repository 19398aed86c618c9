import {
  type ChargingLocation,
  chargingLocation,
  type EvseStatus,
  evseStatus,
  type Position,
} from '@outrider/domain';
import type { Tally } from '../charger-provider.ts';
import { operatorOf } from '../raw-location.ts';
import { isInCountry } from './country-boxes.ts';
import { readConnector } from './read-connector.ts';
import { readHours } from './read-hours.ts';
import { type Counting, counting } from './tally.ts';
import { instantOf, isObject, type Json, numberOf, objectsOf, textOf, wordOf } from './words.ts';

export interface ReadOptions {
  /** The feed, as it is shown with each place. */
  readonly source: string;
  /** Real time: no place was updated later. */
  readonly receivedAtMs: number;
}

export interface ReadLocations {
  readonly locations: readonly ChargingLocation[];
  /** Places that must not be shown, or whose every post was taken away. */
  readonly gone: readonly string[];
  readonly quarantined: Tally;
  readonly mended: Tally;
}

interface Reading extends ReadOptions {
  readonly quarantined: Counting;
  readonly mended: Counting;
}

const COUNTRIES = /^[A-Z]{2,3}$/;
const MOST_EVSES = 500;
const MOST_CONNECTORS = 20;

/**
 * OCPI 2.1.1, 2.2.1 and 2.3.0 Locations as feeds write them. Good objects are used, mended where what was meant is
 * plain; the others are left out and counted by reason. Never throws.
 */
export function readLocations(items: readonly unknown[], options: ReadOptions): ReadLocations {
  const reading: Reading = { ...options, quarantined: counting(), mended: counting() };
  const byId = new Map<string, ChargingLocation>();
  const gone = new Set<string>();
  for (const item of items) {
    const id = isObject(item) ? idOf(item, options.source) : undefined;
    if (!isObject(item) || id === undefined) {
      reading.quarantined.note('location-without-id');
      continue;
    }
    const read = readLocation(item, id, reading);
    if (read === 'gone') gone.add(id);
    else if (read !== undefined) {
      if (byId.has(id)) reading.mended.note('location-twice');
      if (read.lastUpdatedAtMs >= (byId.get(id)?.lastUpdatedAtMs ?? 0)) byId.set(id, read);
    }
  }
  return {
    locations: [...byId.values()],
    gone: [...gone].filter((id) => !byId.has(id)),
    quarantined: reading.quarantined.counts,
    mended: reading.mended.counts,
  };
}

/** Unique over all feeds where the operator is named; OCPI 2.1.1 does not name it. */
export function idOf(location: Json, source: string): string | undefined {
  const id = textOf(location.id);
  const country = wordOf(location.country_code);
  const party = wordOf(location.party_id);
  const owner = country === undefined || party === undefined ? source : `${country}*${party}`;
  return id === undefined ? undefined : `${owner}*${id}`.slice(0, 200);
}

function readLocation(raw: Json, id: string, reading: Reading): ChargingLocation | 'gone' | undefined {
  const { quarantined, mended, source, receivedAtMs } = reading;
  if (raw.publish === false) {
    quarantined.note('not-published');
    return 'gone';
  }
  const place = placeOf(raw, reading);
  if (place === undefined) return undefined;
  const stated = objectsOf(raw.evses);
  if (stated.length === 0) {
    quarantined.note('location-without-evses');
    return undefined;
  }
  const statedAtMs = instantOf(raw.last_updated, receivedAtMs);
  if (statedAtMs === undefined) mended.note('last-updated-missing');
  const evses = readEvses(stated, statedAtMs, reading);
  if (evses === 'gone') return 'gone';
  if (evses.length === 0) return undefined;
  const hours = readHours(raw, mended);
  const parsed = chargingLocation.safeParse({
    locationId: id,
    name: (textOf(raw.name) ?? textOf(raw.address) ?? id).slice(0, 200),
    ...place,
    ...operatorOf(isObject(raw.operator) ? raw.operator.name : undefined),
    evses,
    ...(hours === undefined ? {} : { hours }),
    source,
    lastUpdatedAtMs: Math.max(statedAtMs ?? 0, ...evses.map(({ lastUpdatedAtMs }) => lastUpdatedAtMs)),
  });
  if (!parsed.success) quarantined.note('location-out-of-bounds');
  return parsed.data;
}

type Evse = ChargingLocation['evses'][number];

/** `gone` when every post was taken away; a post that is there twice counts as its newest says. */
function readEvses(
  stated: readonly Json[],
  locationAtMs: number | undefined,
  reading: Reading,
): Evse[] | 'gone' {
  const byUid = new Map<string, Evse>();
  let removed = 0;
  for (const raw of stated) {
    const evse = readEvse(raw, locationAtMs, reading);
    if (evse === undefined) continue;
    const before = byUid.get(evse.uid);
    if (before !== undefined) reading.mended.note('evse-twice');
    if (before === undefined || evse.lastUpdatedAtMs > before.lastUpdatedAtMs) byUid.set(evse.uid, evse);
  }
  const evses = [...byUid.values()].filter(({ status }) => {
    if (status === 'REMOVED') removed++;
    return status !== 'REMOVED';
  });
  return evses.length === 0 && removed > 0 ? 'gone' : evses.slice(0, MOST_EVSES);
}

function readEvse(raw: Json, locationAtMs: number | undefined, reading: Reading): Evse | undefined {
  const { quarantined, mended, receivedAtMs } = reading;
  const uid = textOf(raw.uid) ?? textOf(raw.evse_id);
  if (uid === undefined) {
    quarantined.note('evse-without-uid');
    return undefined;
  }
  const status = statusOf(raw.status, mended);
  const connectors = objectsOf(raw.connectors).slice(0, MOST_CONNECTORS);
  if (connectors.length === 0 && status !== 'REMOVED') {
    quarantined.note('evse-without-connectors');
    return undefined;
  }
  const atMs = instantOf(raw.last_updated, receivedAtMs) ?? locationAtMs;
  return {
    uid: uid.slice(0, 200),
    status: atMs === undefined ? undatedStatus(status, mended) : status,
    connectors: connectors.map((connector) => readConnector(connector, mended)),
    lastUpdatedAtMs: atMs ?? receivedAtMs,
  };
}

function statusOf(value: unknown, { note }: Counting): EvseStatus {
  const word = wordOf(value);
  const parsed = evseStatus.safeParse(word);
  if (!parsed.success) note(word === undefined ? 'status-missing' : 'status-unknown');
  else if (value !== word) note('status-respelled');
  return parsed.data ?? 'UNKNOWN';
}

/** A good word that may be years old is no word; a bad one is heeded. */
function undatedStatus(status: EvseStatus, { note }: Counting): EvseStatus {
  if (status !== 'AVAILABLE' && status !== 'CHARGING' && status !== 'RESERVED') return status;
  note('status-undated');
  return 'UNKNOWN';
}

function placeOf(raw: Json, { quarantined, mended }: Reading): Position | undefined {
  const stated = isObject(raw.coordinates) ? raw.coordinates : {};
  const lat = numberOf(stated.latitude);
  const lon = numberOf(stated.longitude);
  if (lat === undefined || lon === undefined) {
    quarantined.note('coordinates-unreadable');
    return undefined;
  }
  if (lat === 0 && lon === 0) {
    quarantined.note('coordinates-zero');
    return undefined;
  }
  const word = wordOf(raw.country) ?? wordOf(raw.country_code);
  const country = word !== undefined && COUNTRIES.test(word) ? word : undefined;
  if (isPlace({ lat, lon }) && isInCountry({ lat, lon }, country) !== false) {
    if (typeof stated.latitude === 'number') mended.note('coordinates-as-numbers');
    return { lat, lon };
  }
  const swapped = { lat: lon, lon: lat };
  if (isPlace(swapped) && isInCountry(swapped, country) !== false) {
    mended.note('coordinates-swapped');
    return swapped;
  }
  quarantined.note(isPlace({ lat, lon }) ? 'coordinates-elsewhere' : 'coordinates-out-of-range');
  return undefined;
}

const isPlace = ({ lat, lon }: Position): boolean => Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
