import type { ChargingLocation, ConnectorStandard, EvseStatus } from '@outrider/domain';
import { chargingLocation } from '@outrider/domain';
import { z } from 'zod';
import { type Caller, type CallerDeps, decode } from '../caller.ts';
import { ProviderUnavailable } from '../provider.ts';
import type { ChargerAnswer, ChargerSource } from './charger-provider.ts';
import { type ListUrl, listCaller, listUrlOf } from './list-url.ts';
import { type Counting, counting } from './ocpi/tally.ts';
import { instantOf, isObject, type Json, numberOf, objectsOf, textOf } from './ocpi/words.ts';
import { operatorOf, usualPowerType } from './raw-location.ts';

export const OPEN_CHARGE_MAP = 'open-charge-map';

export interface OpenChargeMapOptions extends CallerDeps {
  /** The v3 poi endpoint; its query narrows the list down, such as `countrycode=DE`. */
  readonly url: string;
  readonly key?: string;
}

const PAGE = 500;
const MOST_PAGES = 2_000;

/**
 * Open Charge Map, API v3: community data, mostly without live status. Pages by ascending id. Attribution and
 * licence are per data provider; `opendata=true` in the URL keeps to the open ones.
 */
export function openChargeMap(options: OpenChargeMapOptions): ChargerSource {
  const list = listUrlOf(options.url);
  const headers = options.key === undefined ? {} : { 'x-api-key': options.key };
  const caller = listCaller(options, OPEN_CHARGE_MAP, list, headers, [options.key]);
  return {
    name: OPEN_CHARGE_MAP,
    kind: 'charging',
    tellsChanges: false,
    list: ({ signal } = {}) => walk(caller, list, signal),
    async probe(signal) {
      const { items } = await askPage(caller, list, { maxresults: '1' }, signal);
      return `${items.length} of its places`;
    },
  };
}

async function walk(caller: Caller, list: ListUrl, signal: AbortSignal | undefined): Promise<ChargerAnswer> {
  const read = { quarantined: counting(), mended: counting() };
  const places = new Map<string, ChargingLocation>();
  let lastId = 0;
  let fetchedAtMs = 0;
  for (let page = 0; ; page++) {
    const after = lastId === 0 ? {} : { greaterthanid: String(lastId) };
    const query = { maxresults: String(PAGE), sortby: 'id_asc', ...after };
    const answer = await askPage(caller, list, query, signal);
    fetchedAtMs = answer.fetchedAtMs;
    for (const item of answer.items) {
      const place = placeOf(item, fetchedAtMs, read);
      if (place !== undefined) places.set(place.locationId, place);
    }
    if (answer.items.length < PAGE) break;
    lastId = lastIdOf(answer.items, lastId);
    if (page >= MOST_PAGES) throw unusable('its pages never end');
  }
  if (places.size === 0)
    throw new ProviderUnavailable(OPEN_CHARGE_MAP, 'lists no place that can be used', { kind: 'no-data' });
  return {
    kind: 'whole',
    locations: [...places.values()],
    gone: [],
    fetchedAtMs,
    quarantined: read.quarantined.counts,
    mended: read.mended.counts,
  };
}

/**
 * The id that the next page begins after. Its mirror sorts by id as asked, the database behind it by date: there, the
 * places between the pages would seem to be gone.
 * @throws ProviderUnavailable when the page does not go on by id
 */
function lastIdOf(items: readonly unknown[], afterId: number): number {
  let lastId = afterId;
  for (const { ID } of objectsOf(items)) {
    const id = numberOf(ID) ?? 0;
    if (id <= lastId) throw unusable('its pages are not in the order of their ids');
    lastId = id;
  }
  return lastId;
}

const unusable = (why: string): ProviderUnavailable =>
  new ProviderUnavailable(OPEN_CHARGE_MAP, why, { kind: 'bad-payload' });

async function askPage(
  caller: Caller,
  { path, query }: ListUrl,
  more: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<{ readonly items: readonly unknown[]; readonly fetchedAtMs: number }> {
  const answer = await caller.ask({
    path,
    query: { output: 'json', compact: 'true', verbose: 'false', ...query, ...more },
    ...(signal === undefined ? {} : { signal }),
  });
  // Its refusal is a text, and comes with 403 or, through some caches, with 200.
  if (answer.text.startsWith('REJECTED_APIKEY'))
    throw new ProviderUnavailable(OPEN_CHARGE_MAP, 'refuses the key', { kind: 'auth' });
  return {
    items: decode(OPEN_CHARGE_MAP, answer.text, z.array(z.unknown())),
    fetchedAtMs: answer.fetchedAtMs,
  };
}

interface Reading {
  readonly quarantined: Counting;
  readonly mended: Counting;
}

function placeOf(
  item: unknown,
  nowMs: number,
  { quarantined, mended }: Reading,
): ChargingLocation | undefined {
  const raw = isObject(item) ? item : {};
  const id = textOf(raw.ID);
  const address = isObject(raw.AddressInfo) ? raw.AddressInfo : {};
  const [lat, lon] = [numberOf(address.Latitude), numberOf(address.Longitude)];
  if (id === undefined || lat === undefined || lon === undefined || (lat === 0 && lon === 0)) {
    quarantined.note(id === undefined ? 'location-without-id' : 'coordinates-unreadable');
    return undefined;
  }
  if (PRIVATE.has(numberOf(raw.UsageTypeID) ?? 0)) {
    quarantined.note('not-public');
    return undefined;
  }
  const lastUpdatedAtMs =
    instantOf(raw.DateLastStatusUpdate, nowMs) ?? instantOf(raw.DateLastVerified, nowMs) ?? nowMs;
  const evses = objectsOf(raw.Connections).flatMap((connection, i) =>
    postsOf(connection, `${id}-${i}`, raw, lastUpdatedAtMs, mended),
  );
  if (evses.length === 0) {
    quarantined.note('location-without-evses');
    return undefined;
  }
  const parsed = chargingLocation.safeParse({
    locationId: `ocm-${id}`,
    name: (textOf(address.Title) ?? `Open Charge Map ${id}`).slice(0, 200),
    ...operatorOf(isObject(raw.OperatorInfo) ? raw.OperatorInfo.Title : undefined),
    ...{ lat, lon, evses: evses.slice(0, 500), source: OPEN_CHARGE_MAP, lastUpdatedAtMs },
  });
  if (!parsed.success) quarantined.note('location-out-of-bounds');
  return parsed.data;
}

// Numbers of https://github.com/openchargemap/ocm-data, reference.json.

/** Its UsageTypes for restricted access, and for staff, visitors or customers. */
const PRIVATE: ReadonlySet<number> = new Set([2, 6]);

/** Its ConnectionTypes. */
const PLUGS: ReadonlyMap<number, ConnectorStandard> = new Map([
  [1, 'IEC_62196_T1'],
  [2, 'CHADEMO'],
  [9, 'NEMA_5_20'],
  [11, 'NEMA_14_50'],
  [22, 'NEMA_5_20'],
  [25, 'IEC_62196_T2'],
  [27, 'SAE_J3400'],
  [28, 'DOMESTIC_F'],
  [30, 'TESLA_S'],
  [32, 'IEC_62196_T1_COMBO'],
  [33, 'IEC_62196_T2_COMBO'],
  [1036, 'IEC_62196_T2'],
  [1038, 'GBT_AC'],
  [1039, 'GBT_AC'],
  [1040, 'GBT_DC'],
]);

/** Its StatusTypes. Unknown (0) and that a place works at all (50, 75) is what one expects anyway, and no news of today. */
const STATUSES: ReadonlyMap<number, EvseStatus> = new Map([
  [10, 'AVAILABLE'],
  [20, 'CHARGING'],
  [30, 'INOPERATIVE'],
  [100, 'OUTOFORDER'],
  [150, 'PLANNED'],
  [200, 'REMOVED'],
  [210, 'REMOVED'],
]);

function postsOf(
  connection: Json,
  uid: string,
  place: Json,
  lastUpdatedAtMs: number,
  { note }: Counting,
): ChargingLocation['evses'] {
  const standard = PLUGS.get(numberOf(connection.ConnectionTypeID) ?? 0) ?? 'OTHER';
  if (standard === 'OTHER') note('standard-unknown');
  const status = statusOf(place.StatusTypeID, connection.StatusTypeID);
  const maxPowerKw = powerOf(connection);
  if (maxPowerKw === undefined || status === 'REMOVED') {
    note(status === 'REMOVED' ? 'evse-removed' : 'evse-without-power');
    return [];
  }
  const current = numberOf(connection.CurrentTypeID);
  const powerType =
    current === 30
      ? 'DC'
      : current === 20
        ? 'AC_3_PHASE'
        : current === 10
          ? 'AC_1_PHASE'
          : usualPowerType(standard, maxPowerKw);
  const count = Math.min(100, Math.max(1, Math.round(numberOf(connection.Quantity) ?? 1)));
  return Array.from({ length: count }, (_, i) => ({
    uid: `ocm-${uid}-${i}`,
    status,
    lastUpdatedAtMs,
    connectors: [{ standard, powerType, maxPowerKw }],
  }));
}

/** A place that is gone, planned or broken is so as a whole; else a connection that says something speaks for itself. */
function statusOf(ofPlace: unknown, ofConnection: unknown): EvseStatus {
  const whole = STATUSES.get(numberOf(ofPlace) ?? 0);
  if (whole === 'REMOVED' || whole === 'PLANNED' || whole === 'OUTOFORDER') return whole;
  return STATUSES.get(numberOf(ofConnection) ?? 0) ?? whole ?? 'UNKNOWN';
}

function powerOf({ PowerKW, Voltage, Amps, CurrentTypeID }: Json): number | undefined {
  const stated = numberOf(PowerKW) ?? 0;
  if (stated > 0 && stated <= 5_000) return stated;
  // 20 is three phases, with the voltage between them.
  const phases = numberOf(CurrentTypeID) === 20 ? Math.sqrt(3) : 1;
  const supply = (phases * (numberOf(Voltage) ?? 0) * (numberOf(Amps) ?? 0)) / 1_000;
  return supply > 0 && supply <= 1_000 ? supply : undefined;
}
